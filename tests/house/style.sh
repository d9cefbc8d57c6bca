#!/bin/sh
# style -- what the house style says and a machine can see.

. "$top_srcdir/tests/house/house.sh"

# code: "FILE:LINE:text" of all sources without comments, strings and
# character constants.
code() {
	(cd "$top_srcdir" && xargs awk '
	FNR == 1 { comment = 0 }
	{
		text = $0
		out = ""
		while (text != "") {
			if (comment) {
				end = index(text, "*/")
				if (end == 0)
					break
				comment = 0
				text = substr(text, end + 2)
			} else if (match(text, /^"([^"\\]|\\.)*"/) ||
			    match(text, /^\047([^\047\\]|\\.)+\047/)) {
				out = out "\"\""
				text = substr(text, RLENGTH + 1)
			} else if (substr(text, 1, 2) == "/*") {
				comment = 1
				text = substr(text, 3)
			} else if (substr(text, 1, 2) == "//") {
				break
			} else {
				out = out substr(text, 1, 1)
				text = substr(text, 2)
			}
		}
		print FILENAME ":" FNR ":" out
	}')
}

# A function lies between a brace in the first column and its counterpart.
function_lengths() {
	(cd "$top_srcdir" && xargs awk '
	/^{/ { start = FNR }
	/^}/ && start { print FNR - start + 1, FILENAME ":" start; start = 0 }')
}

no_function_is_too_long() {
	sources | function_lengths |
	    awk '$1 > 80 { print $2 ": " $1 " lines" }' | fail_if_any
}

# median WHAT FILES...: the median, of the files that match
median() {
	sources | grep -E "$1" | function_lengths | sort -n |
	    awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

banned='(str(n?cpy|n?cat|tok|tok_r)|v?sprintf|gets|ato(i|l|ll|f)|v?f?sscanf'
banned="$banned|alloca|tmpnam|mktemp)"

# Text becomes a number through idm_num_parse() alone; and no shell stands
# between us and another program.
banned_in_programs='(strtou?ll?|strto[fd]|strtold|strto[iu]max|system|popen|rand)'

# calls PATTERN FILES: calls of such functions in such files
calls() {
	sources | grep -E "$2" | code |
	    grep -E "[^A-Za-z0-9_]$1 ?\\(" | sed 's/$/   <- banned/' |
	    fail_if_any
}

well_formatted() {
	(cd "$top_srcdir" &&
	    sources | xargs clang-format-14 --dry-run --Werror)
}

nothing_left_to_do() {
	(cd "$top_srcdir" && grep -rnE 'TODO|FIXME' \
	    --include='*.[ch]' --include='*.mk' --include='*.sh' \
	    core nss pam lib daemon cli man tests |
	    grep -v '^tests/house/style.sh:') | fail_if_any
}

# Lines end in no blank, and no file lacks its last newline.
lines_end_well() {
	(cd "$top_srcdir" && {
		grep -nE '[[:blank:]]$' $(sources) /dev/null
		for file in $(sources); do
			[ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
		done
	}) | fail_if_any
}

core_median=$(median '^(core|nss|pam|lib|daemon|cli)/')
echo "# median length of a function: $core_median lines, in tests $(median '^tests/')"

ok 'no function is longer than 80 lines' no_function_is_too_long
ok 'half of the functions are shorter than 20 lines' test "$core_median" -lt 20
ok 'no banned function is called' calls "$banned" .
ok 'no function is called that only a test may call' \
    calls "$banned_in_programs" '^(core|nss|pam|lib|daemon|cli)/'
ok 'nothing is left to do' nothing_left_to_do
ok 'lines end well' lines_end_well
if command -v clang-format-14 >/dev/null; then
	ok 'clang-format has nothing to say' well_formatted
fi
finish
