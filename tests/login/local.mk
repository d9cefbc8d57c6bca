# Real logins, in a private root: a syslogd, a pty with somebody typing, and
# the host that world.sh sets up as pam_idmap(8) tells an administrator to.
check_PROGRAMS += %D%/logsink
# Programs without sanitizers cannot load modules with them.
if !SANITIZED
SYSTEM_TESTS += \
	%D%/identity.sh \
	%D%/own.sh \
	%D%/ssh.sh \
	%D%/su.sh
endif
EXTRA_DIST += \
	%D%/identity.sh \
	%D%/own.sh \
	%D%/pty.exp \
	%D%/ssh.sh \
	%D%/su.sh \
	%D%/world.sh
