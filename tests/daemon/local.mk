# What the shell tests use: see their sources.
check_PROGRAMS += \
	%D%/asker \
	%D%/mapper
tests_daemon_asker_LDADD = core/libidm-base.la
tests_daemon_mapper_LDADD = $(FIXTURE_LIBS)

TESTS += \
	%D%/operations.sh
EXTRA_DIST += \
	%D%/daemon.sh \
	%D%/operations.sh
