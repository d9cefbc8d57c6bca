# peers.sh -- sssd, nslcd and winbindd, to be measured by and compared with.
#
#	. "$top_srcdir/tests/lib.sh"
#	. "$top_srcdir/tests/directory/peers.sh"
#	peers_ready	# before private_root
#	private_root "$0"
#	peers_install
#	nslcd_start "uri ldap://127.0.0.11/" "base dc=example,dc=com"
#	getent -s nslcd... see below
#
# Their packages would change this host's name service and PAM, so they are
# unpacked into the private root alone.  "getent -s sss passwd", "-s ldap" and
# "-s winbind" ask them; what /etc/nsswitch.conf says does not matter.  All end
# with the script that started them.

peers_cache=${IDM_TEST_CACHE:-$top_builddir/tests/directory/cache}
peers_packages='sssd-common sssd-ldap sssd-ad nslcd libnss-sss libnss-ldapd
	libnss-winbind libpam-krb5'
peers_seconds=30 # until one must answer

# peers_ready: fetch what is not installed, with what it needs.  Outside the
# private root, which has no network.
peers_ready() {
	[ "${IDM_PRIVATE_ROOT:-}" != yes ] || return 0
	! private_refused >/dev/null || return 0
	mkdir -p "$peers_cache"
	(
		flock 9
		[ "$(cat "$peers_cache/aside/packages" 2>/dev/null)" != \
		    "$peers_packages" ] || exit 0
		peers_fetch || { apt-get update -q && peers_fetch; } || exit
		rm -rf "$peers_cache/unpacked"
		mkdir "$peers_cache/unpacked"
		for peers_deb in "$peers_cache"/archives/*.deb; do
			dpkg -x "$peers_deb" "$peers_cache/unpacked" || exit
		done
		rm -rf "$peers_cache/archives"
		echo "$peers_packages" >"$peers_cache/unpacked/packages"
		rm -rf "$peers_cache/aside"
		mv "$peers_cache/unpacked" "$peers_cache/aside"
	) 9>"$peers_cache/peers.lock" >"$peers_cache/peers.log" 2>&1 || {
		echo 'no sssd, nslcd, libnss-winbind:' >&2
		tail -n 20 "$peers_cache/peers.log" >&2
		return 1
	}
}

peers_fetch() {
	mkdir -p "$peers_cache/archives/partial"
	# Unquoted: one word for each package.
	apt-get install -q -y --download-only --no-install-recommends \
	    -o "Dir::Cache::Archives=$peers_cache/archives" \
	    -o APT::Sandbox::User=root $peers_packages
}

# peers_install: put them into the private root.
peers_install() {
	for peers_folder in lib usr; do
		cp -a "$peers_cache/aside/$peers_folder/." "/$peers_folder/" ||
		    return
	done
	mkdir -p /var/lib/sss/db /var/lib/sss/mc /var/lib/sss/pipes/private \
	    /var/lib/sss/pubconf/krb5.include.d /var/lib/sss/gpo_cache \
	    /var/lib/sss/secrets /var/lib/sss/keytabs /var/log/sssd \
	    /etc/sssd/conf.d /run/nslcd
	ldconfig
}

# peers_install_krb5: pam_krb5 alone, for pam-auth-update to find.
peers_install_krb5() {
	peers_module=$(cd "$peers_cache/aside" && find lib -name pam_krb5.so) &&
	    install -m 0644 "$peers_cache/aside/$peers_module" \
		"/$peers_module" &&
	    cp "$peers_cache/aside/usr/share/pam-configs/krb5" \
		/usr/share/pam-configs/
}

# peers_answer PID COMMAND...: wait until it does; it is the question of a
# service whose process that is.
peers_answer() {
	peers_pid=$1
	shift
	peers_end=$(($(date +%s) + peers_seconds))
	until timeout 10 "$@" >/dev/null 2>&1; do
		if [ "$(date +%s)" -ge "$peers_end" ] ||
		    ! kill -0 "$peers_pid" 2>/dev/null; then
			echo "no answer to: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}

# peers_end PID: end it, and wait for it.
peers_end() {
	kill -TERM "$1" && wait "$1" 2>/dev/null || :
}

# nslcd_start NAME LINE...: nslcd with these lines in its nslcd.conf, until it
# knows the user NAME.
nslcd_start() {
	nslcd_name=$1
	shift
	printf '%s\n' "$@" >/etc/nslcd.conf
	chmod 600 /etc/nslcd.conf
	setpriv --pdeathsig KILL nslcd -n >>/run/nslcd/log 2>&1 </dev/null &
	nslcd_pid=$!
	peers_answer "$nslcd_pid" getent -s ldap passwd "$nslcd_name"
}

nslcd_stop() {
	peers_end "$nslcd_pid"
}

# sssd_start NAME LINE...: sssd with these lines for its domain, which is
# called "peer", and an empty cache, until it knows the user NAME.  Its watchdog
# would end what answers before it has listed ten thousand users.
sssd_start() {
	sssd_name=$1
	shift
	rm -f /var/lib/sss/db/* /var/lib/sss/mc/*
	{
		printf '%s\n' '[sssd]' 'services = nss' "domains = peer" \
		    '[nss]' \
		    'filter_users = root' 'enum_cache_timeout = 1' \
		    'timeout = 300' '[domain/peer]'
		printf '%s\n' "$@"
	} >/etc/sssd/sssd.conf
	chmod 600 /etc/sssd/sssd.conf
	setpriv --pdeathsig KILL sssd -i >>/var/log/sssd/out 2>&1 </dev/null &
	sssd_pid=$!
	peers_answer "$sssd_pid" getent -s sss passwd "$sssd_name"
}

sssd_stop() {
	peers_end "$sssd_pid"
}

# winbind_join: join this host to the domain corp of dc.sh, which is running.
winbind_folder=/run/winbind
winbind_join() {
	mkdir -p "$winbind_folder/private" /run/samba
	winbind_conf
	timeout 120 net ads join -s "$winbind_folder/smb.conf" \
	    -U "administrator%$dc_password" --no-dns-updates \
	    >"$winbind_folder/join" 2>&1 || {
		cat "$winbind_folder/join" >&2
		return 1
	}
}

# winbind_conf LINE...: smb.conf of a member, with these lines.
winbind_conf() {
	{
		cat <<-CONF
			[global]
			workgroup = CORP
			realm = CORP.EXAMPLE.COM
			security = ads
			netbios name = MEMBER
			interfaces = 127.0.0.30/8
			bind interfaces only = yes
			disable netbios = yes
			private dir = $winbind_folder/private
			lock directory = $winbind_folder/lock
			state directory = $winbind_folder/state
			cache directory = $winbind_folder/cache
			pid directory = $winbind_folder/pid
			ncalrpc dir = $winbind_folder/ncalrpc
			log file = $winbind_folder/log.%m
			winbind scan trusted domains = yes
		CONF
		printf '%s\n' "$@"
	} >"$winbind_folder/smb.conf"
}

# winbind_start NAME LINE...: winbindd of the joined host with these lines in
# its smb.conf and nothing cached, until it knows the user NAME.
winbind_start() {
	winbind_name=$1
	shift
	winbind_conf "$@"
	for winbind_part in lock state cache pid ncalrpc; do
		rm -rf "$winbind_folder/$winbind_part"
		mkdir -p "$winbind_folder/$winbind_part"
	done
	setpriv --pdeathsig KILL winbindd -F --no-process-group \
	    -s "$winbind_folder/smb.conf" >>"$winbind_folder/out" 2>&1 \
	    </dev/null &
	winbind_pid=$!
	peers_answer "$winbind_pid" getent -s winbind passwd "$winbind_name"
}

winbind_stop() {
	peers_end "$winbind_pid"
}
