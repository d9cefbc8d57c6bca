# people.sh -- two domains and who is in them, on a host in a private root.
#
#	people        # write their files, and put them in force
#	strangers     # and into the map who may not be served, as no tool does

people() {
	mkdir -p /etc/idmap/domains.d
	cat >/etc/idmap/domains.d/corp.conf <<-'END'
		[domain]
		backend = rid
		range = 100000-199999
		sid = S-1-5-21-1-2-3
		netbios = CORP
		default = yes
		placeholder = yes
		enumerate = yes
		names = /etc/idmap/corp.names
		home = /home/%U
		shell = /bin/sh
		gecos = A User
	END
	cat >/etc/idmap/corp.names <<-'END'
		user:1103:Alice:Domain Users
		user:1104:off:Domain Users:::/usr/sbin/nologin
		group:513:Domain Users
		group:600:staff:Alice
	END
	cat >/etc/idmap/domains.d/quiet.conf <<-'END'
		[domain]
		backend = rid
		range = 200000-299999
		sid = S-1-5-21-4-5-6
		names = /etc/idmap/quiet.names
		home = /home/%U
		shell = /bin/sh
	END
	echo user:1001:mute >/etc/idmap/quiet.names
	idmap apply
}

strangers() {
	"$top_builddir/tests/nss/strangers"
}
