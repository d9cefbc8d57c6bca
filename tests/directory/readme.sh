#!/bin/sh
# readme -- README's chapters on directories, command by command, on a host that
# has only what they name; and passwords, as it has them checked.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
. "$top_srcdir/tests/directory/peers.sh"
dc_ready && peers_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
make_dev
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

# chapter_of TITLE: what is to be typed in a chapter of README, each command in
# one line; chapter TITLE: what of that is walked.
chapter_of() {
	awk -v title="## $1" '
		/^## / { is_it = $0 == title }
		is_it && sub(/^    /, "") {
			while (sub(/ *\\$/, "")) {
				getline more
				sub(/^ */, " ", more)
				$0 = $0 more
			}
			print
		}' "$top_srcdir/README.md"
}

chapter() {
	chapter_of "$1"
}

# walk TITLE: do what the chapter says, and keep what each command printed as
# /tmp/walk.1 and so on.
walk() {
	chapter "$1" >/tmp/chapter
	ok "'$1' has commands" test -s /tmp/chapter
	walk_n=0
	while IFS= read -r walk_line; do
		walk_n=$((walk_n + 1))
		ok "README: $walk_line" walk_one "$walk_line"
	done </tmp/chapter
}
walk_one() {
	(cd /root && sh -c "$1" >"/tmp/walk.$walk_n" 2>&1) ||
	    { cat "/tmp/walk.$walk_n"; return 1; }
}

# lines TITLE FIRST: the block of settings that begins with this line.
lines() {
	awk -v title="## $1" -v first="    $2" '
		/^## / { is_it = $0 == title }
		is_it && $0 == first { is_on = 1 }
		is_on && !/^    / { is_on = 0 }
		is_on { print substr($0, 5) }' "$top_srcdir/README.md"
}

# printed N TEXT: the Nth command of the walk did.
printed() {
	grep -qF -- "$2" "/tmp/walk.$1"
}

# ---- Install it: the name service.
sed -i -E '/^(passwd|group|shadow):/d' /etc/nsswitch.conf
lines 'Install it' 'passwd:  files idmap' >>/etc/nsswitch.conf
is 'the name service is told' "$(grep -c ' idmap$' /etc/nsswitch.conf)" 3
walk_pam() {
	chapter 'Install it' | grep '^pam-auth-update --enable' >/tmp/pam &&
	    sh /tmp/pam
}
ok 'so is PAM' walk_pam
ok 'idmapd starts' idmapd_start

# ---- Your Active Directory in five minutes.
ok 'a domain controller' dc_start corp
cp "$dc_folder/ca/ca.pem" /etc/ssl/certs/corp-ca.pem
cat >/usr/local/bin/editor <<'END'
#!/bin/sh
echo pw-idmap-svc >"$1"
END
chmod +x /usr/local/bin/editor
walk 'Your Active Directory in five minutes'
ok 'a sample was shown' printed 3 'users, for example'
is 'alice is there' "$(cut -d: -f1 /tmp/walk.4)" alice@corp.example.com
ok 'and her number' printed 5 "UID:	$(cut -d: -f3 /tmp/walk.4)"
ok 'the secret is nobody else'"'"'s' \
    sh -c '[ "$(stat -c "%U:%G %a" /etc/idmap/corp.password)" = "root:idmap 640" ]'

# ---- Your OpenLDAP in five minutes.
fill() {
	{ ldif_tree; ldif_staff rfc2307; ldif_users 20; } | slapd_load /tmp/one
}
ok 'a server' slapd_make /tmp/one 127.0.0.16 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
echo "127.0.0.16 $slapd_host" >>/etc/hosts
cp /tmp/one/ca/ca.pem /etc/ssl/certs/example-ca.pem
(umask 077 && echo "$slapd_secret" >/root/password)
walk_add() {
	chapter 'Your OpenLDAP in five minutes' | sed -n '1s/ *--dry-run//p' |
	    sh
	of_it=$?
	[ -e /etc/idmap/domains.d/ldap.conf ] && return "$of_it"
}
walk_dry() {
	chapter 'Your OpenLDAP in five minutes' | head -n 1 | grep -- --dry-run |
	    sh && [ ! -e /etc/idmap/domains.d/ldap.conf ]
}
ok 'README: the first command changes nothing' walk_dry
ok 'README: without --dry-run it does' walk_add
chapter() {
	chapter_of "$1" | sed '/--dry-run/d'
}
walk 'Your OpenLDAP in five minutes'
is 'a user is there' "$(cut -d: -f1,3 /tmp/walk.1)" u00003@example.com:100003
ok 'and who he is elsewhere' printed 4 'corp.example\alice'

# ---- Passwords of a directory.
title='Passwords of a directory'
ok 'the module that is named' sh -c \
    'echo "$1" | grep -qw "apt-get install libpam-krb5"' sh \
    "$(chapter_of "$title")"
ok 'is unpacked' peers_install_krb5
lines "$title" '[domains]' >/etc/idmap/idmap.conf
ok 'settings' grep -q short_names /etc/idmap/idmap.conf
ok 'the realm is the one of the test' grep -qxF \
    "$(lines "$title" '[libdefaults]' | sed -n 2p)" /etc/krb5.conf
chapter() {
	chapter_of "$1" | grep -E '^(pam-auth-update|idmap) '
}
walk "$title"
start_sshd
is 'by password, at home' "$(by_password alice pw-alice 'id -un; pwd')" 'alice
/home/alice'
is 'a name with a blank' \
    "$(by_password 'carl blank' 'pw-Carl Blank' 'id -un')" 'carl blank'
stays_out 'a wrong one' 'pam_krb5(sshd:auth): authentication failure' \
    by_password alice wrong id
stays_out 'an account that is disabled' \
    'pam_krb5(sshd:auth): authentication failure' \
    by_password disabled pw-disabled id
mkdir -p -m 0700 /home/disabled/.ssh
ssh-keygen -q -t ed25519 -N '' -f /root/key
cp /root/key.pub /home/disabled/.ssh/authorized_keys
chown -R disabled /home/disabled
stays_out 'also with a key' "'disabled' refused: the account is disabled" \
    by_key disabled id
shows 'su' alice on_pty pw-alice 'id -un; exit' \
    su -s /bin/sh nobody -c 'su - alice -s /bin/sh'
prints 'the console' '(alice) gid=' on_pty pw-alice 'id; exit' /bin/login alice
ok 'the controller ends' dc_stop corp
ok 'idmapd ends' idmapd_stop
host_end
