#!/bin/sh
# added -- "idmap domain add" asks the directory for what is not said, and tries
# it before anything is saved.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

server() {
	slapd_make /tmp/one 127.0.0.14 "$1" &&
	    { ldif_tree; ldif_staff "$1"; ldif_users 20; } |
	    slapd_load /tmp/one && slapd_start /tmp/one
}

# of NAME KEY: what its file says.
of() {
	sed -n "s/^$2 *= *//p" "/etc/idmap/domains.d/$1.conf"
}

refused 'nothing answers' 'ldap://127.0.0.14/' \
    idmap domain add ldap servers=ldap://127.0.0.14/
refused 'and what to do is said' '--offline' \
    idmap domain add ldap servers=ldap://127.0.0.14/
refused 'a setting that is not is known by its neighbour' "is it 'servers'?" \
    idmap domain add wrong server=ldap://127.0.0.14/
refused 'what is no server is named' "'http://x' is no server" \
    idmap domain add ldap servers=http://x
ok 'nothing was saved' test ! -e /etc/idmap/domains.d/ldap.conf

ok 'a server' server rfc2307
ok 'a dry run' sh -c 'idmap domain add --dry-run ldap \
    servers=ldap://127.0.0.14/ ca_file=/tmp/one/ca/ca.pem >/tmp/dry'
ok 'shows whom it would serve' grep -q \
    'u00000  uid 100000  gid 50000  home /home/u00000' /tmp/dry
ok 'and saves nothing' test ! -e /etc/idmap/domains.d/ldap.conf
refused 'a wrong certificate is refused' 'certificate' \
    idmap domain add ldap servers=ldap://127.0.0.14/
refused 'numbers out of the range are told' 'not in the range' \
    idmap domain add ldap servers=ldap://127.0.0.14/ \
    ca_file=/tmp/one/ca/ca.pem range=2000000-2999999
ok 'added' idmap domain add ldap servers=ldap://127.0.0.14/ \
    ca_file=/tmp/one/ca/ca.pem
is 'the base' "$(of ldap base)" "$ldif_base"
is 'the schema' "$(of ldap schema)" rfc2307
is 'the name' "$(of ldap dns)" example.com
is 'the numbers stand there' "$(of ldap backend)" rfc2307
is 'between these' "$(of ldap range)" 50000-199999
ok 'idmapd starts' idmapd_start
is 'and users are there' "$(getent passwd u00003@example.com | cut -d: -f1,3)" \
    u00003@example.com:100003
ok 'whom the cache has soon' wait_until cached i/p/u00003@
ok 'idmapd ends' idmapd_stop
is 'what its keeper wrote is believed' \
    "$(getent passwd u00003@example.com | cut -d: -f1,3)" u00003@example.com:100003
ok 'and shown' sh -c 'idmap cache list | grep -q u00003@'
ok 'idmapd starts again' idmapd_start
ok 'it is removed' idmap domain remove ldap
refused 'so is a base where nobody is' 'has no user below ou=groups' \
    idmap domain add ldap servers=ldap://127.0.0.14/ \
    ca_file=/tmp/one/ca/ca.pem range=50000-199999 "base=ou=groups,$ldif_base"
ok 'the server ends' slapd_stop /tmp/one

# ---- A server that shows no more than a few at once, as Debian's slapd does.
posix() { # NAME NUMBER
	cat <<-END
		dn: uid=$1,ou=people,$ldif_base
		objectClass: account
		objectClass: posixAccount
		uid: $1
		cn: $1
		uidNumber: $2
		gidNumber: 400000
		homeDirectory: /home/$1

	END
}
limited() {
	slapd_make /tmp/few 127.0.0.14 rfc2307 'sizelimit 5' && {
		ldif_tree
		for number in 400001 400002 400003 400004 400005 400006; do
			posix "u$number" "$number"
		done
		posix nobody 65534
		posix first 320001
		posix last 698765
		posix mistake 4000000000
	} | slapd_load /tmp/few && slapd_start /tmp/few
}
ok 'a server with a limit' limited
ok 'a domain of it is added' idmap domain add few \
    servers=ldap://127.0.0.14/ ca_file=/tmp/few/ca/ca.pem
is 'the range has those who were not shown, too' "$(of few range)" 320000-699999
is 'who is last is there' "$(getent passwd last@example.com | cut -d: -f3)" \
    698765

# It cannot be kept as a whole, which is told once.
ok 'it is to be kept as a whole' idmap domain edit few replicate=yes
ok 'it is not' wait_until grep -qF \
    "domain 'few' is not followed: the server does not show all of it: ldap:" \
    "$host_messages"
# Time for two more tries.
sleep 3
is 'and not told again' "$(grep -c "domain 'few' is .*followed" \
    "$host_messages")" 1
is 'others are asked for one by one' \
    "$(getent passwd first@example.com | cut -d: -f3)" 320001
ok 'it is removed' idmap domain remove few
ok 'the server ends' slapd_stop /tmp/few
ok 'unasked' idmap domain add --offline ldap backend=rfc2307 \
    range=50000-199999 schema=rfc2307 dns=example.com \
    servers=ldap://127.0.0.14/ "base=$ldif_base"

# ---- Active Directory.
ok 'a domain controller' dc_start corp
printf '%s\n' pw-idmap-svc >/etc/idmap/corp.password
chgrp idmap /etc/idmap/corp.password
chmod 640 /etc/idmap/corp.password
ok 'a domain' sh -c 'idmap domain add --json corp \
    servers=ldaps://dc1.corp.example.com/ ca_file=/run/dc/ca/ca.pem \
    bind_dn=idmap-svc@corp.example.com \
    password_file=/etc/idmap/corp.password >/tmp/corp'
is 'the SID' "$(of corp sid)" "$dc_sid_corp"
is 'the short name' "$(of corp netbios)" CORP
is 'the long one' "$(of corp dns)" corp.example.com
is 'the schema' "$(of corp schema)" ad
is 'the backend' "$(of corp backend)" rid
ok 'a range' test -n "$(of corp range)"
ok 'programs see a sample' grep -q '"users"' /tmp/corp
low=$(of corp range | cut -d- -f1)
is 'with the group that it will have' "$(sed -n 's/^ *"gid": \([0-9]*\),*$/\1/p' \
    /tmp/corp | sort -u)" $((low + 513))
is 'and a home of its name' "$(sed -n 's/^ *"home": "\(.*\)".*/\1/p' \
    /tmp/corp | grep -c %)" 0
getent passwd alice@corp.example.com >/tmp/alice
ok 'alice is there' grep -q '^alice@corp.example.com:' /tmp/alice
is 'with a number of the range' "$(cut -d: -f3 /tmp/alice)" \
    "$(idmap show winuser:alice@CORP uid | sed 's/.*://')"
range=$(of corp range)
cp "$dc_folder/corp/keytab" /run/root.keytab
chmod 600 /run/root.keytab
idmap domain remove corp >/dev/null
refused 'a keytab that idmapd cannot read is none' \
    "/run/root.keytab cannot be read by user 'idmap'" \
    idmap domain add corp range="$range" bind=gssapi \
    servers=ldap://dc1.corp.example.com/ keytab=/run/root.keytab
chmod 600 /etc/idmap/corp.password
ok 'who is not asked' sh -c "idmap domain add --offline --force-move corp \
    range=$range sid=$dc_sid_corp schema=ad dns=corp.example.com \
    servers=ldaps://dc1.corp.example.com/ ca_file=/run/dc/ca/ca.pem \
    bind_dn=idmap-svc@corp.example.com \
    password_file=/etc/idmap/corp.password"
refused 'has that found' "the directory of 'corp': /etc/idmap/corp.password cannot" \
    idmap check
chmod 640 /etc/idmap/corp.password
install -m 640 -g idmap "$dc_folder/corp/keytab" /etc/idmap/corp.keytab
ok 'it is removed' idmap domain remove corp
ok 'and added with a keytab' sh -c "idmap domain add corp range=$range \
    servers=ldap://dc1.corp.example.com/ bind=gssapi \
    keytab=/etc/idmap/corp.keytab >/tmp/keytab"
ok 'which shows users, too' grep -q '^users, for example' /tmp/keytab
ok 'and that they have no home' grep -q '^who has no home.*home=' /tmp/keytab
ok 'bob is there' getent passwd bob.brown@corp.example.com
printf 'winuser:emil@corp.example.com\tuid:1\n' >/tmp/table
idmap diff /tmp/table | sed -n 's/.*uid:1\t//p' >/tmp/new
is 'a table is compared with whom nobody has asked for yet' "$(cat /tmp/new)" \
    "uid:$(getent passwd emil@corp.example.com | cut -d: -f3)"
ok 'the controller ends' dc_stop corp
host_end
