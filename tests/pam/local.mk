# The module's own objects, with folders of the test's choosing: redirect.c.
# -rpath only makes libtool build it shared; a whole that is optimized has no
# calls left to be wrapped.
check_LTLIBRARIES += %D%/pam_redirected.la
%C%_pam_redirected_la_SOURCES = %D%/redirect.c
%C%_pam_redirected_la_LIBADD = pam/libpam_idmap.la
%C%_pam_redirected_la_LDFLAGS = $(PAM_LDFLAGS) -rpath /nonexistent -Wc,-fno-lto \
	-Wl,--wrap=idm_maps_open -Wl,--wrap=idm_account_by_name \
	-Wl,--wrap=pam_modutil_getpwnam -Wl,--wrap=pam_syslog

check_PROGRAMS += %D%/test_pam_idmap %D%/test_standing
TESTS += %D%/test_pam_idmap %D%/test_standing
%C%_test_standing_LDADD = pam/libpam_idmap.la $(UNIT_LIBS)
%C%_test_pam_idmap_LDADD = $(FIXTURE_LIBS) $(PAM_LIBS) $(UNIT_LIBS)

# pamtester without sanitizers cannot load a module with them.
if !SANITIZED
SYSTEM_TESTS += %D%/pamtester.sh
endif
EXTRA_DIST += %D%/pamtester.sh
