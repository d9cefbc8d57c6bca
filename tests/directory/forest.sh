#!/bin/sh
# forest -- two domains of one forest, whose groups name each other's users by
# DN.  Samba has forests of one domain only: these are in an LDAP server.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

root_sid=S-1-5-21-10-20-30
child_sid=S-1-5-21-40-50-60

# sid64 SID: S-1-5-21-... as an attribute's binary value.
sid64() {
	echo "${1#S-1-5-}" | awk -F - '{
		printf "\\001\\%03o\\000\\000\\000\\000\\000\\005", NF
		for (i = 1; i <= NF; i++)
			for (n = 0; n < 4; n++) {
				printf "\\%03o", $i % 256
				$i = int($i / 256)
			}
	}' | xargs -0 printf | base64 -w 0
}

# user DN SID GROUPDN...: whom these groups of the own domain have.
user() {
	user_dn=$1 user_sid=$2
	shift 2
	user_name=${user_dn%%,*}
	cat <<-END
		dn: $user_dn
		objectClass: user
		sAMAccountName: ${user_name#*=}
		objectSid:: $(sid64 "$user_sid")
		tokenGroups:: $(sid64 "${user_sid%-*}-513")
		primaryGroupID: 513
	END
	for user_group; do
		echo "memberOf: $user_group"
	done
	echo
}

# group DN SID TYPE MEMBER...
group() {
	group_dn=$1 group_sid=$2 group_type=$3
	shift 3
	group_name=${group_dn%%,*}
	cat <<-END
		dn: $group_dn
		objectClass: group
		sAMAccountName: ${group_name#*=}
		objectSid:: $(sid64 "$group_sid")
		groupType: $group_type
	END
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
		user "cn=ann,$ldif_base" "$root_sid-1101" \
		    "cn=both,$ldif_base" "cn=own,$ldif_base"
		user "cn=ben,$child" "$child_sid-1101"
		group "cn=both,$ldif_base" "$root_sid-1201" "$universal" \
		    "cn=ann,$ldif_base" "cn=ben,$child"
		group "cn=doors,$ldif_base" "$root_sid-1202" "$local" \
		    "cn=ben,$child"
		group "cn=own,$ldif_base" "$root_sid-1203" "$universal" \
		    "cn=ann,$ldif_base"
	} | slapd_load /tmp/one
}

# tree NAME DNS SID RANGE BASE
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
	END
}

# listed GROUP: as the cache has it.
listed() {
	idmap cache list | grep " $1@example.com"
}

ok 'a server' slapd_make /tmp/one 127.0.0.17 ad
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
tree root example.com $root_sid 100000-199999 "$ldif_base"
tree child child.example.com $child_sid 200000-299999 "$child"
ok 'two domains' idmap apply
ok 'idmapd starts' idmapd_start
is 'a user of the one' "$(id -u ann@example.com)" 101101
is 'and of the other' "$(id -u ben@child.example.com)" 201101
is 'a group of users of both' \
    "$(getent group both@example.com | cut -d: -f4 | tr , '\n' | sort |
	tr '\n' ' ')" 'ann@example.com ben@child.example.com '
is 'one of its own users' \
    "$(getent group own@example.com | cut -d: -f4)" ann@example.com
is 'who is in groups of the other domain' \
    "$(id -G ben@child.example.com)" '200513 101201 101202'
ok 'soon they are in the cache' wait_until listed own
is 'both lists are whole' \
    "$(listed both | grep -c partial) $(listed own | grep -c partial)" '0 0'
ok 'the other domain goes' idmap domain remove child
ok 'what is cached is asked again' idmap flush -a
is 'and its users' "$(getent group both@example.com | cut -d: -f4)" \
    ann@example.com
is_partial() {
	listed both | grep partial
}
ok 'that the list is not whole is said' wait_until is_partial
ok 'idmapd ends' idmapd_stop
ok 'the server ends' slapd_stop /tmp/one
host_end
