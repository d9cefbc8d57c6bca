# Real servers for whatever asks directories: slapd.sh.
SYSTEM_TESTS += %D%/servers.sh
EXTRA_DIST += \
	%D%/far.sh \
	%D%/ldif.sh \
	%D%/loose.schema \
	%D%/posix.schema \
	%D%/servers.sh \
	%D%/slapd.sh \
	%D%/tls.sh
