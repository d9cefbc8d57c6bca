# host.sh -- a host whose names are in a directory: idmapd, the name service and
# a domain, in a private root.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"
#	. "$top_srcdir/tests/directory/host.sh"
#	domain corp <<END ... END        # its file
#	ok 'it is in force' idmap apply
#	idmapd_start; ...; idmapd_stop
#	host_end                         # in the place of finish

host_messages=/tmp/idmapd.log
host_pid=

export LC_ALL=C.UTF-8
# idmapd cannot be traced, so that it cannot look for leaks; unit tests do.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
useradd -r -s /usr/sbin/nologin idmap
useradd -r -s /usr/sbin/nologin idmap-keep
install -d -m 0755 /var/lib/idmap
mkdir -p /etc/idmap/domains.d
sed -i -E 's/^(passwd|group):.*/\1: files idmap/; /^initgroups:/d' \
    /etc/nsswitch.conf

# wait_until COMMAND...: for at most ten seconds.
wait_until() {
	wait_tries=0
	until "$@" >/dev/null 2>&1; do
		wait_tries=$((wait_tries + 1))
		[ "$wait_tries" -lt 1000 ] || return 1
		sleep 0.01
	done
}

# domain NAME: its file, from standard input.
domain() {
	cat >"/etc/idmap/domains.d/$1.conf"
}

# ldap_domain FOLDER ADDRESS [LINE...]: the domain "ldap", example.com, which a
# server of slapd.sh has; with further lines of [directory], or behind [domain].
ldap_domain() {
	ldap_folder=$1 ldap_address=$2
	shift 2
	cat >/tmp/ldap_domain <<-END
		[domain]
		backend = rfc2307
		range = 50000-1999999
		dns = example.com
		[directory]
		schema = rfc2307
		servers = ldap://$ldap_address/
		tls = start_tls
		ca_file = $ldap_folder/ca/ca.pem
		base = $ldif_base
	END
	printf '%s\n' "$@" | cat /tmp/ldap_domain - | domain ldap
}

# forest NAME BACKEND RANGE [LINE...]: a domain that NAME's controller of dc.sh
# has.
forest() {
	dc_facts "$1"
	install -o idmap -m 0400 "$dc_folder/$1/keytab" "/run/$1.keytab"
	forest_name=$1
	cat >/tmp/forest <<-END
		[domain]
		backend = $2
		range = $3
		sid = $dc_sid
		dns = $dc_domain
		netbios = $dc_short
		home = /home/%U
		shell = /bin/bash
		[directory]
		schema = ad
		principal = idmap-svc@$dc_realm
		keytab = /run/$1.keytab
		timeout = 30
	END
	shift 3
	printf '%s\n' "$@" | cat /tmp/forest - | domain "$forest_name"
}

idmapd_start() {
	idmapd "$@" >>"$host_messages" 2>&1 &
	host_pid=$!
	wait_until idmapd_answers
}

idmapd_answers() {
	idmap status --json | grep -q '"pid"'
}

# idmapd_stop: end it, and give its exit status.
idmapd_stop() {
	kill -TERM "$host_pid"
	set -- "$host_pid"
	host_pid=
	wait "$1"
}

# cached KEY: does the cache have a record whose key begins so?
cached() {
	gdbmtool -r /var/lib/idmap/state/cache.gdbm list 2>/dev/null |
	    grep -qF -- "$1"
}

# none DESCRIPTION COMMAND...: it fails, as getent does, and prints nothing.
none() {
	none_what=$1
	shift
	none_status=0
	none_out=$("$@" 2>&1) || none_status=$?
	is "$none_what" "$none_status $none_out" '2 '
}

host_end() {
	[ -z "$host_pid" ] || kill "$host_pid" 2>/dev/null
	[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$host_messages"
	finish
}
