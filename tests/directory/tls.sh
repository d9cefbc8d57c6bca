# tls.sh -- certificates for test servers, from a CA of the test's own.
#
#	. "$top_srcdir/tests/directory/tls.sh"
#	tls_ca /tmp/ca                          # ca.pem is what clients trust
#	tls_certificate /tmp/ca /tmp/s DNS:ldap.example.com,IP:127.0.0.11
#
# Both end in a message and status 1 when openssl refuses.

tls_openssl() {
	tls_said=$(openssl "$@" 2>&1 </dev/null) || {
		echo "openssl $*: $tls_said" >&2
		return 1
	}
}

# tls_ca FOLDER: make FOLDER/ca.pem and its key, unless they are there.
tls_ca() {
	[ ! -s "$1/ca.pem" ] || return 0
	mkdir -p "$1"
	tls_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 30 -subj "/O=Example/CN=Test CA ${1##*/}" \
	    -addext keyUsage=critical,keyCertSign,cRLSign \
	    -keyout "$1/ca.key" -out "$1/ca.pem"
}

# tls_certificate CA FOLDER NAMES [DAYS]: make FOLDER/cert.pem and key.pem for
# these subject alternative names, as in DNS:a.example.com,IP:127.0.0.11, good
# for DAYS from today (0: not at all).
tls_certificate() {
	mkdir -p "$2"
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$3" \
	    >"$2/san.conf"
	tls_openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -subj /O=Example -keyout "$2/key.pem" -out "$2/request.pem" &&
	    tls_openssl x509 -req -in "$2/request.pem" -days "${4:-30}" \
	    -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
	    -extfile "$2/san.conf" -out "$2/cert.pem"
}
