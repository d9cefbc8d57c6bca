#!/bin/sh
# uidadmin -- users' own entries, through the real idmapd; and idadmin -u.

. "$top_srcdir/tests/daemon/daemon.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"
cd "$(mktemp -d)"
useradd -r -s /usr/sbin/nologin idmap
useradd -r -s /usr/sbin/nologin idmap-keep

idadmin -S s -I M1@M2
idadmin -S other -I M1@M2
idadmin -S other --nss no

# Without idmapd.
refused 'without idmapd: -a' 'idmapd does not answer' \
    as bob uidadmin -S s -a -r bob@mars
refused '... says how to start it' "'systemctl start idmap.socket'" \
    as bob uidadmin -S s -a -r bob@mars
refused 'without idmapd: -d' 'idmapd does not answer' \
    as bob uidadmin -S s -d -l bob
refused 'without idmapd: list' 'idmapd does not answer' as bob uidadmin -S s
ok 'without idmapd: the schemes' as bob uidadmin
refused 'without idmapd: idadmin -u' 'idmapd does not answer' idadmin -S s -u
refused '... says that nothing changed' "scheme 's' stays as it is" \
    idadmin -S s -u
is '... and nothing did' "$(idadmin | awk '$1 == "s" { print $2 }')" SECURE

ok 'idmapd starts' start
refused '-a before any scheme was in USER mode' 'idadmin -u' \
    as bob uidadmin -S s -a -r bob@mars
is '-u opens the scheme' "$(idadmin -S s -u 2>&1)" ''
is '... which is listed' "$(idadmin | awk '$1 == "s" { print $2 }')" USER
is '... and the other one is not' \
    "$(idadmin | awk '$1 == "other" { print $2 }')" SECURE
ok '... and is logged' grep -qF 'change="SECURE -> USER"' /var/log/idmap.log
ok '-u once more' idadmin -S s -u

# Users.
is '-a says nothing' "$(as bob uidadmin -S s -a -r bob@mars 2>&1)" ''
ok '-a twice is once' as bob uidadmin -S s -a -r bob@mars
ok '-a with the own login' as bob uidadmin -S s -a -r robert@mars -l bob
is 'the list' "$(as bob uidadmin -S s)" '!M1@M2
bob@mars bob
robert@mars bob'
is '... with -l' "$(as bob uidadmin -S s -l bob)" 'bob@mars bob
robert@mars bob'
is '... as JSON' "$(json entries 1 remote -- as bob uidadmin -S s --json)" \
    robert@mars
is '... is of the caller' "$(as foo uidadmin -S s)" '!M1@M2'
refused 'another login' 'not a login of yours' \
    as bob uidadmin -S s -a -r x@y -l foo
refused 'root' 'not a login of yours' as bob uidadmin -S s -a -r x@y -l root
refused "another user's name" 'bob' as foo uidadmin -S s -a -r bob@mars
refused 'a pattern' 'exact' as bob uidadmin -S s -a -r '*@mars'
refused '%1 for a login' 'login' as bob uidadmin -S s -a -r x@y -l %1
refused 'a name that does not split' 'missing' as bob uidadmin -S s -a -r x
refused 'an unknown scheme' "no scheme 'nope'" \
    as bob uidadmin -S nope -a -r x@y
refused 'a SECURE scheme' 'SECURE' as bob uidadmin -S other -a -r x@y
refused "another's entries" '' as foo uidadmin -S s -d -l bob
ok 'they are still there' test "$(as bob uidadmin -S s -l bob | wc -l)" -eq 2
is '-d -r' "$(as bob uidadmin -S s -d -r robert@mars -l bob)" 'robert@mars bob'
refused '-d of what is not there' '' \
    as bob uidadmin -S s -d -r robert@mars -l bob
refused '-d without -l' '-d: -l logname is missing' \
    as bob uidadmin -S s -d -r bob@mars
refused '-a without -r' '-a: -r g_name is missing' as bob uidadmin -S s -a
refused '-c is not for users' 'only root may do this' as bob uidadmin -S s -c
refused '-f is not for users' 'only root may do this' as bob uidadmin -S s -f
ok 'an environment means nothing' env LOGNAME=foo USER=foo \
    setpriv --reuid bob --regid 1500 --clear-groups \
    uidadmin -S s -a -r env@mars
is '... it is bob who asked' "$(as bob uidadmin -S s -l bob | head -n 1)" \
    'bob@mars bob'
refused 'an escape in a name' 'control character' \
    as bob uidadmin -S s -a -r "$(printf 'a\033[31m@b')"

# Root.
refused 'root must give -l' 'root must say whose' uidadmin -S s -a -r jd@mars
ok 'root may name any login' uidadmin -S s -a -r jd@mars -l johnd
is 'root sees all' "$(uidadmin -S s)" '!M1@M2
bob@mars bob
env@mars bob
jd@mars johnd'
is '... or those of a login' "$(uidadmin -S s -l johnd)" 'jd@mars johnd'
is '... with their owners, as JSON' \
    "$(json entries 2 uid -- uidadmin -S s --json)" 1502

# Case 10: which map counts.
idadmin -S s -a -r bob@mars -l foo
ok 'USER: the own entry comes first' sh -c \
    "idadmin -S s -t bob@mars | grep -F \"mapped to 'bob' by the user entry\""
ok '... -t says that NSS serves it' sh -c \
    'idadmin -S s -t bob@mars | grep -Fx "NSS and PAM serve it"'
idadmin -S s -a -r '*@mars' -l guest
ok 'USER: also before a pattern' sh -c \
    "idadmin -S s -t jd@mars | grep -F \"mapped to 'johnd'\""
ok 'SECURE: it is ignored' sh -c "idadmin -S s -s &&
    idadmin -S s -t bob@mars | grep -F \"mapped to 'foo' by the system entry\""
ok 'USER again' idadmin -S s -u
ok '... it is back' sh -c "idadmin -S s -t bob@mars | grep -F \"mapped to 'bob'\""
idadmin -S s -a -r jd@mars -l %i
refused 'a veto comes before the own entry' 'refuses' idadmin -S s -t jd@mars

# Check and fix.
sed -i /^bob:/d /etc/passwd
uidadmin -S s -c >found || :
is '-c finds what is wrong' "$(grep '^Error' found)" \
'Error on line number 2: Unknown mapped user
Error on line number 3: Unknown mapped user
Error on line number 4: Unreachable entry'
is '... and the total' "$(tail -n 1 found)" '3 errors found in 3 entries'
is '... of one login' "$(uidadmin -S s -c -l johnd | tail -n 1)" \
    '1 error found in 1 entry'
is '... as JSON' "$(json findings 2 remote -- uidadmin -S s -c --json)" jd@mars
cksum "$store" >before
for answers in '' 'd\n' 'd\nc\n' 'd\nc\nx@mars\n' 'd\ns\n'; do
	refused "-f: an end after '$answers'" 'nothing was changed' \
	    sh -c "printf '$answers' | uidadmin -S s -f"
done
is '... and nothing was' "$(cksum "$store")" "$(cat before)"

# What idmapd alone can know: the last answer takes a name that is in use.
uidadmin -S s -a -r taken@mars -l guest
uidadmin -S s >before
records=$(wc -l <"$updates")
printf '%s\n' d c x@mars foo c taken@mars foo >answers
refused '-f: the last of three is refused' \
    "because of 'taken@mars foo': 'taken@mars' is mapped to 'guest'" \
    uidadmin -S s -f --answers answers
is '... and all three are as they were' "$(uidadmin -S s)" "$(cat before)"
ok '... with the reason on record' logged "because of 'taken@mars foo'"
is '... once' "$(wc -l <"$updates")" "$((records + 1))"
uidadmin -S s -d -r taken@mars -l guest >deleted
is '-f: nothing to change is no request' \
    "$(printf '%s\n' s s s | uidadmin -S s -f | tail -n 1)" \
    '0 changed, 0 deleted, 3 skipped'
ok '... and not on record' logged 'change="taken@mars: guest -> -"'
is '-f: of one login' \
    "$(echo s | uidadmin -S s -f -l johnd | tail -n 1)" \
    '0 changed, 0 deleted, 1 skipped'
printf '%s\n' d c '*@mars' foo c x@mars foo s >answers
is '-f' "$(uidadmin -S s -f --answers answers | tail -n 1)" \
    '1 changed, 1 deleted, 1 skipped'
is '... did it' "$(uidadmin -S s)" '!M1@M2
jd@mars johnd
x@mars foo'
ok '... with one record' logged \
    'change="bob@mars: bob -> -, env@mars: bob -> -, x@mars: - -> foo"'

# A scheme that is made anew inherits nothing.
ok '-D' idadmin -S s -D
ok '-I' idadmin -S s -I M1@M2
ok '-u' idadmin -S s -u
is 'the entries of old are gone' "$(uidadmin -S s)" '!M1@M2'
refused '... and map nothing' 'not mapped' idadmin -S s -t x@mars

# Many: more than one page of the protocol holds.
long=$(head -c 900 /dev/zero | tr '\0' x)
for at in $(seq 60); do
	uidadmin -S s -a -r "$at$long@mars" -l foo || echo "$at" >>failed
done
is 'as many as a user may have' "$(cat failed 2>/dev/null)" ''
is '... are listed' "$(as foo uidadmin -S s -l foo | wc -l)" 60
sed -i s/^foo:x:1500:/foo:x:1600:/ /etc/passwd
refused '... but are more than -f takes at once' \
    '60 bad entries are more than can be changed at once; choose' \
    sh -c 'yes d | uidadmin -S s -f'
sed -i s/^foo:x:1600:/foo:x:1500:/ /etc/passwd
is '... so that all are there still' "$(uidadmin -S s -l foo | wc -l)" 60
for at in 1 2 3 4; do
	uidadmin -S s -a -r "$at$long@venus" -l ilya
done
sed -i /^ilya:/d /etc/passwd
printf '%s\n' c "5$long@venus" foo s s s d >answers
uidadmin -S s -f -l ilya --answers answers >told
is 'a change too much is asked for again' \
    "$(grep -c '^that will not do: this would be more than can be' told)" 1
is '... while all may be deleted' "$(tail -n 1 told)" \
    '0 changed, 1 deleted, 3 skipped'
is '... or some' "$(uidadmin -S s -d -l ilya | wc -l)" 3
is '... and deleted' "$(as foo uidadmin -S s -d -l foo | wc -l)" 60
is '... all of them' "$(uidadmin -S s)" '!M1@M2'

# A users' map that is lost is not made anew in silence.
as foo uidadmin -S s -a -r foo@mars
ok 'idmapd stops' stop
ok 'the map still counts' sh -c "idadmin -S s -t foo@mars | grep -F \"mapped to 'foo'\""
rm "$store"
refused 'a lost users map: no answer' 'unavailable' idadmin -S s -t foo@mars
ok '... is told by the list' sh -c 'idadmin 2>&1 | grep -F "users'\'' map is not available"'
ok 'idmapd starts again' start
refused '-u does not accept another one' 'is not the one in use so far' \
    idadmin -S s -u
ok '... but with --force' idadmin -S s -u --force
ok '... users can add again' as foo uidadmin -S s -a -r foo@mars
ok 'idmapd ends' stop
finish
