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

check_PROGRAMS += \
	%D%/test_dn \
	%D%/test_filter \
	%D%/test_object
TESTS += \
	%D%/test_dn \
	%D%/test_filter \
	%D%/test_object

tests_directory_test_dn_LDADD = $(UNIT_LIBS)
tests_directory_test_filter_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_directory_test_filter_LDADD = $(UNIT_LIBS) $(LDAP_LIBS)
tests_directory_test_object_LDADD = $(UNIT_LIBS)

noinst_HEADERS += %D%/sent.h
