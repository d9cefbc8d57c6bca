#!/bin/sh
# ssh -- remote names log in through Debian's own sshd, and nobody else does.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
make_world debian

start_sshd

# ---- Who maps comes in, as the account with all its groups.
foo=$(id foo)
is 'comunix!foo by password is foo' \
    "$(by_password 'comunix!foo' pw-foo id)" "$foo"
ok 'the account line admitted it' logged \
    "pam_idmap(sshd:account): admitted: 'comunix!foo' is 'foo' by entry 'comunix!foo' -> 'foo' of scheme 'myscheme'"
ok 'the session line wrote its beginning' logged \
    "pam_idmap(sshd:session): session opened: 'comunix!foo' is 'foo'"
ok 'and its end' logged \
    "pam_idmap(sshd:session): session closed: 'comunix!foo' is 'foo'"
is 'comunix!foo by key is foo' "$(by_key 'comunix!foo' id)" "$foo"
is 'mars!bar is bar by a pattern' "$(by_key 'mars!bar' id)" "$(id bar)"
is 'al@corp is bar in another scheme' \
    "$(by_password al@corp pw-bar id)" "$(id bar)"
is 'the session knows what was mapped' \
    "$(by_key 'mars!bar' 'env | grep ^IDMAP_ | sort')" \
    'IDMAP_ENTRY=mars!* %1
IDMAP_LOGNAME=bar
IDMAP_NAME=mars!bar
IDMAP_SCHEME=myscheme'
is 'home, shell and LOGNAME are those of the account' \
    "$(by_key 'comunix!foo' 'echo $HOME $SHELL $LOGNAME')" \
    '/home/foo /bin/sh foo'

# ---- Who does not stays out.
stays_out 'a wrong password' 'Failed password for comunix!foo' \
    by_password 'comunix!foo' pw-bar id
stays_out 'a name that %i refuses, by password' 'Invalid user guest!foo' \
    by_password 'guest!foo' pw-foo id
stays_out 'a name that %i refuses, by key' 'Invalid user guest!foo' \
    by_key 'guest!foo' id
stays_out 'an unknown name, by password' 'Invalid user venus!foo' \
    by_password 'venus!foo' pw-foo id
stays_out 'an unknown name, by key' 'Invalid user venus!foo' \
    by_key 'venus!foo' id
stays_out 'a name that maps to nobody' 'Invalid user mars!nobody-here' \
    by_key 'mars!nobody-here' id
stays_out 'a pattern that would be root' 'Invalid user mars!root' \
    by_key 'mars!root' id

# ---- Root by another name.
is 'an entry added with --privileged is root, by key' \
    "$(by_key 'comunix!chief' id)" "$(id root)"
stays_out 'but by password PermitRootLogin says no' \
    'Failed password for comunix!chief' \
    by_password 'comunix!chief' pw-root id
stays_out 'an entry added without is not' 'Invalid user comunix!boss' \
    by_key 'comunix!boss' id

# ---- The module decides where the name service has nothing against it.
cp /etc/pam.d/sshd /run/sshd.pam
first_line /etc/pam.d/sshd \
    "$(from_manual 'account required pam_idmap.so schemes=corp')"
stays_out 'a scheme that is not admitted, by key' \
    "pam_idmap(sshd:account): 'comunix!foo' refused: scheme 'myscheme' is not among those admitted here" \
    by_key 'comunix!foo' id
stays_out 'a scheme that is not admitted, by password' \
    "pam_idmap(sshd:account): 'comunix!foo' refused: scheme 'myscheme'" \
    by_password 'comunix!foo' pw-foo id
chage -d 0 foo
stays_out 'nor does an expired password get around that' \
    "pam_idmap(sshd:account): 'comunix!foo' refused: scheme 'myscheme'" \
    by_key 'comunix!foo' id
cp /run/sshd.pam /etc/pam.d/sshd
prints 'where it is admitted, foo is made to change it' \
    'Changing password for foo.' \
    on_pty pw-foo '' ssh $options -t -i /root/key -l 'comunix!foo' 127.0.0.1
first_line /etc/pam.d/sshd 'account required pam_idmap.so schemes=corp'
chage -d 2026-01-01 foo
is 'while an admitted scheme comes in' "$(by_key al@corp id)" "$(id bar)"
is 'and so do local users' "$(by_key foo id)" "$foo"
cp /run/sshd.pam /etc/pam.d/sshd
chage -E 1 foo
stays_out 'an account that has expired' \
    'pam_unix(sshd:account): account comunix!foo has expired' \
    by_key 'comunix!foo' id
chage -E -1 foo

# ---- Local users need none of us: no daemon runs here, and then no map.
ok 'no idmapd runs' test ! -e /run/idmap/idmapd.sock
for broken in no_map damaged_map; do
	"$broken"
	is "$broken: a local user comes in by password" \
	    "$(by_password foo pw-foo id)" "$foo"
	is "$broken: a local user comes in by key" "$(by_key foo id)" "$foo"
	stays_out "$broken: a remote name stays out, by password" \
	    'Invalid user comunix!foo' by_password 'comunix!foo' pw-foo id
	stays_out "$broken: a remote name stays out, by key" \
	    'Invalid user comunix!foo' by_key 'comunix!foo' id
done
whole_map
is 'with the map back, remote names come in' \
    "$(by_key 'comunix!foo' id)" "$foo"
finish
