#!/bin/sh
# identity -- own identities log in, by key and by su, and nobody else does.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
. "$top_srcdir/tests/nss/people.sh"
make_world debian
people >/dev/null
strangers
sleep 0.2

# Homes with everybody's key in them.
for user in alice off mute; do
	mkdir -m 0700 "/home/$user" "/home/$user/.ssh"
	cp /root/key.pub "/home/$user/.ssh/authorized_keys"
	chown -R "$(getent passwd "$user@corp" "$user@quiet" | cut -d: -f3,4)" \
	    "/home/$user"
done
start_sshd

# ---- Who has a name and a shell comes in, as himself.
alice='uid=101103(alice@corp) gid=100513(domain users@corp) groups=100513(domain users@corp),100600(staff@corp)'
is 'alice@corp by key' "$(by_key alice@corp id)" "$alice"
ok 'the account line admitted her' logged \
    "pam_idmap(sshd:account): admitted: 'alice@corp' is 'alice@corp', uid 101103 of its own"
ok 'the session line wrote its beginning' logged \
    "pam_idmap(sshd:session): session opened: 'alice@corp' is 'alice@corp'"
is 'CORP\alice is she' "$(by_key 'CORP\alice' id)" "$alice"
is 'with her home and her shell' \
    "$(by_key alice@corp 'echo $HOME $SHELL $LOGNAME')" \
    '/home/alice /bin/sh alice@corp'
is 'and nothing of a mapping' "$(by_key alice@corp 'env | grep ^IDMAP_')" ''
is 'a user of another domain' "$(by_key mute@quiet 'id -un')" mute@quiet
is 'su from root' "$(su - alice@corp -c id)" "$alice"
is 'a local user as ever' "$(by_key foo id)" "$(id foo)"
is 'an alias as ever' "$(by_key 'comunix!foo' id)" "$(id foo)"

# ---- Who has not stays out.
stays_out 'there is no password' 'Failed password for alice@corp' \
    by_password alice@corp pw-foo id
stays_out 'a user without a shell to log in with' \
    "'off@corp' refused: its shell '/usr/sbin/nologin' is none to log in with" \
    by_key off@corp id
stays_out 'a placeholder' 'Invalid user sid-1999@corp' \
    by_key sid-1999@corp id
stays_out 'a number below the floor' 'Invalid user low@corp' \
    by_key low@corp id
stays_out 'a number outside the range' 'Invalid user out@corp' \
    by_key out@corp id
stays_out 'a name of the domain that a scheme would map' \
    'Invalid user al@corp' by_key al@corp id
refused 'su to a placeholder' 'does not exist' su - sid-1999@corp -c id
echo 'account required pam_idmap.so' >/etc/pam.d/trial
ok 'a service admits her' pamtester trial alice@corp acct_mgmt
sed -i 's/$/ schemes=myscheme/' /etc/pam.d/trial
refused 'but not one that is for the names of a scheme' 'Permission denied' \
    pamtester trial alice@corp acct_mgmt
ok 'as the log says' logged 'only names of schemes are admitted here'

# ---- A rule makes somebody else of her.
idmap add winuser:alice@corp unixuser:bar
is 'by a rule alice is bar' "$(by_key alice@corp id)" "$(id bar)"
ok 'the account line says by which' logged \
    "'alice@corp' is 'bar' by entry 'alice@corp' -> 'bar' of scheme '(name rules)'"
finish
