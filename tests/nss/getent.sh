#!/bin/sh
# getent -- remote names through the real C library, beside the service files.

. "$top_srcdir/tests/lib.sh"
private_root "$0"

map=/var/lib/idmap/map.gdbm
probe=/usr/local/bin/probe
install -m 0755 "$top_builddir/tests/nss/probe" "$probe"
rm -rf /var/lib/idmap

groupadd -g 1600 team
groupadd -g 1601 extra
useradd -u 1500 -g team -G extra,audio -c 'Foo,,,' -s /bin/sh foo
useradd -u 1501 -g team bar
useradd -u 1502 -g team -G audio john
useradd -u 1503 -g team john.doe
echo 'foo:secret' | chpasswd
sed -i -E '/^(passwd|group|shadow|initgroups):/d' /etc/nsswitch.conf
cat >>/etc/nsswitch.conf <<'END'
passwd: files idmap
group: files idmap
shadow: files idmap
END

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

# The groups that getent shows for a name.
groups_of() {
	getent initgroups "$1" | sed 's/^[^ ]* *//'
}

local_users_are_answered() {
	[ "$(getent passwd foo | cut -d: -f3)" = 1500 ] &&
	    [ "$(id -u foo)" = 1500 ] && [ "$(groups_of foo)" = "$audio 1601" ]
}

unknown() {
	getent passwd "$1"
	[ $? -eq 2 ]
}

audio=$(getent group audio | cut -d: -f3)

ok 'a scheme is installed' idadmin -S myscheme -I 'M2!M1'
ok 'an entry is added' idadmin -S myscheme -a -r 'comunix!foo' -l foo
ok 'a refusal is added' idadmin -S myscheme -a -r 'comunix!bad' -l '%i'
ok 'a system account is added' \
    idadmin -S myscheme -a -r 'comunix!sys' -l daemon
ok 'a privileged entry is added' \
    idadmin -S myscheme -a -r 'comunix!admin' -l root --privileged
ok 'a pattern is added' idadmin -S myscheme -a -r '*!*' -l %1
ok 'a scheme of dots is installed' idadmin -S dotted -I M1.M2
ok 'its pattern is added' idadmin -S dotted -a -r '*.*' -l %1

# ---- What is answered.

is 'getent passwd' "$(getent passwd 'comunix!foo')" "$(getent passwd foo)"
is 'id' "$(id 'comunix!foo')" "$(id foo)"
is 'groups' "$(groups_of 'comunix!foo')" "$(groups_of foo)"
is 'they are not none' "$(groups_of 'comunix!foo')" "$audio 1601"
is 'shadow, for root' "$(getent shadow 'comunix!foo')" "$(getent shadow foo)"
is 'a pattern' "$(getent passwd 'mars!bar')" "$(getent passwd bar)"
is 'a pattern of another scheme' \
    "$(getent passwd 'john.smith')" "$(getent passwd john)"
is 'root, by a privileged entry' \
    "$(getent passwd 'comunix!admin')" "$(getent passwd root)"
is 'to nobody, too' \
    "$(as_nobody getent passwd 'comunix!foo')" "$(getent passwd foo)"
is 'with standard input and error closed' \
    "$(getent passwd 'comunix!foo' <&- 2>&-)" "$(getent passwd foo)"
is 'the name of a uid' "$(getent passwd 1500 | cut -d: -f1)" foo
is 'a local user keeps its own groups' "$(groups_of john.doe)" ''
is 'errno is left alone' "$("$probe" user 'comunix!foo')" \
    'foo 1500, errno 0, secure 0'

# ---- What is not.

ok 'no shadow for nobody' test -z "$(as_nobody getent shadow 'comunix!foo')"
ok 'a refused name' unknown 'comunix!bad'
ok 'a name without account' unknown 'mars!nosuch'
ok 'a system account' unknown 'comunix!sys'
ok 'a system account by a pattern' unknown 'mars!daemon'
ok 'root by a pattern' unknown 'mars!root'
ok 'a name that does not split' unknown 'comunix!foo!bar'
ok 'an empty field' unknown '!foo'
ok 'a control byte' unknown "comunix!foo$(printf '\033')"
ok 'a name that is a path' unknown '../../tmp/x!foo'
ok 'a name that is a line' unknown 'x:0:0!foo'
ok 'groups have no remote names' test -z "$(getent group 'comunix!foo')"
ok 'nobody is listed twice' \
    test "$(getent passwd | sort | uniq -d | wc -l)" -eq 0
ok 'nor has a remote name' test -z "$(getent passwd | grep '!')"
ok 'shadow entries are listed once' test \
    "$(getent shadow | wc -l)" -eq "$(wc -l </etc/shadow)"

# ---- Callers that nobody should trust.

chmod u+s "$probe"
is 'a set-user-id program' "$(
	cd / && as_nobody env LD_LIBRARY_PATH=/tmp IDMAP_STATEDIR=/tmp \
	    "$probe" user 'comunix!foo'
)" 'foo 1500, errno 0, secure 1'
chmod u-s "$probe"
ok 'the module loads with all symbols bound' \
    "$probe" load libnss_idmap.so.2
as_nobody flock -x "$map" sleep 60 &
locker=$!
while flock -n -s "$map" true && kill -0 "$locker" 2>/dev/null; do
	sleep 0.1
done
is 'the map is locked by nobody' "$(getent passwd 'comunix!foo')" \
    "$(getent passwd foo)"
kill "$locker"
wait "$locker" 2>/dev/null

# ---- Maps that are not to be used: only remote names suffer.

cp -a /var/lib/idmap /root/sound

no_service() {
	unknown 'comunix!foo' && [ -z "$(groups_of 'comunix!foo')" ] &&
	    [ -z "$(getent shadow 'comunix!foo')" ] && local_users_are_answered
}

# spoilt WHAT COMMAND...: after the command, no remote name is answered.
spoilt() {
	what=$1
	shift
	ok "$what: spoil it" "$@"
	ok "$what: remote names are unknown, local ones are not" no_service
	is "$what: what a program is told" \
	    "$("$probe" user 'comunix!foo' 2>&1)" \
	    'no user comunix!foo, errno 2'
	rm -rf /var/lib/idmap
	cp -a /root/sound /var/lib/idmap
	is "$what: restored" "$(getent passwd 'comunix!foo')" \
	    "$(getent passwd foo)"
}

# The version stands behind the header's key and its letter.
make_newer() {
	at=$(grep -abo idmapH1 "$map" | head -n 1 | cut -d: -f1)
	printf '\011' | dd of="$map" bs=1 seek=$((at + 7)) conv=notrunc
}

spoilt 'no map' rm "$map"
spoilt 'the map of another user' chown foo "$map"
spoilt 'a map that a group may write' chmod 0664 "$map"
spoilt 'an empty map' truncate -s 0 "$map"
spoilt 'half a map' truncate -s 8192 "$map"
spoilt 'a newer map' make_newer
spoilt 'a link instead of the map' ln -sf /root/sound/map.gdbm "$map"
spoilt 'no folder of ours at all' rm -r /var/lib/idmap

# ---- Without a line in nsswitch.conf, by nss_wrapper.  It reads groups from
# its own file only.

sed -i 's/ idmap$//' /etc/nsswitch.conf
ok 'nobody asks us any more' unknown 'comunix!foo'
wrapped() {
	env LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD=/etc/passwd \
	    NSS_WRAPPER_GROUP=/etc/group NSS_WRAPPER_MODULE_FN_PREFIX=idmap \
	    NSS_WRAPPER_MODULE_SO_PATH="$module" "$@"
}
module=$(ldconfig -p | sed -n 's/.*libnss_idmap.* => //p')
is 'nss_wrapper: an alias' \
    "$(wrapped getent passwd 'comunix!foo')" "$(getent passwd foo)"
is 'nss_wrapper: its uid' "$(wrapped id -u 'comunix!foo')" 1500
refused 'nss_wrapper: a refused name' 'no user comunix!bad' \
    wrapped "$probe" user 'comunix!bad'
is 'nss_wrapper: a local user' "$(wrapped id -u foo)" 1500

finish
