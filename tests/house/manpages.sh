#!/bin/sh
# manpages -- everything that is installed is documented, and well.

. "$top_srcdir/tests/house/house.sh"

pages=$(show pages)

lint() {
	mandoc -T lint -W warning "$1"
}

# Each program that is installed has a page of its name.
every_program_has_a_page() {
	for program in $(show programs); do
		echo "$pages" | tr ' ' '\n' |
		    grep -q "/${program##*/}\.[0-9]" ||
		    echo "$program: has no manual page"
	done | fail_if_any
}

# So does each name of this list.
has_a_page() {
	echo "$pages" | tr ' ' '\n' | grep -q "/$1\$"
}

every_page_is_installed() {
	for page in $(cd "$top_srcdir" && ls man/*.[0-9]*); do
		case " $pages " in
		*" $page "*) ;;
		*) echo "$page: not in man/local.mk" ;;
		esac
	done | fail_if_any
}

# A reference to a page of ours names one that is there.
references_lead_somewhere() {
	ours=$(cd "$top_srcdir/man" && ls ./*.[0-9]* |
	    sed 's|^\./||; s|\.[0-9][a-zA-Z]*$||' | sort -u | tr '\n' ' ')
	(cd "$top_srcdir" && awk -v ours=" $ours" -v pages=" $pages " '
	$1 == ".Xr" && (index(ours, " " $2 " ") || $2 ~ /idmap|admin$/) &&
	    !index(pages, "/" $2 "." tolower($3) " ") {
		print FILENAME ":" FNR ": there is no " $2 "(" $3 ")"
		bad = 1
	}
	END { exit bad }' $pages)
}

has_section() {
	grep -q "^\.Sh $2" "$top_srcdir/$1"
}

for page in $pages; do
	ok "$page is clean" lint "$top_srcdir/$page"
done
ok 'every program has a page' every_program_has_a_page
ok 'every page is installed' every_page_is_installed
ok 'references between our pages lead somewhere' references_lead_somewhere
for page in namemap.3 attrmap.3 idmap.conf.5 nss_idmap.8 pam_idmap.8; do
	ok "$page is there" has_a_page "$page"
done
for program in $(show programs); do
	page=$(echo "$pages" | tr ' ' '\n' | grep "/${program##*/}\.[0-9]")
	for section in EXAMPLES 'EXIT STATUS' 'SECURITY CONSIDERATIONS'; do
		ok "$page has $section" has_section "$page" "$section"
	done
done
finish
