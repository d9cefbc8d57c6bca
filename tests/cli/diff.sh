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
refused 'nothing to compare with' 'a table or --nss is missing' idmap diff

# ---- Other name services.
mkdir -p /var/lib/extrausers
printf 'carol@corp:x:1500:100::/:/bin/sh\ndave@corp:x:1777:100::/:/bin/sh\n' \
    >/var/lib/extrausers/passwd
printf 'crew@corp:x:1888:\n' >/var/lib/extrausers/group
ok 'a rule' idmap add winuser:carol@corp unixuser:foo
is 'all that it lists' "$(idmap diff --nss extrausers | cut -f 1-3)" \
    'winuser:dave@corp	uid:1777	-
wingroup:crew@corp	gid:1888	-
1 the same, 2 different'
printf 'user carol@corp\nuser nobody@corp\n' >asked
is 'or who is asked for' "$(idmap diff --nss 'files extrausers' asked 2>/dev/null)" \
    '1 the same, 0 different'
refused 'whom it does not know is told' "'nobody@corp' is not known there" \
    sh -c "idmap diff --nss 'files extrausers' asked 2>&1; exit 1"
printf 'users of what\n' >asked
refused 'what is no question' 'is no question' idmap diff --nss files asked
refused 'nobody is not everybody' 'nobody was compared' \
    sh -c ': >/var/lib/extrausers/passwd; : >/var/lib/extrausers/group
	idmap diff --nss extrausers 2>&1; exit 1'
refused 'idmap itself' 'the name service idmap cannot be asked by idmap' \
    idmap diff --nss 'files idmap'
refused 'no list of services' "'[x]' is no list of name services" \
    idmap diff --nss '[x]'
finish
