#!/bin/sh
# layers -- who may include what, and who may link what.

. "$top_srcdir/tests/house/house.sh"

order='base identity rules map backends directory config wire state resolve'
base=$(show base-sources)

# Headers that only libidm-full has: those whose .c it has.
full_headers=$(show full-sources | tr ' ' '\n' |
	sed -n 's|^core/\(.*\)\.[ch]$|\1.h|p' | sort -u)

# A file of core/ includes its own folder and those before it in the order.
core_includes_follow_the_order() {
	find "$top_srcdir/core" -name '*.[ch]' | sort | xargs awk -v order="$order" '
	BEGIN {
		n = split(order, names, " ")
		for (i = 1; i <= n; i++)
			rank[names[i]] = i
	}
	FNR == 1 {
		n = split(FILENAME, part, "/")
		own = part[n - 1]
	}
	/^#[ \t]*include "/ {
		split($0, quoted, "\"")
		split(quoted[2], path, "/")
		if (path[2] == "")
			why = "include it as \"" own "/" quoted[2] "\""
		else if (!(path[1] in rank))
			why = path[1] "/ is not a folder of core/"
		else if (rank[path[1]] > rank[own])
			why = own "/ comes before " path[1] "/"
		else
			next
		print FILENAME ":" FNR ": " why
		bad = 1
	}
	END { exit bad }'
}

# The files of libidm-base, both modules and the library include nothing of
# libidm-full.
base_and_modules_leave_full_alone() {
	printf '#include "%s"\n' $full_headers >"$scratch/full"
	(cd "$top_srcdir" &&
	    grep -nF -f "$scratch/full" -- $base nss/*.[ch] pam/*.[ch] lib/*.[ch]) |
	    sed 's|$|: not in libidm-base|' | fail_if_any
}

# A module includes its own folder and core/, and no other.
modules_include_only_core() {
	for module in nss pam lib; do
		grep -n '^#include "' "$top_srcdir/$module"/*.[ch] |
		    grep -vE "\"($module|$(echo $order | tr ' ' '|'))/" |
		    sed 's/$/: not of core/'
	done | fail_if_any
}

# All of libidm-base, linked as a library of its own, needs no more than libc.
base_links_with_libc_alone() {
	$CC -shared -nostdlib -o "$scratch/base.so" -Wl,-z,defs \
	    -Wl,--whole-archive "$top_builddir/core/.libs/libidm-base.a" \
	    -Wl,--no-whole-archive -lc -lgcc
}

# symbols_not_wanted FILE SYMBOL...: FILE must not ask for any of these.
symbols_not_wanted() {
	wanted=$1
	shift
	[ -s "$wanted" ] || return
	nm -u "$wanted" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' |
	    grep -xE "$(echo "$@" | tr ' ' '|')" | sort -u |
	    sed "s|^|$wanted: calls |" | fail_if_any
}

# What ends the process, talks to people, or changes what the process shares.
intrusive='exit|_exit|_Exit|quick_exit|abort|__assert_fail|err.?|warn.?|v?syslog
	__v?syslog_chk printf|puts|putchar|__printf_chk|perror|stdout|stderr
	system|popen|v?fork|posix_spawnp? signal|sigaction|sigprocmask|alarm
	getenv|setenv|putenv|unsetenv|clearenv chdir|fchdir|umask|setlocale
	set(e|re|res)?[ug]id|setgroups'
nameservice='(get|set|end)(pw|gr|sp|sg)(nam|uid|gid|ent)?(_r)?|getgrouplist|initgroups'

scratch=$(mktemp -d)
ok 'core/: includes follow the order of the folders' \
    core_includes_follow_the_order
ok 'what links libidm-base includes nothing of libidm-full' \
    base_and_modules_leave_full_alone
ok 'the modules include only their own folder and core/' \
    modules_include_only_core
ok 'libidm-base links with libc alone' base_links_with_libc_alone
ok 'libidm-base neither prints, exits nor changes the process' \
    symbols_not_wanted "$top_builddir/core/.libs/libidm-base.a" \
    $intrusive secure_getenv $nameservice
ok 'libidm-full neither prints, exits nor changes the process' \
    symbols_not_wanted "$top_builddir/core/.libs/libidm-full.a" \
    $intrusive secure_getenv $nameservice
ok 'libnss_idmap.so.2 changes nothing in its process and asks no name service' \
    symbols_not_wanted "$(module nss)" $intrusive $nameservice
ok 'pam_idmap.so changes nothing in its process and asks no name service' \
    symbols_not_wanted "$(module pam)" $intrusive $nameservice
ok 'libidmap changes nothing in its process and asks no name service' \
    symbols_not_wanted "$(module lib)" $intrusive $nameservice
rm -rf "$scratch"
finish
