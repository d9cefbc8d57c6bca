#!/bin/sh
# manual -- the manuals and --help know the same options.

. "$top_srcdir/tests/lib.sh"

# help_options TOOL: each option that --help explains, a line each.
help_options() {
	"$top_builddir/cli/$1" --help | sed -n '/^Options:/,/^$/p' |
	    grep -oE '^  (-[A-Za-z], | +)--[a-z-]+' | grep -oE -- '-[A-Za-z-]+' |
	    LC_ALL=C sort -u
}

# manual_options PAGE: each option that one of the page's lists explains.
manual_options() {
	sed -n 's/^\.It Fl /Fl /p' "$top_srcdir/man/$1" | tr ' ' '\n' |
	    awk 'last == "Fl" { print "-" $0 } { last = $0 }' | LC_ALL=C sort -u
}

for page in idadmin.8 attradmin.8 uidadmin.1; do
	tool=${page%.*}
	is "$tool has options" "$(help_options "$tool" | grep -cx -e --help)" 1
	is "$page and --help" "$(manual_options "$page")" "$(help_options "$tool")"
done
finish
