#!/bin/sh
# idmap diff: the numbers of this host beside those of a table.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

useradd -u 1500 foo
cd /tmp || exit 99
ok 'a map' idmap apply
ok 'with a machine SID that is known' idmap machine import S-1-5-21-7-8-9

printf '# ours\n\nS-1-5-21-7-8-9-2500\tuid:1500\nsid:S-1-22-2-77 == gid:77\n' \
    >same
is 'what is the same is counted' "$(idmap diff same)" '2 the same, 0 different'
ok 'and succeeds' idmap diff same
printf 'usid:S-1-5-21-7-8-9-2500 => uid:1501\nS-1-22-2-77\tgid:77\n' >other
is 'what differs is listed' "$(idmap diff other)" \
    'usid:S-1-5-21-7-8-9-2500	uid:1501	uid:1500
1 the same, 1 different'
refused 'and fails' '' idmap diff other
printf 'S-1-5-21-1-1-1-500\tuid:5\n' >missing
ok 'what has no number here is listed, with the reason' sh -c \
    'idmap diff missing | grep -qE "^S-1-5-21-1-1-1-500	uid:5	-	."'
ok 'as JSON, too' sh -c 'idmap diff --json other | tr -d " \n" |
    grep -q "\"theirs\":1501,\"ours\":1500"'
printf 'S-1-5\tuid:5\nx uid:1\nS-1-5-7 5\n' >bad
refused 'a SID that is none' "bad:1: SID 'S-1-5' has no sub-authority" \
    idmap diff bad
refused 'a name of nothing' "bad:2: 'x' is neither a SID nor a Windows name" \
    idmap diff bad
refused 'no number' 'bad:3: the line does not end in uid:NUMBER' idmap diff bad
refused 'no table' 'nosuch: No such file' idmap diff nosuch
finish
