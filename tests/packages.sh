# packages.sh -- the Debian packages that idmap needs, and how they get there.
# Shared by ./check and ./quickstart.  Kept in step with the list in README.md.

# To build and install.
packages_build='gcc libc6-dev make autoconf automake libtool pkgconf
	libgdbm-dev libpam0g-dev libinih-dev libjansson-dev libunistring-dev
	libldap-dev libkrb5-dev libsasl2-modules-gssapi-mit libseccomp-dev'

# To run every test.
packages_check="$packages_build clang clang-format-14 libclang-rt-14-dev
	libcmocka-dev binutils xz-utils mandoc gdbmtool strace expect
	util-linux iproute2 procps systemd login passwd openssh-server openssh-client
	sshpass pamtester libnss-wrapper libpam-wrapper
	winbind samba-common-bin tdb-tools ldb-tools libsss-idmap-dev
	dnsmasq-base slapd ldap-utils openssl krb5-user python3-samba
	samba samba-ad-provision samba-dsdb-modules samba-vfs-modules
	libnss-extrausers libnss-cache libnss-db nscd"

# To show idmap where there is no namespace to install it in.
packages_wrapper='libnss-wrapper libpam-wrapper pamtester'

# missing_packages PACKAGE...: print those that are not installed.
missing_packages() {
	for package; do
		dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null |
		    grep -qx installed || echo "$package"
	done
}

# install_missing PACKAGE...: install what is missing, if anything is.  What
# is installed starts no service: it is here to be tested, not to be used.
install_missing() {
	missing=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "missing packages; as root: apt-get install $missing" >&2
		return 1
	fi
	echo "installing: $missing"
	policy=/usr/sbin/policy-rc.d
	if [ -e "$policy" ]; then
		policy=
	else
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 0755 "$policy"
	fi
	status=0
	(
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q &&
		# Unquoted: one word for each package.
		apt-get install -q -y --no-install-recommends $missing
	) </dev/null || status=$?
	[ -z "$policy" ] || rm -f "$policy"
	return "$status"
}
