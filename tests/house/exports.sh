#!/bin/sh
# exports -- what the modules and the library bring into a process: these
# symbols, these libraries and these flags, and nothing else.

. "$top_srcdir/tests/house/house.sh"

exported() {
	nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort
}

# dynamic FILE TAG: the values of a tag of the dynamic section
dynamic() {
	readelf -dW "$1" | sed -n "s/^.*($2) *[A-Za-z ]*: *\[*\([^]]*\)\]*\$/\1/p" |
	    tr '\n' ' ' | sed 's/ *$//'
}

# Nobody may write code that runs, or run what is data.
no_segment_is_writable_and_executable() {
	[ -s "$1" ] || return
	readelf -lW "$1" | grep -E '^ *(LOAD|GNU_STACK) .* RWE ' | fail_if_any
}

# Libraries come from where the system has them, and from nowhere else.
no_folder_of_its_own() {
	[ -s "$1" ] || return
	readelf -dW "$1" | grep -E '(RPATH|RUNPATH)' | fail_if_any
}

nss=$(module nss)
is 'libnss_idmap.so.2 exports what glibc calls' "$(exported "$nss")" \
    "_nss_idmap_endgrent
_nss_idmap_endpwent
_nss_idmap_getgrent_r
_nss_idmap_getgrgid_r
_nss_idmap_getgrnam_r
_nss_idmap_getpwent_r
_nss_idmap_getpwnam_r
_nss_idmap_getpwuid_r
_nss_idmap_getspnam_r
_nss_idmap_initgroups_dyn
_nss_idmap_setgrent
_nss_idmap_setpwent
_nss_idmap_version"
is 'libnss_idmap.so.2 is found by that name' \
    "$(dynamic "$nss" SONAME)" libnss_idmap.so.2
is 'libnss_idmap.so.2 needs libc alone' "$(dynamic "$nss" NEEDED)" libc.so.6
is 'libnss_idmap.so.2 is bound at once and stays' \
    "$(dynamic "$nss" FLAGS_1)" 'NOW NODELETE'

pam=$(module pam)
is 'pam_idmap.so exports what libpam calls' "$(exported "$pam")" \
    "pam_sm_acct_mgmt
pam_sm_authenticate
pam_sm_chauthtok
pam_sm_close_session
pam_sm_open_session
pam_sm_setcred"
is 'pam_idmap.so needs libpam and libc alone' \
    "$(dynamic "$pam" NEEDED)" 'libpam.so.0 libc.so.6'
is 'pam_idmap.so is bound at once' "$(dynamic "$pam" FLAGS_1)" NOW

lib=$(module lib)
is 'libidmap.so exports what its manual pages say' "$(exported "$lib")" \
    "IDMAP_1
attrmap
idmap_attrmap
idmap_namemap
idmap_namemap_fields
namemap"
is 'libidmap.so needs libc alone' "$(dynamic "$lib" NEEDED)" libc.so.6
is 'libidmap.so is bound at once and stays' \
    "$(dynamic "$lib" FLAGS_1)" 'NOW NODELETE'

for module in "$nss" "$pam" "$lib"; do
	name=${module##*/}
	ok "$name looks for libraries in no folder of its own" \
	    no_folder_of_its_own "$module"
	ok "$name has no segment to write and run" \
	    no_segment_is_writable_and_executable "$module"
done
finish
