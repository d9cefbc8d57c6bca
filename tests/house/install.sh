#!/bin/sh
# install -- what "make install" puts where, and that "make uninstall" takes
# all of it away again.

. "$top_srcdir/tests/house/house.sh"
private_root "$0"

dest=/tmp/dest

run_make() {
	make -s -C "$top_builddir" "$@"
}

# Files in dest by their names on the system.
installed() {
	(cd "$dest" && find . ! -type d) | sed 's|^\.||' | sort
}

# folder PATH: a regular expression for it, and not for PATH-and-more.
folder() {
	printf '%s([^[:alnum:]_.-]|$)' \
	    "$(printf '%s' "$1" | sed 's/[][\\.*^$+?(){}|]/\\&/g')"
}

no_build_path_in_text() {
	installed | while read -r file; do
		grep -IlE -e "$(folder "$top_srcdir")" \
		    -e "$(folder "$(readlink -f "$top_builddir")")" \
		    -e "$(folder "$dest")" "$dest$file"
	done | fail_if_any
}

no_run_path_in_binaries() {
	installed | while read -r file; do
		readelf -dW "$dest$file" 2>/dev/null |
		    grep -E '(RPATH|RUNPATH)' | sed "s|^|$file: |"
	done | fail_if_any
}

# No static library, and nothing that only libtool reads but for the library
# that programs link.
only_what_is_used() {
	installed | grep '\.l*a$' | grep -v '/libidmap\.la$' | fail_if_any
}

# Nothing that is installed is set-id, writable by others, or another's.
rights_are_sane() {
	find "$dest" ! -type l \( -perm /6022 -o ! -user root -o ! -group root \) |
	    fail_if_any
}

units_name_programs_that_are_there() {
	programs=$(find "$dest" -name '*.service' -exec \
	    sed -n 's|^Exec[A-Za-z]*=[-@:+!]*\([^ ]*\).*|\1|p' {} +)
	[ -n "$programs" ] || return
	for program in $programs; do
		[ -x "$dest$program" ] || [ "$program" = /bin/sh ] ||
		    echo "$program is not installed"
	done | fail_if_any
}

nothing_is_left() {
	installed | fail_if_any
}

nothing_of_it_is_left_here() {
	for file in $list; do
		[ ! -e "$file" ] || echo "$file"
	done | fail_if_any
}

tools_run() {
	for tool in $(show programs); do
		"${tool##*/}" --help >/dev/null 2>&1 || [ $? -le 2 ] ||
		    echo "$tool"
	done | fail_if_any
}

ok 'the tools run from where they are' tools_run
ok 'make install DESTDIR' run_make install DESTDIR="$dest"
list=$(installed)
multiarch=$(gcc -print-multiarch)
for file in "/usr/lib/$multiarch/libnss_idmap.so.2" \
    "/usr/lib/$multiarch/security/pam_idmap.so"; do
	ok "$file is there" test -f "$dest$file"
done
ok 'no text names the folder of the build' no_build_path_in_text
ok 'no binary looks for libraries in folders of its own' \
    no_run_path_in_binaries
ok 'nothing is installed that nobody uses' only_what_is_used
ok 'owners and modes are sane' rights_are_sane
ok 'units start programs that are installed' units_name_programs_that_are_there
ok 'make uninstall DESTDIR' run_make uninstall DESTDIR="$dest"
ok 'nothing is left but folders' nothing_is_left
ok 'make uninstall' run_make uninstall
ok 'nothing is left on the system' nothing_of_it_is_left_here
finish
