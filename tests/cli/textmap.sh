#!/bin/sh
# textmap -- check, fix, import and export of the classic text files.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"
cd "$(mktemp -d)"

idadmin -S s -I M1@M2

# Case 6: every category, on the expected line.
cat >damaged <<'END'
!M1@M2
foo@mars foo
lonely
bob
@mars bob
bob@mars bob

bob@mars bob
a@b %7
eve@mars eve
*@mars %1
johnd@mars johnd
?@pluto %1
[ab]@pluto %1
x@[y foo
END
idadmin -S s -c damaged >found || :
is 'each category on its line' "$(grep '^Error' found)" \
'Error on line number 3: Syntax error
Error on line number 4: Syntax error
Error on line number 5: Mandatory field missing
Error on line number 6: Line out of order
Error on line number 8: Duplicate entry
Error on line number 9: Bad transparent mapping
Error on line number 10: Line out of order
Error on line number 10: Unknown mapped user
Error on line number 12: Line out of order
Error on line number 13: Line out of order
Error on line number 14: Line out of order
Error on line number 14: Unreachable entry
Error on line number 15: Syntax error'
is 'then the total' "$(tail -n 1 found)" '13 errors found in 13 entries'
refused 'findings are status 1' '' idadmin -S s -c damaged
is 'as JSON' "$(json findings 1 line -- idadmin -S s -c damaged --json)" 4
is 'the reason of an unreachable entry' \
    "$(json findings 11 reason -- idadmin -S s -c damaged --json)" \
    "line 13, '?@pluto', matches first whatever it matches"
printf 'M1@M2\na@b foo\n' >headless
is 'no descriptor' "$(idadmin -S s -c headless | head -n 1)" \
    'Error on line number 1: Syntax error'
printf '!M1@M2\r\nfoo@mars foo\r\n' >dos
ok 'lines may end as on DOS' idadmin -S s -c dos
: >empty
refused 'an empty file' 'Error on line number 1: Syntax error' \
    idadmin -S s -c empty
refused 'no file' 'No such file' idadmin -S s -c nowhere
refused 'a folder' 'Is a directory' idadmin -S s -c .
printf '!M1@M2\na\033[31m@b foo\n\377@b foo\n' >rude
idadmin -S s -c rude >found || :
is 'control bytes are a syntax error' "$(grep -c 'Syntax error' found)" 2
is '... and are not printed' "$(LC_ALL=C grep -c '[^[:print:][:space:]]' found)" 0
ok '... and the JSON is JSON' sh -c "idadmin -S s -c rude --json |
    '$top_builddir/tests/cli/json_get' findings 1 category"

# Import: all or nothing.
refused 'import tells every mistake' 'damaged:3: Syntax error' \
    idadmin -S s --import damaged
refused '... each' 'damaged:10: Unknown mapped user' idadmin -S s --import damaged
refused '... and how many' \
    '6 lines cannot be imported; nothing was changed' \
    idadmin -S s --import damaged
is '... and changed nothing' "$(idadmin -S s)" '!M1@M2'
ok '... and it is logged' sh -c \
    'tail -n 1 /var/log/idmap.log | grep -F "result=invalid"'
cat >good <<'END'
!M1@M2
*@mars %1
foo@mars foo
foo@mars foo
eve@mars eve
admin@mars root
END
refused 'import wants logins that exist' 'good:5: Unknown mapped user' \
    idadmin -S s --import good
is 'a dry run says what would be' \
    "$(idadmin -S s --import good --force --dry-run 2>/dev/null)" \
    'would import 4 entries: 4 new, 0 changed, 0 as they are; 0 would go'
ok 'with --force they may be missing' idadmin -S s --import good --force
is 'the entries are sorted, each once' "$(idadmin -S s)" '!M1@M2
admin@mars root
eve@mars eve
foo@mars foo
*@mars %1'
ok 'system accounts are told' sh -c 'idadmin -S s --import good --force 2>&1 |
    grep -F "entries that name system accounts: 1;"'
is '... and privileged when said so' "$(idadmin -S s --import good --force \
    --privileged 2>&1; json entries 0 privileged -- idadmin -S s --json)" true
printf '!M1@M2\nfoo@mars bob\nbob@mars bob\n' >other
is 'a dry run compares' \
    "$(idadmin -S s --import other --dry-run)" \
    'would import 2 entries: 1 new, 1 changed, 0 as they are; 3 would go'
ok 'import replaces' idadmin -S s --import other
is '... all' "$(idadmin -S s)" '!M1@M2
bob@mars bob
foo@mars bob'
printf '!M2!M1\n' >elsewhere
refused 'another descriptor' 'the descriptor is M2!M1, but' \
    idadmin -S s --import elsewhere
printf '!M1@M2\nfoo@mars bob\nfoo@mars foo\n' >twice
refused 'two targets for one name' 'twice:3: Duplicate entry' \
    idadmin -S s --import twice
ok 'import installs' idadmin -S fresh --import elsewhere
is '... SECURE' "$(idadmin | awk '$1 == "fresh" { print $2, $3 }')" 'SECURE M2!M1'
ok 'import of standard input' sh -c 'idadmin -S fromstdin --import - <other'
is '... is the same' "$(idadmin -S fromstdin)" "$(idadmin -S s)"
refused 'import of nothing' 'No such file' idadmin -S s --import nowhere
refused 'import of an empty file' 'Syntax error' idadmin -S s --import empty
refused 'import into a bad name' 'scheme' idadmin -S ../x --import other

# Export.
idadmin -S s --export >exported
is 'what is exported can be imported' \
    "$(idadmin -S back --import exported; idadmin -S back)" "$(cat exported)"
ok 'export to a file' idadmin -S s --export file
ok '... is the same' cmp file exported
is '- is standard output' "$(idadmin -S s --export -)" "$(cat exported)"
ok '... and no file' test ! -e ./-
is '... with nothing beside it' "$(ls -A | grep -c '^\.')" 0
refused 'export to nowhere' 'No such file' idadmin -S s --export /nowhere/file

# Fix a text file.
refused 'a headless file cannot be fixed' 'line 1 is not' \
    idadmin -S s -f headless
chmod 640 damaged
chown bob damaged
cp damaged copy
refused 'the answers end early' 'nothing was changed' \
    sh -c 'printf "d\nd\n" | idadmin -S s -f damaged'
ok '... and nothing was' cmp damaged copy
cat >answers <<'END'
d
s
d
d
what
c
a@b
nosuch
c
foo@mars
foo
c
zoe@mars
foo
s
d
d
END
ok 'a file is fixed' idadmin -S s -f damaged --answers answers
is '... so' "$(cat damaged)" '!M1@M2
bob@mars bob
eve@mars eve
foo@mars foo
johnd@mars johnd
zoe@mars foo
?@pluto %1
*@mars %1
bob'
is '... and stays whose it was' "$(stat -c '%U %a' damaged)" 'bob 640'
printf '!M1@M2\n*@mars %%1\nfoo@mars foo\n' >unsorted
is 'what is out of order is sorted unasked' \
    "$(idadmin -S s -f unsorted </dev/null)" \
    '0 changed, 0 deleted, 0 skipped, 1 put in order'
is '... so' "$(cat unsorted)" '!M1@M2
foo@mars foo
*@mars %1'
before=$(stat -c %i unsorted)
ok 'what is right' idadmin -S s -f unsorted
is '... is not written again' "$(stat -c %i unsorted)" "$before"
ln -s unsorted link
printf '!M1@M2\n*@mars %%1\nfoo@mars foo\n' >unsorted
refused 'a symbolic link is not replaced' 'symbolic link' idadmin -S s -f link
finish
