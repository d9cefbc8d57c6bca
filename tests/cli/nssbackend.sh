#!/bin/sh
# The nss backend: numbers that another name service of this host has.
set -u
. "${top_srcdir:-.}/tests/lib.sh"
private_root "$0"

export LC_ALL=C.UTF-8
sed -i -E 's/^(passwd|group):.*/& idmap/' /etc/nsswitch.conf
mkdir -p /etc/idmap /var/lib/extrausers
useradd -u 5000 -M here
cat >/var/lib/extrausers/passwd <<'END'
alice:x:5001:5900:Alice:/home/alice:/bin/sh
Bob:x:5002:5900::/home/bob:/bin/sh
dave:x:5004:5900::/home/dave:/bin/sh
far:x:7001:5900::/home/far:/bin/sh
here:x:5999:5900::/home/here:/bin/sh
END
printf 'crew:x:5900:\nfarther:x:7002:\n' >/var/lib/extrausers/group
cat >/etc/idmap/corp.names <<'END'
user:1107:Alice:513
user:1108:Bob
user:1109:here
group:513:Crew
END

# ---- Whom to ask.
add() { # SERVICES
	idmap domain add corp backend=nss range=5000-5999 sid=S-1-5-21-1-2-3 \
	    netbios=CORP names=/etc/idmap/corp.names services="$1"
}
refused 'idmap itself' 'the name service idmap cannot be asked by idmap' \
    add 'files idmap'
refused 'what may be idmap' 'the name service compat cannot be asked' \
    add compat
refused 'what is to happen when one fails' "is no list of name services" \
    add 'files [NOTFOUND=return] extrausers'
refused 'commas' "'files,extrausers' is no list of name services" \
    add 'files,extrausers'
refused 'nobody' 'no name service is listed' add ' '
ok 'a domain with two services' add 'files extrausers'

# ---- Names that were compiled.
is 'a user' "$(getent passwd alice@corp)" \
    'alice@corp:*:5001:5900:::'
is 'by number, too' "$(id -un 5001)" alice@corp
is 'a name that the service has in upper case' "$(id -u bob@corp)" 5002
is 'a group' "$(getent group crew@corp)" 'crew@corp:*:5900:'
is 'the first service that knows it' "$(id -u here@corp)" 5000
is 'SIDs, for smbd' "$(idmap script SIDTOID S-1-5-21-1-2-3-1107
    idmap script SIDTOID S-1-5-21-1-2-3-513
    idmap script IDTOSID UID 5001
    idmap script IDTOSID GID 5900)" 'UID:5001
GID:5900
SID:S-1-5-21-1-2-3-1107
SID:S-1-5-21-1-2-3-513'

# ---- Others, when they are asked for.
is 'a name' "$(idmap show winuser:dave@corp uid)" \
    'winuser:dave@corp -> uid:5004'
is 'in upper case' "$(idmap show winuser:DAVE@corp uid)" \
    'winuser:DAVE@corp -> uid:5004'
is 'what it is is found out' "$(idmap show winname:crew@corp gid)" \
    'wingroup:crew@corp -> gid:5900'
is 'a number' "$(idmap show uid:5004)" 'uid:5004 -> winuser:dave@corp'
is 'a UNIX name' "$(idmap show unixuser:dave)" \
    'unixuser:dave -> winuser:dave@corp'
refused 'a number that nobody has' 'which gives it to nobody' \
    idmap show uid:5005
refused 'a name that nobody has' "no service of domain 'corp' knows 'erin'" \
    idmap show winuser:erin@corp
refused 'a UNIX name that nobody has' "there is no UNIX user 'erin'" \
    idmap show unixuser:erin
refused 'out of the range' 'id 7001 is out of the range' \
    idmap show winuser:far@corp
refused 'is out of it for its name, too' "there is no UNIX user 'far'" \
    idmap show unixuser:far
refused 'no second line gets in' 'has a control character' \
    idmap show "winuser:erin
users@corp"

# ---- Mistakes of the names file.
cp /etc/idmap/corp.names /run/good
echo 'user:1110:erin' >>/etc/idmap/corp.names
refused 'whom nobody knows' \
    "corp.names:5: 'files extrausers' knows no user 'erin'" idmap apply
cp /run/good /etc/idmap/corp.names
echo 'user:1111:far' >>/etc/idmap/corp.names
refused 'out of the range' "has uid 7001 for it, which is out of the range" \
    idmap apply
cp /run/good /etc/idmap/corp.names

# ---- A number that changed there.
sed -i 's/:5002:/:5003:/' /var/lib/extrausers/passwd
refused 'is held' 'uid of bob@corp: 5002 -> 5003' idmap apply
is 'and served as it was' "$(id -u bob@corp)" 5002
ok 'until somebody says so' idmap apply --force-move
is 'then it is the other' "$(id -u bob@corp)" 5003

# ---- Who fails has not said that somebody is not there.
mv /var/lib/extrausers/passwd /run/passwd
refused 'a service without its file' \
    "name service 'extrausers': No such file or directory" \
    idmap show winuser:dave@corp
is 'is unavailable, by number, too' \
    "$(idmap show --json uid:5004 | tr -d ' ' | grep '"reason"')" \
    '"reason":"unavailable",'
refused 'and by its UNIX name' "name service 'extrausers'" \
    idmap show unixuser:dave
is 'which files know is not asked of it' \
    "$(idmap show winuser:here@corp uid)" 'winuser:here@corp -> uid:5000'
refused 'names are not compiled' \
    "corp.names: name service 'extrausers': No such file" idmap apply
is 'and what is in force stays' "$(id -u alice@corp)" 5001
is 'smbd is told' "$(idmap script IDTOSID UID 5004)" \
    "ERR:name service 'extrausers': No such file or directory"
mkfifo /var/lib/extrausers/passwd
refused 'one that hangs is ended' 'took too long and was ended' \
    idmap show winuser:dave@corp
rm /var/lib/extrausers/passwd
mv /run/passwd /var/lib/extrausers/passwd
ok 'it is back' idmap show winuser:dave@corp

refused 'a service that is not there' \
    "name service 'nosuch files': it is not there" \
    idmap domain edit corp services='nosuch files' --force-move
refused 'is no reason to ask the next' \
    "name service 'nosuch files': it is not there, or says nothing" \
    idmap show winuser:dave@corp
finish
