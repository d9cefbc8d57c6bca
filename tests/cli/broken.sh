#!/bin/sh
# broken -- what every tool says of a map that is missing, damaged, of a newer
# version, or not root's; and where a record goes when the log is not there.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"
cd "$(mktemp -d)"
map=/var/lib/idmap/map.gdbm

idadmin -S s -I M1@M2
idadmin -S s -a -r foo@mars -l foo
attradmin -A a -I M1@M2
cp -p "$map" whole.gdbm

# each WHAT WHY ADVICE: every tool fails with the reason and the advice.
each() {
	for command in 'idadmin' 'idadmin -S s' 'idadmin -S s -a -r a@b -l foo' \
	    'idadmin -S s -d -l foo' 'idadmin -S s -c' 'idadmin -S s -t a@b' \
	    'idadmin -S s -I M1' 'attradmin' 'attradmin -A a -D' 'uidadmin'; do
		case $1:$command in
		missing:*-I*) continue ;; # which makes one
		esac
		refused "$1: $command" "$2" $command
		refused '... and what to do' "$3" $command
	done
	cp -p whole.gdbm "$map"
}

rm "$map"
each missing 'no such file' "'idmap restore' brings back"
: >"$map"
each empty 'map.gdbm' "'idmap restore' brings back"
head -c 5000 whole.gdbm >"$map"
each short 'map.gdbm' "'idmap restore' brings back"
head -c 65536 /dev/urandom >"$map"
each noise 'map.gdbm' "'idmap restore' brings back"
echo 'this is no map, but some text that somebody put there' >"$map"
each text 'map.gdbm' "'idmap restore' brings back"
chown bob "$map"
each "somebody's" 'map.gdbm' "must be root's"
chmod 666 "$map"
each writable 'map.gdbm' "must be root's"

rm "$map"
mkfifo "$map"
refused 'a FIFO holds nobody up' 'map.gdbm' timeout 20 idadmin
rm "$map"
ln -s "$PWD/whole.gdbm" "$map"
refused 'a symbolic link is not followed' 'map.gdbm' idadmin
rm "$map"
cp -p whole.gdbm "$map"

# The log.
log=/var/log/idmap.log
is 'the log is for root' "$(stat -c '%U %a' "$log")" 'root 640'
rm "$log"
ln -s "$PWD/elsewhere" "$log"
ok 'a link instead of the log: the update is made' sh -c \
    'idadmin -S s -a -r a@b -l foo 2>&1 | grep -F "recorded in syslog only"'
ok '... and nothing is written through it' test ! -e elsewhere
rm "$log"
ok 'a log that is gone is made again' idadmin -S s -d -r a@b -l foo
is '... for root' "$(stat -c '%U %a' "$log")" 'root 640'

# Syslog gets a copy; of users who may not write the log, the only one.
. "$top_srcdir/tests/login/world.sh"
make_dev
syslog=/run/messages
idadmin -S s -a -r b@c -l foo
as bob idadmin -S s -a -r bob@c -l bob 2>/dev/null || :
as bob uidadmin -S s -a -r bob@c 2>/dev/null || :
for try in $(seq 100); do
	[ "$(grep -ac 'admin\[' "$syslog")" -ge 3 ] && break
	sleep 0.05
done
ok 'syslog has the record' grep -aqF 'change="b@c: - -> foo"' "$syslog"
ok '... of a user who may not' grep -aq \
    ' idadmin\[[0-9]*\]: .*uid=1501 .*result=denied' "$syslog"
ok '... of uidadmin without idmapd' grep -aq \
    ' uidadmin\[[0-9]*\]: .*uid=1501 .*result=unavailable' "$syslog"
finish
