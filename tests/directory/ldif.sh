# ldif.sh -- what stands in the directories of slapd.sh, as LDIF on standard
# output, fast.
#
# Users are below ou=people, groups below ou=groups.  A user's number says all
# about it: u00042 has uid 100042, the primary group staff (50000) and the
# password pw-u00042.  A group's likewise: g00042 has gid 200042.

ldif_base=dc=example,dc=com
ldif_reader=cn=reader,$ldif_base
ldif_reader_secret=reader-secret

# ldif_tree: what every directory needs: come first.
ldif_tree() {
	cat <<-END
		dn: $ldif_base
		objectClass: dcObject
		objectClass: organization
		dc: example
		o: Example

		dn: $ldif_reader
		objectClass: organizationalRole
		objectClass: simpleSecurityObject
		userPassword: $ldif_reader_secret

		dn: ou=people,$ldif_base
		objectClass: organizationalUnit

		dn: ou=groups,$ldif_base
		objectClass: organizationalUnit

	END
}

# ldif_users N [FIRST]: N users from u00000 (or FIRST) on.
ldif_users() {
	awk -v n="$1" -v first="${2:-0}" -v base="$ldif_base" 'BEGIN {
		for (i = first + 0; i < first + n; i++) {
			u = sprintf("u%05d", i)
			printf "dn: uid=%s,ou=people,%s\n" \
			    "objectClass: inetOrgPerson\n" \
			    "objectClass: posixAccount\n" \
			    "objectClass: shadowAccount\n" \
			    "uid: %s\ncn: User %05d\nsn: User\n" \
			    "uidNumber: %d\ngidNumber: 50000\n" \
			    "gecos: User %05d,Room %d,,\n" \
			    "homeDirectory: /home/%s\nloginShell: /bin/bash\n" \
			    "userPassword: pw-%s\n\n",
			    u, base, u, i, 100000 + i, i, i % 100, u, u
		}
	}'
}

# ldif_user NAME UID GID [LINE...]: one user, with further lines.
ldif_user() {
	cat <<-END
		dn: uid=$1,ou=people,$ldif_base
		objectClass: inetOrgPerson
		objectClass: posixAccount
		objectClass: shadowAccount
		uid: $1
		cn: $1
		sn: $1
		uidNumber: $2
		gidNumber: $3
		homeDirectory: /home/$1
		loginShell: /bin/bash
		userPassword: pw-$1
	END
	shift 3
	for ldif_line; do
		echo "$ldif_line"
	done
	echo
}

# In awk: group(name, gid) begins an entry, member(name) goes on with a user.
ldif_awk='
function group(name, gid) {
	printf "\ndn: cn=%s,ou=groups,%s\n", name, base
	if (by_dn)
		printf "objectClass: groupOfNames\n"
	printf "objectClass: posixGroup\ncn: %s\ngidNumber: %d\n", name, gid
}
function member(name) {
	if (by_dn)
		printf "member: uid=%s,ou=people,%s\n", name, base
	else
		printf "memberUid: %s\n", name
}
function user(i) {
	return sprintf("u%05d", i)
}'

# ldif_awk_groups SCHEMA ASSIGNMENT PROGRAM: run it with the functions above.
ldif_awk_groups() {
	awk -v by_dn="$([ "$1" = rfc2307 ] && echo 0 || echo 1)" \
	    -v base="$ldif_base" -v "$2" "$ldif_awk BEGIN { $3; print \"\" }"
}

# ldif_staff SCHEMA: everybody's primary group, of which u00000 is a member.
ldif_staff() {
	ldif_awk_groups "$1" n=0 'group("staff", 50000); member(user(0))'
}

# ldif_groups SCHEMA USERS GROUPS: so many groups of ten users; as many groups
# as users put each user into ten of them.
ldif_groups() {
	ldif_awk_groups "$1" "users=$2" '
	for (j = 0; j < '"$3"'; j++) {
		group(sprintf("g%05d", j), 200000 + j)
		for (k = 0; k < 10; k++)
			member(user((10 * j + k) % users))
	}'
}

# ldif_busy SCHEMA N [K]: the user inN (or inN-K, K below 10), who is the only
# member of N groups.
ldif_busy() {
	ldif_busy=in$2${3:+-$3}
	ldif_user "$ldif_busy" $((700000 + 10 * $2 + ${3:-9})) 50000
	ldif_awk_groups "$1" "n=$2" '
	first = 1000000 * (length(n) - 1) + 10000 * '"${3:-9}"'
	for (j = 0; j < n; j++) {
		group(sprintf("%s-%05d", "'"$ldif_busy"'", j), first + j)
		member("'"$ldif_busy"'")
	}'
}

# ldif_group SCHEMA NAME GID N: a group of the users u00000 to u(N-1).
ldif_group() {
	ldif_awk_groups "$1" "n=$4" 'group("'"$2"'", '"$3"')
	for (i = 0; i < n; i++)
		member(user(i))'
}

# ldif_sizes SCHEMA: groups that end where directories part long lists, of
# 1499, 1500, 1501 and 5000 members: size1499, gid 301499, and so on.
ldif_sizes() {
	for ldif_size in 1499 1500 1501 5000; do
		ldif_group "$1" "size$ldif_size" $((300000 + ldif_size)) \
		    "$ldif_size"
	done
}

# ldif_nested: groups in groups, for schemas with members by DN.  nest0 has
# nest1, which has nest2 .. to nest9, which has u00001.  loop0 has loop1, that
# has loop2, that has loop0; each has a user, u00010 to u00012.  selfish has
# itself and u00013.  ragged has nobody that is there, u00014 by a DN in other
# spelling, somebody who is no account, and u00014 again through nest9's sibling
# "twice".  unnumbered has no gid and has u00015; numbered has unnumbered.
ldif_nested() {
	ldif_awk_groups rfc2307bis n=0 '
	for (j = 0; j < 10; j++) {
		group("nest" j, 310000 + j)
		if (j < 9)
			printf "member: cn=nest%d,ou=groups,%s\n", j + 1, base
		else
			member(user(1))
	}
	for (j = 0; j < 3; j++) {
		group("loop" j, 310100 + j)
		member(user(10 + j))
		printf "member: cn=loop%d,ou=groups,%s\n", (j + 1) % 3, base
	}
	group("selfish", 310200)
	member(user(13))
	printf "member: cn=selfish,ou=groups,%s\n", base
	group("twice", 310300)
	member(user(14))
	group("ragged", 310301)
	member("nobody-there")
	printf "member: UID=U00014, OU=People, %s\n", base
	printf "member: cn=reader,%s\n", base
	printf "member: cn=twice,ou=groups,%s\n", base
	printf "\ndn: cn=unnumbered,ou=groups,%s\nobjectClass: groupOfNames\n" \
	    "cn: unnumbered\n", base
	member(user(15))
	group("numbered", 310302)
	printf "member: cn=unnumbered,ou=groups,%s\n", base'
}

# ldif_shadow: users whom an account check must tell apart.
ldif_shadow() {
	ldif_user expired 81001 50000 'shadowExpire: 1'
	ldif_user living 81002 50000 'shadowExpire: 60000'
	ldif_user mustchange 81003 50000 'shadowLastChange: 0'
	ldif_user aged 81004 50000 'shadowLastChange: 10000' 'shadowMax: 90' \
	    'shadowInactive: 7'
	ldif_user locked 81005 50000 'pwdAccountLockedTime: 000001010000Z'
}

# ldif_spelled: users and groups whose names ask for care, all legal.
ldif_spelled() {
	ldif_user Mixed.Case 82001 50000
	ldif_user 'with blank' 82002 50000
	ldif_user 'star*(paren)' 82003 50000
	ldif_user "back\\5Cslash" 82004 50000 | sed 's/^\([a-z]*: back\\\)5C/\1/'
	ldif_user jürgen.groß 82005 50000 'gecos: Juergen Gross' |
	    sed 's|/home/jürgen.groß|/home/juergen|'
	ldif_user alias1 82006 50000 'uid: alias2'
	ldif_user twin1 82007 50000
	ldif_user twin2 82007 50000
	ldif_user dollar$ 82008 50000
}

# ldif_64 TEXT: in base64, with what printf makes of TEXT.
ldif_64() {
	printf -- "$1" | base64 -w 0
}

# ldif_odd_user KEY LINE...: for the schema "loose", which see: a user with
# nothing but the name of its entry, KEY, and these lines.
ldif_odd_user() {
	printf 'dn: cn=%s,ou=people,%s\nobjectClass: inetOrgPerson\n' \
	    "$1" "$ldif_base"
	printf 'objectClass: posixAccount\ncn: %s\nsn: %s\n' "$1" "$1"
	shift
	for ldif_line; do
		echo "$ldif_line"
	done
	echo
}

# ldif_odd_number KEY NUMBER: a user and a group with this for a number.
ldif_odd_number() {
	ldif_odd_user "$1" "uid: $1" "oddUidNumber:: $(ldif_64 "$2")" \
	    'oddGidNumber: 50000' "homeDirectory: /home/$1"
	ldif_odd_user "$1-gid" "uid: $1-gid" 'oddUidNumber: 83000' \
	    "oddGidNumber:: $(ldif_64 "$2")" "homeDirectory: /home/$1"
	ldif_odd_group "$1-group" "cn: $1-group" "oddGidNumber:: $(ldif_64 "$2")"
}

# ldif_odd_name KEY NAME NUMBER: a user and a group with this for a name.
ldif_odd_name() {
	ldif_odd_user "$1" "uid:: $(ldif_64 "$2")" "oddUidNumber: $3" \
	    'oddGidNumber: 50000' "homeDirectory: /home/$1"
	ldif_odd_group "$1-group" "cn:: $(ldif_64 "$2")" "oddGidNumber: $3"
}

# ldif_odd_group KEY LINE...: a group, in an entry whose own name is KEY.
ldif_odd_group() {
	printf 'dn: ou=%s,ou=groups,%s\nobjectClass: organizationalUnit\n' \
	    "$1" "$ldif_base"
	printf 'objectClass: posixGroup\nou: %s\n' "$1"
	shift
	for ldif_line; do
		echo "$ldif_line"
	done
	echo
}

# ldif_odd_field KEY NUMBER FIELD VALUE: a user who is odd in one field.
ldif_odd_field() {
	{
		printf '%s\n' 'oddGidNumber: 50000' 'homeDirectory: /home/odd' \
		    'loginShell: /bin/sh' 'gecos: Odd' | grep -v "^$3:"
		echo "$3:: $(ldif_64 "$4")"
	} >"${TMPDIR:-/tmp}/ldif.$$"
	ldif_odd_user "$1" "uid: $1" "oddUidNumber: $2" \
	    "$(cat "${TMPDIR:-/tmp}/ldif.$$")"
	rm -f "${TMPDIR:-/tmp}/ldif.$$"
}

# ldif_odd: what must never be served, for the schema "loose".  The key of each
# says what is odd.
ldif_odd() {
	ldif_odd_number zero 0
	ldif_odd_number system 27
	ldif_odd_number nobody65534 65534
	ldif_odd_number sixteen 65535
	ldif_odd_number minus -1
	ldif_odd_number minus2 -2
	ldif_odd_number all 4294967295
	ldif_odd_number wrapped 4294967296
	ldif_odd_number wrapped-user 4295067296
	ldif_odd_number huge 99999999999999999999999999
	ldif_odd_number exponent 1e3
	ldif_odd_number plus +84000
	ldif_odd_number blank-before ' 84001'
	ldif_odd_number blank-behind '84002 '
	ldif_odd_number octal 0100000
	ldif_odd_number hex 0x14000
	ldif_odd_number fraction 84003.0
	ldif_odd_number nul '84004\0007'
	ldif_odd_number arabic '٨٤٠٠٥'
	ldif_odd_number word many
	ldif_odd_name newline 'new\nline:x:0:0::/:/bin/sh' 84100
	ldif_odd_name colon 'co:lon' 84101
	ldif_odd_name slash 'sl/ash' 84102
	ldif_odd_name dotdot '..' 84103
	ldif_odd_name nul-name 'nu\000l' 84104
	ldif_odd_name control 'con\001trol' 84105
	ldif_odd_name escape 'esc\033[2J' 84106
	ldif_odd_name digits 84107 84107
	ldif_odd_name minus-name '-rf' 84108
	ldif_odd_name plus-name '+' 84109
	ldif_odd_name root root 84110
	ldif_odd_name daemon daemon 84111
	ldif_odd_name long "$(printf '%0300d' 0 | tr 0 l)" 84112
	ldif_odd_name bidi 'b\342\200\256idi' 84113
	ldif_odd_name comma 'com,ma' 84114
	ldif_odd_field home-colon 84200 homeDirectory '/ho:me'
	ldif_odd_field home-newline 84201 homeDirectory '/ho\nme'
	ldif_odd_field home-relative 84202 homeDirectory 'home/odd'
	ldif_odd_field home-nul 84203 homeDirectory '/home\000/odd'
	ldif_odd_field shell-colon 84204 loginShell '/bin/sh:0'
	ldif_odd_field shell-newline 84205 loginShell '/bin/sh\nroot2:x:0:0:'
	ldif_odd_field gecos-colon 84206 gecos 'a:b'
	ldif_odd_field gecos-newline 84207 gecos 'a\nb'
	ldif_odd_field gecos-latin1 84208 gecos 'J\374rgen'
	ldif_odd_field gecos-huge 84209 gecos "$(printf '%0100000d' 0)"
	ldif_odd_user two-numbers 'uid: two-numbers' 'oddUidNumber: 84300' \
	    'oddUidNumber: 84301' 'oddGidNumber: 50000' 'homeDirectory: /home/two'
	ldif_odd_user two-homes 'uid: two-homes' 'oddUidNumber: 84302' \
	    'oddGidNumber: 50000' 'homeDirectory: /home/a' 'homeDirectory: /home/b'
	ldif_odd_user good 'uid: good' 'oddUidNumber: 84400' 'oddGidNumber: 50000' \
	    'homeDirectory: /home/good' 'loginShell: /bin/sh'
	ldif_odd_group good-group 'cn: good-group' 'oddGidNumber: 84400'
	ldif_odd_group odd-members 'cn: odd-members' 'oddGidNumber: 84401' \
	    'memberUid: good' 'memberUid: root' 'memberUid: a,b' \
	    "memberUid:: $(ldif_64 'c\nd:x:0:')" 'memberUid: missing'
}

# ldif_ipa: what a server of FreeIPA has, in the schema "ipa": its accounts, and
# once more as RFC 2307 would have them, below cn=compat.  ada is in devs, which
# is in staff and in everybody, a group without a number; bob is disabled, eve's
# principal has expired.  Everybody has a group of his own.
ldif_ipa_sid=S-1-5-21-2111-3222-4333
ldif_ipa() {
	cat <<-END
		dn: $ldif_base
		objectClass: dcObject
		objectClass: organization
		objectClass: pilotObject
		dc: example
		o: Example
		info: IPA V2.0

	END
	for ldif_folder in cn=accounts cn=users,cn=accounts \
	    cn=groups,cn=accounts cn=compat cn=users,cn=compat \
	    cn=groups,cn=compat cn=etc cn=ad,cn=etc; do
		printf 'dn: %s,%s\nobjectClass: nsContainer\n\n' \
		    "$ldif_folder" "$ldif_base"
	done
	cat <<-END
		dn: cn=example.com,cn=ad,cn=etc,$ldif_base
		objectClass: nsContainer
		objectClass: ipaNTDomainAttrs
		cn: example.com
		ipaNTFlatName: EXAMPLE
		ipaNTSecurityIdentifier: $ldif_ipa_sid

	END
	ldif_ipa_user ada 1
	ldif_ipa_user bob 2 'nsAccountLock: TRUE'
	ldif_ipa_user eve 3 'krbPrincipalExpiration: 20200101000000Z'
	ldif_ipa_user fay 4 'krbPrincipalExpiration: 20990101000000Z'
	ldif_ipa_group devs 101 uid=ada,cn=users uid=bob,cn=users
	ldif_ipa_group staff 102 cn=devs,cn=groups uid=fay,cn=users
	ldif_ipa_group everybody '' uid=ada,cn=users cn=staff,cn=groups
}

# ldif_ipa_user NAME NUMBER [LINE...]: with the number in uidNumber and RID.
ldif_ipa_user() {
	ldif_name=$1 ldif_number=$2
	shift 2
	cat <<-END
		dn: uid=$ldif_name,cn=users,cn=accounts,$ldif_base
		objectClass: inetOrgPerson
		objectClass: posixAccount
		objectClass: krbPrincipalAux
		objectClass: ipaObject
		objectClass: ipaSshUser
		objectClass: mepOriginEntry
		objectClass: ipaNTUserAttrs
		uid: $ldif_name
		cn: $ldif_name Example
		sn: Example
		uidNumber: $((1946000000 + ldif_number))
		gidNumber: $((1946000000 + ldif_number))
		homeDirectory: /home/$ldif_name
		loginShell: /bin/sh
		gecos: $ldif_name Example
		krbPrincipalName: $ldif_name@EXAMPLE.COM
		ipaUniqueID: 6ba7b810-9dad-11d1-80b4-00000000000$ldif_number
		ipaNTSecurityIdentifier: $ldif_ipa_sid-$((1000 + ldif_number))
		mepManagedEntry: cn=$ldif_name,cn=groups,cn=accounts,$ldif_base
	END
	printf '%s\n' "$@" ''
	cat <<-END
		dn: cn=$ldif_name,cn=groups,cn=accounts,$ldif_base
		objectClass: ipaPosixGroup
		objectClass: posixGroup
		objectClass: ipaObject
		cn: $ldif_name
		gidNumber: $((1946000000 + ldif_number))
		ipaUniqueID: 6ba7b810-9dad-11d1-80b5-00000000000$ldif_number

		dn: uid=$ldif_name,cn=users,cn=compat,$ldif_base
		objectClass: account
		objectClass: posixAccount
		objectClass: ipaOverrideTarget
		uid: $ldif_name
		cn: $ldif_name Example
		uidNumber: $((1946000000 + ldif_number))
		gidNumber: $((1946000000 + ldif_number))
		homeDirectory: /home/$ldif_name
		loginShell: /bin/sh
		ipaAnchorUUID: :IPA:example.com:6ba7b810-$ldif_number

	END
}

# ldif_ipa_group NAME NUMBER MEMBER...: without a number it is no group of UNIX.
ldif_ipa_group() {
	ldif_name=$1 ldif_number=$2
	shift 2
	sed '/^$/d' <<-END
		dn: cn=$ldif_name,cn=groups,cn=accounts,$ldif_base
		objectClass: ipaUserGroup
		objectClass: ipaObject
		objectClass: ipaNTGroupAttrs
		${ldif_number:+objectClass: posixGroup}
		cn: $ldif_name
		ipaUniqueID: 6ba7b810-9dad-11d1-80b6-0000000${ldif_number:-000}00
	END
	for ldif_one; do
		echo "member: $ldif_one,cn=accounts,$ldif_base"
	done
	if [ -z "$ldif_number" ]; then
		echo
		return
	fi
	cat <<-END
		gidNumber: $((1946000000 + ldif_number))
		ipaNTSecurityIdentifier: $ldif_ipa_sid-$((1000 + ldif_number))

		dn: cn=$ldif_name,cn=groups,cn=compat,$ldif_base
		objectClass: ipaPosixGroup
		objectClass: posixGroup
		cn: $ldif_name
		gidNumber: $((1946000000 + ldif_number))
		memberUid: ada

	END
}

# ldif_sid SID: S-1-5-21-... as an attribute's binary value.
ldif_sid() {
	echo "${1#S-1-5-}" | awk -F - '{
		printf "\\001\\%03o\\000\\000\\000\\000\\000\\005", NF
		for (i = 1; i <= NF; i++)
			for (n = 0; n < 4; n++) {
				printf "\\%03o", $i % 256
				$i = int($i / 256)
			}
	}' | xargs -0 printf | base64 -w 0
}
