# services.sh -- idmap, sssd and nslcd as directory.sh measures them: in front
# of the server at $server, as their manuals have it, and asked for nobody but u00001.

bench_nslcd() {
	nslcd_start u00001 "uri $server" "base $ldif_base"
}

# bench_sssd LINE...: with further lines for its domain.  Its own deadlines
# would put it offline when it has a thousand groups to store on a busy machine.
bench_sssd() {
	sssd_start u00001 'id_provider = ldap' "ldap_uri = $server" \
	    "ldap_search_base = $ldif_base" 'ldap_schema = rfc2307' \
	    'timeout = 300' 'ldap_search_timeout = 300' \
	    'ldap_opt_timeout = 300' 'ldap_enumeration_search_timeout = 300' \
	    "$@"
}

sssd_processes() {
	echo "$sssd_pid" $(pgrep -P "$sssd_pid")
}

# bench_idmap LINE...: with further lines in the domain's section [directory].
bench_idmap() {
	getent passwd idmap >/dev/null || {
		useradd -r -s /usr/sbin/nologin idmap
		useradd -r -s /usr/sbin/nologin idmap-keep
	}
	rm -rf /var/lib/idmap /etc/idmap/domains.d
	mkdir -p /etc/idmap/domains.d
	printf '%s\n' '[domains]' 'name_format = name' 'short_names = yes' \
	    >/etc/idmap/idmap.conf
	{
		cat <<-CONF
			[domain]
			backend = rfc2307
			range = 50000-4000000
			dns = example.com
			default = yes
			enumerate = yes
			[directory]
			schema = rfc2307
			servers = $server
			base = $ldif_base
			tls = off
		CONF
		printf '%s\n' "$@"
	} >/etc/idmap/domains.d/example.conf
	idmap apply >"$trouble" 2>&1 || return
	idmapd >/tmp/idmapd.log 2>&1 </dev/null &
	idmapd_pid=$!
	peers_seconds=5 peers_answer "$idmapd_pid" \
	    getent -s idmap passwd u00001 || {
		bench_idmap_stop
		return 1
	}
}

bench_idmap_stop() {
	peers_end "$idmapd_pid"
}

idmap_processes() {
	echo "$idmapd_pid" $(pgrep -P "$idmapd_pid")
}
