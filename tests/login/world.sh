# world.sh -- a host for tests of logins, in a private root: accounts, a map,
# the name service and PAM as pam_idmap(8) tells an administrator to set them
# up, a log to look at, and ways to log in that end by themselves.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"
#	. "$top_srcdir/tests/login/world.sh"
#	make_world debian

here=$top_srcdir/tests/login
log=/run/messages

# A /dev of our own, because /dev/log is to be ours.
make_dev() {
	mkdir /run/dev
	mount --rbind /dev /run/dev
	mount -t tmpfs -o mode=0755 tmpfs /dev
	for device in null zero full random urandom tty; do
		: >"/dev/$device"
		mount --bind "/run/dev/$device" "/dev/$device"
	done
	mkdir /dev/pts /dev/shm
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 \
	    devpts /dev/pts
	ln -s pts/ptmx /dev/ptmx
	: >"$log"
	"$top_builddir/tests/login/logsink" /dev/log "$log"
}

# Everybody's password is pw-NAME, hashed cheaply; crew is a second group.
make_accounts() {
	groupadd -g 1700 crew
	useradd -m -s /bin/sh -u 1500 -G crew foo
	useradd -m -s /bin/sh -u 1501 bar
	for user in root foo bar; do
		echo "$user:pw-$user"
	done | chpasswd -c SHA512 -s 1000
	# And by key: one pair for all.
	ssh-keygen -q -t ed25519 -N '' -f /root/key
	for home in /root /home/foo /home/bar; do
		mkdir -p -m 0700 "$home/.ssh"
		cp /root/key.pub "$home/.ssh/authorized_keys"
		chown -R --reference "$home" "$home/.ssh"
	done
}

make_map() {
	idadmin -S myscheme -I 'M2!M1'
	idadmin -S myscheme -a -r 'comunix!foo' -l foo
	idadmin -S myscheme -a -r 'comunix!chief' -l root --privileged
	idadmin -S myscheme -a -r 'comunix!boss' -l root
	idadmin -S myscheme -a -r 'guest!*' -l %i
	idadmin -S myscheme -a -r 'mars!*' -l %1
	idadmin -S corp -I 'M1@M2'
	idadmin -S corp -a -r '*@corp' -l bar
}

# from_manual LINE: pam_idmap(8) has it as an example.
from_manual() {
	grep -xF -- "$1" "$top_srcdir/man/pam_idmap.8" ||
	    { echo "not in the manual: $1" >&2; exit 99; }
}

# first_line FILE LINE: put LINE in front of what FILE says.
first_line() {
	sed -i "1i\\$2" "$1"
}

# As pam_idmap(8) says; and no delay after a wrong password.
set_up_debian() {
	pam-auth-update --enable idmap
}

set_up_by_hand() {
	first_line /etc/pam.d/common-account \
	    "$(from_manual 'account required pam_idmap.so')"
	from_manual 'session optional pam_idmap.so' >>/etc/pam.d/common-session
}

make_policy() {
	for database in passwd group shadow; do
		sed -i "/^$database:/d" /etc/nsswitch.conf
	done
	grep -x -e 'passwd:  .*' -e 'group:   .*' -e 'shadow:  .*' \
	    "$top_srcdir/man/pam_idmap.8" >>/etc/nsswitch.conf
	"set_up_$1"
	sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth
	sed -i 's/delay=3000000/delay=0/' /etc/pam.d/login
	sed -i 's/^FAIL_DELAY.*/FAIL_DELAY 0/' /etc/login.defs
}

# make_world debian|by_hand
make_world() {
	make_dev
	make_accounts
	make_map
	make_policy "$1"
}

# logged TEXT: since forget_log.  A daemon may write it after we saw its answer.
logged() {
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		grep -F -- "$1" "$log" && return
		sleep 0.1
	done
	cat "$log"
	return 1
}

# not_logged TEXT: when all that was said before has arrived.
not_logged() {
	logger -t world 'nothing more is to come'
	logged 'nothing more is to come' >/dev/null
	! grep -F -- "$1" "$log"
}

forget_log() {
	: >"$log"
}

# no_map, damaged_map, whole_map: what can happen to the map, and all is well.
no_map() {
	mv /var/lib/idmap/map.gdbm /var/lib/idmap/map.aside
}

damaged_map() {
	head -c 5000 /dev/zero >/var/lib/idmap/map.gdbm
}

whole_map() {
	mv /var/lib/idmap/map.aside /var/lib/idmap/map.gdbm
}

# on_pty PASSWORD TYPED COMMAND...: see pty.exp; without carriage returns.
on_pty() {
	pty_status=0
	timeout -k 2 20 expect "$here/pty.exp" "$@" >"$tap_out.pty" 2>&1 ||
	    pty_status=$?
	tr -d '\r' <"$tap_out.pty"
	rm -f "$tap_out.pty"
	return "$pty_status"
}

# shows DESCRIPTION TEXT COMMAND...: the command succeeds and prints TEXT.
shows() {
	tap_what=$1
	tap_why=$2
	shift 2
	"$@" >"$tap_out" 2>&1 </dev/null && grep -qxF -- "$tap_why" "$tap_out"
	tap_result $? "$tap_what"
}

# prints DESCRIPTION TEXT COMMAND...: it prints TEXT, however it ends.
prints() {
	tap_what=$1
	tap_why=$2
	shift 2
	"$@" >"$tap_out" 2>&1 </dev/null || true
	grep -qF -- "$tap_why" "$tap_out"
	tap_result $? "$tap_what"
}

# Debian's sshd, as it is configured there.
start_sshd() {
	rm -f /etc/ssh/ssh_host_*
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
	mkdir -p /run/sshd
	/usr/sbin/sshd
	timeout 10 sh -c 'until [ -s /run/sshd.pid ]; do sleep 0.05; done'
}

options='-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
	-o ConnectTimeout=5 -o NumberOfPasswordPrompts=1 -q'

# by_password USER PASSWORD COMMAND, by_key USER COMMAND: log in by ssh.
by_password() {
	SSHPASS=$2 timeout 15 sshpass -e ssh $options \
	    -o PubkeyAuthentication=no -l "$1" 127.0.0.1 "$3"
}

by_key() {
	timeout 15 ssh $options -o BatchMode=yes -i /root/key -l "$1" \
	    127.0.0.1 "$2"
}

# stays_out NAME WHY COMMAND...: the login fails, and the log says WHY.
stays_out() {
	tap_what=$1
	tap_why=$2
	shift 2
	forget_log
	tap_status=0
	"$@" >"$tap_out" 2>&1 </dev/null || tap_status=$?
	[ "$tap_status" -ne 0 ] && [ "$tap_status" -ne 124 ] &&
	    logged "$tap_why" >>"$tap_out"
	tap_result $? "$tap_what"
}
