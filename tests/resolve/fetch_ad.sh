#!/bin/sh
# fetch_ad -- what the name service asks, answered by a real Active Directory.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"

# A session may still be at work with a server when the program ends.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
accounts=/tmp/accounts
mkdir -p "$accounts"
printf 'root:x:0:0::/:\n' >"$accounts/passwd"
printf 'root:x:0:\n' >"$accounts/group"
(umask 077 && echo pw-idmap-svc >/tmp/secret)

# fetch WORD...: of the domain, with the settings in $of.
fetch() {
	"$top_builddir/tests/resolve/fetcher" "$accounts" schema=1 \
	    servers=ldap://dc1.corp.example.com base=DC=corp,DC=example,DC=com \
	    sid="$dc_sid_corp" bind=1 bind_dn=idmap-svc@CORP.EXAMPLE.COM \
	    password_file=/tmp/secret ca_file="$dc_folder/ca/ca.pem" $of -- \
	    "$@" 2>/tmp/refused
}

fetches() { # what, answer, question
	is "$1" "$(fetch "$3")" "$2"
}

tells() { # what, part, question: the answer has it, or what was refused
	answer=$(fetch "$3"; cat /tmp/refused)
	case $answer in
	*"$2"*) ok "$1" true ;;
	*) is "$1" "$answer" "... $2 ..." ;;
	esac
}

gids() {
	fetch "$1" | sed -n 's/^gids *//p'
}

members() {
	fetch "$1" | head -1 | cut -d: -f4 | tr , '\n' | sort | tr '\n' ' '
}

ok 'the domain' dc_start corp

# ---- Numbers computed of SIDs.
of='backend=1 low=100000 high=199999'
alice='alice@example.com:x:101104:100513:Alice Ash:/home/alice:/bin/sh'
fetches 'a user' "$alice" un:ALICE
fetches 'by number' "$alice" ui:101104
fetches 'by SID' "$alice" "as:$dc_sid_corp-1104"
fetches 'a group by number' 'inner@example.com:x:101'"$(fetch gn:inner |
    cut -d: -f3 | cut -c4-)"':alice@example.com' gn:inner
tells 'another primary group' ':101103:' un:emil
tells 'a name with a blank' 'carl blank@example.com:x:' 'un:Carl Blank'
tells 'a name beyond ASCII' 'jürgen groß@example.com:x:' 'un:JÜRGEN GROß'
is 'groups of a user, nested' "$(gids mn:alice | wc -w)" 7
is 'with no search but that for its token' "$(gids mn:dora | wc -w)" 1
tells 'a machine is nobody' 'refused' 'un:CLIENT$'
tells 'nor is a group for mail' 'mail only' gn:letters
tells 'nor BUILTIN' "BUILTIN's" gn:Administrators
fetches 'nobody' 'notfound: the directory has none' un:nobody-there
fetches 'no RID' 'notfound: the directory has none' ui:150000
fetches 'another domain' 'notfound: the directory has none' as:S-1-5-21-1-2-3-1104

of="$of flags=4" # user_private_groups
fetches 'a private group is its user' "$(fetch un:alice)" gi:101104
fetches 'by name, too' "$(fetch un:alice)" gn:alice
tells 'a group is a group' 'empty@example.com:x:' gn:empty
of='backend=6 low=500000 high=600000' # tdb: nobody is there who allocates
tells 'a number that nobody can give' 'nobody can' un:alice

# ---- Numbers of the directory.
of='backend=8 low=1000 high=99999 directory_flags=0xc0'
alice='alice@example.com:x:10001:10000:Alice Ash,Room 1,,:/home/unix10001:/bin/bash'
fetches 'a user with numbers' "$alice" un:alice
fetches 'by number' "$alice" ui:10001
fetches 'by SID' "$alice" "as:$dc_sid_corp-1104"
is 'its groups, but those without a number' "$(gids mn:alice)" '10100 10101 10102 10220'
is 'groups in a ring' "$(gids mn:Bob.Brown)" '10110 10111 10210'
is 'members through groups' "$(members gn:outer)" 'alice@example.com '
is 'members in a ring' "$(members gn:ring1)" 'bob.brown@example.com '
is 'a contact among them' "$(members gn:mixed)" 'bob.brown@example.com '
is 'three thousand members' "$(members gn:many | wc -w)" 3000
is 'a group of nobody' "$(fetch gn:empty)" 'empty@example.com:x:10230:'
is 'a name beyond ASCII' "$(members gn:GRÖßE)" 'jürgen groß@example.com '
is 'whom it lists, which are not those whose primary group it is' "$(members gi:10000)" \
    'alice@example.com bob.brown@example.com disabled@example.com '
tells 'no number' 'has no uidNumber' un:dora
tells 'no primary group' 'has no gidNumber' un:halfway
tells 'two of one number' 'several entries fit' ui:10020
tells 'zero' "uidNumber '0' is no number" un:zero
tells 'less than zero' "uidNumber '-1' is no number" un:minus
tells 'nobody' "uidNumber '65534' is no number" un:nobody2
tells 'a group of number zero' "gidNumber '0' is no number" gn:gidzero
fetches 'texts that break a line' 'colon@example.com:x:10051:10000::/home/colon:/bin/sh' un:colon
tells 'who is disabled' 'account 0x1' tn:disabled
tells 'who has expired' 'account 0x4' tn:expired
tells 'who is locked' 'account 0x2' tn:locked
tells 'who must change' 'account 0x10' tn:mustchange
is 'who never expires' "$(fetch tn:nevermind | wc -l)" 1
of="$of deny_ous=OU=Hidden,DC=corp,DC=example,DC=com"
tells 'an OU that is denied' 'below one of deny_ous' un:hidden
fetches 'others are there' "$alice" un:alice
of='backend=8 low=1000 high=99999 directory_flags=0x80'
tells "Windows' primary group has no number" "its primary group" un:alice
tells 'a primary group that has one' 'x:10005:10000:' un:emil
of='backend=8 low=1000 high=99999 directory_flags=0xd0'
tells 'who is disabled is not there' 'is disabled' un:disabled
finish
