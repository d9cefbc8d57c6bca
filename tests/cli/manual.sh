#!/bin/sh
# manual -- the manuals and --help know the same options, and verbs of idmap.

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

# ---- The verbs of idmap.
# help_verbs: each verb that "idmap help" lists, a line each.
help_verbs() {
	"$top_builddir/cli/idmap" help | sed -n 's/^  \([a-z].*\)/\1/p' |
	    sed 's/  .*//'
}

# help_verb VERB: its own options as "-n --name argument", a line each.
help_verb() {
	# The verb may be several words.
	# shellcheck disable=SC2086
	"$top_builddir/cli/idmap" help $1 |
	    sed -n 's/^  *\(-[A-Za-z]\), \(--.*\)/\1 \2/p; t
		s/^  *\(--[a-z].*\)/\1/p' |
	    sed 's/  .*//; /--dry-run$/d; /--json$/d; /--help$/d' | LC_ALL=C sort
}

# manual_verb VERB: the same of the manual; "no such verb" when it is not there.
manual_verb() {
	awk -v verb="$1" -v verbs="$tap_out.verbs" '
	# Verbs that go on with another word are not this one.
	BEGIN {
		while ((getline line <verbs) > 0)
			if (index(line, verb " ") == 1)
				longer[line]
	}
	/^\.It Cm / || /^\.S[hs] / {
		name = $0 " "
		within = index(name, ".It Cm " verb " ") == 1
		for (other in longer)
			if (index(name, ".It Cm " other " ") == 1)
				within = 0
		found += within
	}
	within && /^\.It Fl / {
		gsub(/ , /, " ")
		sub(/^\.It /, "")
		gsub(/Fl /, "-")
		gsub(/Ar /, "")
		print
	}
	END { if (!found) print "no such verb" }' "$top_srcdir/man/idmap.8" |
	    LC_ALL=C sort
}

is 'idmap has verbs' "$(help_verbs | grep -cxE 'add|help|list|verify')" 4
help_verbs >"$tap_out.verbs"
while read -r verb; do
	is "idmap.8 and help $verb" "$(manual_verb "$verb" | sort -u)" \
	    "$(help_verb "$verb" | sort -u)"
done <"$tap_out.verbs"
rm -f "$tap_out.verbs"
is 'idmap.8 and the options in front of verbs' \
    "$(sed -n '/^\.Sh DESCRIPTION/,/^\.Pp$/p; /standard input is a terminal/,/^Verbs have/p' \
	"$top_srcdir/man/idmap.8" | sed -n 's/^\.It //p' | sed 's/ , / /; s/Fl /-/g; s/Ar //' |
	LC_ALL=C sort -u)" \
    "$("$top_builddir/cli/idmap" help | sed -n 's/^  *\(-[A-Za-z]\), \(--.*\)/\1 \2/p; t
	s/^  *\(--[a-z].*\)/\1/p' | sed 's/  .*//; /--help$/d' | LC_ALL=C sort -u)"
finish
