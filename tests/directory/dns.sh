# dns.sh -- a real DNS server for a test: dnsmasq, on 127.0.0.53.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"
#	. "$top_srcdir/tests/directory/dns.sh"
#	dns_start host-record=s1.example.com,127.0.0.11 \
#	    srv-host=_ldap._tcp.example.com,s1.example.com,389,10,50
#	dns_stop
#
# Lines are those of dnsmasq.conf(5).  It knows example.com and what it is told,
# and ends with the script that started it.

dns_seconds=20 # until it must answer

dns_start() {
	printf '%s\n' listen-address=127.0.0.53 bind-interfaces no-resolv \
	    no-hosts user=root pid-file local=/example.com/ "$@" >/run/dns.conf
	setpriv --pdeathsig KILL dnsmasq --keep-in-foreground \
	    --conf-file=/run/dns.conf >>/run/dns.log 2>&1 </dev/null &
	dns_pid=$!
	echo 'nameserver 127.0.0.53' >/etc/resolv.conf
	dns_end=$(($(date +%s) + dns_seconds))
	until ss -Hlnu src 127.0.0.53 | grep -q ':53 '; do
		if [ "$(date +%s)" -ge "$dns_end" ] ||
		    ! kill -0 "$dns_pid" 2>/dev/null; then
			echo 'dnsmasq does not answer:' >&2
			cat /run/dns.log >&2
			return 1
		fi
		sleep 0.05
	done
}

dns_stop() {
	kill "$dns_pid"
	wait "$dns_pid" 2>/dev/null || :
}
