# What the shell tests use: see their sources.
check_PROGRAMS += \
	%D%/asker \
	%D%/granter \
	%D%/hostile \
	%D%/manager \
	%D%/mapper \
	%D%/test_asklog \
	%D%/test_cache \
	%D%/test_claims \
	%D%/test_confine \
	%D%/test_conns \
	%D%/test_crew \
	%D%/test_forget \
	%D%/test_keeper \
	%D%/test_limit \
	%D%/test_marks \
	%D%/test_once \
	%D%/test_roll \
	%D%/test_session \
	%D%/test_tally \
	%D%/test_turn
tests_daemon_asker_LDADD = core/libidm-base.la
tests_daemon_granter_LDADD = core/libidm-full.la
tests_daemon_hostile_LDADD = core/libidm-base.la
tests_daemon_manager_LDADD = core/libidm-base.la
tests_daemon_mapper_LDADD = $(FIXTURE_LIBS)
tests_daemon_test_asklog_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_cache_LDADD = daemon/libidmapd.la $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_daemon_test_claims_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_confine_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_conns_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_crew_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_forget_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_keeper_LDADD = daemon/libidmapd.la $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_daemon_test_limit_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_marks_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_once_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_roll_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_session_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_tally_LDADD = daemon/libidmapd.la $(UNIT_LIBS)
tests_daemon_test_turn_LDADD = daemon/libidmapd.la $(UNIT_LIBS)

TESTS += \
	%D%/test_asklog \
	%D%/test_cache \
	%D%/test_claims \
	%D%/test_confine \
	%D%/test_conns \
	%D%/test_crew \
	%D%/test_forget \
	%D%/test_keeper \
	%D%/test_limit \
	%D%/test_marks \
	%D%/test_once \
	%D%/test_roll \
	%D%/test_session \
	%D%/test_tally \
	%D%/test_turn
SYSTEM_TESTS += \
	%D%/crash.sh \
	%D%/domains.sh \
	%D%/grants.sh \
	%D%/grants_crash.sh \
	%D%/hostile.sh \
	%D%/operations.sh \
	%D%/service.sh
EXTRA_DIST += \
	%D%/crash.sh \
	%D%/daemon.sh \
	%D%/domains.sh \
	%D%/exposition.awk \
	%D%/grants.sh \
	%D%/grants_crash.sh \
	%D%/hostile.sh \
	%D%/operations.sh \
	%D%/service.sh
