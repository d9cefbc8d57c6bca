# Real servers for whatever asks directories: slapd.sh, dc.sh.  A sanitizer has
# nothing to find in them.
if !SANITIZED
SYSTEM_TESTS += \
	%D%/added.sh \
	%D%/apart.sh \
	%D%/cache_faults.sh \
	%D%/domains.sh \
	%D%/faults.sh \
	%D%/forest.sh \
	%D%/ipa.sh \
	%D%/logins.sh \
	%D%/lookups.sh \
	%D%/namemaps.sh \
	%D%/native.sh \
	%D%/numbers.sh \
	%D%/overruled.sh \
	%D%/readme.sh \
	%D%/renumbered.sh \
	%D%/replica.sh \
	%D%/same_numbers.sh \
	%D%/same_pool.sh \
	%D%/servers.sh \
	%D%/shared.sh \
	%D%/shown.sh \
	%D%/status.sh \
	%D%/windows.sh
# 8 MiB in three seconds are more than a sanitizer can take apart.
SYSTEM_TESTS += %D%/hostile.sh
endif
SYSTEM_TESTS += \
	%D%/discovery.sh \
	%D%/kerberos.sh \
	%D%/session.sh
EXTRA_DIST += \
	%D%/ad.schema \
	%D%/ad.sh \
	%D%/added.sh \
	%D%/agreeing.sh \
	%D%/apart.sh \
	%D%/asker.sh \
	%D%/cache_faults.sh \
	%D%/dc.sh \
	%D%/discovery.sh \
	%D%/dns.sh \
	%D%/domains.sh \
	%D%/far.sh \
	%D%/faults.sh \
	%D%/forest.sh \
	%D%/host.sh \
	%D%/hostile.sh \
	%D%/ipa.schema \
	%D%/ipa.sh \
	%D%/kerberos.sh \
	%D%/ldif.sh \
	%D%/logins.sh \
	%D%/lookups.sh \
	%D%/loose.schema \
	%D%/namemaps.sh \
	%D%/native.sh \
	%D%/numbers.sh \
	%D%/overruled.sh \
	%D%/peers.sh \
	%D%/posix.schema \
	%D%/readme.sh \
	%D%/renumbered.sh \
	%D%/replica.sh \
	%D%/same_numbers.sh \
	%D%/samba.schema \
	%D%/same_pool.sh \
	%D%/samldif.py \
	%D%/servers.sh \
	%D%/session.sh \
	%D%/shared.sh \
	%D%/shown.sh \
	%D%/slapd.sh \
	%D%/status.sh \
	%D%/tls.sh \
	%D%/windows.sh

# The domains, which take a minute to make.
clean-local: clean-domains
.PHONY: clean-domains
clean-domains:
	rm -rf %D%/cache

check_PROGRAMS += \
	%D%/asker \
	%D%/standin \
	%D%/test_dn \
	%D%/test_facts \
	%D%/test_filter \
	%D%/test_object \
	%D%/test_servers \
	%D%/test_srv
TESTS += \
	%D%/test_dn \
	%D%/test_facts \
	%D%/test_filter \
	%D%/test_object \
	%D%/test_servers \
	%D%/test_srv

tests_directory_asker_LDADD = core/libidm-full.la
tests_directory_standin_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_directory_standin_LDADD = $(LDAP_LIBS)
tests_directory_test_dn_LDADD = $(UNIT_LIBS)
tests_directory_test_facts_LDADD = $(UNIT_LIBS)
tests_directory_test_filter_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_directory_test_filter_LDADD = $(UNIT_LIBS) $(LDAP_LIBS)
tests_directory_test_object_LDADD = $(UNIT_LIBS)
tests_directory_test_servers_LDADD = $(UNIT_LIBS)
tests_directory_test_servers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=idm_clock_ms
tests_directory_test_srv_LDADD = $(UNIT_LIBS)

noinst_HEADERS += %D%/made.h %D%/sent.h
