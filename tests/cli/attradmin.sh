#!/bin/sh
# attradmin -- every form of its synopsis.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"

ok '-I' attradmin -A uid -I M1@M2
ok '-I of another' attradmin -A gid -I M1@M2
refused '-I of the same' 'exists already' attradmin -A uid -I M1
refused '-I of a bad name' 'attribute' attradmin -A a/b -I M1
ok 'a scheme may have the same name' idadmin -S uid -I M1@M2
ok '-a' attradmin -A uid -a -r 104@venus -l 104
ok '-a of a pattern' attradmin -A uid -a -r '*@mars' -l %1
ok 'the local value is no login' attradmin -A uid -a -r 1@x -l no-such:login
ok 'twice is once' attradmin -A uid -a -r 1@x -l no-such:login
refused 'another value for the same' '104' attradmin -A uid -a -r 104@venus -l 9
refused 'a field too few' 'missing' attradmin -A uid -a -r 104 -l 104
is 'the list' "$(attradmin | awk '{ print $1, $2, $3 }')" 'gid M1@M2 0
uid M1@M2 3'
is 'the list as JSON' "$(json 1 attribute -- attradmin --json)" uid
is 'a map' "$(attradmin -A uid)" '!M1@M2
104@venus 104
1@x no-such:login
*@mars %1'
is 'those of a value' "$(attradmin -A uid -l 104)" '104@venus 104'
is 'a map as JSON' "$(json entries 0 local -- attradmin -A uid --json)" 104
is 'the scheme of this name has none of them' "$(idadmin -S uid)" '!M1@M2'
ok '-t' sh -c "attradmin -A uid -t 7@mars | grep -F \"is mapped to '7'\""
refused '-t of a stranger' 'not mapped' attradmin -A uid -t 7@pluto
is '-t as JSON' "$(json local -- attradmin -A uid -t 7@mars --json)" 7
ok '-c finds nothing' attradmin -A uid -c
is '-d -r' "$(attradmin -A uid -d -r 1@x -l no-such:login)" '1@x no-such:login'
is '-d' "$(attradmin -A uid -d -l 104)" '104@venus 104'
refused '-d of nothing' "no entry of attribute 'uid' maps to '104'" \
    attradmin -A uid -d -l 104
ok '--export' sh -c 'attradmin -A uid --export >/tmp/uid.txt'
ok '--import under another name' attradmin -A uid2 --import /tmp/uid.txt
ok '... is the same' sh -c 'attradmin -A uid2 | cmp - /tmp/uid.txt'
ok '-f has nothing to do' sh -c 'attradmin -A uid -f </dev/null'
ok '-D' attradmin -A uid2 -D
refused '-D again' "there is no attribute 'uid2'" attradmin -A uid2 -D
refused 'schemes are not its business' "unknown option '-S'" attradmin -S uid
refused 'nor modes' "unknown option '-u'" attradmin -A uid -u
refused 'nor NSS' "unknown option '--nss'" attradmin -A uid --nss yes
refused 'only root may list' 'only root may do this' as bob attradmin
is 'and nothing else is said' \
    "$(as bob attradmin 2>&1 | sed 's/uid [0-9]*/uid N/')" \
    'attradmin: only root may do this, and you have uid N'
refused 'only root may add' 'only root may do this' \
    as bob attradmin -A uid -a -r 1@x -l 1
ok 'updates are logged' \
    grep -q 'attradmin\[[0-9]*\]:.* scheme="uid".*change="104@venus: - -> 104"' \
    /var/log/idmap.log
finish
