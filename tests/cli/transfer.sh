#!/bin/sh
# Name rules in the formats of others: import and export.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

tab=$(printf '\t')
useradd -u 1500 foo
cd /tmp || exit 99

# status COMMAND...: its exit status.
status() {
	"$@" >/dev/null 2>&1 </dev/null
	echo $?
}

# rules: the list with blanks for tabs.
rules() {
	idmap list | tr '\t' ' '
}

# ---- Example 8.
cat >usermap.cfg <<EOF
foo@example.com == foo
foobar@example.com => foo
EOF
want='add  winuser:foo@example.com unixuser:foo
add -d winuser:foobar@example.com unixuser:foo'
# shellcheck disable=SC2002
cat usermap.cfg | idmap import usermap.cfg
is 'example 8' "$(rules)" "$want"
idmap remove -a
ok 'example 8, with -f' idmap import -f usermap.cfg usermap.cfg
is 'is the same' "$(rules)" "$want"
idmap remove -a
idmap >/dev/null <<EOF
       add winuser:foo@example.com unixuser:foo
       add -d winuser:foobar@example.com unixuser:foo
EOF
is 'and so is the batch' "$(rules)" "$want"
ok 'a second import of the same is fine' idmap import -f usermap.cfg usermap.cfg
is 'and changes nothing' "$(rules)" "$want"
is 'it says so' "$(idmap import --json -f usermap.cfg usermap.cfg)" \
    '{"dry_run": false, "removed": 0, "added": 0, "unchanged": 2}'
is 'export is its inverse' "$(idmap export usermap.cfg)" \
    "foo@example.com${tab}==${tab}foo
foobar@example.com${tab}=>${tab}foo"
ok 'formats in any case' idmap export USERMAP.CFG

# ---- Example 9.
idmap import -F usermap.cfg <<EOF
       joe@example.com == joes
       jane.doe@example.com == janed
       administrator@* => nobody
       *@example.com == *
       *@example.com => nobody
EOF
is 'example 9' "$(rules)" 'add  winuser:joe@example.com unixuser:joes
add  winuser:jane.doe@example.com unixuser:janed
add -d winuser:administrator@* unixuser:nobody
add  winuser:*@example.com unixuser:*
add -d winuser:*@example.com unixuser:nobody'

# ---- -F, and files that are not there or are faulty: nothing is lost.
before=$(rules)
refused 'a missing file' '/nosuch: No such file' \
    idmap import -F -f /nosuch usermap.cfg
is 'is status 1' "$(status idmap import -F -f /nosuch usermap.cfg)" 1
is 'and changes nothing' "$(rules)" "$before"
printf 'a@d == foo\n10.1.1.1:joe == foo\nb@d ==\nb@d == foo x\nc@d => @grp\nd@d => "@grp"\n' >bad
is 'every mistake is told, with its line' \
    "$(idmap import -F -f bad usermap.cfg 2>&1)" \
    "idmap: bad:2: '10.1.1.1:joe': names qualified by a host or network, as in '10.0.0.0/8:name', are not supported
idmap: bad:3: the UNIX name is missing; \"\" would inhibit
idmap: bad:4: 'x' is too much; a name with blanks or a '#' stands in double quotes
idmap: bad:5: '@grp': groups of UNIX users are not supported; a user of such a name stands in double quotes
idmap: bad: 4 lines cannot be imported; nothing was changed"
is 'and nothing is changed' "$(rules)" "$before"
printf 'joe@example.com == other\njane.doe@example.com == more\n' >clash
is 'so are conflicts' "$(idmap import -f clash usermap.cfg 2>&1 | cut -d' ' -f1-4)" \
    'idmap: clash:1: conflicts with
idmap: clash:2: conflicts with
idmap: clash: 2 rules'
is 'and nothing is changed' "$(rules)" "$before"
idmap add wingroup:g@d unixgroup:foo >/dev/null
printf 'a@d == foo\n' >good
is 'a rehearsal counts' "$(idmap import -n -F -f good usermap.cfg 2>/dev/null)" \
    'would remove 6 rules and add 1; 0 are there
nothing was changed (--dry-run)'
is 'and changes nothing' "$(rules | wc -l)" 6
is '-F tells of groups, which the file cannot hold' \
    "$(idmap import -F -f good usermap.cfg 2>&1)" \
    'idmap: note: of the rules that -F removes, 1 are about groups, which this format does not know'
is 'and removes them' "$(rules)" 'add  winuser:a@d unixuser:foo'
ok 'an empty file is no mistake' idmap import -f /dev/null usermap.cfg
refused 'an unknown format' "no format 'usermap', did you mean 'usermap.cfg'?" \
    idmap import usermap
refused 'no format' 'missing operands' idmap import -f good
is 'all with status 1' "$(status idmap import usermap)$(status idmap import)" 11
refused 'import is for root' 'only root may do this' \
    setpriv --reuid 1500 --regid 1500 --clear-groups "$(command -v idmap)" \
    import -f good usermap.cfg

# ---- What holds one way only.
printf 'corp\\* == foo\nEngineer == *\nx@d == ""\n' >oneway
is 'is taken that way, and told' \
    "$(idmap import -F -f oneway usermap.cfg 2>&1 | cut -d'(' -f1)" \
    'idmap: note: oneway:1: taken as => 
idmap: note: oneway:2: taken as <= 
idmap: note: oneway:3: taken as => '
is 'as these rules' "$(rules)" 'add -d "winuser:corp\\*" unixuser:foo
add -d unixuser:* winuser:Engineer
add -d winuser:x@d unixuser:""'

# ---- smbusers.
cat >smbusers <<EOF
# a comment
terry="Terry Maddox"
pat="Pat Flynn"
!root = adm DOM\\boss
EOF
is 'a ! is told' "$(idmap import -F -f smbusers smbusers 2>&1 | cut -d: -f1-5)" \
    "idmap: note: smbusers:4: the '!' means nothing"
is 'smbusers are users, Windows to UNIX' "$(rules)" \
    'add -d "winuser:Terry Maddox" unixuser:terry
add -d "winuser:Pat Flynn" unixuser:pat
add -d winuser:adm unixuser:root
add -d "winuser:DOM\\boss" unixuser:root'
is 'export writes them back' "$(idmap export smbusers)" \
    'terry="Terry Maddox"
pat="Pat Flynn"
root=adm DOM\boss'
before=$(rules)
printf 'root = @wheel +wheel &wheel ok\nfoo = "x\n' >bad
is 'groups are refused, each' "$(idmap import -f bad smbusers 2>&1 | cut -d: -f2-4)" \
    " bad:1: '@wheel'
 bad:1: '+wheel'
 bad:1: '&wheel'
 bad:2: a double quote is not closed
 bad: 2 lines cannot be imported; nothing was changed"
is 'and nothing is changed' "$(rules)" "$before"
ok 'what Samba does by itself is a rule' idmap add -d "winuser:*@*" "unixuser:*"

# ---- What a format cannot hold.
idmap remove -a
idmap >/dev/null <<'EOF'
add wingroup:g@d unixgroup:foo
add winuser:a@d unixuser:foo
add -d unixuser:bar winuser:b@d
add -d winuser:c@d unixuser:""
add "winuser:q\"q@d" unixuser:qq
add --privileged winuser:r@d unixuser:root
EOF
is 'usermap.cfg: the rest' "$(idmap export usermap.cfg 2>err)" \
    "a@d${tab}==${tab}foo
b@d${tab}<=${tab}bar
c@d${tab}=>${tab}\"\"
r@d${tab}==${tab}root"
is 'and what not, and why' "$(cat err)" \
    'idmap: note: not exported: add  wingroup:g@d unixgroup:foo: it is about groups
idmap: note: not exported: add  "winuser:q\"q@d" unixuser:qq: there is a double quote in it, which the format has no escape for
idmap: note: not all of it is exported: add --privileged winuser:r@d unixuser:root: --privileged is lost'
is 'smbusers: the rest' "$(idmap export smbusers 2>err)" 'foo=a@d
root=r@d'
is 'and what not' "$(grep -c 'not exported' err) $(grep -c 'not all of it' err)" '4 2'
is 'that is a success' "$(status idmap export smbusers)" 0
is 'and with --strict a failure' "$(status idmap export --strict smbusers)" 1
is 'not when all was written' "$(idmap remove -a; status idmap export --strict smbusers)" 0

# ---- Files are written at once or not at all.
idmap import -f usermap.cfg usermap.cfg
ok 'export -f' idmap export -f out usermap.cfg
is 'holds the rules' "$(wc -l <out)" 2
chmod 444 out
ok 'a second one replaces it' idmap export --file=out smbusers
is 'whole' "$(cat out)" 'foo=foo@example.com foobar@example.com'
refused 'a folder that is not there' '/nosuch' idmap export -f /nosuch/x smbusers
ok 'nothing else is left' sh -c 'test "$(ls -A | grep -c out)" -eq 1'
ok 'native holds everything' sh -c '
	idmap add --privileged wingroup:"O\"K #1"@d unixgroup:foo
	idmap list >before
	idmap export -f native native
	idmap import -F -f native native
	idmap list | cmp - before'
printf 'add winuser:a@b unixuser:c\nremove -a\nadd -q x y\nadd a b\nadd "x\n' >bad
is 'native is add, and nothing else' \
    "$(idmap import -F -f bad native 2>&1 | cut -d: -f2-4)" \
    " bad:2: 'remove'
 bad:3: '-q' is no option of add in a file
 bad:4: the type of 'a' cannot be told
 bad:5: a double quote is not closed
 bad: 4 lines cannot be imported; nothing was changed"
ok 'and nothing is changed' sh -c 'idmap list | cmp - before'

# ---- Directories' own mappings: checked, and then told as it is.
refused 'set-namemap' 'no Active Directory is configured' \
    idmap set-namemap winuser:joe@example.com joes
refused 'of a UNIX name' 'no native LDAP directory is configured' \
    idmap set-namemap unixuser:foo foobar@example.com
refused 'unset-namemap' 'no Active Directory is configured' \
    idmap unset-namemap winuser:joe@example.com unixuser
refused 'get-namemap' 'no Active Directory is configured' \
    idmap get-namemap joe@example.com
refused 'untyped' "type of 'joe' cannot be told" idmap get-namemap joe
refused 'redundant' "'unixuser' is redundant" \
    idmap unset-namemap unixuser:foo unixuser
refused 'no such attribute' 'unixuser or unixgroup can be unset' \
    idmap unset-namemap winuser:a@b uid
refused 'a wildcard' 'a wildcard names no object' \
    idmap set-namemap 'winuser:*@d' unixuser:foo
refused 'no name' '"" names no object' idmap set-namemap winuser:a@d '""'
refused 'methods' "no method 'tls'" idmap set-namemap -a tls unixuser:foo a@b
refused 'methods in any case' 'is configured' \
    idmap set-namemap -a SASL/gssapi unixuser:foo a@b
refused '-j needs -D' '-D is missing' \
    idmap set-namemap -j pw unixuser:foo a@b
refused '-D needs -j when nobody can be asked' '-D needs -j' \
    idmap set-namemap -D cn=x unixuser:foo a@b
refused 'a password that is not there' '-j pw: No such file' \
    idmap set-namemap -D cn=x -j pw unixuser:foo a@b
echo secret >pw
chmod 640 pw
refused 'a password that others can read' 'chmod 600 pw' \
    idmap set-namemap -D cn=x -j pw unixuser:foo a@b
chmod 600 pw
refused 'a good one' 'is configured' \
    idmap set-namemap -D cn=x -j pw unixuser:foo a@b
: >pw
refused 'an empty one' 'the password, is empty' \
    idmap set-namemap -D cn=x -j pw unixuser:foo a@b
refused 'a folder' 'is no regular file' \
    idmap set-namemap -D cn=x -j /tmp unixuser:foo a@b
is 'all with status 1' "$(status idmap get-namemap joe)$(status idmap get-namemap)" 11
finish
