# house.sh -- what the checks of this folder share, on top of lib.sh.

. "$top_srcdir/tests/lib.sh"
export LC_ALL=C

# show LIST: a list of files that the Makefile has (see local.mk).
show() {
	MAKEFLAGS= make -s --no-print-directory -C "$top_builddir" "show-$1"
}

# fail_if_any: pass findings on; fail when there was one.
fail_if_any() {
	awk '{ print } END { exit NR > 0 }'
}

# module nss|pam|lib: the path of the module, or of the library, as built.
module() {
	case $1 in
	nss) echo "$top_builddir/nss/.libs/libnss_idmap.so.2" ;;
	pam) echo "$top_builddir/pam/.libs/pam_idmap.so" ;;
	lib) echo "$top_builddir/lib/.libs/libidmap.so" ;;
	esac
}

# sources: every C file of the tree, by its path from the top.
sources() {
	(cd "$top_srcdir" &&
	    find core nss pam lib daemon cli tests -name '*.[ch]' | sort)
}
