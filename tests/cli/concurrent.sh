#!/bin/sh
# concurrent -- many writers at once: nothing lost, nothing twice, all logged.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"
cd "$(mktemp -d)"

# Case 8: two writers, a hundred entries each.
idadmin -S s -I M1@M2
add_all() {
	for at in $(seq 100); do
		idadmin -S s -a -r "$1$at@host" -l foo || echo "$1$at" >>failed
	done
}
add_all a &
one=$!
add_all b &
wait "$one" "$!"
is 'no writer failed' "$(cat failed 2>/dev/null)" ''
is 'all entries are there' "$(idadmin -S s -l foo | wc -l)" 200
ok 'they are sorted' sh -c 'idadmin -S s -l foo | LC_ALL=C sort -c'
ok 'the map is whole' idadmin -S s -c
is 'there is a record of each' \
    "$(grep -c 'command="idadmin -S s -a .*result=ok' /var/log/idmap.log)" 200
is 'no two of them are mixed' \
    "$(grep -vcE '^[0-9T:.+-]+ idadmin\[[0-9]+\]: .*result=ok change="[^"]*"$' \
	/var/log/idmap.log)" 0

# Two hundred processes that all begin at once.
idadmin -S many -I M1@M2
for at in $(seq 200); do
	idadmin -S many -a -r "u$at@host" -l foo || echo "u$at" >>failed &
done
wait
is 'none of two hundred failed' "$(cat failed 2>/dev/null)" ''
is 'all their entries are there' "$(idadmin -S many -l foo | wc -l)" 200

# Adding and deleting the same entries against each other.
delete_all() {
	for at in $(seq 40); do
		idadmin -S s -d -r "a$at@host" -l foo >/dev/null || echo "$at" >>failed
	done
}
delete_all &
one=$!
for at in $(seq 40); do
	idadmin -S s -a -r "c$at@host" -l bob || echo "c$at" >>failed
done
wait "$one"
is 'nobody failed' "$(cat failed 2>/dev/null)" ''
is 'what was deleted is gone' "$(idadmin -S s -l foo | wc -l)" 160
is 'what was added is there' "$(idadmin -S s -l bob | wc -l)" 40
is 'nothing is left beside the map' \
    "$(ls -A /var/lib/idmap | grep -v -e '^map\.gdbm$' -e '^\.map\.gdbm\.lock$')" ''
finish
