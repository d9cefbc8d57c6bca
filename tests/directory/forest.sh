#!/bin/sh
# forest -- two domains of one forest, whose groups name each other's users by
# DN, or by SID as those of other forests do.  Samba has forests of one domain
# only: these are in an LDAP server.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

root_sid=S-1-5-21-10-20-30
child_sid=S-1-5-21-40-50-60

# guid64 DN: some GUID of its own.
guid64() {
	printf '%s' "$1" | md5sum | cut -c 1-16 | tr -d '\n' | base64
}

# user DN SID RID... -- GROUPDN...: whom these groups of the own domain have,
# here with their RIDs, there with their DNs.
user() {
	user_dn=$1 user_sid=$2
	shift 2
	user_name=${user_dn%%,*}
	cat <<-END
		dn: $user_dn
		objectClass: user
		sAMAccountName: ${user_name#*=}
		objectSid:: $(ldif_sid "$user_sid")
		objectGUID:: $(guid64 "$user_dn")
		sAMAccountType: 805306368
		primaryGroupID: 513
		tokenGroups:: $(ldif_sid "${user_sid%-*}-513")
	END
	while [ "${1:---}" != -- ]; do
		echo "tokenGroups:: $(ldif_sid "${user_sid%-*}-$1")"
		shift
	done
	[ "$#" -eq 0 ] || shift
	for user_group; do
		echo "memberOf: $user_group"
	done
	echo
}

# group DN SID TYPE MEMBER...: in the group $group_in, if that is set.
group_in=
group() {
	group_dn=$1 group_sid=$2 group_type=$3
	shift 3
	group_name=${group_dn%%,*}
	cat <<-END
		dn: $group_dn
		objectClass: group
		sAMAccountName: ${group_name#*=}
		objectSid:: $(ldif_sid "$group_sid")
		objectGUID:: $(guid64 "$group_dn")
		sAMAccountType: $((group_type == local ? 536870912 : 268435456))
		groupType: $group_type
	END
	[ -z "$group_in" ] || echo "memberOf: $group_in"
	for group_member; do
		echo "member: $group_member"
	done
	echo
}

child=dc=child,$ldif_base
universal=-2147483640
local=-2147483644
fill() {
	{
		ldif_tree
		printf 'dn: %s\nobjectClass: dcObject\n' "$child"
		printf 'objectClass: organization\ndc: child\no: Child\n\n'
		user "cn=ann,$ldif_base" "$root_sid-1101" 1201 1203 1205 -- \
		    "cn=both,$ldif_base" "cn=own,$ldif_base"
		user "cn=ben,$child" "$child_sid-1101" 1301 -- "cn=crew,$child"
		user "cn=bob,$child" "$child_sid-1102" 1301 -- "cn=crew,$child"
		group "cn=crew,$child" "$child_sid-1301" "$universal" \
		    "cn=ben,$child" "cn=bob,$child"
		group "cn=site,$child" "$child_sid-1303" "$local" \
		    "cn=hall,$child"
		group_in=cn=site,$child
		group "cn=hall,$child" "$child_sid-1302" "$local" \
		    "$(foreign "$root_sid-1101" "$child")"
		group_in=
		group "cn=visitors,$ldif_base" "$root_sid-1204" "$local" \
		    "$(foreign "$child_sid-1301" "$ldif_base")"
		group "cn=house,$ldif_base" "$root_sid-1205" "$local" \
		    "$(foreign "$child_sid-1102" "$ldif_base")" \
		    "cn=own,$ldif_base"
		group "cn=both,$ldif_base" "$root_sid-1201" "$universal" \
		    "cn=ann,$ldif_base" "cn=ben,$child"
		group "cn=doors,$ldif_base" "$root_sid-1202" "$local" \
		    "cn=ben,$child"
		group_in=cn=house,$ldif_base
		group "cn=own,$ldif_base" "$root_sid-1203" "$universal" \
		    "cn=ann,$ldif_base"
	} | slapd_load /tmp/one
}

# foreign SID BASE: the DN of a foreign security principal.
foreign() {
	echo "CN=$1,CN=ForeignSecurityPrincipals,$2"
}

# tree NAME DNS SID RANGE BASE [LINE]
tree() {
	domain "$1" <<-END
		[domain]
		backend = rid
		dns = $2
		sid = $3
		range = $4
		[directory]
		schema = ad
		servers = ldap://127.0.0.17/
		bind = anonymous
		tls = off
		base = $5
		${6:-}
	END
}

# trees ROOT CHILD: the domains, with these lines.
trees() {
	tree root example.com $root_sid 100000-199999 "$ldif_base" "$1"
	tree child child.example.com $child_sid 200000-299999 "$child" "$2"
}

members() {
	getent group "$1" | cut -d: -f4 | tr , '\n' | sort | tr '\n' ' '
}

gids() {
	id -G "$1" | tr ' ' '\n' | sort -n | tr '\n' ' '
}

# answers: all that can be across the domains.
answers() {
	for answers_of in both@example.com doors@example.com own@example.com \
	    visitors@example.com house@example.com crew@child.example.com \
	    hall@child.example.com site@child.example.com; do
		echo "$answers_of: $(members $answers_of)"
	done
	for answers_of in ann@example.com ben@child.example.com \
	    bob@child.example.com; do
		echo "$answers_of: $(gids $answers_of)"
	done
}

# says TEXT COMMAND...
says() {
	says_text=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$says_text" ]
}

# anew ROOT CHILD: a host that knows nobody, with these lines.
anew() {
	[ -z "$host_pid" ] || idmapd_stop || return
	rm -rf /var/lib/idmap/*
	trees "$@" && idmap apply && idmapd_start
}

refill() {
	slapd_stop /tmp/one && slapd_make /tmp/one 127.0.0.17 ad && fill &&
	    slapd_start /tmp/one
}

# listed GROUP: as the cache has it.
listed() {
	idmap cache list | grep " $1@example.com"
}

ok 'a server' slapd_make /tmp/one 127.0.0.17 ad
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
trees '' ''
ok 'two domains' idmap apply
ok 'idmapd starts' idmapd_start
is 'a user of the one' "$(id -u ann@example.com)" 101101
is 'and of the other' "$(id -u ben@child.example.com)" 201101
refused 'a name by which nobody would find him' \
    "put '@child.example.com' behind the name" \
    idmap override set --name benny user ben@child.example.com
refused 'or another domain would' "is a name of domain 'root'" \
    idmap override set --name benny@example.com user $child_sid-1101
is 'leave him as he was' "$(id -un 201101)" ben@child.example.com
is 'a group of users of both' \
    "$(getent group both@example.com | cut -d: -f4 | tr , '\n' | sort |
	tr '\n' ' ')" 'ann@example.com ben@child.example.com '
is 'one of its own users' \
    "$(getent group own@example.com | cut -d: -f4)" ann@example.com
is 'who is in groups of the other domain' \
    "$(gids ben@child.example.com)" '101201 101202 101204 200513 201301 '
answers >/tmp/plain
is 'all of it' "$(cat /tmp/plain)" \
    'both@example.com: ann@example.com ben@child.example.com 
doors@example.com: ben@child.example.com 
own@example.com: ann@example.com 
visitors@example.com: ben@child.example.com bob@child.example.com 
house@example.com: ann@example.com bob@child.example.com 
crew@child.example.com: ben@child.example.com bob@child.example.com 
hall@child.example.com: ann@example.com 
site@child.example.com: ann@example.com 
ann@example.com: 100513 101201 101203 101205 201302 201303 
ben@child.example.com: 101201 101202 101204 200513 201301 
bob@child.example.com: 101204 101205 200513 201301 '
ok 'soon they are in the cache' wait_until listed own
is 'both lists are whole' \
    "$(listed both | grep -c partial) $(listed own | grep -c partial)" '0 0'
ok 'the other domain goes' idmap domain remove child
is 'and its users at once' "$(members both@example.com)" 'ann@example.com '
is 'and groups' "$(gids ann@example.com)" '100513 101201 101203 101205 '
is_partial() {
	listed both | grep partial
}
ok 'that the list is not whole is said' wait_until is_partial
trees '' ''
ok 'it comes back' idmap apply
is 'with its users at once' "$(members both@example.com)" \
    'ann@example.com ben@child.example.com '
is 'with its groups' "$(gids ann@example.com)" \
    '100513 101201 101203 101205 201302 201303 '

# ---- Kept as a whole, all of them or some.
whole='replicate = yes'
ok 'both as a whole' anew "$whole" "$whole"
ok 'all of the one comes' wait_until cached i/d/root
ok 'and of the other' wait_until cached i/d/child
ok 'with what they have of each other' wait_until says \
    "$(cat /tmp/plain)" answers
ok 'the cache is whole' idmap verify
is 'for which nobody was asked' "$(idmap status --json |
    sed -n 's/^ *"lookups_asked": \([0-9]*\),*$/\1/p')" 0
cat >/tmp/ldif <<END
dn: cn=both,$ldif_base
changetype: modify
delete: member
member: cn=ben,$child

dn: cn=crew,$child
changetype: modify
delete: member
member: cn=bob,$child
-

dn: cn=hall,$child
changetype: modify
replace: member
member: cn=ben,$child
END
change() {
	slapd_change /tmp/one </tmp/ldif
}
ok 'members leave' change
ok 'a group of the one' wait_until says 'ann@example.com ' \
    members both@example.com
ok 'which the user of the other is in no more' wait_until says \
    '101202 101204 200513 201301 201302 201303 ' \
    gids ben@child.example.com
ok 'a group of the other, which the one has' wait_until says \
    'ben@child.example.com ' members visitors@example.com
ok 'and its user' wait_until says '101205 200513 ' gids bob@child.example.com
ok 'and one of the other way round' wait_until says \
    '100513 101201 101203 101205 ' gids ann@example.com
ok 'the other is not here as a whole any more' sh -c "
    sed -i '/^replicate/d' /etc/idmap/domains.d/child.conf && idmap apply"
ok 'the cache is whole still' idmap verify
is 'members of it are known all the same' "$(members visitors@example.com)" \
    'ben@child.example.com '
ok 'it goes' idmap domain remove child
ok 'and its users' wait_until says ' ' members visitors@example.com
for lines in ':replicate = yes' 'replicate = yes:'; do
	ok "idmapd ends" idmapd_stop
	ok 'the server is filled again' refill
	ok "one as a whole, $lines" anew "${lines%:*}" "${lines#*:}"
	ok 'it comes' wait_until cached i/d/
	ok 'with what they have of each other' wait_until says \
	    "$(cat /tmp/plain)" answers
done
ok 'idmapd ends' idmapd_stop
ok 'the server ends' slapd_stop /tmp/one
host_end
