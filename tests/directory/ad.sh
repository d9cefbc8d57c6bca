# ad.sh -- what stands in the domains of dc.sh, as LDIF on standard output.
#
# People are below OU=People, groups below OU=Groups.  Everybody's password is
# pw-NAME, NAME being the sAMAccountName.  RIDs are given in the order of the
# entries, from 1103 on.

# ad_text VALUE: as an attribute's value in LDIF.
ad_text() {
	case $1 in
	*[!\ -~]* | ' '* | *' ') echo ": $(printf %s "$1" | base64 -w 0)" ;;
	*) echo " $1" ;;
	esac
}

# ad_password TEXT: as unicodePwd in base64.
ad_password() {
	printf '"%s"' "$1" | iconv -f UTF-8 -t UTF-16LE | base64 -w 0
}

# ad_user NAME [LINE...]: a user with further lines.  It is enabled unless a
# line says otherwise.
ad_user() {
	ad_name=$1
	shift
	cat <<-END
		dn:$(ad_text "CN=$ad_name,${ad_ou:-OU=People},$ad_base")
		objectClass: user
		sAMAccountName:$(ad_text "$ad_name")
		unicodePwd:: $(ad_password "pw-$ad_name")
	END
	printf '%s\n' "$@" | grep -q ^userAccountControl ||
	    echo 'userAccountControl: 512'
	ad_lines "$@"
}

# ad_unix UIDNUMBER GIDNUMBER NAME [LINE...]: a user with numbers, a home and a
# shell.
ad_unix() {
	ad_uid=$1 ad_gid=$2
	shift 2
	ad_user "$@" "uidNumber: $ad_uid" "gidNumber: $ad_gid" \
	    "unixHomeDirectory: /home/unix$ad_uid" 'loginShell: /bin/bash'
}

# ad_group NAME TYPE [LINE...]: a group.  TYPE is global, local, universal, or
# mail, which gives no rights.
ad_group() {
	ad_name=$1
	case $2 in
	global) ad_type=-2147483646 ;;
	local) ad_type=-2147483644 ;;
	universal) ad_type=-2147483640 ;;
	mail) ad_type=8 ;;
	esac
	shift 2
	cat <<-END
		dn:$(ad_text "CN=$ad_name,OU=Groups,$ad_base")
		objectClass: group
		sAMAccountName:$(ad_text "$ad_name")
		groupType: $ad_type
	END
	ad_lines "$@"
}

ad_lines() {
	for ad_line; do
		echo "$ad_line"
	done
	echo
}

# ad_member NAME...: lines for ad_group: people; with a leading @, groups.
ad_member() {
	for ad_one; do
		case $ad_one in
		@*) echo "member:$(ad_text "CN=${ad_one#@},OU=Groups,$ad_base")" ;;
		*) echo "member:$(ad_text "CN=$ad_one,OU=People,$ad_base")" ;;
		esac
	done
}

# ad_join NAME MEMBER: put it into the group later.
ad_join() {
	printf 'dn:%s\nchangetype: modify\nadd: member\n%s\n-\n\n' \
	    "$(ad_text "CN=$1,OU=Groups,$ad_base")" "$(ad_member "$2")"
}

ad_folders() {
	for ad_folder in People Groups Hidden; do
		printf 'dn: OU=%s,%s\nobjectClass: organizationalUnit\n\n' \
		    "$ad_folder" "$ad_base"
	done
}

# The attributes of Services for UNIX 3 and 2, which are not of every schema:
# name, and what its identifier ends in.
ad_sfu='msSFU30UidNumber 1.6.18.1.310
msSFU30GidNumber 1.6.18.1.311
msSFU30LoginShell 1.6.18.1.312
msSFU30Gecos 1.6.18.1.337
msSFU30HomeDirectory 1.6.18.1.344
MSSFU2x-uidNumber 1.4.7000.187.70
MSSFU2x-gidNumber 1.4.7000.187.71
MSSFU2x-loginShell 1.4.7000.187.72
MSSFU2x-gecos 1.4.7000.187.97
msSFUHomeDirectory 1.4.7000.187.106'

# ad_schema, ad_classes: what ad_sfu adds to the schema, and then to users and
# groups.
ad_schema() {
	echo "$ad_sfu" | while read -r ad_name ad_oid; do
		case $ad_name in
		*Number) ad_syntax=2.5.5.9 ad_om=2 ;;
		*) ad_syntax=2.5.5.5 ad_om=22 ;;
		esac
		cat <<-END
			dn: CN=$ad_name,CN=Schema,CN=Configuration,$ad_base
			objectClass: attributeSchema
			lDAPDisplayName: $ad_name
			attributeID: 1.2.840.113556.$ad_oid
			attributeSyntax: $ad_syntax
			oMSyntax: $ad_om
			isSingleValued: TRUE
			searchFlags: 1

		END
	done
}

ad_classes() {
	for ad_class in User Group; do
		printf 'dn: CN=%s,CN=Schema,CN=Configuration,%s\n' \
		    "$ad_class" "$ad_base"
		printf 'changetype: modify\nadd: mayContain\n'
		echo "$ad_sfu" | sed 's/^\([^ ]*\).*/mayContain: \1/'
		printf '%s\n\n' -
	done
}

# ad_people: users m00001 to m(N), uidNumber 20001 and so on, and the group
# "many" of all of them, gidNumber 10200.  They have no password.
ad_people() {
	awk -v n="$1" -v base="$ad_base" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "dn: CN=m%05d,OU=People,%s\nobjectClass: user\n" \
			    "sAMAccountName: m%05d\nuserAccountControl: 544\n" \
			    "uidNumber: %d\ngidNumber: 10000\n\n",
			    i, base, i, 20000 + i
		printf "dn: CN=many,OU=Groups,%s\nobjectClass: group\n" \
		    "sAMAccountName: many\ngidNumber: 10200\n", base
		for (i = 1; i <= n; i++)
			printf "member: CN=m%05d,OU=People,%s\n", i, base
		print ""
	}'
	ad_join whole @many
}

# ad_corp: the first domain, all but ad_people.
ad_corp() {
	ad_base=DC=corp,DC=example,DC=com
	ad_folders
	ad_group staff global 'gidNumber: 10000' # 1103
	ad_unix 10001 10000 alice 'displayName: Alice Ash' \
	    'gecos: Alice Ash,Room 1,,' \
	    'userPrincipalName: alice@corp.example.com' # 1104
	ad_unix 10002 10000 Bob.Brown 'givenName: Bob' 'sn: Brown'
	ad_unix 10003 10000 'Carl Blank' \
	    'userPrincipalName: carl.blank@corp.example.com'
	ad_unix 10004 10000 'Jürgen Groß' \
	    "displayName:$(ad_text 'Jürgen Groß')"
	ad_user dora                    # no numbers
	ad_unix 10005 10000 emil        # primary group staff: see below
	ad_unix 10006 10201 fay         # gidNumber of another group than staff
	ad_user halfway 'uidNumber: 10007' # a uid and no gid
	ad_unix 10008 10000 upnuser \
	    'userPrincipalName: upn.user@mail.example.com'
	ad_unix 10010 10000 disabled 'userAccountControl: 514'
	ad_unix 10011 10000 expired 'accountExpires: 132223104000000000'
	ad_unix 10012 10000 locked     # see dc.sh
	ad_unix 10013 10000 mustchange 'pwdLastSet: 0'
	ad_unix 10014 10000 nevermind 'accountExpires: 9223372036854775807'
	ad_unix 10020 10000 twin1
	ad_unix 10020 10000 twin2
	ad_unix 10040 10000 root
	ad_unix 10041 10000 shared
	ad_unix 0 10000 zero
	ad_unix -1 10000 minus
	ad_unix 65534 10000 nobody2
	ad_unix 10050 4711 groupless   # nobody has this gid
	ad_user colon 'uidNumber: 10051' 'gidNumber: 10000' \
	    'unixHomeDirectory: /home/co:lon' 'gecos: Co:lon' \
	    'loginShell: /bin/sh:0'
	ad_user newline 'uidNumber: 10052' 'gidNumber: 10000' \
	    "gecos:: $(printf 'New\nroot2:x:0:0::/:/bin/sh' | base64 -w 0)"
	ad_ou=OU=Hidden ad_unix 10030 10000 hidden
	ad_user idmap-svc              # who asks, with a keytab
	cat <<-END
		dn: CN=CLIENT,CN=Computers,$ad_base
		objectClass: computer
		sAMAccountName: CLIENT\$
		userAccountControl: 4096
		dNSHostName: client.corp.example.com
		servicePrincipalName: host/client.corp.example.com
		unicodePwd:: $(ad_password pw-client)

		dn: CN=A Contact,OU=People,$ad_base
		objectClass: contact

	END
	ad_group outer global 'gidNumber: 10100'
	ad_group middle global 'gidNumber: 10101'
	ad_group inner global 'gidNumber: 10102' "$(ad_member alice)"
	ad_join outer @middle
	ad_join middle @inner
	ad_group ring1 universal 'gidNumber: 10110' "$(ad_member Bob.Brown)"
	ad_group ring2 universal 'gidNumber: 10111' "$(ad_member @ring1)"
	ad_join ring1 @ring2
	ad_group fayers global 'gidNumber: 10201'
	ad_group mixed local 'gidNumber: 10210' "$(ad_member Bob.Brown)" \
	    "member: CN=A Contact,OU=People,$ad_base"
	ad_group 'Group With Blank' universal 'gidNumber: 10220' \
	    "$(ad_member 'Carl Blank' alice)"
	ad_group Größe global 'gidNumber: 10221' "$(ad_member 'Jürgen Groß')"
	ad_group nogid global "$(ad_member alice dora)"
	ad_group empty global 'gidNumber: 10230'
	ad_group letters mail 'gidNumber: 10231' "$(ad_member alice)"
	ad_group whole global 'gidNumber: 10240'
	ad_group outside local 'gidNumber: 10250'
	ad_group round local 'gidNumber: 10251' "$(ad_member @outside)"
	ad_user moved 'uidNumber: 10060' 'gidNumber: 10000' \
	    "sIDHistory: $dc_sid_former-4711"
	ad_user sfu 'msSFU30UidNumber: 10070' 'msSFU30GidNumber: 10260' \
	    'msSFU30HomeDirectory: /home/sfu30' 'msSFU30LoginShell: /bin/dash' \
	    'msSFU30Gecos: Sfu Thirty' 'MSSFU2x-uidNumber: 10071' \
	    'MSSFU2x-gidNumber: 10261' 'msSFUHomeDirectory: /home/sfu20' \
	    'MSSFU2x-loginShell: /bin/sh' 'MSSFU2x-gecos: Sfu Twenty'
	ad_group sfus global 'msSFU30GidNumber: 10260' \
	    'MSSFU2x-gidNumber: 10261' "$(ad_member sfu)"
	ad_group gidzero global 'gidNumber: 0' "$(ad_member alice)"
	for ad_one in alice Bob.Brown emil disabled; do
		ad_join staff "$ad_one"
	done
	printf 'dn: CN=emil,OU=People,%s\nchangetype: modify\n' "$ad_base"
	printf 'replace: primaryGroupID\nprimaryGroupID: 1103\n-\n\n'
}

# ad_foreign: once CORP trusts it, OTHER\alice is a member of mixed, and the
# group OTHER\staff one of outside, which is in round.
ad_foreign() {
	for ad_one in 'mixed 1104' 'outside 1103'; do
		printf 'dn: CN=%s,OU=Groups,DC=corp,DC=example,DC=com\n' \
		    "${ad_one% *}"
		printf 'changetype: modify\nadd: member\n'
		printf 'member: <SID=%s-%s>\n-\n\n' "$dc_sid_other" \
		    "${ad_one#* }"
	done
}

# ad_other: the second one, some of whose names are the first one's, too.
ad_other() {
	ad_base=DC=other,DC=example,DC=net
	ad_folders
	ad_group staff global 'gidNumber: 30000' # 1103
	ad_unix 30001 30000 alice 'displayName: Alice Elsewhere' # 1104
	ad_unix 30002 30000 shared
	ad_unix 30003 30000 olga
	ad_unix 10001 30000 clash # alice of CORP has this number
	ad_user idmap-svc
	for ad_one in alice olga; do
		ad_join staff "$ad_one"
	done
}
