#!/bin/sh
# service -- idmapd under systemd, as far as both know of each other, and
# without: its start, its rights, its refusals.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"
manager=$top_builddir/tests/daemon/manager
socket=/run/idmap/idmapd.sock

# status_of PID FIELD: from /proc.
status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

# What each process may still do: nothing.
has_no_rights() { # PID USER
	uid=$(id -u "$2")
	gid=$(id -g "$2")
	tab=$(printf '\t')
	[ "$(status_of "$1" Uid)" = "$uid$tab$uid$tab$uid$tab$uid" ] &&
	    [ "$(status_of "$1" Gid)" = "$gid$tab$gid$tab$gid$tab$gid" ] &&
	    [ -z "$(status_of "$1" Groups | tr -d ' ')" ] &&
	    [ "$(status_of "$1" CapEff)" = 0000000000000000 ] &&
	    [ "$(status_of "$1" CapPrm)" = 0000000000000000 ] &&
	    [ "$(status_of "$1" NoNewPrivs)" = 1 ]
}

has_no_core() {
	grep -q '^Max core file size  *0  *0 ' "/proc/$1/limits"
}

# The descriptors a process has but for the standard streams.
kinds_of() {
	for fd in /proc/"$1"/fd/*; do
		case ${fd##*/} in
		[012]) ;;
		*) readlink "$fd" | sed 's/:.*//' ;;
		esac
	done | sort | uniq -c | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

network_of() {
	readlink "/proc/$1/ns/net"
}

refused 'an unknown option' 'usage: idmapd' idmapd --nix
refused 'an operand' 'usage: idmapd' idmapd now
refused '... which is named' "unexpected argument 'now'" idmapd now
ok 'help' sh -c 'idmapd --help | grep -q "^ *--state dir .*/var/lib/idmap$"'
ok 'version' idmapd --version
refused 'a user who is not root' 'must be started as root' as alice idmapd
sed -i.bak '/^idmap-keep:/d' /etc/passwd
refused 'a host without the system users' "no system user 'idmap-keep'" idmapd
mv /etc/passwd.bak /etc/passwd
sed -i.bak 's/^\(idmap-keep:x\):[0-9]*:/\1:0:/' /etc/passwd
refused 'a keeper that is root' "'idmap-keep' has uid 0" idmapd
mv /etc/passwd.bak /etc/passwd
ln -s /etc/passwd /tmp/link
refused 'a log that is a link' 'symbolic link' idmapd --log /tmp/link
refused 'a log of another user' 'is not trusted' \
    sh -c ': >/tmp/log; chown alice /tmp/log; idmapd --log /tmp/log'
refused 'a folder of maps that others may write in' 'nobody else may write' \
    idmapd --state /tmp
mkdir /tmp/maps
ln -s /etc /tmp/maps/state
refused 'a state folder that is a link' 'is no folder' \
    idmapd --state /tmp/maps
refused 'a socket in a folder of others' 'nobody else may write' \
    idmapd --socket /tmp/sock
refused 'something else in the place of the socket' 'is no socket' \
    sh -c "mkdir -p /run/idmap; : >$socket; idmapd"
rm $socket

umask 077
ok 'it starts, whatever the umask' start
umask 022
keeper=$(keeper_pid)
ok 'the engine has no rights' has_no_rights "$daemon_pid" idmap
ok 'nor has the keeper' has_no_rights "$keeper" idmap-keep
ok 'they leave no core' has_no_core "$daemon_pid"
ok 'neither of them' has_no_core "$keeper"
is 'the keeper has its log and the engine' "$(kinds_of "$keeper")" \
    '1 /var/log/idmap.log 1 socket'
for process in "$daemon_pid" "$keeper"; do
	is 'its system calls are filtered' "$(status_of "$process" Seccomp)" 2
done
ok 'the keeper has a network of its own' \
    test "$(network_of "$keeper")" != "$(network_of "$daemon_pid")"
is 'the socket is for everybody' "$(stat -c '%U %a' $socket)" 'root 666'
is 'the folder of the state is the keeper'\''s' \
    "$(stat -c '%U %a' /var/lib/idmap/state)" 'idmap-keep 755'
is 'the log is root'\''s' "$(stat -c '%U %a' $updates)" 'root 640'
ok 'alice is served' ask alice ping
ok 'it stops' stop
refused 'nobody is there now' 'is not running' ask alice ping
ok 'what it left does not hinder it' start
kill -9 "$daemon_pid" && wait "$daemon_pid" || :
ok 'nor what a dead one left' start
kill -INT "$daemon_pid"
ok 'an interrupt stops it, too' wait "$daemon_pid"
rm $socket

# ---- The units.
units=/usr/lib/systemd/system
ok 'the units are good' sh -c "
	said=\$(systemd-analyze verify --man=no $units/idmap.socket \
	    $units/idmap.service 2>&1) && [ -z \"\$said\" ] || { echo \"\$said\"; exit 1; }"
ok 'and leave little to the service' systemd-analyze security --offline=true \
    --threshold=30 $units/idmap.service

# A command of the unit, with the rights that systemd gives it there.
rights=$(sed -n 's/^CapabilityBoundingSet=//p' $units/idmap.service |
    tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
run_as_unit() { # COMMAND
	case $1 in
	+*) sh -c "${1#+}" ;;
	-*) run_as_unit "${1#-}" || : ;;
	*) setpriv --bounding-set="-all,$rights" sh -c "$1" ;;
	esac
}

# reload PID: what "systemctl reload" does.
reload() {
	sed -n 's/^ExecReload=//p' $units/idmap.service >/tmp/reload
	[ -s /tmp/reload ] || return
	while read -r command; do
		MAINPID=$1
		export MAINPID
		run_as_unit "$command" || return
	done </tmp/reload
}

# ---- Socket activation.
"$manager" $socket /run/notify 2 idmapd >/tmp/notified 2>&1 &
daemon_pid=$!
ok 'a socket that is passed is served' wait_for ask alice ping
ok 'readiness is told' wait_for grep -qx READY=1 /tmp/notified
ok 'with a status' grep -qx STATUS=serving /tmp/notified
ok 'and life' wait_for sh -c \
    '[ "$(grep -cx WATCHDOG=1 /tmp/notified)" -ge 3 ]'
ok 'it is reloaded' reload "$(pgrep -u idmap -x idmapd)"
ok 'loading again is told' wait_for grep -qx RELOADING=1 /tmp/notified
ok 'with its time' grep -q '^MONOTONIC_USEC=[0-9]' /tmp/notified
ok 'and its end' wait_for sh -c \
    '[ "$(grep -cx READY=1 /tmp/notified)" -eq 2 ]'
kill -TERM "$daemon_pid"
ok 'the end is told' wait_for grep -qx STOPPING=1 /tmp/notified
ok 'the end is clean' wait_for grep -qx 'ended 0' /tmp/notified
ok 'clients of the next start were kept' wait_for ask alice ping
kill -TERM "$daemon_pid"
ok 'which stops, too' wait "$daemon_pid"
rm $socket /run/notify

refused 'two sockets' 'systemd passed 2 sockets' \
    sh -c 'LISTEN_FDS=2 LISTEN_PID=$$ exec idmapd'
refused 'a file for a socket' 'no listening local stream socket' \
    sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec idmapd 3</etc/passwd'
export LISTEN_FDS=1 LISTEN_PID=1
ok 'a socket that was passed to somebody else is none' start
unset LISTEN_FDS LISTEN_PID
ok 'it stops' stop

# ---- Without standard streams.
closed_streams() {
	idmapd <&- >&- 2>&- &
	daemon_pid=$!
	wait_for "$asker" ping
}
ok 'it starts without standard streams' closed_streams
ok 'and stops' stop
end
