#!/bin/sh
# numbers -- who is in a directory gets numbers that are given here.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 300
		ldif_groups rfc2307 300 30
	} | slapd_load /tmp/one
}

# settings REPLICATE: numbers are the keeper's to give.
settings() {
	domain ldap <<-END
		[domain]
		backend = tdb
		range = 700000-799999
		dns = example.com
		netbios = EX
		[directory]
		schema = rfc2307
		servers = ldap://127.0.0.11/
		tls = start_tls
		ca_file = /tmp/one/ca/ca.pem
		base = $ldif_base
		unix_primary_group = no
		replicate = $1
	END
}

numbers() {
	getent passwd u00001@example.com u00002@example.com | cut -d: -f1,3
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
settings no
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
ok 'its store' idmap state adopt
first=$(numbers)
is 'who is first seen gets a number' "$first" \
    'u00001@example.com:700000
u00002@example.com:700001'
is 'which leads to him at once' "$(getent passwd 700001 | cut -d: -f1)" \
    u00002@example.com
is 'a group gets one, too' "$(getent group staff@example.com)" \
    'staff@example.com:*:700002:u00000@example.com'
is 'which leads back' "$(getent group 700002 | cut -d: -f1)" staff@example.com
none 'who is not there gets none' getent passwd nobody-there@example.com
none 'a number that nobody got is nobody' getent passwd 700003
is 'the groups of a user' "$(id -G u00011@example.com | wc -w)" 2

# table: everybody's numbers, as far as they are in the cache.
table() {
	getent passwd $(seq -f 'u%05.0f@example.com' 0 299) | cut -d: -f1,3
}
distinct() {
	table | cut -d: -f2 | sort -u | wc -l
}

# ---- All of them at once.
settings yes
ok 'all of it is to be kept here' idmap apply
ok 'all of it comes' wait_until cached i/d/ldap
is 'everybody has a number of his own' "$(distinct)" 300
is 'who had one has kept it' "$(numbers)" "$first"
table >/tmp/before
is 'a group has one and its members' "$(getent group g00000@example.com |
    cut -d: -f4 | tr , '\n' | wc -l)" 10
ok 'the map and the state are whole' idmap verify
kill -KILL "$host_pid"
wait "$host_pid" 2>/dev/null
ok 'the server ends' slapd_stop /tmp/one
rm -f /var/lib/idmap/state/cache.gdbm
is 'without both nobody is known' "$(numbers)" ''
ok 'the server comes back' slapd_start /tmp/one
ok 'and idmapd, which was killed' idmapd_start
ok 'all of it comes again' wait_until cached i/d/ldap
ok 'everybody has the number he had' sh -c "
    getent passwd \$(seq -f 'u%05.0f@example.com' 0 299) | cut -d: -f1,3 |
    diff /tmp/before -"
ok 'the server ends for good' slapd_stop /tmp/one
is 'and who was seen is known' "$(numbers)" "$first"
host_end
