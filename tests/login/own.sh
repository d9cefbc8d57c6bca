#!/bin/sh
# own -- users' own entries log in, and what a silent idmapd does to logins:
# nothing.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
make_world debian
start_sshd

start_idmapd() {
	useradd -r -s /usr/sbin/nologin idmap
	useradd -r -s /usr/sbin/nologin idmap-keep
	idmapd >/run/idmapd.log 2>&1 &
	idmapd=$!
	timeout 10 sh -c 'until idmap status >/dev/null 2>&1; do sleep 0.05; done'
}

start_idmapd
foo=$(id foo)
ok 'the scheme takes users'"'"' entries' idadmin -S myscheme -u
ok 'foo adds one' setpriv --reuid=foo --regid=foo --init-groups \
    uidadmin -S myscheme -a -r 'home!me'
is 'home!me is foo by key' "$(by_key 'home!me' id)" "$foo"
ok 'the log says whose entry it was' logged \
    "session opened: 'home!me' is 'foo' by entry 'home!me' -> 'foo' of scheme 'myscheme' (the user's own)"
is 'home!me is foo by password' "$(by_password 'home!me' pw-foo id)" "$foo"

# everybody_comes_in WHEN
everybody_comes_in() {
	for name in foo 'comunix!foo' 'home!me'; do
		is "$1: $name by key" "$(by_key "$name" id)" "$foo"
		is "$1: $name by password" \
		    "$(by_password "$name" pw-foo id)" "$foo"
	done
}

freeze "$idmapd"
everybody_comes_in 'idmapd does not answer'
kill -CONT "$idmapd"
kill "$idmapd"
wait "$idmapd" || true
everybody_comes_in 'idmapd has ended'

# The users' map is part of what a USER scheme answers: without it, nothing.
rm /var/lib/idmap/state/users.gdbm
is 'without the users'"'"' map: a local user' "$(by_key foo id)" "$foo"
is 'a SECURE scheme' "$(by_key al@corp id)" "$(id bar)"
stays_out 'a user'"'"'s entry' 'Invalid user home!me' by_key 'home!me' id
stays_out 'an entry of the administrator there' 'Invalid user comunix!foo' \
    by_key 'comunix!foo' id
ok 'and idadmin makes it right again' idadmin -S myscheme -s
is 'so that it comes in' "$(by_key 'comunix!foo' id)" "$foo"
finish
