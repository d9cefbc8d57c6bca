# dc.sh -- real domain controllers of Active Directory for a test: Samba's.
#
#	. "$top_srcdir/tests/lib.sh"
#	. "$top_srcdir/tests/directory/dc.sh"
#	dc_ready	# before private_root
#	private_root "$0"
#	dc_start corp
#
# There are two forests, which trust each other; see ad.sh for who is in them:
#
#	corp	CORP.EXAMPLE.COM	dc1.corp.example.com	127.0.0.10
#	other	OTHER.EXAMPLE.NET	dc2.other.example.net	127.0.0.20
#
# This host gets a resolver that knows both while corp runs, host names, and
# Kerberos.  A DC lives in /run/dc/NAME and offers DNS, Kerberos, LDAP, LDAPS,
# StartTLS, the global catalogue, SMB and RPC; certificates are of the CA in
# /run/dc/ca/ca.pem.  /run/dc/NAME/keytab is for the user idmap-svc, in corp
# keytab.client for the machine CLIENT$.  All ends with the private root.
#
# Making the domains takes a minute, so they are kept in the build tree, or in
# the folder IDM_TEST_CACHE.

. "$top_srcdir/tests/directory/tls.sh"
. "$top_srcdir/tests/directory/ad.sh"

dc_password=Admin-secret-1 # administrator's
dc_folder=/run/dc
dc_sid_corp=S-1-5-21-3623811015-3361044348-30300820
dc_sid_other=S-1-5-21-1004336348-1177238915-682003330
dc_sid_former=S-1-5-21-7-8-9 # where CORP\moved was before
dc_people=3000
dc_seconds=60 # until a DC must answer
dc_cache=${IDM_TEST_CACHE:-$top_builddir/tests/directory/cache}

# dc_facts NAME: set what is to be known about a domain.
dc_facts() {
	case $1 in
	corp)
		dc_realm=CORP.EXAMPLE.COM dc_host=dc1 dc_address=127.0.0.10
		dc_sid=$dc_sid_corp dc_forwarder=127.0.0.20
		;;
	other)
		dc_realm=OTHER.EXAMPLE.NET dc_host=dc2 dc_address=127.0.0.20
		dc_sid=$dc_sid_other dc_forwarder=
		;;
	*)
		echo "dc.sh: no domain $1" >&2
		return 1
		;;
	esac
	dc_short=$(echo "$1" | tr a-z A-Z)
	dc_domain=$(echo "$dc_realm" | tr A-Z a-z)
	dc_t=$dc_folder/$1
}

# ---- Making them.

# dc_ready: see that the domains are made.  Outside the private root, which
# could not keep them.
dc_ready() {
	[ "${IDM_PRIVATE_ROOT:-}" != yes ] || return 0
	! private_refused >/dev/null || return 0
	dc_archive=$(dc_archive_name)
	mkdir -p "$dc_cache"
	(
		flock 9
		[ ! -s "$dc_archive" ] || exit 0
		rm -f "$dc_cache"/domains-*
		export top_srcdir top_builddir
		unshare --mount --pid --fork --kill-child --net --ipc --uts \
		    --mount-proc --propagation private /bin/sh -c '
			mount -t tmpfs tmpfs /run
			ip link set lo up
			. "$top_srcdir/tests/directory/dc.sh"
			dc_make && tar -C /run -czf "$1.new" dc
		    ' make "$dc_archive" &&
		    mv "$dc_archive.new" "$dc_archive"
	) 9>"$dc_cache/lock" >"$dc_cache/log" 2>&1 || {
		echo 'the domains cannot be made:' >&2
		tail -n 40 "$dc_cache/log" >&2
		return 1
	}
}

# The archive of what these files make.
dc_archive_name() {
	echo "$dc_cache/domains-$({
		cat "$top_srcdir/tests/directory/dc.sh" \
		    "$top_srcdir/tests/directory/ad.sh" \
		    "$top_srcdir/tests/directory/tls.sh"
		samba -V
	} | sha256sum | cut -c 1-16).tar.gz"
}

# dc_make: both domains, filled, and the trust between them.
dc_make() {
	tls_ca "$dc_folder/ca" && dc_host_files || return
	dc_provision other &
	dc_making=$!
	dc_provision corp && wait "$dc_making" || return
	dc_run corp && dc_run other && dc_trust && dc_lock || return
	dc_stop corp && dc_stop other
}

# dc_conf: smb.conf of the domain whose facts are set.
dc_conf() {
	cat <<-END
		[global]
		netbios name = $(echo "$dc_host" | tr a-z A-Z)
		workgroup = $dc_short
		realm = $dc_realm
		server role = active directory domain controller
		interfaces = $dc_address/8
		bind interfaces only = yes
		private dir = $dc_t/private
		lock directory = $dc_t
		state directory = $dc_t/state
		cache directory = $dc_t/cache
		binddns dir = $dc_t/bind-dns
		pid directory = $dc_t/pid
		ncalrpc dir = $dc_t/ncalrpc
		log file = $dc_t/samba.log
		disable netbios = yes
		load printers = no
		server services = -nbt, -wrepl, -spoolss, -dnsupdate, -ntp_signd
		ldap server require strong auth = allow_sasl_over_tls
		dns forwarder = $dc_forwarder
		idmap_ldb:use rfc2307 = yes
		tls cafile = $dc_folder/ca/ca.pem
		tls certfile = $dc_t/tls/cert.pem
		tls keyfile = $dc_t/tls/key.pem
		[sysvol]
		path = $dc_t/state/sysvol
		read only = no
	END
}

# dc_provision NAME: an empty domain, with those whom ad.sh knows.
dc_provision() {
	dc_facts "$1"
	samba-tool domain provision --targetdir="$dc_t" \
	    --realm="$dc_realm" --domain="$dc_short" --domain-sid="$dc_sid" \
	    --server-role=dc --host-name="$dc_host" --host-ip="$dc_address" \
	    --dns-backend=SAMBA_INTERNAL --use-rfc2307 \
	    --adminpass="$dc_password" --function-level=2008_R2 \
	    --option="interfaces=$dc_address/8" \
	    --option='bind interfaces only=yes' || return
	tls_certificate "$dc_folder/ca" "$dc_t/tls" \
	    "DNS:$dc_host.$dc_domain,DNS:$dc_domain,IP:$dc_address" || return
	# Samba refuses a key that others can read.
	chmod 0600 "$dc_t/tls/key.pem"
	mkdir -p "$dc_t/pid"
	dc_conf >"$dc_t/etc/smb.conf"
	# What no update announces at run time: see server services.
	dc_tool samba_spnupdate || return
	dc_tool samba-tool domain passwordsettings set --complexity=off \
	    --min-pwd-length=1 --history-length=0 --min-pwd-age=0 \
	    --max-pwd-age=0 --account-lockout-threshold=3 \
	    --account-lockout-duration=0 -H "$dc_t/private/sam.ldb" || return
	dc_extend "$1" || return
	{
		"ad_$1"
		[ "$1" != corp ] || ad_people "$dc_people"
	} | dc_fill "$1" &&
	    dc_keytab "$1" idmap-svc keytab || return
	[ "$1" != corp ] || dc_keytab corp 'CLIENT$' keytab.client
}

# dc_extend NAME: the schema of corp has the attributes of ad_sfu.
dc_extend() {
	[ "$1" = corp ] || return 0
	ad_base=DC=corp,DC=example,DC=com
	ad_schema | dc_fill corp && ad_classes | dc_fill corp
}

# dc_tool PROGRAM ARGUMENT...: one of Samba's, with the smb.conf of the domain
# whose facts are set.
dc_tool() {
	dc_program=$1
	shift
	"$dc_program" "$@" -s "$dc_t/etc/smb.conf"
}

# dc_fill NAME: make the changes that the LDIF on standard input says.  Also
# while the DC runs.
dc_fill() {
	dc_facts "$1"
	/usr/bin/python3 "$top_srcdir/tests/directory/samldif.py" \
	    "$dc_t/etc/smb.conf"
}

# dc_keytab NAME PRINCIPAL FILE: its keys, in FILE below the DC's folder.
dc_keytab() {
	dc_facts "$1"
	rm -f "$dc_t/$3"
	dc_tool samba-tool domain exportkeytab "$dc_t/$3" --principal="$2"
}

dc_trust() {
	dc_facts corp
	dc_tool samba-tool domain trust create OTHER.EXAMPLE.NET \
	    --type=forest --direction=both --create-location=both \
	    -U "administrator@OTHER.EXAMPLE.NET%$dc_password" \
	    --local-dc-username=administrator@CORP.EXAMPLE.COM \
	    --local-dc-password="$dc_password" &&
	    ad_foreign | dc_fill corp
}

# dc_lock: lock the user "locked" out, as too many wrong passwords do.
dc_lock() {
	dc_facts corp
	for dc_try in 1 2 3 4; do
		! dc_bind corp locked wrong >/dev/null 2>&1 || return
	done
}

# ---- Having them.

# dc_start NAME: start that DC, and wait until it answers.
dc_start() {
	dc_facts "$1"
	if [ ! -e "$dc_folder/ca" ]; then
		tar -C /run -xzf "$(dc_archive_name)" || return
		dc_host_files
	fi
	dc_run "$1"
}

# dc_host_files: make this host know the domains.
dc_host_files() {
	cat >/run/hosts <<-END
		127.0.0.1 localhost
		127.0.0.10 dc1.corp.example.com dc1
		127.0.0.20 dc2.other.example.net dc2
		127.0.0.30 client.corp.example.com client
	END
	cat >/run/krb5.conf <<-END
		[libdefaults]
		default_realm = CORP.EXAMPLE.COM
		dns_lookup_kdc = false
		dns_lookup_realm = false
		rdns = false
		udp_preference_limit = 1
		[realms]
		CORP.EXAMPLE.COM = {
			kdc = 127.0.0.10
			admin_server = 127.0.0.10
		}
		OTHER.EXAMPLE.NET = {
			kdc = 127.0.0.20
			admin_server = 127.0.0.20
		}
		[domain_realm]
		.corp.example.com = CORP.EXAMPLE.COM
		corp.example.com = CORP.EXAMPLE.COM
		.other.example.net = OTHER.EXAMPLE.NET
		other.example.net = OTHER.EXAMPLE.NET
	END
	echo 'nameserver 127.0.0.10' >/run/resolv.conf
	if [ "${IDM_PRIVATE_ROOT:-}" = yes ]; then
		cp /run/hosts /run/krb5.conf /run/resolv.conf /etc/
		hostname client
	else
		for dc_file in hosts krb5.conf resolv.conf; do
			mount --bind "/run/$dc_file" "/etc/$dc_file"
		done
	fi
}

# dc_run NAME: start it, in namespaces of its own, which it cannot leave.
dc_run() {
	dc_facts "$1"
	setpriv --pdeathsig KILL unshare --mount --uts --pid --fork \
	    --kill-child --mount-proc --propagation private /bin/sh -c '
		hostname "$1"
		mkdir -p /run/samba
		mount -t tmpfs -o mode=0755 tmpfs /run/samba
		exec samba -F -s "$2/etc/smb.conf" --model=prefork --debug-stdout
	    ' samba "$dc_host" "$dc_t" >>"$dc_t/log" 2>&1 </dev/null &
	echo $! >"$dc_t/started"
	dc_answers "$1"
}

# dc_answers NAME: wait until all its ports are open.
dc_answers() {
	dc_facts "$1"
	dc_end=$(($(date +%s) + dc_seconds))
	until [ "$(ss -Hltn src "$dc_address" | awk '{ print $4 }' |
	    grep -cE ':(53|88|135|389|445|464|636|3268)$')" -eq 8 ]; do
		if [ "$(date +%s)" -ge "$dc_end" ] ||
		    ! kill -0 "$(cat "$dc_t/started")" 2>/dev/null; then
			echo "the DC $1 does not answer:" >&2
			tail -n 20 "$dc_t/log" >&2
			return 1
		fi
		sleep 0.1
	done
}

# dc_processes NAME: their ids.
dc_processes() {
	read -r dc_pid <"$dc_folder/$1/started"
	dc_pidns=$(readlink "/proc/$dc_pid/ns/pid_for_children")
	for dc_process in /proc/[0-9]*; do
		[ "$(readlink "$dc_process/ns/pid")" != "$dc_pidns" ] ||
		    echo "${dc_process#/proc/}"
	done
}

# dc_stop NAME: end it in order.  dc_kill NAME: with kill -9.
dc_stop() {
	dc_end_by TERM "$1"
}

dc_kill() {
	dc_end_by KILL "$1"
}

# The first of its processes is samba itself, and their namespace ends with it.
dc_end_by() {
	kill -CONT $(dc_processes "$2")
	kill -"$1" "$(dc_processes "$2" | sort -n | head -n 1)" || return
	wait "$(cat "$dc_folder/$2/started")" 2>/dev/null || :
}

# dc_freeze NAME, dc_thaw NAME: it hears but does not answer; it does again.
dc_freeze() {
	freeze $(dc_processes "$1")
}

dc_thaw() {
	kill -CONT $(dc_processes "$1")
}

# dc_search NAME ARGUMENT...: ldapsearch there, as its administrator.
dc_search() {
	dc_facts "$1"
	shift
	dc_ldap ldapsearch administrator "$dc_password" -LLL \
	    -o ldif-wrap=no "$@"
}

# dc_change NAME: change what the LDIF on standard input says, in a DC that is
# running, as its administrator.
dc_change() {
	dc_facts "$1"
	dc_ldap ldapmodify administrator "$dc_password"
}

# dc_bind NAME USER PASSWORD: does it take the password?
dc_bind() {
	dc_facts "$1"
	dc_ldap ldapsearch "$2" "$3" -s base -b '' 1.1
}

# dc_ldap PROGRAM USER PASSWORD ARGUMENT...: one of OpenLDAP's, at the DC whose
# facts are set.
dc_ldap() {
	dc_program=$1 dc_user=$2 dc_word=$3
	shift 3
	LDAPTLS_CACERT=$dc_folder/ca/ca.pem timeout 60 "$dc_program" -x \
	    -H "ldaps://$dc_host.$dc_domain" -D "$dc_user@$dc_domain" \
	    -w "$dc_word" "$@"
}
