#!/bin/sh
# idmap1m -- each statement of idmap(1M) has a test that shows it: whether the
# cases that idmap1m.txt names are there, in tests that are run.

. "$top_srcdir/tests/lib.sh"

tab=$(printf '\t')
cd "$top_srcdir" || exit 99

# is_run TEST: a local.mk has it among the tests, not only among the files.
is_run() {
	awk '/^[A-Z_]*TESTS *\+=/ { on = 1 } on { print } !/\\$/ { on = 0 }' \
	    "${1%/*}/local.mk" | grep -qwF "%D%/${1##*/}"
}

# says FILE CASE: the description of a check of a script.
says() {
	case_is=$2 awk '
	/^[ \t]*(ok|refused|is) / {
		sub(/^[ \t]*[a-z]+ /, "")
		one = "\047" ENVIRON["case_is"] "\047"
		two = "\"" ENVIRON["case_is"] "\""
		if (index($0 " ", one " ") == 1 || index($0 " ", two " ") == 1)
			found = 1
	}
	END { exit !found }' "$1"
}

# tells FILE CASE: the function of a program that stands in its table.
tells() {
	grep -q "^test_$2(" "$1" && grep -qE \
	    "(TEST|[a-z])\\((test_)?$2[,)]|^[[:space:]]+test_$2[,)]" "$1"
}

# shown FILE CASE
shown() {
	case $1 in
	tests/*.sh) is_run "$1" && says "$1" "$2" ;;
	tests/*.c) is_run "${1%.c}" && tells "$1" "$2" ;;
	man/*) grep -qF -- "$2" "$1" ;;
	*) false ;;
	esac
}

# faults TABLE: what is wrong with it, a line each.
faults() {
	statement=
	cases=0
	number=0
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		case $line in
		'' | '#'*) continue ;;
		"$tab"*': '*)
			line=${line#"$tab"}
			cases=$((cases + 1))
			shown "${line%%: *}" "${line#*: }" ||
			    echo "$number: there is no such case: $line"
			continue
			;;
		[a-z]*' '[0-9]*': '?*) ;;
		*) echo "$number: neither a statement nor a case: $line" ;;
		esac
		[ -z "$statement" ] || [ "$cases" -gt 0 ] ||
		    echo "nothing shows $statement"
		statement=$line
		cases=0
	done <"$1"
	[ "$cases" -gt 0 ] || echo "nothing shows $statement"
}

table=tests/cli/idmap1m.txt
is 'each statement is shown' "$(faults $table)" ''
is 'no number stands twice' \
    "$(sed -n 's/^\([a-z]* [0-9]*\): .*/\1/p' $table | sort | uniq -d)" ''
is 'none is left out' "$(sed -n 's/^\([a-z]*\) \([0-9]*\): .*/\1 \2/p' $table |
    awk '{ if ($2 != ++n[$1]) print }')" ''

# ---- A table with faults is seen through.
bad=$tap_out.table
# fault ROW WHAT
fault() {
	printf 'add 1: it adds\n\t%s\n' "$1" >"$bad"
	is "$2" "$(faults "$bad" | cut -d: -f2)" ' there is no such case'
}
fault 'tests/cli/rules.sh: no such thing' 'a case that there is not'
fault 'tests/cli/rules.sh: example' 'the beginning of one'
fault 'tests/cli/rules.sh: add' 'a word of a command'
fault 'tests/cli/nosuch.sh: fred' 'a file that there is not'
fault 'tests/cli/users.sh: users' 'a file that is no test'
fault 'tests/resolve/test_steps.c: no_such_thing' 'a function that there is not'
fault 'man/idmap.8: frobnicate' 'words that are in no page'
printf 'add 1: it adds\nadd 2: more\n' >"$bad"
is 'a statement that nothing shows' "$(faults "$bad")" \
    'nothing shows add 1: it adds
nothing shows add 2: more'
printf 'add 1: it adds\n\ttests/cli/rules.sh: fred\n' >"$bad"
is 'a good one is good' "$(faults "$bad")" ''
rm -f "$bad"
finish
