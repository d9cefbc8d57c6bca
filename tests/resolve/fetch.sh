#!/bin/sh
# fetch -- what the name service asks, answered by real directories.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"

fetcher=$top_builddir/tests/resolve/fetcher
# A session may still be at work with a server when the program ends.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
accounts=/tmp/accounts
mkdir -p "$accounts"
printf 'root:x:0:0::/:\nsomebody:x:100009:100::/:\n' >"$accounts/passwd"
printf 'root:x:0:\nstaffers:x:50001:\n' >"$accounts/group"

# fetch WORD...: of the server, with the settings in $of.
fetch() {
	$fetcher "$accounts" servers="$server" tls=1 base="$ldif_base" \
	    directory_flags=0xc0 $of -- "$@" 2>/tmp/refused
}

# fetches WHAT LINE QUESTION
fetches() {
	is "$1" "$(fetch "$3")" "$2"
}

# tells WHAT PART QUESTION: the answer, or what was refused on the way, says it.
tells() {
	case "$(fetch "$3")" in
	*"$2"*) tap_ok "$1" ;;
	*) is "$1" "$(fetch "$3"; cat /tmp/refused)" "... $2 ..." ;;
	esac
}
tap_ok() {
	ok "$1" true
}

user() { # number
	printf 'u%05d@example.com:x:%d:50000:User %05d,Room %d,,:/home/u%05d:/bin/bash' \
	    "$1" $((100000 + $1)) "$1" $(($1 % 100)) "$1"
}

# ---- Members by name.
fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 100
		ldif_groups rfc2307 100 10
		ldif_busy rfc2307 30
		ldif_shadow
		ldif_spelled
		ldif_user over 9999999 50000
		ldif_user single 84001 50000
		ldif_user same1 84002 50000
		ldif_user same2 84002 50000
		ldif_user lone 84003 999999999
	} | slapd_load /tmp/one
}
ok 'a server of RFC 2307' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
server=ldap://127.0.0.11
of='schema=2 backend=9'

fetches 'a user by name' "$(user 1)" un:u00001
fetches 'in any case' "$(user 1)" un:U00001
fetches 'by number' "$(user 1)" ui:100001
fetches 'nobody' 'notfound: the directory has none' un:nobody-there
fetches 'no number' 'notfound: the directory has none' ui:199999
fetches 'a group of names' 'staff@example.com:x:50000:u00000@example.com' gn:staff
fetches 'by number' 'staff@example.com:x:50000:u00000@example.com' gi:50000
is 'the groups of a user' "$(fetch mn:in30 | tail -1 | wc -w)" 31
is 'of one group, which is the primary one' "$(fetch mn:u00000 | grep -c 'gids$')" 0
is 'a user in none' "$(fetch mn:expired | grep '^gids')" gids
tells 'who has expired' 'account 0x4' tn:expired
tells 'who must change' 'account 0x10' tn:mustchange
tells 'whose password is too old' 'account 0x8' tn:aged
tells 'who is locked' 'account 0x2' tn:locked
tells 'a name with a blank' 'with blank@example.com:x:82002:' 'un:with blank'
tells 'a name that a filter could be made of' 'star*(paren)@example.com' 'un:star*(paren)'
tells 'it is no pattern' notfound 'un:star*'
tells 'nor an end of a filter' notfound 'un:x)(uid=*'
tells 'a name in other than ASCII' 'jürgen.groß@example.com' 'un:JÜRGEN.GROß'
tells 'the number of a local account' 'that of a user of this host' un:u00009
of='schema=2 backend=9 high=150000'
tells 'a number out of the range' 'out of the range' un:over
tells 'two of one number' 'several entries fit' ui:84002
tells 'a primary group that nobody has' "in no domain's range" un:lone
of='schema=2 backend=1'
tells 'a backend that needs a SID' 'has no SID' un:u00001
of='schema=2 backend=9 allowed_shells=/bin/sh shell_fallback=/sbin/nologin'
tells 'a shell that is not allowed' ':/sbin/nologin' un:u00001
of='schema=2 backend=9 user_filter=(uid=u00001)'
tells 'a filter admits' "$(user 1)" un:u00001
tells 'and does not' notfound un:u00002
of='schema=2 backend=9 deny_ous=ou=people,dc=example,dc=com'
tells 'an OU that is denied' 'below one of deny_ous' un:u00001
of='schema=2 backend=9 user_base=ou=nowhere,dc=example,dc=com'
tells 'a base that is not there is no answer' 'unavailable' un:u00001

# ---- Members by DN.
fill_nested() {
	{
		ldif_tree
		ldif_staff rfc2307bis
		ldif_users 3000
		ldif_group rfc2307bis big 320000 3000
		ldif_busy rfc2307bis 100
		ldif_nested
	} | slapd_load /tmp/two
}
ok 'a server of RFC 2307bis' slapd_make /tmp/two 127.0.0.12 rfc2307bis
ok 'is filled' fill_nested
ok 'and answers' slapd_start /tmp/two
server=ldap://127.0.0.12
of='schema=3 backend=9 nesting=16'

fetches 'a group in groups in groups' 'nest0@example.com:x:310000:u00001@example.com' gn:nest0
is 'and all groups of its one user' "$(fetch mn:u00001 | grep ^gids)" \
    'gids 310000 310001 310002 310003 310004 310005 310006 310007 310008 310009 320000'
is 'groups in a circle' "$(fetch gn:loop0 | cut -d: -f4 | tr , '\n' | sort | tr '\n' ' ')" \
    'u00010@example.com u00011@example.com u00012@example.com '
is 'whose users are in all of them' "$(fetch mn:u00010 | grep ^gids)" \
    'gids 310100 310101 310102 320000'
fetches 'a group in itself' 'selfish@example.com:x:310200:u00013@example.com' gn:selfish
fetches 'members that are none, and one twice' 'ragged@example.com:x:310301:u00014@example.com' gn:ragged
fetches 'through one without a number' 'numbered@example.com:x:310302:u00015@example.com' gn:numbered
is 'and up through it' "$(fetch mn:u00015 | grep ^gids)" 'gids 310302 320000'
is 'three thousand members' "$(fetch gn:big | cut -d: -f4 | tr , '\n' | sort -u | wc -l)" 3000
is 'a hundred groups' "$(fetch mn:in100 | grep ^gids | wc -w)" 101
of='schema=3 backend=9 nesting=2'
is 'a bound on nesting' "$(fetch mn:u00001 | grep ^gids)" 'gids 310007 310008 310009 320000'
is 'is told' "$(fetch mn:u00001 | tail -1)" partial
is 'of members, too' "$(fetch gn:nest0 | tail -1)" partial

# ---- What a directory should not have.
fill_odd() {
	{ ldif_tree; ldif_odd; } | slapd_load /tmp/odd
}
ok 'a server that allows anything' slapd_make /tmp/odd 127.0.0.13 loose
ok 'is filled with what it should not have' fill_odd
ok 'and answers' slapd_start /tmp/odd
server=ldap://127.0.0.13
of='schema=2 backend=9 low=1000 high=2000000'

fetches 'a user among them' 'good@example.com:x:84400:50000:good:/home/good:/bin/sh' un:good
fetches 'a group' 'good-group@example.com:x:84400:' gn:good-group
served=
for key in zero system nobody65534 sixteen minus minus2 all wrapped wrapped-user \
    huge exponent plus blank-before blank-behind octal hex fraction nul arabic word; do
	case "$(fetch "un:$key")" in
	"refused: 'cn=$key,"*uidNumber*) ;;
	*) served="$served $key" ;;
	esac
	case "$(fetch "un:$key-gid")" in
	"refused: 'cn=$key-gid,"*gid*) ;;
	*) served="$served $key-gid" ;;
	esac
	case "$(fetch "gn:$key-group")" in
	"refused: 'ou=$key-group,"*gidNumber*) ;;
	*) served="$served $key-group" ;;
	esac
done
is 'of numbers that are none, nobody is served' "$served" ''
for number in 84100 84101 84102 84103 84104 84105 84106 84107 84108 84109 84112 84114; do
	case "$(fetch "ui:$number")$(fetch "gi:$number")" in
	refused:*refused:*) ;;
	*) served="$served $number" ;;
	esac
done
is 'of names that would be something else, nobody' "$served" ''
number=84200
while [ "$number" -lt 84210 ]; do
	case "$(fetch "ui:$number")" in
	*@example.com:x:$number:50000:*:/home/*:/bin/sh) ;;
	*) served="$served $number" ;;
	esac
	number=$((number + 1))
done
is 'texts that break a line are as if they were not there' "$served" ''
tells 'two numbers are none' 'is no number' un:two-numbers
fetches 'members that are no names are left out' \
    'odd-members@example.com:x:84401:good@example.com,root@example.com,missing@example.com' gn:odd-members

slapd_stop /tmp/one
slapd_stop /tmp/two
slapd_stop /tmp/odd
finish
