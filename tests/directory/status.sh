#!/bin/sh
# status -- what idmapd tells of its directories: idmap status, and a line for
# each question.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 10
		ldif_user outside 900 50000
		# Shown, it is alice; and so is what is said of the other one.
		ldif_user spoof 81031 50000 | sed "
			s/^dn: uid=/dn: cn=/
			s/^uid: .*/uid:: $(printf 'ali\342\200\256ec' | base64)/"
		ldif_user turned 81032 50000 | sed "
			s/^cn: .*/cn:: $(printf 'Tur\342\200\256ned' | base64)/"
	} | slapd_load /tmp/one
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ldap_domain /tmp/one 127.0.0.11
printf '[idmapd]\nlog_lookups = maybe\n' >/etc/idmap/idmap.conf
ok 'a setting is one of two words' sh -c \
    'idmap apply 2>&1 | grep -F "idmapd.log_lookups: '"'maybe'"' is none of no, yes"'
metrics=/run/idmap/metrics/idmapd.prom
for path in idmapd.prom /run/idmapd.txt /run/.prom; do
	printf '[idmapd]\nmetrics = %s\n' "$path" >/etc/idmap/idmap.conf
	ok "no file of metrics: $path" sh -c \
	    'idmap apply 2>&1 | grep -F "idmapd.metrics: '"'$path'"' is no "'
done
printf '[idmapd]\nlog_lookups = yes\nmetrics = %s\n' "$metrics" \
    >/etc/idmap/idmap.conf
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start

# field NAME: a number of idmapd's.
field() {
	idmap status --json | sed -n "s/^ *\"$1\": \([^,{]*\),*$/\1/p"
}

# sample NAME: the value of a sample, labels and all.
sample() {
	awk -v name="$1" '$1 == name { print $2 }' "$metrics"
}

# measured: have the metrics written, and see that they can be read.
measured() {
	rm -f "$metrics"
	kill -HUP "$host_pid"
	wait_until test -s "$metrics" &&
	    awk -f "$top_srcdir/tests/daemon/exposition.awk" "$metrics"
}

ok 'metrics are there at once' wait_until test -s "$metrics"
ok 'and can be read' awk -f "$top_srcdir/tests/daemon/exposition.awk" "$metrics"
is 'by everybody; they are the engine'\''s' "$(stat -c '%U %a' "$metrics")" \
    'idmap 644'
is 'nobody was asked yet' "$(field lookups_asked) $(field state)" \
    '0 "unasked"'
ok 'a user' getent passwd u00001@example.com
none 'nobody' getent passwd nobody-there@example.com
none 'who must not be served' getent passwd outside@example.com
none 'nor when asked again' getent passwd outside@example.com
is 'the server answers' "$(field state)" '"up"'
ok 'how long it takes is measured' test "$(field latency_us)" -gt 0
is 'who does not exist is counted' "$(field lookups_absent)" 1
is 'who is refused, once' "$(field lookups_refused)" 1
ok 'and was remembered' [ "$(field lookups_remembered)" -ge 1 ]
ok 'people see the server' sh -c \
    'idmap status | grep -E "^  ldap ldap://127.0.0.11/ up since [0-9]{4}-.*, [0-9]+ answers, 0 failures"'

# told TEXT: in the messages.
told() {
	grep -E -- "$1" "$host_messages"
}
ok 'a line tells who asked, what, and what came of it' told \
    'lookup caller_uid=0 caller_pid=[0-9]+ what=user name="u00001" domain="ldap" outcome=found uid=100001 from=directory ms=[0-9]+$'
ok 'of who does not exist' told \
    'name="nobody-there" domain="ldap" outcome=absent reason=".*" from=directory'
ok 'and of what was remembered' told \
    'name="outside" domain="ldap" outcome=refused reason=".*" from=memory'
is 'a refusal is told once' "$(grep -c 'refused: .*uidNumber 900' \
    "$host_messages")" 1

none 'a name that is shown as another one' getent passwd 81031
none 'nor is it served the next time' getent passwd 81031
is 'which is told once' "$(grep -c \
    'refused: .*has a uid that is no name: name has U+202E at 4' \
    "$host_messages")" 1
is 'of other texts such characters go' \
    "$(getent passwd turned@example.com | cut -d: -f5)" Turned

ok 'the cache is published' wait_until cached i/p/u00001@
# part NAME KEY: of what is told, for programs.
part() {
	idmap status --json | "$top_builddir/tests/cli/json_get" "$1" "$2"
}
ok 'the cache has a part of its own' [ "$(part cache publishes)" -ge 1 ]
is 'with what there is of it' "$(part cache bytes)" \
    "$(stat -c %s /var/lib/idmap/state/cache.gdbm)"
is 'and none among allocations' "$(idmap state status | grep -c cache)" 0
is 'nothing is asked now' "$(part idmapd lookups_open) $(part idmapd lookups_running)" \
    '0 0'
none 'what another user asks for' setpriv --reuid nobody --regid nogroup \
    --clear-groups getent passwd 'a" outcome=found uid=0@example.com'
ok 'is told in its place' told \
    'caller_uid=65534 .* name="a\\" outcome=found uid=0" domain="ldap" outcome=absent'
ok 'metrics again' measured
is 'found were' "$(sample \
    'idmap_directory_answers_total{domain="ldap",outcome="found"}')" 2
is 'not there was' "$(sample \
    'idmap_directory_answers_total{domain="ldap",outcome="absent"}')" 2
is 'refused were' "$(sample \
    'idmap_directory_answers_total{domain="ldap",outcome="refused"}')" 2
is 'that took its time' "$(sample \
    'idmap_directory_answer_seconds_count{domain="ldap"}')" 6
ok 'and some were remembered' \
    [ "$(sample 'idmap_lookups_total{by="memory"}')" -ge 2 ]
is 'the server is up' "$(sample \
    'idmap_server_up{domain="ldap",server="ldap://127.0.0.11/"}')" 1
ok 'the map has a version' [ "$(sample 'idmap_store_version{store="map"}')" -ge 1 ]
ok 'and so has the cache' [ "$(sample 'idmap_store_version{store="cache"}')" -ge 1 ]
is 'idmapd runs' "$(sample idmap_up)" 1
ok 'beside it is nothing else' \
    [ "$(ls -A /run/idmap/metrics)" = idmapd.prom ]

ok 'the server ends' slapd_stop /tmp/one
for number in 2 3 4 5 6; do
	getent passwd "u0000$number@example.com"
done
is 'it is down' "$(field state)" '"down"'
ok 'with the reason' sh -c \
    'idmap status | grep -E "^    [0-9-]+ .*: .*Connection refused"'
ok 'which is told now and then' [ "$(grep -c \
    "domain 'ldap': .*Connection refused" "$host_messages")" -lt 5 ]
ok 'metrics see it' measured
is 'down' "$(sample \
    'idmap_server_up{domain="ldap",server="ldap://127.0.0.11/"}')" 0

# ---- A server that answers each question with what is no answer.
mkfifo /tmp/standin
setpriv --pdeathsig KILL "$top_builddir/tests/directory/standin" 127.0.0.12 389 \
    >/tmp/standin 2>/dev/null </dev/null &
read -r standin_word </tmp/standin
domain broken <<END_OF_DOMAIN
[domain]
backend = rfc2307
range = 3000000-3999999
dns = broken.example.com
[directory]
schema = rfc2307
servers = ldap://127.0.0.12/
tls = off
base = cn=broken
END_OF_DOMAIN
ok 'a domain whose server is broken' idmap apply
for number in 1 2 3 4 5; do
	getent passwd "who$number@broken.example.com"
done
is 'is told of once, whoever was asked for' \
    "$(grep -c "domain 'broken': .*an entry that is none" "$host_messages")" 1
rm /etc/idmap/domains.d/broken.conf
ok 'it goes' idmap apply --force-move

printf '[idmapd]\nmetrics = /etc/idmapd.prom\n' >/etc/idmap/idmap.conf
ok 'lines are taken back, and metrics where nobody may write' idmap apply
kill -HUP "$host_pid"
ok 'at the next reload' wait_until told 'limits and directories loaded'
lines=$(grep -c 'lookup caller_uid' "$host_messages")
getent passwd u00007@example.com
ok 'which is told' wait_until told 'metrics: make /etc/idmapd.prom.new: Permission denied'
ok 'and the former ones are gone' [ ! -e "$metrics" ]
is 'there are no more' "$(grep -c 'lookup caller_uid' "$host_messages")" "$lines"
printf '[idmapd]\nmetrics = %s\n' "$metrics" >/etc/idmap/idmap.conf
ok 'metrics where they were' idmap apply
ok 'are written again' measured
ok 'the server answers again' slapd_start /tmp/one
sed -i 's/^\[directory\]/&\nreplicate = yes/' /etc/idmap/domains.d/ldap.conf
ok 'all of the domain is wanted' idmap apply
is_whole() {
	measured && [ "$(sample 'idmap_replica_complete{domain="ldap"}')" = 1 ]
}
ok 'and is told of when it is here' wait_until is_whole
ok 'with the time' [ "$(sample 'idmap_replica_timestamp_seconds{domain="ldap"}')" \
    -ge "$(stat -c %Y /etc/idmap/domains.d/ldap.conf)" ]
ok 'idmapd ends' idmapd_stop
is 'and says so' "$(sample idmap_up)" 0
ok 'in what can be read' \
    awk -f "$top_srcdir/tests/daemon/exposition.awk" "$metrics"
host_end
