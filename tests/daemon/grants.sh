#!/bin/sh
# grants -- allocations through a real idmapd: who may, what is answered, what
# is refused, how a state is adopted, lost and restored.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

granter=$top_builddir/tests/daemon/granter
state=/var/lib/idmap/state
corp=S-1-5-21-1-2-3
# tdb; ids of both kinds from one counter.
tdb="*::6:200000:299999:0:0"

$mapper domains "$tdb"
ok 'it starts' start

# ---- Nothing is adopted yet.
refused 'nothing is granted before a state is adopted' 'no state is adopted' \
    "$granter" grant $corp-1001
refused 'nor found' 'idmap state adopt' "$granter" find $corp-1001
ok 'idmap state status says that there is none' sh -c \
    'idmap state status | grep -qx "adopted *none"'
ok 'a state is adopted' idmap state adopt
ok 'which is on record' grep -q 'state.gdbm: - -> adopted' $updates
ok 'it is the keeper'"'"'s' sh -c \
    "[ \$(stat -c %U $state/state.gdbm $state/journal | sort -u) = idmap-keep ]"
is 'the journal is nobody else'"'"'s to read' "$(stat -c %a $state/journal)" 600
ok 'adopting it again changes nothing' idmap state adopt
ok 'the state is well' idmap state status

# ---- Wishes.
is 'a new SID gets a number' "$("$granter" grant $corp-1001)" \
    "$corp-1001 200000 B new"
is 'and the same again' "$("$granter" grant $corp-1001)" "$corp-1001 200000 B"
is 'another one the next' "$("$granter" grant $corp-1002)" \
    "$corp-1002 200001 B new"
is 'a number is found' "$("$granter" find $corp-1002)" "$corp-1002 200001 B"
refused 'what was not allocated is not' 'notfound' "$granter" find $corp-9999
is 'a number leads back, as uid' "$("$granter" find-id u 200001)" "$corp-1002"
is 'and as gid' "$("$granter" find-id g 200001)" "$corp-1002"
refused 'unless it is free' 'is not allocated' "$granter" find-id u 200005
refused 'a wish that cannot be granted says why' 'stands for a number' \
    "$granter" grant S-1-22-1-1000
is 'and costs no number' "$("$granter" grant $corp-1003)" \
    "$corp-1003 200002 B new"
useradd -u 200003 taken
is 'a local account keeps its number' "$("$granter" grant $corp-1004)" \
    "$corp-1004 200004 B new"

# ---- Who may.
refused 'a user allocates nothing' 'only root may do this' \
    as mallory "$granter" grant $corp-1666
ok 'and that is on record' logged 'result=denied'
refused 'nor adopts' 'only root' as mallory "$granter" adopt replace
refused 'nor folds' 'only root' as mallory "$granter" fold
refused 'nor imports' 'only root' \
    as mallory "$granter" import "id:$corp-7:200500:U:*"
is 'but may look' "$(as mallory "$granter" find $corp-1002)" \
    "$corp-1002 200001 B"
refused 'and what is looked for is not made' notfound \
    as mallory "$granter" find $corp-1666
# From one process, faster than the limit allows, however slow the machine is.
as mallory "$granter" find $(yes "$corp-1002" | head -n 2000) >/tmp/flood 2>&1 || :
ok 'not without limit' grep -q exhausted /tmp/flood

# ---- Restarts.
ok 'it stops' stop
is 'and has folded what came last' \
    "$(idmap show usid:$corp-1004 uid)" "usid:$corp-1004 -> uid:200004"
is 'of which the log tells' "$(logged 'allocated' | grep -o 'change=.*')" \
    'change="4 ids: - -> allocated"'
ok 'it starts' start
is 'what was granted is there' "$("$granter" find $corp-1004)" \
    "$corp-1004 200004 B"
is 'and goes on from there' "$("$granter" grant $corp-1005)" \
    "$corp-1005 200005 B new"
ok 'a fold' idmap state fold
is 'empties the journal' "$(idmap state status | sed -n 's/^journal *//p')" 0
ok 'and what was granted is in the file' sh -c \
    "gdbm_dump $state/state.gdbm /tmp/dump && idmap verify $state/state.gdbm"
is 'all is still there' "$("$granter" find $corp-1001)" "$corp-1001 200000 B"
before=$(stat -c %i $state/state.gdbm)
"$granter" grant $corp-1006 >/dev/null
folded() { [ "$(stat -c %i $state/state.gdbm)" != "$before" ]; }
ok 'it folds by itself when there is time' wait_for folded
ok 'and tells the log how many ids it gave' sh -c \
    "grep -q 'ids: - -> allocated' $updates"
is 'no id is a line of the log' "$(grep -c 'op=grant' $updates || :)" 0

# ---- Imports.
is 'pins are taken' "$("$granter" import "id:$corp-500:250000:U:*" \
    "id:$corp-513:250001:B:*" "next:B:260000:*")" '3 new 0 old'
is 'and are there' "$("$granter" find-id u 250000)" "$corp-500"
refused 'of their kind' 'is not allocated' "$granter" find-id g 250000
is 'the same again is nothing new' "$("$granter" import \
    "id:$corp-500:250000:U:*" "next:B:250000:*")" '0 new 2 old'
is 'the mark was raised' "$("$granter" grant $corp-1007)" \
    "$corp-1007 260000 B new"
refused 'another number for a SID is a conflict' 'has uid 250000 already' \
    "$granter" import "id:$corp-500:250009:U:*"
refused 'a number of another one too' 'belongs to' \
    "$granter" import "id:$corp-77:250001:B:*"
refused 'all or nothing' 'belongs to' "$granter" import \
    "id:$corp-78:250078:B:*" "id:$corp-79:250001:B:*"
refused 'so that the first is not there' notfound "$granter" find $corp-78
refused 'a number outside the range' 'not in the range' \
    "$granter" import "id:$corp-80:300000:B:*"
refused 'a local account'"'"'s' 'local account' \
    "$granter" import "id:$corp-80:200003:B:*"
groupadd -g 250090 locals
refused 'a local group'"'"'s' 'gid 250090 is that of a local group' \
    "$granter" import "id:$corp-80:250090:G:*"
is 'a uid may be like a local group'"'"'s gid' "$("$granter" import check \
    "id:$corp-80:250090:U:*")" '1 new 0 old'
refused 'a domain that is not there' 'there is no domain' \
    "$granter" import "id:$corp-80:250080:B:nowhere"
is 'a check changes nothing' "$("$granter" import check \
    "id:$corp-81:250081:B:*")" '1 new 0 old'
refused 'indeed' notfound "$granter" find $corp-81
is 'when forced, what stands in the way goes' "$("$granter" import replace \
    "id:$corp-82:250001:B:*")" '1 new 0 old'
is 'the number is the new one'"'"'s' "$("$granter" find-id g 250001)" "$corp-82"
refused 'the old one has none' notfound "$granter" find $corp-513
ok 'an import is on record' sh -c "grep -q 'pins -> imported' $updates"
ok 'and all is well' idmap verify

# ---- By another of its names, a domain is the same one.
other=S-1-5-21-9-9-9
$mapper domains "$tdb" "other:$other:6:300000:399999:0:0"
is 'pins of a domain spelled otherwise' "$("$granter" import \
    "id:$other-5:300005:U:OTHER" "id:joe@Other:300006:U:other" \
    "next:B:300010:OTHER")" '3 new 0 old'
is 'are its own' "$("$granter" find $other-5)" "$other-5 300005 U"
is 'a name is so, too' "$("$granter" find-id u 300006)" 'joe@other'
is 'and the mark' "$("$granter" grant $other-6)" "$other-6 300010 B new"
is 'the same again is nothing new' "$("$granter" import \
    "id:$other-5:300005:U:other" "id:joe@OTHER:300006:U:OTHER")" '0 new 2 old'
ok 'and all is well still' idmap verify
$mapper domains "$tdb"

# ---- Forgetting.
refused 'numbers are kept' 'keeps its numbers' "$granter" flush '*'
$mapper domains "*::7:200000:299999:0:16"
ok 'with ephemeral = boot they can be forgotten' "$granter" flush '*'
refused 'and are' notfound "$granter" find $corp-1002
is 'but not what was pinned' "$("$granter" find-id u 250000)" "$corp-500"
is 'and no number is given twice in a boot' "$("$granter" grant $corp-1002 |
    cut -d' ' -f2)" 260001
$mapper domains "$tdb"

# ---- A backup, a loss, a restore.
ok 'a backup' idmap backup /tmp/backup
ok 'has the state' idmap verify /tmp/backup/state.gdbm
"$granter" many 2000 20 3 1 1 >/tmp/later
given=$(cut -d' ' -f2 /tmp/later | sort -n | tail -n 1)
ok 'it stops' stop
mv $state/state.gdbm $state/journal /tmp
ok 'it starts without its state' start
refused 'which allocates nothing' 'idmap state restore' \
    "$granter" grant $corp-4000
refused 'finds nothing' 'is missing' "$granter" find $corp-500
refused 'idmap state status says so' 'is missing' sh -c \
    'idmap state status 2>&1; false'
ok 'with exit status 1' sh -c '! idmap state status >/dev/null'
refused 'a new one is not just adopted' 'idmap state restore' \
    idmap state adopt
ok 'it is restored' idmap state restore /tmp/backup
is 'what was saved is there' "$("$granter" find-id u 250000)" "$corp-500"
"$granter" grant $corp-5000 >/tmp/new
ok 'and no number since the backup is given again' test \
    "$(cut -d' ' -f2 /tmp/new)" -gt "$given"
refused 'a state that is whole is not replaced unasked' 'is whole' \
    idmap state restore /tmp/backup
ok 'but when asked' idmap state restore --replace /tmp/backup/state.gdbm
ok 'then its own marks are known exactly' sh -c \
    "[ \$('$granter' grant $corp-5001 | cut -d' ' -f2) -eq \
	$(($(cut -d' ' -f2 /tmp/new) + 1)) ]"
ok 'the state is well' idmap state status
ok 'and so is every record' idmap verify

# ---- The whole of a backup.
ok 'a restore of all keeps allocations that are whole' \
    sh -c "idmap restore /tmp/backup 2>&1 | grep -q 'whole, and kept'"
is 'indeed' "$("$granter" grant $corp-5001)" \
    "$corp-5001 $(($(cut -d' ' -f2 /tmp/new) + 1)) B"
ok 'it stops' stop
rm -f $state/state.gdbm $state/journal /var/lib/idmap/map.gdbm
$mapper policy
ok 'it starts on a host that has lost all' start
ok 'which gets all back' idmap restore /tmp/backup
is 'allocations, too' "$("$granter" find-id u 250000)" "$corp-500"
ok 'which go on' sh -c \
    "[ \$('$granter' grant $corp-5002 | cut -d' ' -f2) -gt $given ]"

# ---- Damage.
"$granter" grant $corp-6000 >/dev/null
"$granter" grant $corp-6001 >/tmp/last
kill -9 "$(keeper_pid)"
ok 'it ends without its keeper' died
printf 'X' | dd of=$state/journal bs=1 seek=50 conv=notrunc 2>/dev/null
ok 'it starts with a damaged journal' start
refused 'which allocates nothing' 'damaged at offset 36' \
    "$granter" grant $corp-6002
refused 'and says what to do' 'idmap state restore' "$granter" find $corp-500
ok 'user entries do not mind' "$asker" ping
ok 'a restore' idmap state restore /tmp/backup
ok 'gives no number again' sh -c \
    "[ \$('$granter' grant $corp-6003 | cut -d' ' -f2) -gt \
	$(cut -d' ' -f2 /tmp/last) ]"
ok 'giving it up for an empty one' idmap state adopt --replace
refused 'forgets' notfound "$granter" find $corp-1001
ok 'but gives no number again either' sh -c \
    "[ \$('$granter' grant $corp-6004 | cut -d' ' -f2) -gt \
	$(cut -d' ' -f2 /tmp/last) ]"
ok 'it stops' stop
end
