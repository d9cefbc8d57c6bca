#!/bin/sh
# idadmin -- every form of its synopsis, and every refusal with its reason.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"

log=/var/log/idmap.log
last() { tail -n 1 "$log"; }
one() { [ "$(grep -cF -- "$1" "$log")" -eq 1 ]; }

# Before there is a map.
refused 'no map yet: says how one is made' \
    "'idadmin -S scheme -I descr' makes the first map" idadmin
refused 'no map yet: a scheme cannot be changed' "makes the first map" \
    idadmin -S s -a -r a@b -l foo
refused 'no map yet: nothing to test' 'map.gdbm: no such file' \
    idadmin -S s -t a@b
ok 'a dry run installs nothing' idadmin -S s -I M1@M2 --dry-run
refused 'it did not' 'map.gdbm: no such file' idadmin

# Case 1: what -I takes.
ok 'M1@M2 is a descriptor' idadmin -S two -I M1@M2
ok 'M1 is a descriptor' idadmin -S one -I M1
while read -r descr why; do
	refused "'$descr' is no descriptor" "$why" idadmin -S bad -I "$descr"
done <<'END'
M1@ no field behind
1@M2 does not begin with 'M'
M1@M1 twice
O1@M2 does not begin with 'M'
M1@M2. no field behind
END
refused 'the empty descriptor' 'empty' idadmin -S bad -I ''
refused 'attrmap is reserved' 'reserved' idadmin -S attrmap -I M1@M2
refused 'a scheme is installed once' 'exists already' idadmin -S two -I M1@M2
refused 'a scheme is no path' 'scheme' idadmin -S ../x -I M1@M2
refused 'a scheme is no hidden file' 'scheme' idadmin -S .x -I M1@M2
refused 'a scheme has a name' 'scheme' idadmin -S '' -I M1@M2
ok 'and nothing came of it' test "$(idadmin | wc -l)" -eq 2

# Case 2: modes.
is 'a new scheme is SECURE' "$(idadmin | awk '$1 == "two" { print $2 }')" SECURE
ok '-s of a SECURE scheme' idadmin -S two -s
refused 'an unknown scheme is an error' "there is no scheme 'nope'" \
    idadmin -S nope -s
ok '... and is logged as failed' \
    sh -c "tail -n 1 $log | grep -F 'scheme=\"nope\"' | grep -F result=notfound"
refused 'unknown to -u' "there is no scheme 'nope'" idadmin -S nope -u
refused 'unknown to -D' "there is no scheme 'nope'" idadmin -S nope -D
refused 'unknown to -l' "there is no scheme 'nope'" idadmin -S nope -l foo
refused 'unknown to -c' "there is no scheme 'nope'" idadmin -S nope -c
refused 'unknown to -f' "there is no scheme 'nope'" idadmin -S nope -f
refused 'unknown to -t' "there is no scheme 'nope'" idadmin -S nope -t a@b
refused 'unknown to --export' "there is no scheme 'nope'" \
    idadmin -S nope --export
refused 'unknown to --nss' "there is no scheme 'nope'" idadmin -S nope --nss no
refused 'unknown to -d' "there is no scheme 'nope'" idadmin -S nope -d -l foo

# Adding.
ok 'the entry of the manual' idadmin -S two -a -r foo@comunix -l foo
is '... says nothing' "$(idadmin -S two -a -r bob@comunix -l bob 2>&1)" ''
ok '... is logged' grep -qF 'change="foo@comunix: - -> foo"' "$log"
ok 'transparent mapping' idadmin -S two -a -r '*@*' -l %1
ok 'a refusal' idadmin -S two -a -r 'guest@*' -l %i
is 'the map in its order' "$(idadmin -S two)" '!M1@M2
bob@comunix bob
foo@comunix foo
guest@* %i
*@* %1'
is 'those of one login' "$(idadmin -S two -l foo)" 'foo@comunix foo'
is 'those of %1' "$(idadmin -S two -l %1)" '*@* %1'
is 'those of nobody' "$(idadmin -S two -l johnd)" ''
before=$(cksum /var/lib/idmap/map.gdbm)
ok 'the same once more' idadmin -S two -a -r foo@comunix -l foo
is '... leaves the file alone' "$(cksum /var/lib/idmap/map.gdbm)" "$before"
ok '... and says so in the log' \
    sh -c "tail -n 1 $log | grep -F 'change=\"unchanged\"'"
refused 'the same name to another login' "foo" \
    idadmin -S two -a -r foo@comunix -l bob
refused 'a login that does not exist' "there is no user 'nosuch'" \
    idadmin -S two -a -r a@b -l nosuch
ok '... is logged with the reason' \
    sh -c "tail -n 1 $log | grep -F \"reason=\\\"there is no user 'nosuch'\""
ok '... goes with --force' idadmin -S two -a -r a@b -l nosuch --force
refused 'a field that does not exist' '%3' idadmin -S two -a -r 'x@*' -l %3
refused 'a local name with a percent sign' 'neither a name nor' \
    idadmin -S two -a -r a@c -l %x
refused 'a local name that is no login' 'login' \
    idadmin -S two -a -r a@c -l ../foo --force
refused 'a field too few' 'missing' idadmin -S two -a -r foo -l foo
refused 'a field too many' 'separator' idadmin -S two -a -r a@b@c -l foo
refused 'an empty field' 'missing' idadmin -S two -a -r @b -l foo
refused 'an unfinished set' '[' idadmin -S two -a -r '[ab@c' -l foo
ok 'root, with a remark' sh -c \
    'idadmin -S two -a -r admin@x -l root 2>&1 | grep -F "was not added with --privileged"'
is '... is no privileged entry' \
    "$(json entries -- idadmin -S two --json | grep -c privileged)" 0
ok 'again, privileged' idadmin -S two -a -r admin@x -l root --privileged
is '... is one now' \
    "$(json entries -- idadmin -S two --json | grep -o privileged)" privileged

# A dry run changes nothing and is not logged.
before=$(cksum /var/lib/idmap/map.gdbm)
records=$(wc -l <"$log")
is 'dry -a' "$(idadmin -S two -a -r x@y -l foo --dry-run)" 'would add: x@y foo'
is 'dry -a of what is there' "$(idadmin -S two -a -r foo@comunix -l foo --dry-run)" \
    'is there already: foo@comunix foo'
refused 'dry -a of what cannot be' 'no user' \
    idadmin -S two -a -r x@y -l nosuch --dry-run
is 'dry -d' "$(idadmin -S two -d -l bob --dry-run 2>/dev/null)" \
    'would delete: bob@comunix bob'
ok 'dry -d foretells the heir' sh -c \
    "idadmin -S two -d -r bob@comunix -l bob --dry-run 2>&1 |
	grep -F \"'bob@comunix' would be matched by '*@* %1'\""
is 'dry -D' "$(idadmin -S two -D --dry-run)" "would delete scheme 'two'"
is 'dry -I' "$(idadmin -S six -I M1 --dry-run)" "would install scheme 'six'"
is 'dry -u' "$(idadmin -S two -u --dry-run)" \
    "would put into USER mode the scheme 'two'"
is 'dry -s' "$(idadmin -S two -s --dry-run)" \
    "would put into SECURE mode the scheme 'two'"
is 'dry --nss' "$(idadmin -S two --nss no --dry-run)" \
    "would set --nss of scheme 'two' to no"
is 'after them the map is the same' "$(cksum /var/lib/idmap/map.gdbm)" "$before"
is 'and so is the log' "$(wc -l <"$log")" "$records"

# Case 4, and what -t says.
ok 'a name is mapped' sh -c \
    "idadmin -S two -t foo@comunix | grep -F \"is mapped to 'foo' by the system entry 'foo@comunix foo'\""
ok '... and served' sh -c 'idadmin -S two -t foo@comunix | grep -Fx "NSS and PAM serve it"'
refused 'a name is refused by %i' "'guest@*' of scheme 'two' refuses" \
    idadmin -S two -t guest@mars
ok 'bob@mars is bob' sh -c "idadmin -S two -t bob@mars | grep -F \"mapped to 'bob'\""
refused 'an unknown login is no mapping' 'no user eve' idadmin -S two -t eve@mars
ok 'root is the answer of -t' sh -c \
    "idadmin -S two -t admin@x | grep -F \"mapped to 'root'\""
ok '... and NSS agrees, for it is privileged' sh -c \
    'idadmin -S two -t admin@x | grep -Fx "NSS and PAM serve it"'
refused '%1 is never root' 'root' idadmin -S two -t root@mars
refused 'a name that does not split' 'does not split' idadmin -S two -t foo
is '-t as JSON: the login' "$(json local -- idadmin -S two -t foo@comunix --json)" foo
is '-t as JSON: served' "$(json served -- idadmin -S two -t foo@comunix --json)" true
is '-t as JSON: not mapped' "$(json mapped -- idadmin -S two -t guest@x --json)" false
is '-t as JSON: by which entry' \
    "$(json entry remote -- idadmin -S two -t guest@x --json)" 'guest@*'
ok 'a scheme before this one' idadmin -S a-first -I M1@M2
ok '... makes a difference' sh -c "idadmin -S two -t foo@comunix |
    grep -F 'NSS and PAM do not serve it: the first scheme that knows such names'"
ok '--nss no' idadmin -S a-first --nss no
ok '... puts it right' sh -c \
    'idadmin -S two -t foo@comunix | grep -Fx "NSS and PAM serve it"'
is '--nss is listed' "$(idadmin | awk '{ print $1, $5 }')" 'a-first -
one -
two nss'
ok '--nss yes' idadmin -S one --nss yes
is '... is listed' "$(json 1 nss -- idadmin --json)" yes
is '... serves' "$(json 1 serves_nss -- idadmin --json)" true
ok '--nss auto' idadmin -S one --nss auto
is '... does not' "$(json 1 serves_nss -- idadmin --json)" false
refused '--nss takes three words' 'none of yes, no and auto' \
    idadmin -S one --nss maybe

# Case 5: deleting.
for name in a@p b@p c@p; do
	ok "an entry for $name" idadmin -S two -a -r "$name" -l johnd
done
ok 'one of another scheme' idadmin -S one -a -r jd -l johnd
refused '-d of one that maps elsewhere' "maps to 'johnd', not to 'foo'" \
    idadmin -S two -d -r a@p -l foo
refused '-d of one that is not there' "no entry" \
    idadmin -S two -d -r z@p -l johnd
is '-d -r prints what it removed' \
    "$(idadmin -S two -d -r a@p -l johnd 2>/dev/null)" 'a@p johnd'
ok '... and removes only that' test "$(idadmin -S two -l johnd | wc -l)" -eq 2
is '-d -l prints all that it removed' \
    "$(idadmin -S two -d -l johnd 2>/dev/null)" 'b@p johnd
c@p johnd'
is '... and removes them' "$(idadmin -S two -l johnd)" ''
is '... in this scheme only' "$(idadmin -S one -l johnd)" 'jd johnd'
ok '... and logs each' \
    sh -c "tail -n 1 $log | grep -F 'change=\"b@p: johnd -> -, c@p: johnd -> -\"'"
refused '-d -l of nobody' "no entry of scheme 'two' maps to 'johnd'" \
    idadmin -S two -d -l johnd
ok 'who inherits is said' sh -c "idadmin -S two -d -r foo@comunix -l foo 2>&1 |
    grep -F \"'foo@comunix' is matched by '*@* %1' now\""
is 'a pattern is deleted by its text' \
    "$(idadmin -S two -d -r 'guest@*' -l %i)" 'guest@* %i'
is 'no heir, no remark' "$(idadmin -S one -d -l johnd 2>&1)" 'jd johnd'

# Case 11: names that are none.
long=$(head -c 4096 /dev/zero | tr '\0' x)
records=$(wc -l <"$log")
refused 'a name of 4 KiB' 'remote name' idadmin -S two -a -r "$long@b" -l foo
refused 'a newline' 'remote name' idadmin -S two -a -r "a
2026-11-23T00:00:00.000000+0000 idadmin[1]: uid=0@b" -l foo
refused 'an escape' 'remote name' \
    idadmin -S two -a -r "$(printf 'a\033[31m@b')" -l foo
refused 'invalid UTF-8' 'remote name' \
    idadmin -S two -a -r "$(printf 'a\377@b')" -l foo
refused 'a scheme with a newline' 'scheme' idadmin -S "two
x" -a -r a@b -l foo
is 'each is one record' "$(($(wc -l <"$log") - records))" 5
ok 'no record was forged' test "$(grep -c '^2026-11-23T00:00:00' "$log")" -eq 0
is 'the log is printable ASCII' "$(LC_ALL=C grep -c '[^ -~]' "$log")" 0
ok 'what is printed is, too' sh -c \
    "idadmin -S two -a -r \"\$(printf 'a\033[31m')\" -l foo 2>&1 |
	LC_ALL=C grep -qv '[^ -~]'"

# JSON.
is 'the list is JSON' "$(json 2 scheme -- idadmin --json)" two
is 'a map is JSON' "$(json descriptor -- idadmin -S two --json)" M1@M2
is 'a check is JSON' \
    "$(json findings 0 category -- idadmin -S two -c --json)" \
    'Unknown mapped user'
is 'a check that finds nothing is JSON' \
    "$(json findings -- idadmin -S one -c --json)" '[]'
is 'the entries of a login are JSON' \
    "$(json entries 0 remote -- idadmin -S two -l bob --json)" bob@comunix

# What is no form of the synopsis.
refused 'two actions' 'one action at a time' idadmin -S two -u -s
refused '-a without -l' '-a: -l logname is missing' idadmin -S two -a -r a@b
refused '-d without -l' '-d: -l logname is missing' idadmin -S two -d -r a@b
refused '-D without -S' '-S scheme is missing' idadmin -D
refused '-l without -S' '-S scheme is missing' idadmin -l foo
refused 'no such option' "unknown option '-x'" idadmin -x
refused '... and the synopsis' 'usage: idadmin' idadmin -x
status=0
idadmin -x >/dev/null 2>&1 || status=$?
is 'a usage error is status 1' "$status" 1
ok '--help is not' idadmin --help
ok '--version' sh -c "idadmin --version | grep -q '^idadmin (idmap) '"

# Who may.
refused 'an ordinary user may not list' 'only root may do this' as bob idadmin
refused '... but is told what he may' 'are made with uidadmin' as bob idadmin
refused 'nor add' 'only root may do this' \
    as bob idadmin -S two -a -r bob@x -l bob
refused 'nor fix' 'only root may do this' as bob idadmin -S two -f
refused 'nor import' 'only root may do this' \
    as bob idadmin -S two --import /dev/null
ok 'nor import, although there is help' as bob idadmin --help
ok 'nothing was added' test -z "$(idadmin -S two | grep bob@x)"

# Dropping.
ok '-D' idadmin -S two -D
ok '... drops the entries, too' sh -c \
    'idadmin -S two -I M1@M2 && test "$(idadmin -S two)" = "!M1@M2"'
ok '... is logged' grep -qF 'entries -> -' "$log"

refused "a full disk is no success" "standard output" \
    sh -c 'idadmin -S two >/dev/full'
finish
