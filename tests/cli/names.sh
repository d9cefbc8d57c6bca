#!/bin/sh
# names -- names files, as "idmap apply" puts them in force and getent shows
# them.

. "${top_srcdir:-.}/tests/lib.sh"
private_root "$0"

export LC_ALL=C.UTF-8
mkdir -p /etc/idmap/domains.d
sed -i -E 's/^(passwd|group):.*/& idmap/' /etc/nsswitch.conf
groupadd -g 3000 local

cat >/etc/idmap/corp.names <<'END'
# Corp Ltd.
user:1107:alice:Domain Users:Alice Liddell::/bin/bash
user:1108:Bob:Domain Users::/srv/bob
user:1109:Änne
group:513:Domain Users
group:1201:Payroll:alice
group:1202:Staff:Bob,Payroll,Loop
group:1203:Loop:Staff
END

cat >/etc/idmap/domains.d/corp.example.conf <<'END'
[domain]
backend = rid
range = 100000-199999
sid = S-1-5-21-1-2-3
dns = corp.example
netbios = CORP
names = /etc/idmap/corp.names
home = /home/%D/%U
shell = /bin/sh
END

ok 'apply compiles the names' idmap apply
ok 'the map is whole' idmap verify
is 'a user, by name' "$(getent passwd alice@corp.example)" \
    'alice@corp.example:*:101107:100513:Alice Liddell:/home/CORP/alice:/bin/bash'
is 'and by number, the same' "$(getent passwd 101107)" \
    "$(getent passwd alice@corp.example)"
is 'and in every spelling' "$(getent passwd 'CORP\ALICE')" \
    "$(getent passwd alice@corp.example)"
is 'the shown name is in lower case' "$(getent passwd 101108)" \
    'bob@corp.example:*:101108:100513::/srv/bob:/bin/sh'
is 'a letter that is not ASCII is folded' "$(getent passwd 101109 | cut -d: -f1)" \
    'änne@corp.example'
is 'without a primary group, RID 513' "$(id -g änne@corp.example)" 100513
is 'a group with its member' "$(getent group payroll@corp.example)" \
    'payroll@corp.example:*:101201:alice@corp.example'
is 'groups in groups, and a loop' "$(getent group 101202 | cut -d: -f4)" \
    'alice@corp.example,bob@corp.example'
is 'groups of a user' "$(id -G alice@corp.example)" '100513 101201 101202 101203'
is 'show agrees' "$(idmap show usid:S-1-5-21-1-2-3-1107)" \
    'usid:S-1-5-21-1-2-3-1107 -> uid:101107'
is 'nothing to do is little to say' "$(idmap apply)" \
    'nothing to change: the settings are in force'

# ---- Overrides.
for name in alice@corp.example 'CORP\Alice'; do
	refused "$name is not shown as the name of two" 'is the name of line 2' \
	    idmap override set --name "$name" user bob@corp.example
	is 'a number has its own name still' \
	    "$(getent passwd 101108 | cut -d: -f1)" bob@corp.example
	ok 'and no override' idmap override unset user bob@corp.example
done
refused 'a name that would lead to nobody' "by which it would not be found: put '@corp.example'" \
    idmap override set --name two user alice@corp.example
refused 'nor does one of an unknown domain' 'by which it would not be found' \
    idmap override set --name two@elsewhere user alice@corp.example
ok 'a name' idmap override set --name two@corp.example user alice@corp.example
is 'its number has it' "$(getent passwd 101107 | cut -d: -f1)" two@corp.example
for name in two@corp.example 'CORP\Two' alice@corp.example; do
	is "$name leads to it" "$(getent passwd "$name")" \
	    "$(getent passwd 101107)"
	is "$name is in its groups" "$(id -G "$name")" \
	    '100513 101201 101202 101203'
done
is 'show knows it' "$(idmap show winuser:two@corp.example uid)" \
    'winuser:two@corp.example -> uid:101107'
ok 'an inhibited name' idmap add -d winuser:alice@corp.example unixuser:
is 'is so by its other one, too' "$(getent passwd two@corp.example)" ''
ok 'and free again' idmap remove winuser:alice@corp.example
ok 'the map is whole with it' idmap verify
refused 'is given once' "shown as 'CORP\\two', and so is" \
    idmap override set --name 'CORP\two' user bob@corp.example
idmap override unset user bob@corp.example
ok 'a group' idmap override set --name pay@corp.example group payroll@corp.example
is 'has another name' "$(getent group pay@corp.example)" \
    'pay@corp.example:*:101201:two@corp.example'
is 'and its own' "$(getent group payroll@corp.example)" \
    "$(getent group 101201)"
ok 'which is taken back' idmap override unset group payroll@corp.example
is 'and gone' "$(getent group pay@corp.example)" ''
ok 'a name is taken back' idmap override unset user alice@corp.example
ok 'a number outside the range' \
    idmap override set --uid 300000 user alice@corp.example
is 'is served' "$(getent passwd 300000)" "$(getent passwd alice@corp.example)"
is 'and is the one' "$(id -u alice@corp.example)" 300000
is 'the old one is nobody'"'"'s' "$(getent passwd 101107)" ''
is 'it has its groups' "$(id -G alice@corp.example)" \
    '100513 101201 101202 101203'
ok 'a group' idmap override set --gid 300001 group payroll@corp.example
is 'is served by number, too' "$(getent group 300001 | cut -d: -f1)" \
    payroll@corp.example
is 'and is among them' "$(id -G alice@corp.example)" \
    '100513 101202 101203 300001'
ok 'which can be a primary group' \
    idmap override set --gid 300001 user bob@corp.example
is 'and is served as one' "$(id -g bob@corp.example)" 300001
refused 'but not without its number' \
    "gid 300001 is in no domain's range, nor a group's by an override" \
    idmap override unset group payroll@corp.example
ok 'which it gets back' idmap override set --gid 300001 \
    group payroll@corp.example
is 'and all is well' "$(id -g bob@corp.example)" 300001
ok 'it is primary no more' idmap override unset user bob@corp.example
refused 'nor is one of no domain at all' "gid 300002 is in no domain's range" \
    idmap override set --gid 300002 user bob@corp.example
is 'of which nothing is kept' "$(id -g bob@corp.example)" 100513
ok 'both' idmap override unset user alice@corp.example
ok 'are taken back' idmap override unset group payroll@corp.example
is 'and all is as it was' "$(id -G alice@corp.example)" \
    '100513 101201 101202 101203'

# ---- Mistakes: each is told, and nothing changes.
cp /etc/idmap/corp.names /run/good
mistake() { # LINE WHAT...
	line=$1
	shift
	cp /run/good /etc/idmap/corp.names
	printf '%s\n' "$line" >>/etc/idmap/corp.names
	refused "refused: $line" "corp.names:9: $*" idmap apply
}
mistake 'user:1110' "Windows name '' is empty"
mistake 'usr:1110:x' "a line begins with 'user:' or 'group:', not with 'usr'"
mistake 'user:1107:carol' 'S-1-5-21-1-2-3-1107 stands in line 2, too'
mistake 'user:1110:ALICE' "name 'ALICE' stands in line 2, too"
mistake 'user:1110:carol:Nobody' "primary group 'Nobody' is no group of this file"
mistake 'group:1204:g:alice,carol' "member 'carol' is no user or group of this file"
mistake 'user:100000:carol' 'id 200000 is out of the range 100000-199999'
mistake 'user:1110:carol:::home' "home 'home' is no absolute path"
is 'nothing of it is in force' "$(getent passwd alice@corp.example | cut -d: -f3)" \
    101107
cp /run/good /etc/idmap/corp.names

# ---- What "idmap check" says of them.
checked() { # DESCRIPTION LINE
	idmap check >/run/checked 2>&1
	ok "$1" sh -c 'grep -q "$1" /run/checked || ! cat /run/checked' sh "$2"
}
ok 'the good file' idmap apply
checked 'all are in force' '^ok  *names  *[0-9]* own identities, of 1 files'
touch /etc/idmap/corp.names
checked 'a newer file is told' \
    "^PROBLEM names .*corp.names: the names of domain 'corp.example' that are in force are others: run 'idmap apply'"
ok 'applied' idmap apply
mv /etc/idmap/corp.names /etc/idmap/away
checked 'a missing one, too' '^PROBLEM names .*corp.names: there is no such'
mv /etc/idmap/away /etc/idmap/corp.names
useradd -o -u 101107 -M late
groupadd -o -g 101201 later
checked 'an account with the number of one' \
    "^PROBLEM names  *uid 101107 of 'alice@corp.example' is that of a user"
checked 'and a group' \
    "^PROBLEM names  *gid 101201 of 'payroll@corp.example' is that of a group"
userdel late
groupdel later
sed 's/^alice.*//; $a alice@corp.example:x:1777:100::/:/bin/sh' /etc/passwd \
    >/run/passwd && cp /etc/passwd /run/passwd.old && cp /run/passwd /etc/passwd
checked 'an account of its name' \
    "^PROBLEM names  *'alice@corp.example' is a user of this host"
cp /run/passwd.old /etc/passwd
checked 'and all is well' '^ok  *names '

useradd -u 101110 -M taken
mistake 'user:1110:carol' 'uid 101110 is that of a user of this host'
userdel taken
cp /run/good /etc/idmap/corp.names

# ---- Numbers do not move by themselves.
sed -i 's/range = .*/range = 300000-399999/' /etc/idmap/domains.d/corp.example.conf
refused 'a range elsewhere is held' 'would move' idmap apply
is 'and nothing moved' "$(id -u alice@corp.example)" 101107
ok 'forced, it moves' idmap apply --force-move
is 'everywhere' "$(id -u alice@corp.example; id -g alice@corp.example)" \
    "$(printf '301107\n300513')"

# ---- Somebody leaves, and the file goes.
sed -i '/alice:Domain/d; s/:alice$/:/' /etc/idmap/corp.names
ok 'a user who left' idmap apply
is 'is not there' "$(getent passwd alice@corp.example)" ''
is 'nor the number' "$(getent passwd 301107)" ''
sed -i '/^names/d' /etc/idmap/domains.d/corp.example.conf
ok 'without the file' idmap apply
is 'nobody is there' "$(getent passwd bob@corp.example)" ''
ok 'the map is whole still' idmap verify
finish
