#!/bin/sh
# "idmap domain": files, commands and the map agree.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

dir=/etc/idmap/domains.d
cd /tmp || exit 99

squeeze() {
	tr -d ' \n'
}

# ---- A host without domains.
ok 'a first apply' idmap apply
is 'the catch-all is ephemeral' "$(idmap domain list --json | squeeze)" \
    '{"domains":[{"name":"*","backend":"ephemeral","low":2147483648,"high":4294967294,"default":false}]}'
refused 'the catch-all cannot be removed' 'cannot be removed' \
    idmap domain remove '*'
refused 'a domain that is not there' "there is no domain 'corp'" \
    idmap domain show corp
refused 'nor can it be edited' "there is no domain 'corp'" \
    idmap domain edit corp dns=x.example

refused 'the catch-all that has no file needs a backend' \
    'the catch-all has no file yet, and is ephemeral without one' \
    idmap domain edit '*' range=3000000-3999999
ok 'then it is another one, where nothing was ever given' \
    idmap domain edit '*' backend=tdb range=3000000-3999999
refused 'but not a second time' --force-move \
    idmap domain edit '*' backend=none range=
rm $dir/default.conf
ok 'and as it was' idmap apply --force-move

# ---- Adding.
refused 'rid needs the SID' 'sid' idmap domain add corp
ok 'nothing is left of it' test ! -e $dir/corp.conf
refused 'a setting there is not' 'no such option' \
    idmap domain add corp sid=S-1-5-21-1-2-3 bakend=rid
is 'no folder is named that nobody has' \
    "$(idmap domain add corp bakend=rid 2>&1 | grep -c /tmp/)" 0
refused 'an operand that is no setting' 'write NAME=VALUE' \
    idmap domain add corp sid
refused 'a name in upper case' 'lower case' idmap domain add CORP
mkdir -p /etc/idmap/domains.d
echo precious >/etc/idmap/precious.conf
refused 'a name that is a path' "'../precious' is no domain's name" \
    idmap domain add ../precious sid=S-1-5-21-1-2-3
refused 'nor is one removed by it' "'../precious' is no domain's name" \
    idmap domain remove ../precious
is 'what it leads to stays' "$(cat /etc/idmap/precious.conf)" precious
rm /etc/idmap/precious.conf
refused 'a file that would not be read' "begins with '.'" \
    idmap domain add .corp sid=S-1-5-21-1-2-3
refused 'the name of the catch-all'"'"'s file' "write '*'" \
    idmap domain edit default backend=none
refused 'a control character' 'control character' \
    idmap domain add "$(printf 'co\033rp')" sid=S-1-5-21-1-2-3
refused 'slices that give a RID two numbers' 'RID 0 or slice 2 stands there' \
    idmap domain add twice backend=sss sid=S-1-5-21-1-2-3 slices=0:1,0:2
refused 'or a number two RIDs' 'RID 200000 or slice 1 stands there' \
    idmap domain add twice backend=sss sid=S-1-5-21-1-2-3 \
    slices=0:1,200000:1
ok 'a rehearsal' idmap domain add -n corp sid=S-1-5-21-1-2-3
ok 'changes nothing' test ! -e $dir/corp.conf
ok 'a domain' idmap domain add corp sid=S-1-5-21-1-2-3 dns=corp.example \
    netbios=CORP range=100000001-200000000
is 'is rid unless it says something else' \
    "$(idmap domain list | grep -o '^corp.*')" \
    'corp                 rid       100000001-200000000   S-1-5-21-1-2-3 corp.example'
refused 'twice' 'already' idmap domain add corp sid=S-1-5-21-1-2-3
ok 'another one' idmap domain add lab sid=S-1-5-21-4-5-6 \
    range=200000001-300000000
ok 'is behind the first' \
    sh -c 'idmap domain list | grep -q "^lab.*200000001-300000000"'
refused 'a range that shares one id' \
    'shares 200000000-200000000 with domain' idmap domain add x \
    sid=S-1-5-21-7-8-9 range=200000000-200000000
refused 'the mistake is told of the file it would be in' \
    "$dir/x.conf" idmap domain add x sid=S-1-5-21-7-8-9 range=5-6
refused 'nor can it be this host'"'"'s' \
    "S-1-5-21-4-5-6 is the SID of domain 'lab', and no host's of its own" \
    idmap machine import S-1-5-21-4-5-6
refused 'the SID of this host is no domain'"'"'s' "is this host's own machine SID" \
    idmap domain add own \
    sid="$(idmap machine show | sed -n 's/^sid //p')"
ok 'nothing is left of that' test ! -e $dir/own.conf
refused 'a SID of another domain' 'sid' idmap domain add x \
    sid=S-1-5-21-4-5-6
ok 'what is shown is a file' \
    sh -c "idmap domain show LAB >/tmp/lab && cp /tmp/lab $dir/lab.conf"
is 'that says the same' "$(idmap apply)" \
    'nothing to change: the settings are in force'
is 'any name shows it' "$(idmap domain show corp.EXAMPLE | head -1)" \
    "# $dir/corp.conf"
is 'JSON says what the file says' \
    "$(idmap domain show corp --json | squeeze | grep -o '"settings":{[^}]*}')" \
    '"settings":{"domain":{"sid":"S-1-5-21-1-2-3","dns":"corp.example","netbios":"CORP","range":"100000001-200000000","backend":"rid"}'

# ---- Editing.
sed -i '1i # our main domain' $dir/corp.conf
ok 'an edit' idmap domain edit corp dns=corp.example.org
ok 'keeps comments' grep -qx '# our main domain' $dir/corp.conf
ok 'and replaces the line' grep -qx 'dns = corp.example.org' $dir/corp.conf
is 'once' "$(grep -c '^dns' $dir/corp.conf)" 1
ok 'a setting is taken away' idmap domain edit corp netbios=
ok 'and gone' sh -c "! grep -q netbios $dir/corp.conf"
ok 'an option goes into its section' idmap domain edit corp base_rid=0
ok 'which is made' grep -qx '\[options\]' $dir/corp.conf

refused 'a shown name is one domain'"'"'s' \
    "dns: 'corp.example.org' is also the dns of domain 'corp'" \
    idmap domain add twin sid=S-1-5-21-8-8-8 dns=corp.example.org
refused 'also when the other one has it as its name' \
    "dns: 'corp' is also the name of domain 'corp'" \
    idmap domain add twin sid=S-1-5-21-8-8-8 dns=corp

# ---- It is tried in a folder, of which nobody is told.
full='mount -t tmpfs -o size=4k none /tmp
    head -c 1m /dev/zero >/tmp/filler 2>/dev/null
    idmap domain edit corp home=/home/%U 2>&1'
refused 'without room to try it, nothing is changed' \
    'a copy in /tmp, to try the change: /etc/idmap/domains.d/corp.conf: No space' \
    unshare -m sh -c "$full"
refused 'a mistake is told of the file that it would be' \
    '/etc/idmap/domains.d/corp.conf:' idmap domain edit corp range=5-1

# ---- Numbers do not move.
before=$(cat $dir/corp.conf)
refused 'what moves numbers is refused' 'the range begins elsewhere' \
    sh -c 'idmap domain edit corp range=500000001-600000000 2>&1; exit 1'
refused 'with what to do' '--force-move' \
    idmap domain edit corp range=500000001-600000000
is 'the text is as it was' "$(cat $dir/corp.conf)" "$before"
ok 'a rehearsal lists numbers' sh -c \
    'idmap domain edit -n corp range=500000001-600000000 |
    grep -qx "    S-1-5-21-1-2-3-500: 100000501 -> 500000501"'
is 'and moves none' "$(idmap domain list | grep -c 100000001)" 1
sed -i 's/^range.*/range = 500000001-600000000/' $dir/corp.conf
refused 'an edit by hand is held, too' '--force-move' idmap apply
is 'the map is as it was' "$(idmap domain list | grep -c 100000001)" 1
ok 'it can be forced' idmap apply --force-move
is 'and then counts' "$(idmap domain list | grep -c 500000001)" 1
ok 'a wider range moves nothing' idmap domain edit corp \
    range=500000001-700000000

# ---- Removing, and coming back.
rm $dir/lab.conf
refused 'a file that is gone is held' 'the domain goes' \
    sh -c 'idmap apply 2>&1; exit 1'
printf '[domain]\nbackend = rid\nsid = S-1-5-21-4-5-6\nrange = 200000001-300000000\n' \
    >$dir/lab.conf
ok 'removing on purpose' idmap domain remove lab
ok 'takes the file' test ! -e $dir/lab.conf
refused 'its ids are no other domain'"'"'s' '--force-move' \
    idmap domain add other sid=S-1-5-21-7-7-7 range=250000000-250099999
refused 'nor is it another one when it comes back' '--force-move' \
    idmap domain add lab sid=S-1-5-21-4-5-6 range=800000001-900000000
ok 'as it was it may' idmap domain add lab sid=S-1-5-21-4-5-6 \
    range=200000001-300000000
ok 'check has nothing to say of domains' \
    sh -c 'idmap check | grep -q "^ok      domains  3 in force"'
ok 'the catch-all is changed' idmap domain edit --force-move '*' \
    backend=tdb range=90000001-90100000
ok 'in default.conf' grep -qx 'backend = tdb' $dir/default.conf
ok 'every record is sound' idmap verify

# ---- Check.
refused 'a store that is needed and was not adopted' \
    "there is no store of them yet: run 'idmap state adopt'" idmap check
useradd -u 500000100 stranger
refused 'but of an account inside a range' \
    "the range of 'corp', 500000001-700000000, holds user 'stranger'" \
    idmap check
userdel stranger
echo 'al:200000001:65536' >>/etc/subuid
refused 'and of subordinate ids' "holds subordinate ids of 'al'" idmap check
sed -i 's/^al:.*/al:700000001:65536/' /etc/subuid
ok 'a new domain' idmap domain add new sid=S-1-5-21-9-9-9
ok 'gets a range that is clear of them and of other domains' \
    sh -c 'idmap domain list | grep -q "^new.* 700065537-800065536 "'
sed -i '/^al:/d' /etc/subuid
sed -i 's/^dns.*/dns = elsewhere.example/' $dir/corp.conf
refused 'a file that is not in force' "run 'idmap apply'" idmap check
echo 'rnage = 5' >>$dir/corp.conf
refused 'a mistake is told with its line' 'corp.conf:' idmap check

# ---- Settings of a directory.
rm $dir/corp.conf
ok 'apply' idmap apply --force-move
ok 'a domain with a directory' idmap domain add --offline far backend=rfc2307 \
    range=6000000-6099999 schema=rfc2307 dns=far.example \
    servers=ldap://127.0.0.1/
is 'which setting has changed is told' \
    "$(idmap domain edit far servers=ldap://127.0.0.2/ user_filter='(uid=a*)')" \
    'domain far: changed: servers, user_filter'
ok 'and stands in the log' sh -c 'tail -n 2 /var/log/idmap.log |
    grep -q "change=\"domain far: changed: servers, user_filter"'
is 'a rehearsal tells it, too' "$(idmap domain edit -n far on_change=hold |
    sed -n '1p;$p')" "domain far: changed: on_change
nothing was changed (--dry-run)"
sed -i 's/127.0.0.2/127.0.0.3/' $dir/far.conf
is 'so does apply' "$(idmap apply)" 'domain far: changed: servers'
is 'once' "$(idmap apply)" 'nothing to change: the settings are in force'
is 'for programs' "$(idmap domain edit far --json timeout=9 timeout=9 |
    squeeze | grep -o '"settings":[^]]*]')" '"settings":["timeout"]'
ok 'it goes' idmap domain remove far

# ---- Backends that look numbers up.
is 'a range that was chosen is told' \
    "$(idmap domain add looked backend=nss sid=S-1-5-21-1-2-8 |
	sed 's/[0-9][0-9]*/N/g')" 'domain looked: added, ids N-N'
ok 'a domain of nss goes as others do' idmap domain remove looked
refused 'and is gone' "there is no domain 'looked'" idmap domain show looked

refused 'a names file that is not there: what is in force is told' \
    'the names files are not' \
    idmap domain add named sid=S-1-5-21-1-2-9 names=/nonexistent
ok 'the domain is' idmap domain show named
ok 'and goes' idmap domain remove named

# ---- Another backend.
ok 'a domain with options' idmap domain add other sid=S-1-5-21-1-2-10 \
    base_rid=1000 range=5000000-5099999
refused 'what does not fit the new backend is refused' \
    "the range of space 'sssd' is smaller than a slice" \
    idmap domain edit other backend=sss
refused 'and what stayed is told' \
    "what the old backend had stays: range; 'NAME=' takes one away, --drop-options all" \
    idmap domain edit other backend=sss
refused 'to drop it needs another backend' 'goes with another backend=' \
    idmap domain edit other --drop-options gecos=x
ok 'without it the new one is fine' idmap domain edit --force-move \
    --drop-options other backend=rid base_rid=7
is 'with the next free range, and what was given' \
    "$(sed 's/range = [0-9]*-[0-9]*/range = N-N/; /^$/d' $dir/other.conf)" \
    '[domain]
sid = S-1-5-21-1-2-10
backend = rid
range = N-N
[options]
base_rid = 7'
printf 'layout = order\n' >>$dir/other.conf
refused 'an option of another one is told as such' \
    "other.conf:8: options.layout: backend 'rid' has no such option, it is one of 'autorid': take the line away" \
    idmap apply
sed -i '/^layout/d' $dir/other.conf
ok 'it goes' idmap domain remove other

# ---- What there is.
ok 'choices' sh -c 'idmap domain choices | grep -q "^rid "'
ok 'settings' sh -c 'idmap domain options | grep -q "^range "'
ok 'options of a backend' sh -c 'idmap domain options rid | grep -q base_rid'
refused 'of none' "there is no backend 'frob'" idmap domain options frob
finish
