#!/bin/sh
# run.sh -- "make fuzz": give each libFuzzer target some time, as many at once
# as there are processors, and say in TAP how it went.
#
#	run.sh SECONDS SRCDIR TARGET...
#
# New inputs go to fuzz-out/NAME in the build folder and are used again by the
# next run; what the fuzzer said is in fuzz-out/NAME.log, and an input that
# broke the target lies beside it.
set -eu

# run.sh one SECONDS SRCDIR TARGET: run it; its exit status is in a file.
if [ "$1" = one ]; then
	name=${4##*/fuzz_}
	mkdir -p "fuzz-out/$name"
	status=0
	"./$4" -max_total_time="$2" -timeout=25 -rss_limit_mb=2048 \
	    -artifact_prefix="fuzz-out/$name." -print_final_stats=1 \
	    "fuzz-out/$name" "$3/tests/fuzz/corpus/$name" \
	    >"fuzz-out/$name.log" 2>&1 || status=$?
	echo "$status" >"fuzz-out/$name.status"
	exit 0
fi

seconds=$1
srcdir=$2
shift 2

mkdir -p fuzz-out
rm -f fuzz-out/*.status
printf '%s\n' "$@" |
    xargs -P "$(nproc)" -n 1 sh "$0" one "$seconds" "$srcdir"

echo "1..$#"
count=0
failed=0
for target; do
	count=$((count + 1))
	name=${target##*/fuzz_}
	if [ "$(cat "fuzz-out/$name.status")" = 0 ]; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
		    "fuzz-out/$name.log")
		echo "ok $count - fuzz_$name: $runs runs"
	else
		failed=$((failed + 1))
		echo "not ok $count - fuzz_$name: see fuzz-out/$name.log"
		tail -n 30 "fuzz-out/$name.log" | sed 's/^/#   /'
	fi
done
[ "$failed" -eq 0 ]
