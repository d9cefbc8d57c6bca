#!/bin/sh
# shown -- "idmap show" of accounts that stand in a real LDAP server.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 10
		ldif_groups rfc2307 3 4
	} | slapd_load /tmp/one
}

# show WHAT...: its lines but the trace, which tells of the age as ever.
show() {
	idmap show "$@" 2>&1 | sed 's/^Age:.*/Age/; s/^Expires:	in 86[34][0-9]* s$/Expires/'
}

# status WHAT...: how it ended, for programs.
status() {
	idmap show --json "$@" | sed -n 's/.*"reason": *"\([a-z-]*\)".*/\1/p'
}

# says WHAT COMMAND...
says() {
	says_what=$1
	shift
	"$@" | grep -F -- "$says_what"
}

server() {
	slapd_make /tmp/one 127.0.0.12 rfc2307 && fill && slapd_start /tmp/one
}

ok 'a server' server
ldap_domain /tmp/one 127.0.0.12 'stale_time = 86400' \
    '[domain]' 'netbios = EX' 'default = yes'
ok 'a domain' idmap apply
is 'without idmapd nobody was asked' "$(status winuser:u00001@example.com)" \
    unavailable
refused 'and that is said' 'idmapd does not answer' \
    idmap show winuser:u00001@example.com
ok 'idmapd starts' idmapd_start
is 'a name' "$(show winuser:u00001@example.com)" \
    'winuser:u00001@example.com -> unixuser:u00001@example.com'
is 'how' "$(show -v winuser:U00002@EX uid)" \
    'winuser:U00002@EX -> uid:100002
Source:	Directory
Method:	Backend rfc2307
Directory:	ldap
Age
Expires
UID:	100002'
ok 'and why' says "directory of 'ldap': u00003, asked now" \
    idmap show -V winuser:u00003@example.com
is 'a group' "$(show wingroup:staff@example.com gid)" \
    'wingroup:staff@example.com -> gid:50000'
is 'of the kind that it is' "$(show winname:staff@example.com)" \
    'wingroup:staff@example.com -> unixgroup:staff@example.com'
is 'a number' "$(show uid:100004)" 'uid:100004 -> winuser:u00004@example.com'
is 'a UNIX name' "$(show unixuser:u00005@example.com)" \
    'unixuser:u00005@example.com -> winuser:u00005@example.com'
is 'who is not there' "$(status winuser:nobody-there@example.com)" no-mapping
is 'nor by number' "$(status uid:1999999)" no-mapping
is 'nor by UNIX name' "$(status unixuser:nobody-there@example.com)" no-account
is 'nor of the other kind' "$(status winuser:staff@example.com)" no-mapping

ok 'soon it is in the cache' wait_until cached i/p/u00002@
is 'from where it is shown' "$(show -v winuser:u00002@example.com uid)" \
    'winuser:u00002@example.com -> uid:100002
Source:	Cache
Method:	Backend rfc2307
Directory:	ldap
Server:	ldap://127.0.0.12/
Age
Expires
UID:	100002'
ok 'whose it is, for programs' says '"directory": "ldap"' \
    idmap show --json winuser:u00002@example.com
ok 'and until when' says '"expires":' \
    idmap show --json winuser:u00002@example.com
ok 'also for programs' says '"age":' \
    idmap show --json winuser:u00002@example.com
ok 'and by which server' says '"server": "ldap://127.0.0.12' \
    idmap show --json winuser:u00002@example.com
ok 'and whether that is all' says '"complete": true' \
    idmap show --json winuser:u00002@example.com

# The same in the inspector of the cache, and in the dump.
is 'the cache says which server told it' \
    "$(idmap cache show -v u00002@example.com | sed -n '1,2{
	s/  *[0-9]*s / AGE /; s/86[34][0-9][0-9] s/EXPIRY/; s/  */ /g; p; }')" \
    'user 100002 fresh AGE u00002@example.com
	of ldap, told by ldap://127.0.0.12/, served for EXPIRY'
is 'of all that it has' "$(idmap cache list -v | grep -c '^	of ldap, told by')" \
    "$(idmap cache list | wc -l)"
ok 'for programs, too' says '"server":"ldap://127.0.0.12' \
    idmap cache list --json
ok 'the file is sound' idmap verify
is 'the dump has who was told of' \
    "$(idmap dump --names | grep u00002)" \
    'winuser:u00002@example.com	==	unixuser:u00002@example.com'
is 'with how old that is and by whom' "$(idmap dump --names -v |
    grep -A5 u00002 | sed 's/^Age:.*/Age/; s/^Expires:.*/Expires/')" \
    'winuser:u00002@example.com	==	unixuser:u00002@example.com
Method:	Backend rfc2307
Directory:	ldap
Server:	ldap://127.0.0.12/
Age
Expires'
ok 'and for programs' says '"server":"ldap://127.0.0.12' idmap dump --json

ok 'the server ends' slapd_kill /tmp/one
is 'who was seen is known' "$(show winuser:u00002@example.com uid)" \
    'winuser:u00002@example.com -> uid:100002'
is 'of others it is not said that they do not exist' \
    "$(status winuser:u00009@example.com)" unavailable
refused 'but which server does not answer' 'ldap://127.0.0.12' \
    idmap show winuser:u00009@example.com
ok 'idmapd ends' idmapd_stop
is 'the cache needs neither' "$(show winuser:u00002@example.com uid)" \
    'winuser:u00002@example.com -> uid:100002'
host_end
