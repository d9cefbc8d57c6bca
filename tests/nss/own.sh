#!/bin/sh
# own -- own identities through the real C library, beside the service files.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/nss/people.sh"

probe=/usr/local/bin/probe
install -m 0755 "$top_builddir/tests/nss/probe" "$probe"
rm -rf /var/lib/idmap
useradd -u 1500 -s /bin/sh foo
groupadd -g 1601 extra
gpasswd -a foo extra >/dev/null
sed -i -E '/^(passwd|group|shadow|initgroups):/d' /etc/nsswitch.conf
cat >>/etc/nsswitch.conf <<'END'
passwd: files idmap
group: files idmap
shadow: files idmap
END

groups_of() {
	getent initgroups "$1" | sed 's/^.* \{2,\}//'
}

unknown() {
	getent "$1" "$2"
	[ $? -eq 2 ]
}

ok 'a map is made' idadmin -S myscheme -I 'M2!M1'
ok 'and gets domains and users' people
ok 'and some that it must not serve' strangers
ok 'which verify finds sound' idmap verify

# ---- What is answered.

alice='alice@corp:*:101103:100513:A User:/home/alice:/bin/sh'
for name in alice@corp ALICE@CORP 'CORP\Alice' 'corp\alice' 101103; do
	is "getent passwd $name" "$(getent passwd "$name")" "$alice"
	is "getent -s idmap passwd $name" \
	    "$(getent -s idmap passwd "$name")" "$alice"
done
is 'id' "$(id 'CORP\alice')" \
    'uid=101103(alice@corp) gid=100513(domain users@corp) groups=100513(domain users@corp),100600(staff@corp)'
is 'id of a number' "$(id 101103)" "$(id alice@corp)"
is 'groups' "$(groups_of alice@corp)" 100600
is 'a group by name' "$(getent group 'CORP\Staff')" \
    'staff@corp:*:100600:alice@corp'
is 'a group by number' "$(getent group 100600)" \
    'staff@corp:*:100600:alice@corp'
is 'a domain that is not listed' "$(getent passwd mute@quiet | cut -d: -f3)" \
    201001
touch /tmp/file
chown 'CORP\alice:CORP\staff' /tmp/file
is 'chown and ls' "$(stat -c '%u %U %g %G' /tmp/file)" \
    '101103 alice@corp 100600 staff@corp'
chown 101999:101998 /tmp/file
is 'numbers without a name' "$(stat -c '%U %G' /tmp/file)" \
    'sid-1999@corp sid-1998@corp'
is 'a placeholder has no login' "$(getent passwd 101999)" \
    'sid-1999@corp:*:101999:100513:S-1-5-21-1-2-3-1999:/:/usr/sbin/nologin'
is 'no shadow' "$(getent shadow alice@corp)" ''
is 'a local user keeps its groups' "$(groups_of foo)" 1601
is 'to a program' "$("$probe" user alice@corp)" \
    'alice@corp 101103, errno 0, secure 0'

# ---- What is not.

for name in alice alice@quiet alice@nowhere 'CORP\CORP\alice' sid-1999@corp \
    low@corp out@corp 500 300000 201999 alice@ '@corp' '\alice' \
    "alice@corp$(printf '\033')" 'alice:@corp' '../alice@corp'; do
	ok "no user $name" unknown passwd "$name"
done
for name in off staff@quiet alice@corp 300000 300; do
	ok "no group $name" unknown group "$name"
done

# ---- Lists.

is 'users are listed where the domain says so' \
    "$(getent passwd | cut -d: -f1 | grep @ | sort | tr '\n' ' ')" \
    'alice@corp off@corp '
is 'groups too' "$(getent group | cut -d: -f1 | grep @ | sort | tr '\n' ' ')" \
    'domain users@corp staff@corp '
is 'from idmap alone' "$(getent -s idmap passwd | wc -l)" 2
ok 'nobody is listed twice' \
    test "$(getent passwd | sort | uniq -d | wc -l)" -eq 0

# ---- A rule takes a name away, and gives it back.

ok 'a rule makes foo of alice' idmap add winuser:alice@corp unixuser:foo
is 'who is then foo' "$(getent passwd 'CORP\alice')" "$(getent passwd foo)"
is 'with the groups of foo alone' "$(id 'CORP\alice')" "$(id foo)"
ok 'and the number has no name' unknown passwd 101103
is 'nor is it listed' "$(getent -s idmap passwd | cut -d: -f1)" off@corp
ok 'the rule is removed' idmap remove winuser:alice@corp unixuser:foo
is 'and she is who she was' "$(getent passwd 101103)" "$alice"

# ---- And at once, in a process that has the maps open and asks all the time.

mkfifo asked answered
"$probe" users <asked >answered &
asker=$!
exec 3>asked 4<answered
rm asked answered
now() {
	echo alice@corp >&3
	read -r answer <&4
	[ "$answer" = "$1" ]
}
at_once() {
	now 101103 || return
	for i in $(seq 100); do
		idmap add winuser:alice@corp unixuser:foo && now 1500 &&
		    idmap remove winuser:alice@corp unixuser:foo &&
		    now 101103 || return
	done
}
ok 'two hundred changes are obeyed by the next look-up' at_once
exec 3>&- 4<&-
ok 'of one process' wait "$asker"

finish
