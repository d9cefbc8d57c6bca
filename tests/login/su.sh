#!/bin/sh
# su -- su and login take remote names for the accounts they are.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
make_world by_hand

# settings LINE...: all that idmap.conf says.
settings() {
	mkdir -p /etc/idmap
	printf '%s\n' "$@" >/etc/idmap/idmap.conf
	idmap apply
}

foo=$(id foo)
as_bar='setpriv --reuid=bar --regid=bar --init-groups'

# ---- su asks the name service first, and goes on with the account's name.
is 'root is comunix!foo without a password' \
    "$(su - 'comunix!foo' -c id)" "$foo"
is 'with the home and the name of the account' \
    "$(su - 'comunix!foo' -c 'echo $HOME $LOGNAME')" '/home/foo foo'
shows 'another user is comunix!foo with the password' "$foo" \
    on_pty pw-foo '' $as_bar su - 'comunix!foo' -c id
refused 'and not with another one' 'Authentication failure' \
    on_pty pw-bar '' $as_bar su - 'comunix!foo' -c id
for name in 'guest!foo' 'venus!foo' 'comunix!boss' 'mars!root'; do
	refused "su to $name" 'does not exist' su - "$name" -c id
done
is 'root by another name' "$(su - 'comunix!chief' -c id)" "$(id root)"

# ---- Where the administrator wants pw_name to be what was typed.
settings '[nss]' 'alias_reply = typed'
is 'typed: root is comunix!foo' "$(su - 'comunix!foo' -c id)" "$foo"
is 'typed: and named so' "$(su - 'comunix!foo' -c 'echo $HOME $LOGNAME')" \
    '/home/foo comunix!foo'
is 'typed: PAM has the name to map' \
    "$(su - 'comunix!foo' -c 'echo $IDMAP_LOGNAME $IDMAP_ENTRY')" \
    'foo comunix!foo foo'
shows 'typed: another user is comunix!foo with the password' "$foo" \
    on_pty pw-foo '' $as_bar su - 'comunix!foo' -c id
settings '[nss]' 'alias_reply = off'
refused 'off: su does not know the name' 'does not exist' \
    su - 'comunix!foo' -c id
settings

# ---- login goes on with the typed name, which PAM maps again.
forget_log
shows 'login takes comunix!foo' "$foo" \
    on_pty pw-foo 'id; exit' login 'comunix!foo'
ok 'the session line wrote what was mapped' logged \
    "pam_idmap(login:session): session opened: 'comunix!foo' is 'foo'"
shows 'its session knows what was mapped' 'IDMAP_NAME=comunix!foo' \
    on_pty pw-foo 'env; exit' login 'comunix!foo'
refused 'login with a wrong password' 'Login incorrect' \
    on_pty pw-bar 'id; exit' login 'comunix!foo'
refused 'login under a name that %i refuses' 'Login incorrect' \
    on_pty pw-foo 'id; exit' login 'guest!foo'
first_line /etc/pam.d/login 'account required pam_idmap.so schemes=corp'
refused 'login by a scheme that is not admitted' 'Permission denied' \
    on_pty pw-foo 'id; exit' login 'comunix!foo'
sed -i 1d /etc/pam.d/login

# ---- canonicalize: the classical way, without help of the name service.
sed -i 's/ idmap$//' /etc/nsswitch.conf
first_line /etc/pam.d/login \
    "$(from_manual 'auth required pam_idmap.so canonicalize')"
forget_log
refused 'canonicalize for a service that is not listed' 'Login incorrect' \
    on_pty pw-foo 'id; exit' login 'comunix!foo'
ok 'the log says why' logged \
    "pam_idmap(login:auth): canonicalize is not for service 'login': idmap.conf does not list it"
settings '[pam]' 'canonicalize = login'
forget_log
shows 'canonicalize for one that is' "$foo" \
    on_pty pw-foo 'id; exit' login 'comunix!foo'
ok 'the log says who came' logged \
    "pam_idmap(login:session): session opened: 'comunix!foo' is 'foo'"
ok 'pam_unix had the name of the account' logged \
    'pam_unix(login:session): session opened for user foo(uid=1500)'
shows 'the session still knows the name' 'IDMAP_NAME=comunix!foo' \
    on_pty pw-foo 'env; exit' login 'comunix!foo'
refused 'the password is still the account'"'"'s' 'Login incorrect' \
    on_pty pw-bar 'id; exit' login 'comunix!foo'
refused 'a name that %i refuses' 'Login incorrect' \
    on_pty pw-foo 'id; exit' login 'guest!foo'

# ---- An expired password is changed under the account's name, or not at all.
chage -d 0 foo
prints 'canonicalized, login lets foo change it' 'Changing password for foo.' \
    on_pty pw-foo '' login 'comunix!foo'
sed -i 1d /etc/pam.d/login
sed -i '/^passwd/s/$/ idmap/; /^group/s/$/ idmap/; /^shadow/s/$/ idmap/' \
    /etc/nsswitch.conf
forget_log
prints 'as typed, it does not' 'Authentication token manipulation error' \
    on_pty pw-foo '' login 'comunix!foo'
ok 'the log says why' logged \
    'user "comunix!foo" does not exist in /etc/passwd'
chage -d 2026-01-01 foo

# ---- Local users need none of us.
for broken in no_map damaged_map; do
	"$broken"
	shows "$broken: login of a local user" "$foo" \
	    on_pty pw-foo 'id; exit' login foo
	is "$broken: su to a local user" "$(su - foo -c id)" "$foo"
	refused "$broken: login of a remote name" 'Login incorrect' \
	    on_pty pw-foo 'id; exit' login 'comunix!foo'
done
finish
