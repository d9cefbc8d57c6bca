#!/bin/sh
# discovery -- servers that a real DNS server names: in which order they are
# asked, and what becomes of it when they, or it, do not answer.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/asker.sh"
. "$top_srcdir/tests/directory/dns.sh"

people=ou=people,$ldif_base

server() { # N
	slapd_make "/tmp/s$1" "127.0.0.4$1" rfc2307 &&
	    { ldif_tree; ldif_users "$1"; } | slapd_load "/tmp/s$1" &&
	    slapd_start "/tmp/s$1"
}
servers() {
	server 1 && server 2 && server 3
}

# named SRV...: DNS names the hosts s1 to s4, and these: NAME PRIORITY WEIGHT.
named() {
	named_lines=
	for named_one; do
		set -- $named_one
		named_lines="$named_lines
srv-host=_ldap._tcp.example.com,$1.example.com,389,$2,$3"
	done
	dns_start host-record=s1.example.com,127.0.0.41 \
	    host-record=s2.example.com,127.0.0.42 \
	    host-record=s3.example.com,127.0.0.43 \
	    host-record=s4.example.com,127.0.0.44 "$named_lines"
}

open_session() {
	asker_start discovery=example.com tls=off timeout=10000 "$@"
}

# asked: the server that answers.
asked() {
	ask count "$people" '(uid=u00000)' uid >/dev/null
	ask server | sed 's/^ok //'
}

# first N: the servers that N sessions ask first, each once.
first() {
	first_n=$1
	while [ "$first_n" -gt 0 ]; do
		first_n=$((first_n - 1))
		open_session
		asked
		asker_stop
	done | sort -u | tr '\n' ' '
}

ok 'three servers' servers

# ---- Priorities and weights.
ok 'DNS names two and a spare one' named 's1 10 50' 's2 10 50' 's3 20 50'
is 'equals are both asked, and the spare one is not' "$(first 30)" \
    'ldap://s1.example.com ldap://s2.example.com '
dns_stop
ok 'one has all the weight' named 's1 10 0' 's2 10 65535' 's3 20 65535'
is 'and is asked' "$(first 10)" 'ldap://s2.example.com '
dns_stop

# ---- Servers that do not answer.
ok 'one that is dead, and others' named 's4 5 0' 's1 10 0' 's3 20 0'
open_session
is 'the next one is asked' "$(asked)" ldap://s1.example.com
slapd_kill /tmp/s1
is 'and when that ends the one behind' "$(asked)" ldap://s3.example.com
slapd_start /tmp/s1
returned() {
	returned_tries=0
	until [ "$(asked)" = ldap://s1.example.com ]; do
		returned_tries=$((returned_tries + 1))
		[ "$returned_tries" -lt 300 ] || return 1
		sleep 0.1
	done
}
ok 'the better one returns, and is asked again' returned

# ---- DNS that does not answer.
dns_stop
is 'without DNS what it said holds' "$(asked)" ldap://s1.example.com
# The name of a host must lead somewhere, of course.
echo '127.0.0.43 s3.example.com' >>/etc/hosts
slapd_kill /tmp/s1
is 'also when another one is needed' "$(asked)" ldap://s3.example.com
asker_stop
open_session
says 'who has heard nothing says why' 'DNS: _ldap._tcp.example.com' \
    count "$people" '(uid=u00000)'
ok 'DNS returns' named 's3 10 0'
until_says 'and servers are found' 'ok 1 1' \
    count "$people" '(uid=u00000)' uid
asker_stop
dns_stop
ok 'DNS has no such records' named
open_session
says 'which is no answer about users' \
    'unavailable no servers are known: DNS: _ldap._tcp.example.com' \
    count "$people" '(uid=u00000)'
asker_stop
dns_stop

# ---- The site of this host.
base=DC=corp,DC=example,DC=com
corp_filter='(sAMAccountName=idmap-svc)'
sited() { # KEY=VALUE...
	asker_start discovery=corp.example.com schema=ad bind=gssapi tls=off \
	    timeout=20000 "keytab=$dc_folder/corp/keytab" "$@"
	ask show "$base" "$corp_filter" sAMAccountName >/dev/null
	ask status | tr '|' '\n' | sed 's/^ok //; s/ .*//' | tr '\n' ' '
	asker_stop
}
# A DC says in which site we are; only DNS knows who else is there.
ok 'a domain controller' dc_start corp
ok 'and DNS of ours' dns_start local=/corp.example.com/ \
    host-record=dc1.corp.example.com,127.0.0.10 \
    host-record=far.corp.example.com,127.0.0.44 \
    host-record=spare.corp.example.com,127.0.0.45 \
    srv-host=_ldap._tcp.corp.example.com,dc1.corp.example.com,389,20,0 \
    srv-host=_ldap._tcp.corp.example.com,far.corp.example.com,389,10,0 \
    srv-host=_ldap._tcp.Default-First-Site-Name._sites.corp.example.com,dc1.corp.example.com,389,0,0 \
    srv-host=_ldap._tcp.Elsewhere._sites.corp.example.com,spare.corp.example.com,389,0,0
is 'those of our site come first' "$(sited)" \
    'ldap://dc1.corp.example.com ldap://far.corp.example.com '
is 'those of a site that is named, too' "$(sited site=Elsewhere)" \
    'ldap://spare.corp.example.com ldap://far.corp.example.com ldap://dc1.corp.example.com '
is 'or of none' "$(sited site=Nowhere)" \
    'ldap://far.corp.example.com ldap://dc1.corp.example.com '
dns_stop
dc_stop corp
finish
