#!/bin/sh
# The verbs of idmap(8), as an administrator uses them.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

map=/var/lib/idmap/map.gdbm
useradd -u 1500 foo
cd /tmp || exit 99

# status COMMAND...: its exit status.
status() {
	"$@" >/dev/null 2>&1 </dev/null
	echo $?
}

# ---- Usage.
refused 'without a verb a terminal gets the usage' 'usage: idmap verb' \
    timeout 10 script -eqc idmap /dev/null
refused 'an unknown verb is named' "there is no verb 'frobnicate'" \
    idmap frobnicate
refused 'an unknown option is named' "'--wrong' is no option" \
    idmap apply --wrong
refused 'an option of another verb is refused' "'--dry-run' is no option" \
    idmap status --dry-run
refused 'a missing operand is a usage error' 'missing operands' idmap backup
refused 'too many operands are too' 'too many operands' idmap verify a b
is 'usage errors exit with 2' "$(status idmap backup)" 2
is 'so does an unknown verb' "$(status idmap frob)" 2
refused 'what was meant is suggested' "did you mean 'restore'?" idmap resotre
refused 'of an option, too' "did you mean '--json'?" idmap status --jsn
refused 'a letter that is no option' "'-x' is no option" idmap apply -x
refused 'an argument too many' '--json takes no argument' idmap check --json=1
is 'a mistake in front of verbs gets the short usage' \
    "$(idmap --nosuch 2>&1 | cut -d' ' -f1-3 | tr '\n' ';')" \
    "idmap: '--nosuch' is;usage: idmap verb;  ;"
refused 'the name of the program is no verb' 'write what stands behind it' \
    idmap idmap list
refused 'an option behind the operands is told' \
    'options stand in front of them' idmap show a@b uid -v
refused 'help of a verb, and more' "'x' is too much behind 'exit'" \
    idmap help exit x
ok 'a verb has --help' sh -c 'idmap apply --help | grep -q -- "-n, --dry-run"'
refused 'help knows what there is not' "there is no verb 'frob'" idmap help frob
ok 'help lists the verbs' sh -c 'idmap help | grep -q "restore.*bring back"'
ok 'help explains a verb' sh -c 'idmap help restore | grep -q replaced'

# ---- A host without a map.
refused 'check says that there is no map' \
    'PROBLEM map      /var/lib/idmap/map.gdbm: no such file' idmap check
is 'verify names a file once' "$(idmap verify /nosuch)" \
    '/nosuch: no such file
/nosuch: 0 records, 1 finding'
refused 'verify says what to do' 'idmap restore' idmap verify
is 'a file that is not there is no such thing' \
    "$(status idmap verify /nosuch)" 3
is 'status fails without a map' "$(status idmap status)" 1

# ---- Settings.
mkdir -p /etc/idmap
printf '[nss]\nalias_reply = maybe\nuid_min = x\n' >/etc/idmap/idmap.conf
refused 'apply names the line of a mistake' \
    "idmap.conf:2: nss.alias_reply: 'maybe' is none of" idmap apply
refused 'apply names the line of the other' \
    "idmap.conf:3: nss.uid_min: 'x' is not a number" idmap apply
ok 'with a mistake there is still no map' test ! -e "$map"
printf '[nss]\nuid_min = 500\n' >/etc/idmap/idmap.conf
ok 'a rehearsal shows the change' \
    sh -c 'idmap apply --dry-run | grep -qx "nss.uid_min: 1000 -> 500"'
ok 'and changes nothing' test ! -e "$map"
rm -rf /var/lib/idmap
ok 'apply makes the map' sh -c 'umask 077 && idmap apply'
is 'that there is no users'"'"' map is no problem' \
    "$(idmap status | sed -n '/^users/,/^state/s/^  *adopted  *//p')" none
is 'in a folder that lets everybody in' "$(stat -c %a:%u /var/lib/idmap)" 755:0
is 'whose mode lets everybody read' "$(stat -c %a:%u "$map")" 644:0
is 'again, there is nothing to change' "$(idmap apply)" \
    'nothing to change: the settings are in force'
ok 'json says the same' sh -c 'idmap apply --json | grep -q "\"changes\": {}"'
printf '[nss]\nuid_min = 600\n' >/etc/idmap/idmap.conf
ok 'check sees settings that are not in force' \
    sh -c 'idmap check | grep -q "PROBLEM settings 1 setting is"'
ok 'apply puts them in force' idmap apply
ok 'which is in the log' \
    grep -q 'command="idmap apply".*result=ok.*500.*600' /var/log/idmap.log
chmod 666 /etc/idmap/idmap.conf
refused 'a text that others can write is refused' 'mode 0666' idmap apply
chmod 644 /etc/idmap/idmap.conf

# ---- Backup and restore.
idadmin -S s -I 'M2!M1' && idadmin -S s -a -r 'c!foo' -l foo
ok 'backup' idmap backup /root/good
is 'a backup is private' "$(stat -c %a /root/good)" 700
refused 'a backup is not overwritten' 'there is a backup already' \
    idmap backup /root/good
is 'a backup counts records as verify does' \
    "$(idmap backup /root/counted)" \
    "$(idmap verify /root/counted/map.gdbm | sed 's/, 0 findings//')"
ok 'the backup is whole' idmap verify /root/good/map.gdbm
ok 'it is a GDBM file' sh -c 'echo list | gdbmtool /root/good/map.gdbm | \
    grep -q "s/s/e/c!foo"'
idadmin -S s -d -l foo >/dev/null
ok 'a rehearsal of restore changes nothing' sh -c \
    'idmap restore --dry-run /root/good && [ -z "$(idadmin -S s -l foo)" ]'
ok 'restore' idmap restore /root/good
is 'the entry is back' "$(idadmin -S s -l foo)" 'c!foo foo'
ok 'what was replaced is kept' idmap verify "$map.replaced"
cp -a /root/good /root/others
chown foo /root/others/map.gdbm
refused 'what another user could have written is not restored' \
    '/root/others/map.gdbm: owned by uid 1500, which is not trusted' \
    idmap restore /root/others
is 'and nothing is changed by it' "$(idadmin -S s -l foo)" 'c!foo foo'
refused 'a folder without a backup is named' '/root/none/map.gdbm' \
    idmap restore /root/none
is 'and is no such thing' "$(status idmap restore /root/none)" 3

# ---- Damage.
size=$(stat -c %s "$map")
dd if=/dev/urandom of="$map" bs=1 count=64 seek=$((size / 2)) \
    conv=notrunc 2>/dev/null

truncate -s 20000 "$map"
refused 'verify finds the damage' '1 finding' idmap verify
refused 'backup refuses it' 'damaged' idmap backup /root/bad
ok 'no backup is left of it' test ! -e /root/bad/map.gdbm
refused 'idadmin says what to do' 'idmap restore' idadmin
cp "$map" /root/damaged
chmod 777 /var/lib/idmap
refused 'a restore may fail' 'others may write in it' idmap restore /root/good
chmod 755 /var/lib/idmap
ok 'restore replaces it' idmap restore /root/good
ok 'and what it replaced is still there' cmp /root/damaged "$map.replaced"
is 'with the entries' "$(idadmin -S s -l foo)" 'c!foo foo'
ok 'check finds the map whole' sh -c 'idmap check | grep -q "^ok  *map "'

# ---- A hostile file: the list of rulesets names "s", U+009B and a byte.
list_of() { # NAME: the value of the record
	printf "L1\\1\\0\\0\\0\\3\\0$1" | base64
}
gdbm_dump --format=ascii "$map" |
    sed "s|^$(list_of 's/s')\$|$(list_of 's\302\233')|" >/root/hostile.dump
gdbm_load /root/hostile.dump /root/hostile.gdbm
idmap verify /root/hostile.gdbm >/root/said
ok 'what a file holds does not drive the terminal' \
    grep -qF "there is no 's\xc2\x9b'" /root/said
ok 'nor in JSON' sh -c 'idmap verify --json /root/hostile.gdbm |
    grep -qF "there is no '"'"'s\\\\xc2\\\\x9b'"'"'"'

# ---- Trust.
chmod 666 "$map"
refused 'a map that others can write is refused' 'mode 0666' idmap verify
chmod 644 "$map"
chown foo "$map"
refused 'so is one that root does not own' 'owned by uid 1500' idmap verify
chown root "$map"

# ---- Privilege.
refused 'apply is for root' 'only root' su foo -c 'idmap apply'
refused 'restore is for root' 'only root' su foo -c 'idmap restore /root/good'
ok 'no problem is that nobody wants a users'"'"' map' sh -c '
    [ ! -e /var/lib/idmap/state/users.gdbm ] &&
    ! idmap status | sed -n "/^users/,/^idmapd/p" | grep problem'
ok 'anybody may look' su foo -c 'idmap status && idmap verify'

# ---- nsswitch.conf.
printf 'passwd: idmap files\ngroup: files\nshadow:\tfiles idmap\n' \
    >/etc/nsswitch.conf
ok 'check wants idmap behind files' \
    sh -c "idmap check | grep -q \"PROBLEM passwd .*behind 'files'\""
ok 'check misses idmap' \
    sh -c "idmap check | grep -q \"PROBLEM group .*add 'idmap'\""
ok 'check is content with a good line' \
    sh -c 'idmap check | grep -q "^ok  *shadow "'

# ---- Schemes that hide one another.
ok 'no scheme is hidden yet' \
    sh -c 'idmap check | grep -q "^ok  *schemes "'
for scheme in 'a M1!M2' 't M3!M2.M1' 'u M2:M1' 'v M2@M1'; do
	# Unquoted: a name and a descriptor.
	set -- $scheme
	idadmin -S "$1" -I "$2" 2>"$1.err"
done
ok 'who installs a scheme that hides one is told' \
    grep -q "asks 'a' first, which has every name that 's' can have" a.err
ok 'so is who installs one that is hidden' grep -q "never comes to 't'" t.err
is 'a scheme of other separators is no matter' "$(cat u.err v.err)" ''
is 'check names the hidden ones' \
    "$(idmap check | sed -n "s/^PROBLEM schemes .*comes to '\(.*\)', .*/\1/p")" \
    "$(printf 's\nt')"
refused 'so is who switches one on' "never comes to 'v'" \
    sh -c 'idadmin -S b -I M1 && idadmin -S b --nss yes; false'
is 'without them' "$(for scheme in a b t; do
	idadmin -S "$scheme" --nss no
done 2>&1)" ''
ok 'all is well' sh -c 'idmap check | grep -q "^ok  *schemes "'
printf '!M2!M1\n' >map.txt
refused 'an import tells, too' "never comes to 's'" \
    sh -c 'idadmin -S c --import map.txt; false'
idadmin -S c -D

# ---- PAM.
printf 'auth required pam_idmap.so\n#account required pam_idmap.so\n' \
    >/etc/pam.d/walk
ok 'check misses pam_idmap, and says how to get it' \
    sh -c 'idmap check | grep -q "PROBLEM pam .*pam-auth-update"'
printf 'account\trequired\tpam_idmap.so\n' >/etc/pam.d/walk
ok 'check finds it' sh -c 'idmap check | grep -q "^ok  *pam "'
rm -r /etc/pam.d
ok 'check wants to look at least' \
    sh -c 'idmap check | grep -q "PROBLEM pam .*No such file"'
ok 'json' sh -c 'idmap check --json | grep -q "\"check\": \"group\""'
finish
