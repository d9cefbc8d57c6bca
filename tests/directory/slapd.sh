# slapd.sh -- real OpenLDAP servers for a test, each in a folder of its own.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"
#	. "$top_srcdir/tests/directory/slapd.sh"
#	slapd_make /tmp/one 127.0.0.11 rfc2307
#	{ ldif_tree; ldif_users 100; } | slapd_load /tmp/one
#	slapd_start /tmp/one
#	slapd_stop /tmp/one
#
# A server listens on ldap and ldaps at its address and on ldapi in its folder;
# StartTLS works; its certificate is for the address and for $slapd_host, of the
# CA in /tmp/one/ca/ca.pem.  Everybody may read all but passwords; cn=admin may
# write; cn=reader is there to bind as (see ldif.sh).  It ends with the script
# that started it, however that ends: so start none in a subshell.
#
# Needs a private root, or ports and an address that are free: "ADDRESS:PORT:
# TLSPORT".  What a server says is in FOLDER/log.

. "$top_srcdir/tests/directory/tls.sh"
. "$top_srcdir/tests/directory/ldif.sh"

slapd_own=$top_srcdir/tests/directory
slapd_host=ldap.example.com
slapd_admin=cn=admin,$ldif_base
slapd_secret=admin-secret
slapd_seconds=20 # until a server must answer

# slapd_schema NAME: the schema's part of slapd.conf.  rfc2307: nis.schema as
# slapd has it.  rfc2307samba: the same and samba.schema.  rfc2307bis:
# posix.schema; ipa: with ipa.schema.  ad: ad.schema, nothing but users and
# groups.  loose: loose.schema, where anything
# is allowed; to be read, not changed.
slapd_schema() {
	for slapd_part in core cosine inetorgperson; do
		echo "include /etc/ldap/schema/$slapd_part.schema"
	done
	case $1 in
	rfc2307) echo 'include /etc/ldap/schema/nis.schema' ;;
	rfc2307samba)
		echo 'include /etc/ldap/schema/nis.schema'
		echo "include $slapd_own/samba.schema"
		;;
	rfc2307bis) echo "include $slapd_own/posix.schema" ;;
	ad) echo "include $slapd_own/ad.schema" ;;
	ipa)
		echo "include $slapd_own/posix.schema"
		echo "include $slapd_own/ipa.schema"
		;;
	loose) echo "include $slapd_own/loose.schema" ;;
	*)
		echo "slapd.sh: no schema $1" >&2
		return 1
		;;
	esac
}

# slapd_database NAME: what the schema asks of the database.
slapd_database() {
	if [ "$1" = loose ]; then
		echo 'overlay rwm'
		echo 'rwm-map attribute uidNumber oddUidNumber'
		echo 'rwm-map attribute gidNumber oddGidNumber'
	else
		echo 'index member,uidNumber,gidNumber eq'
		echo 'overlay ppolicy'
	fi
}

# slapd_make FOLDER ADDRESS[:PORT:TLSPORT] SCHEMA [LINE...]: an empty server.
# LINEs come last in its slapd.conf, where those of the database are.
slapd_make() {
	slapd_folder=$1
	slapd_address=${2%%:*}
	slapd_ports=389:636
	[ "$slapd_address" = "$2" ] || slapd_ports=${2#*:}
	slapd_name=$3
	shift 3
	rm -rf "$slapd_folder"
	mkdir -p "$slapd_folder/db" "$slapd_folder/tls"
	echo "ldap://$slapd_address:${slapd_ports%:*}/" \
	    "ldaps://$slapd_address:${slapd_ports#*:}/" \
	    "ldapi://$(echo "$slapd_folder/ldapi" | sed 's|/|%2F|g')/" \
	    >"$slapd_folder/urls"
	tls_ca "$slapd_folder/ca" && tls_certificate "$slapd_folder/ca" \
	    "$slapd_folder/tls" "DNS:$slapd_host,IP:$slapd_address" || return
	{
		slapd_schema "$slapd_name" || return
		cat <<-CONF
			moduleload back_mdb
			moduleload syncprov
			moduleload ppolicy
			moduleload rwm
			pidfile $slapd_folder/pidfile
			TLSCACertificateFile $slapd_folder/ca/ca.pem
			TLSCertificateFile $slapd_folder/tls/cert.pem
			TLSCertificateKeyFile $slapd_folder/tls/key.pem
			sizelimit unlimited
			timelimit unlimited
			database mdb
			suffix $ldif_base
			rootdn $slapd_admin
			rootpw $slapd_secret
			directory $slapd_folder/db
			maxsize 4294967296
			envflags nosync
			index objectClass,uid,cn,entryUUID,entryCSN eq
			index memberUid eq
			access to attrs=userPassword by anonymous auth by * none
			access to * by * read
			overlay syncprov
			syncprov-sessionlog 10000
		CONF
		slapd_database "$slapd_name"
		for slapd_line; do
			echo "$slapd_line"
		done
	} >"$slapd_folder/slapd.conf"
}

# slapd_load FOLDER: add the LDIF on standard input to a server that is not
# running; fast, and nearly unchecked.
slapd_load() {
	slapadd -q -f "$1/slapd.conf" 2>"$1/slapadd" || {
		tail -n 20 "$1/slapadd" >&2
		return 1
	}
}

# slapd_start FOLDER [FAR]: start it, on that host of far.sh if one is named,
# and wait until it answers.
slapd_start() {
	read -r slapd_urls <"$1/urls"
	setpriv --pdeathsig KILL ${2:+ip netns exec "$2"} \
	    slapd -d 0 -f "$1/slapd.conf" -h "$slapd_urls" \
	    >>"$1/log" 2>&1 </dev/null &
	echo $! >"$1/pid"
	slapd_answers "$1"
}

# slapd_answers FOLDER: wait until it does.
slapd_answers() {
	slapd_end=$(($(date +%s) + slapd_seconds))
	until slapd_search "$1" -s base -b '' 1.1 >/dev/null 2>&1; do
		if [ "$(date +%s)" -ge "$slapd_end" ] ||
		    ! kill -0 "$(cat "$1/pid")" 2>/dev/null; then
			echo "slapd in $1 does not answer:" >&2
			tail -n 20 "$1/log" >&2
			return 1
		fi
		sleep 0.05
	done
}

# slapd_stop FOLDER, slapd_kill FOLDER: end it in order, or with kill -9.
slapd_stop() {
	slapd_end_by TERM "$1"
}

slapd_kill() {
	slapd_end_by KILL "$1"
}

slapd_end_by() {
	read -r slapd_pid <"$2/pid" || return
	kill -CONT "$slapd_pid" 2>/dev/null
	kill -"$1" "$slapd_pid" || return
	# Says 128 + the signal, which is what we want.
	wait "$slapd_pid" 2>/dev/null || :
	rm -f "$2/pid"
}

# slapd_freeze FOLDER, slapd_thaw FOLDER: it hears but does not answer; it does
# again.
slapd_freeze() {
	freeze "$(cat "$1/pid")"
}

slapd_thaw() {
	kill -CONT "$(cat "$1/pid")"
}

# slapd_socket FOLDER: its ldapi URL.
slapd_socket() {
	sed 's/.* //' "$1/urls"
}

# slapd_search FOLDER ARGUMENT...: ldapsearch there, as its administrator.
slapd_search() {
	slapd_folder=$1
	shift
	timeout 20 ldapsearch -LLL -o ldif-wrap=no -o nettimeout=5 -x \
	    -H "$(slapd_socket "$slapd_folder")" -D "$slapd_admin" \
	    -w "$slapd_secret" "$@"
}

# slapd_change FOLDER: change what the LDIF on standard input says, in a server
# that is running.
slapd_change() {
	timeout 60 ldapmodify -x -H "$(slapd_socket "$1")" -D "$slapd_admin" \
	    -w "$slapd_secret" >"$1/ldapmodify" 2>&1 || {
		cat "$1/ldapmodify" >&2
		return 1
	}
}
