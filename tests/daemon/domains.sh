#!/bin/sh
# domains -- a domain that allocates: its store is adopted when it is added,
# and numbers that were allocated do not move unseen.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

sid=S-1-5-21-1-2-3

# number SID: its uid, allocated if need be.
number() {
	idmap show -c "usid:$1" uid | sed 's/.* -> uid://'
}

ok 'idmapd starts' start
ok 'a domain that allocates' idmap domain add corp backend=tdb \
    range=300000-300099 sid=$sid
ok 'has the store adopted' sh -c \
    'idmap state status | grep -q "^adopted *[0-9a-f]\{32\}$"'
is 'it gives the first number' "$(number $sid-1101)" 300000
is 'and the next' "$(number $sid-1102)" 300001
ok 'which are folded' idmap state fold
is 'and one that may not be folded yet' "$(number $sid-1103)" 300002
is 'what an edit would move is listed, each number' \
    "$(idmap domain edit -n corp range=300002-300099 | sort)" \
    "    $sid-1101: 300000 -> none
    $sid-1102: 300001 -> none
domain corp: changed; numbers move: the range begins elsewhere
nothing was changed (--dry-run)"
is 'with another backend all of them' \
    "$(idmap domain edit -n corp backend=rid | grep -c -- '-> none')" 3
refused 'and it is refused' '--force-move' \
    idmap domain edit corp range=300002-300099
is 'nothing has moved' "$(number $sid-1101)" 300000
ok 'the range may grow at its end' idmap domain edit corp range=300000-300199
is 'and numbers stay' "$(number $sid-1102)" 300001
ok 'the domain goes' idmap domain remove corp
refused 'and has no numbers then' '' idmap show "usid:$sid-1101" uid
ok 'it comes back as it was' idmap domain add corp backend=tdb \
    range=300000-300199 sid=$sid
is 'with its numbers' "$(number $sid-1103)" 300002

# ---- Numbers come to an end.
ok 'ephemeral ids, but few' idmap domain edit --force-move '*' \
    backend=ephemeral range=4294967293-4294967294
service=S-1-5-80-1-2-3
is 'the first' "$(number $service-1)" 4294967293
is 'the last, before that which is no id' "$(number $service-2)" 4294967294
refused 'then there is none' \
    "domain '*' has no number left of 4294967293-4294967294" \
    idmap show -c usid:$service-3 uid
is 'which programs are told' \
    "$(idmap show -c --json usid:$service-3 uid | grep -o '"reason": "[a-z-]*"')" \
    '"reason": "range-full"'
is 'smbd, too' "$(idmap script SIDTOID $service-3)" \
    "ERR:domain '*' has no number left of 4294967293-4294967294: widen its range"
is 'it costs nobody his number' "$(number $service-2)" 4294967294
is 'gids are counted apart' \
    "$(idmap show -c gsid:$service-3 gid | sed 's/.* -> //')" gid:4294967293
ok 'idmapd ends' stop
is 'and nothing of it was given' \
    "$(idmap show --json usid:$service-3 uid | grep -o '"reason": "[a-z-]*"')" \
    '"reason": "none-generated"'
end
