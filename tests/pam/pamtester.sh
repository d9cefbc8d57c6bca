#!/bin/sh
# pamtester -- the installed module in stacks of libpam's own, group by group.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
cp -r /etc/pam.d /run/pam.d
make_world debian

# ---- What pam-auth-update made of our profile.
modules() { # GROUP: the modules of common-GROUP in order
	sed -n "s/^$1.*\(pam_[a-z]*\)\.so.*/\1/p" "/etc/pam.d/common-$1" |
	    tr '\n' ' '
}

# Behind these come those of whatever else this host has.
is 'the account line is in front of pam_unix' \
    "$(modules account | cut -d' ' -f1-2)" 'pam_idmap pam_unix'
ok 'the session line is there' grep -q '^session.optional.pam_idmap.so' \
    /etc/pam.d/common-session
ok 'auth and password are as they were' sh -c '
	! grep -l pam_idmap /etc/pam.d/common-auth /etc/pam.d/common-password'

# ---- Stacks: what | lines | user | operation | answer | log, if any.
# What pamtester says is libpam's text of the code.
ask() { # USER OPERATION, with the password of foo where one is asked for
	echo pw-foo | timeout 10 pamtester trial "$1" "$2" 2>&1
}

while IFS='|' read -r what lines user operation answer text; do
	case $what in '#'* | '') continue ;; esac
	printf "$lines\n" >/etc/pam.d/trial
	forget_log
	what="${operation%(*}: $what"
	is "$what" "$(ask "$user" "$operation" | sed -n '$s/.*pamtester: //p')" \
	    "$answer"
	if [ -n "$text" ]; then
		ok "$what: the log" logged "pam_idmap(trial:$text"
	else
		ok "$what: nothing to log" not_logged pam_idmap
	fi
done <<'END'
# account
mapped|account required pam_idmap.so|comunix!foo|acct_mgmt|account management done.|account): admitted: 'comunix!foo' is 'foo' by entry
mapped, before pam_unix|account required pam_idmap.so\naccount required pam_unix.so|comunix!foo|acct_mgmt|account management done.|account): admitted: 'comunix!foo'
local, alone|account required pam_idmap.so|foo|acct_mgmt|Permission denied|
local, before pam_unix|account required pam_idmap.so\naccount required pam_unix.so|foo|acct_mgmt|account management done.|
refused|account required pam_idmap.so\naccount required pam_permit.so|guest!foo|acct_mgmt|Permission denied|account): 'guest!foo' refused: entry 'guest!*' of scheme 'myscheme' refuses the name
a path|account required pam_idmap.so\naccount required pam_permit.so|../x!foo|acct_mgmt|Permission denied|account): '../x!foo' refused: a name with '/' or ':' in a field
no entry|account required pam_idmap.so\naccount required pam_permit.so|venus!foo|acct_mgmt|User not known to the underlying authentication module|account): 'venus!foo' refused: no entry of scheme 'myscheme' matches
system account|account required pam_idmap.so\naccount required pam_permit.so|comunix!boss|acct_mgmt|Permission denied|account): 'comunix!boss' refused: 'root' is a system account
privileged|account required pam_idmap.so|comunix!chief|acct_mgmt|account management done.|account): admitted: 'comunix!chief' is 'root' by entry 'comunix!chief' -> 'root' of scheme 'myscheme' (privileged)
wrong option, mapped|account required pam_idmap.so colour=blue\naccount required pam_permit.so|comunix!foo|acct_mgmt|Error in service module|account): unknown option 'colour=blue'
wrong option, local|account required pam_idmap.so colour=blue\naccount required pam_permit.so|foo|acct_mgmt|account management done.|account): unknown option 'colour=blue'
# auth
mapped, alone|auth required pam_idmap.so|comunix!foo|authenticate|Permission denied|
mapped, sufficient, alone|auth sufficient pam_idmap.so|comunix!foo|authenticate|Permission denied|
local, alone|auth required pam_idmap.so|foo|authenticate|Permission denied|
mapped, in front|auth required pam_idmap.so\nauth required pam_unix.so|comunix!foo|authenticate|successfully authenticated|
mapped, behind|auth required pam_unix.so\nauth required pam_idmap.so|comunix!foo|authenticate|successfully authenticated|
local, in front|auth required pam_idmap.so\nauth required pam_unix.so|foo|authenticate|successfully authenticated|
refused, in front|auth required pam_idmap.so\nauth required pam_permit.so|guest!foo|authenticate|Authentication failure|auth): a name was refused (refused)
refused, behind|auth required pam_permit.so\nauth required pam_idmap.so|guest!foo|authenticate|Authentication failure|auth): a name was refused (refused)
no entry, in front|auth required pam_idmap.so\nauth required pam_permit.so|venus!foo|authenticate|User not known to the underlying authentication module|auth): a name was refused (notfound)
credentials agree|auth required pam_idmap.so\nauth required pam_permit.so|comunix!foo|setcred(PAM_ESTABLISH_CRED)|credential info has successfully been set.|
# session
mapped|session required pam_idmap.so|comunix!foo|open_session|successfully opened a session|session): session opened: 'comunix!foo' is 'foo'
local|session required pam_idmap.so\nsession required pam_permit.so|foo|open_session|successfully opened a session|
refused|session required pam_idmap.so\nsession required pam_permit.so|guest!foo|open_session|Cannot make/remove an entry for the specified session|session): 'guest!foo' refused: entry 'guest!*'
nothing to close|session required pam_idmap.so\nsession required pam_permit.so|comunix!foo|close_session|session has successfully been closed.|
# password
never ours, alone|password required pam_idmap.so|comunix!foo|chauthtok|Permission denied|
never in the way|password required pam_idmap.so\npassword required pam_permit.so|comunix!foo|chauthtok|authentication token altered successfully.|
END

# ---- Attempts are counted by name: by the account's behind canonicalize.
# guess NAME...: as many wrong passwords, then the names that were counted.
guess() {
	rm -rf /run/faillock
	for name in "$@"; do
		echo wrong | timeout 10 pamtester trial "$name" authenticate
	done >/dev/null 2>&1
	ls /run/faillock
}
mkdir -p /etc/idmap
printf '[pam]\ncanonicalize = trial\n' >/etc/idmap/idmap.conf
idmap apply >/dev/null
for how in '' canonicalize; do
	cat >/etc/pam.d/trial <<-END
		auth required pam_idmap.so $how
		auth [success=1 default=ignore] pam_unix.so nodelay
		auth [default=die] pam_faillock.so authfail
		auth required pam_permit.so
	END
	is "attempts with '$how' are counted" "$(guess 'comunix!foo' 'mars!foo')" \
	    "$([ -n "$how" ] && echo foo || printf 'comunix!foo\nmars!foo')"
done

# ---- Without a map: who is local, and who may be foreign.
no_map
printf 'account required pam_idmap.so\naccount required pam_permit.so\n' \
    >/etc/pam.d/trial
forget_log
is 'no map: a local name' "$(ask foo acct_mgmt)" \
    'pamtester: account management done.'
is 'no map: a remote name' "$(ask 'comunix!foo' acct_mgmt)" \
    'pamtester: Authentication service cannot retrieve authentication info'
ok 'no map: the log says so' logged \
    "pam_idmap(trial:account): 'comunix!foo' refused: no usable map: "
whole_map

# ---- Without the module, as after "make uninstall": nobody is locked out, and
# the name service refuses still.
module=$(find /usr/lib -path '*/security/pam_idmap.so')
mv "$module" /run/pam_idmap.so
printf '@include common-account\n' >/etc/pam.d/trial
is 'no module: a local name' "$(ask foo acct_mgmt | sed -n '$s/.*: //p')" \
    'account management done.'
is 'no module: a refused name' \
    "$(ask 'guest!foo' acct_mgmt | sed -n '$s/.*: //p')" \
    'Authentication failure'
mv /run/pam_idmap.so "$module"

# ---- And away again.
pam-auth-update --disable idmap
sed -i 's/ nodelay//' /etc/pam.d/common-auth
for group in account auth password session; do
	ok "without our profile common-$group is as it was" \
	    diff -u "/run/pam.d/common-$group" "/etc/pam.d/common-$group"
done
finish
