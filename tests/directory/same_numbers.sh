#!/bin/sh
# same_numbers -- winbindd and sssd, members of a real domain, and idmap give
# everybody the same numbers.  Both tables are made here, from those who run.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
. "$top_srcdir/tests/directory/peers.sh"
dc_ready && peers_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/host.sh"

sids=/tmp/sids     # "user SID NAME" and "group SID NAME"
theirs=/tmp/theirs # as "idmap diff" reads it
users='alice
Bob.Brown
Carl Blank
Jürgen Groß
dora
emil
fay
halfway
upnuser
disabled
expired
locked
mustchange
twin1
twin2
zero
minus
groupless
hidden
idmap-svc
Administrator
m00001
m03000'
groups='staff
outer
middle
inner
ring1
ring2
Group With Blank
Größe
nogid
empty
many
Domain Users
Domain Admins'

# known DOMAIN: the SIDs of its users and groups, as winbindd has them.
known() {
	for kind in user group; do
		[ "$kind" = user ] && names=$users || names=$groups
		[ "$1" = CORP ] || names=$(echo "$names" | grep -xE \
		    'alice|staff|Administrator|Domain Users')
		echo "$names" | while read -r name; do
			sid=$(wbinfo -n "$1\\$name") &&
			    printf '%s %s %s\n' "$kind" "${sid%% *}" \
				"$1\\$name"
		done
	done
}

# table SERVICE PREFIX: what the service says of everybody in $sids whose name
# begins with the prefix.  sssd has its users without one.
table() {
	while read -r kind sid name; do
		case $kind:$name in
		user:"$2"*) database=passwd id=uid ;;
		group:"$2"*) database=group id=gid ;;
		*) continue ;;
		esac
		[ "$1" != sss ] || name=${name#"$2"}
		number=$(getent -s "$1" "$database" "$name" | cut -d: -f 3)
		printf '%s %s:%s\n' "$sid" "$id" "${number:-none of $name}"
	done <"$sids" >"$theirs"
}

# lines: what "idmap diff" has to say of as many equal numbers.
same() {
	echo "$(wc -l <"$theirs") the same, 0 different"
}

# placed NAME SID LINE...: a domain of ours.
placed() {
	mkdir -p /etc/idmap/domains.d
	placed_name=$1 placed_sid=$2
	shift 2
	printf '%s\n' '[domain]' "sid = $placed_sid" "$@" | domain "$placed_name"
}

# nothing_of_ours: the next backend is for a host that is new.
nothing_of_ours() {
	rm -rf /etc/idmap/domains.d /var/lib/idmap
}

ok 'a domain' dc_start corp
ok 'and another' dc_start other
ok 'sssd and winbind' peers_install
ok 'this host joins' winbind_join

# ---- rid
ok 'winbindd with rid' winbind_start 'CORP\alice' \
    'idmap config * : backend = tdb' \
    'idmap config * : range = 9000000-9999999' \
    'idmap config CORP : backend = rid' \
    'idmap config CORP : range = 100000-199999' \
    'idmap config OTHER : backend = rid' \
    'idmap config OTHER : range = 200000-299999'
# trusting: it knows the other domain, too, which takes it a moment longer.
trusting() {
	peers_answer "$winbind_pid" getent -s winbind passwd 'OTHER\alice'
}
ok 'it knows whom CORP trusts' trusting
{ known CORP; known OTHER; } >"$sids"
is 'knows everybody' "$(wc -l <"$sids")" \
    $(($(printf '%s\n%s\n' "$users" "$groups" | wc -l) + 4))
table winbind ''
winbind_stop
placed corp $dc_sid_corp 'backend = rid' 'range = 100000-199999'
placed other $dc_sid_other 'backend = rid' 'range = 200000-299999'
ok 'idmap with rid' idmap apply
is 'has the same numbers' "$(idmap diff "$theirs")" "$(same)"
nothing_of_ours

# ---- autorid
ok 'winbindd with autorid' winbind_start 'CORP\alice' \
    'idmap config * : backend = autorid' \
    'idmap config * : range = 1000000-19999999' \
    'idmap config * : rangesize = 1000000'
ok 'it knows whom CORP trusts, too' trusting
table winbind ''
winbind_stop
slices=$(find "$winbind_folder" -name autorid.tdb)
mkdir -p /etc/idmap/domains.d
cat >/etc/idmap/domains.d/default.conf <<'END'
[domain]
backend = autorid
range = 1000000-19999999
[options]
rangesize = 1000000
END
ok 'idmap with autorid' idmap apply
ok 'idmapd' idmapd_start
ok 'its store' idmap state adopt
ok 'what winbindd gave is imported' \
    idmap import winbind --autorid --tdb "$slices"
is 'it has the same numbers' "$(idmap diff "$theirs")" "$(same)"
idmapd_stop
nothing_of_ours

# ---- ad
# accounts SERVICE: numbers, homes and shells of people and groups of CORP.
# Left out are those whom idmap refuses and winbindd does not: a number that
# two have, a gid of nobody, a colon or a newline in a field.
accounts() {
	echo "$users" | grep -vE '^(twin.|groupless|idmap-svc|Admin.*)$' |
	    while read -r name; do
		printf '%s %s\n' "$name" "$(getent -s "$1" passwd "CORP\\$name" |
		    cut -d: -f 3,4,6,7)"
	done
	echo "$groups" | grep -v '^many$' | while read -r name; do
		printf '%s %s\n' "$name" "$(getent -s "$1" group "CORP\\$name" |
		    cut -d: -f 3)"
	done
	# With the primary group, which whoever asks knows already.
	for name in alice emil fay; do
		printf '%s in' "$name"
		{
			getent -s "$1" initgroups "CORP\\$name" | cut -c 22- |
			    tr ' ' '\n'
			getent -s "$1" passwd "CORP\\$name" | cut -d: -f 4
		} | grep . | sort -u | tr '\n' ' '
		echo
	done
}
ok 'winbindd with ad' winbind_start 'CORP\alice' \
    'idmap config * : backend = tdb' \
    'idmap config * : range = 9000000-9999999' \
    'idmap config CORP : backend = ad' \
    'idmap config CORP : range = 1000-29999' \
    'idmap config CORP : unix_nss_info = yes' \
    'idmap config CORP : unix_primary_group = yes' \
    'winbind use default domain = yes'
accounts winbind >"$theirs"
install -o idmap -m 0600 "$dc_folder/corp/keytab" /etc/krb5.keytab
placed corp $dc_sid_corp 'backend = ad' 'range = 1000-29999' \
    'dns = corp.example.com' 'netbios = CORP' 'home = /home/%D/%U' \
    'shell = /bin/false' '[directory]' 'schema = ad' 'bind = gssapi' \
    'servers = ldap://dc1.corp.example.com' 'unix_primary_group = yes' \
    'unix_nss_info = yes'
ok 'idmap with ad' idmap apply
ok 'asks the domain' idmapd_start
accounts idmap >/tmp/ours
ok 'and has the same numbers, homes and shells' diff "$theirs" /tmp/ours
printf 'user CORP\\%s\n' alice emil >/tmp/asked
is 'winbindd has shorter names for those who are compared' \
    "$(getent -s winbind passwd 'CORP\alice' | cut -d: -f 1)" alice
is 'who are whom they were asked for as' \
    "$(idmap diff --nss winbind /tmp/asked)" '2 the same, 0 different'
winbind_stop
idmapd_stop
nothing_of_ours

# ---- sss
ok 'sssd with ldap_id_mapping' sssd_start alice 'id_provider = ldap' \
    'ldap_uri = ldaps://dc1.corp.example.com' \
    "ldap_tls_cacert = $dc_folder/ca/ca.pem" \
    'ldap_search_base = DC=corp,DC=example,DC=com' \
    'ldap_schema = ad' 'ldap_id_mapping = true' 'case_sensitive = false' \
    'ldap_default_bind_dn = idmap-svc@corp.example.com' \
    'ldap_default_authtok = pw-idmap-svc' 'ldap_referrals = false'
table sss 'CORP\'
sssd_stop
placed corp $dc_sid_corp 'backend = sss' 'range = 200000-2000199999'
ok 'idmap with sss' idmap apply
is 'has the same numbers' "$(idmap diff "$theirs")" "$(same)"

ok 'both domains stop' dc_stop corp
dc_stop other
host_end
