#!/bin/sh
# directory.sh -- what bench_directory measures, and on what: one slapd, and
# idmap, sssd and nslcd in front of it, one after the other.
#
# BENCH_USERS=10000 (or 100000) runs that size alone.  BENCH_LONG=yes has sssd
# fill its cache with 100000 users, too, which takes it many minutes.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/peers.sh"
why=$(private_refused) && {
	printf '\ndirectory: left out: %s\n' "$why"
	exit 0
}
peers_ready || exit
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/bench/services.sh"

bench=$top_builddir/tests/bench/bench_directory
results=/tmp/results
server=ldap://127.0.0.11/

# measure MODE ARGUMENT...: the figure; nothing when it cannot be had, for a
# reason in $trouble.
trouble=/tmp/trouble
measure() {
	if [ "$1" = until_whole ]; then
		"$@"
	else
		timeout 900 "$bench" "$@" 2>"$trouble"
	fi
}

# until_whole SERVICE: seconds until its list of users is, of $patience.
until_whole() {
	whole_start=$(date +%s%N)
	until measure enumerate "$1" "$users" >/dev/null; do
		[ $((($(date +%s%N) - whole_start) / 1000000000)) -lt \
		    "$patience" ] || return
		sleep 0.5
	done
	echo "$(($(date +%s%N) - whole_start))" | awk '{ print $1 / 1e9 }'
}

# progress WHAT: what is being measured, to who waits for the table.
progress() {
	[ ! -t 2 ] || printf '\r%s users: %-60.60s' "$users" "$*" >&2
}

group() {
	echo "group $1"
}

# row WHAT RECORDS MODE ARGUMENT...: measure it.
row() {
	row_what=$1 row_records=$2
	shift 2
	progress "$row_what: $1"
	if row_figure=$(measure "$@"); then
		echo "row $row_what|$row_records|$row_figure"
	else
		echo "note $row_what: not measured: $(tail -n 1 "$trouble")"
	fi
}

# Figures of one service come together, rows of one group belong together: so
# each goes to its group's file, and the files make the table.
into() {
	into_group=$1
	shift
	"$@" >>"$results/$users.$into_group"
}

# memory PID...: proportional memory of these processes, in kB.
memory() {
	for memory_pid; do
		awk '/^Pss:/ { print $2 }' "/proc/$memory_pid/smaps_rollup"
	done | awk '{ sum += $1 } END { print sum }'
}

# ---- The server.
fill_server() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users "$users"
		ldif_groups rfc2307 "$users" "$users"
		for n in $busy; do
			for k in 0 1 2; do
				ldif_busy rfc2307 "$n" $k
			done
		done
	} | slapd_load /tmp/server
}

# ---- What is measured of each service.
groups_floor() {
	row 'libldap, a search' "$users" everything "$server" "$ldif_base" \
	    "(&(objectClass=posixGroup)(memberUid=$1))"
}

floors() {
	into cold row 'libldap, a search' "$users" \
	    ldap 0 "$cold" 1 "$server" "$ldif_base"
	into cold row 'local socket, there and back' 0 socket 20000
	into cold8 row 'libldap, a search' "$users" \
	    ldap 0 "$cold" 8 "$server" "$ldif_base"
	into fresh row 'asking nobody' 0 fresh - -
	into groups10 groups_floor u00010
	for n in $busy; do
		into "groups$n" groups_floor "in$n-0"
	done
	into all row 'libldap, users and groups' "$users" \
	    everything "$server" "$ldif_base" \
	    '(|(objectClass=posixAccount)(objectClass=posixGroup))'
	into enum row 'libldap, users' "$users" \
	    everything "$server" "$ldif_base" '(objectClass=posixAccount)'
}

# lookups NAME SERVICE: NAME's service is running, and has been asked nothing.
lookups() {
	into cold row "$1" "$users" cold "$2" 0 "$cold" 1
	into cold8 row "$1" "$users" cold "$2" "$cold" "$cold" 8
	# Of ten groups each; nobody's groups were asked yet.
	into groups10 row "$1, cold" "$users" \
	    groups "$2" 10 u00010 u00120 u00230 u00340 u00450
	for n in $busy; do
		into "groups$n" row "$1, cold" "$users" \
		    groups "$2" "$n" "in$n-0" "in$n-1" "in$n-2"
	done
	# idmapd publishes what it was told within two seconds.
	[ "$1" != idmap ] || sleep 3
	into warm row "$1" "$cold" warm "$2" 0 "$cold" "$warm"
	into fresh row "$1" "$users" fresh "$2" u00001
	into groups10 row "$1, again" "$users" again "$2" 10 u00010
	for n in $busy; do
		into "groups$n" row "$1, again" "$users" \
		    again "$2" "$n" "in$n-0"
	done
	into memory echo "value $1, a client|$cold|$(measure client "$2" \
	    "$cold" || echo 0)|kB"
}

# all NAME SERVICE: it has or gets everything; then anybody is asked for.
all_of() {
	into warmall row "$1" "$users" warm "$2" 0 "$users" "$warm"
}

of_nslcd() {
	bench_nslcd || return
	lookups nslcd ldap
	into memory echo "value nslcd, daemon|$users|$(memory $nslcd_pid)|kB"
	into enum row nslcd "$users" enumerate ldap "$users"
	nslcd_stop
}

of_sssd() {
	bench_sssd || return
	lookups sssd sss
	into memory echo "value sssd, daemons|$cold|$(memory $(sssd_processes)
	    )|kB"
	if [ "$users" -le 10000 ] || [ "${BENCH_LONG:-}" = yes ]; then
		into all row 'sssd, one by one' "$users" \
		    everybody sss "$users" "$users"
		all_of sssd sss
		into memory echo "value sssd, daemons|$users|$(memory \
		    $(sssd_processes))|kB"
	fi
	sssd_stop
	# Its list is whole when it has fetched everybody by itself.
	if [ "$users" -le "$enumerating" ] && bench_sssd 'enumerate = true'; then
		into enum row 'sssd, until its first is whole' "$users" \
		    until_whole sss
		into enum row 'sssd, again' "$users" enumerate sss "$users"
		sssd_stop
	fi
}

of_idmap() {
	if ! bench_idmap; then
		for name in $kinds; do
			into "$name" echo 'note idmap: not measured'
		done
		return
	fi
	lookups idmap idmap
	into memory echo "value idmap, daemons|$cold|$(memory \
	    $(idmap_processes))|kB"
	into all row 'idmap, one by one' "$users" \
	    everybody idmap "$users" "$users"
	sleep 3
	all_of idmap idmap
	into memory echo "value idmap, daemons|$users|$(memory \
	    $(idmap_processes))|kB"
	into enum row idmap "$users" enumerate idmap "$users"
	bench_idmap_stop
	if bench_idmap 'replicate = yes'; then
		into all row 'idmap, replicated' "$users" until_whole idmap
		bench_idmap_stop
	fi
}

# ---- The table.
title() {
	case $1 in
	cold) echo 'a user never asked for, one after the other' ;;
	cold8) echo 'users never asked for, by 8 processes: each' ;;
	warm) echo 'users that were asked for, any of them' ;;
	warmall) echo 'any user, after all were asked for' ;;
	fresh) echo 'the first question of a process' ;;
	groups*) echo "the groups of a user in ${1#groups}" ;;
	all) echo 'filling a cache with everything' ;;
	enum) echo 'a list of all users' ;;
	memory) echo 'memory' ;;
	esac
}

table() {
	for name in $kinds; do
		[ -s "$results/$users.$name" ] || continue
		group "$(title "$name")"
		cat "$results/$users.$name"
	done >/tmp/table
	[ ! -t 2 ] || printf '\r%78s\r' '' >&2
	"$bench" table /tmp/table
}

case ${BENCH_QUICK:-0} in
0 | '') sizes=${BENCH_USERS:-10000 100000} cold=2000 warm=200000
	busy='100 1000' enumerating=10000 patience=200
	;;
*) sizes=500 cold=80 warm=1000 busy=100 enumerating=0 patience=5 ;;
esac
kinds="cold cold8 warm warmall fresh groups10"
for n in $busy; do
	kinds="$kinds groups$n"
done
kinds="$kinds all enum memory"
mkdir -p "$results"
peers_install || exit
for users in $sizes; do
	slapd_make /tmp/server 127.0.0.11 rfc2307 &&
	    fill_server && slapd_start /tmp/server || exit
	floors
	of_idmap
	of_nslcd
	of_sssd
	table
	slapd_stop /tmp/server
done
rm -f "$tap_out"
