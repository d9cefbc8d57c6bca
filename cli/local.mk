# The tools.  What the three that edit maps share is one convenience library;
# their command lines can be parsed, and fuzzed, without doing anything.
noinst_LTLIBRARIES += %D%/libcli.la
%C%_libcli_la_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/attradmin.c \
	%D%/batch.c %D%/batch.h \
	%D%/change.c %D%/change.h \
	%D%/check.c %D%/check.h \
	%D%/cover.c %D%/cover.h \
	%D%/credentials.c %D%/credentials.h \
	%D%/dialog.c %D%/dialog.h \
	%D%/domainjson.c %D%/domainjson.h \
	%D%/domaintext.c %D%/domaintext.h \
	%D%/entry.c %D%/entry.h \
	%D%/explain.c %D%/explain.h \
	%D%/file.c %D%/file.h \
	%D%/fix.c %D%/fix.h \
	%D%/idadmin.c \
	%D%/import.c %D%/import.h \
	%D%/json.c %D%/json.h \
	%D%/list.c %D%/list.h \
	%D%/live.c %D%/live.h \
	%D%/livenumbers.c %D%/livenumbers.h \
	%D%/logins.c %D%/logins.h \
	%D%/mapopts.c %D%/mapopts.h \
	%D%/maps.c %D%/maps.h \
	%D%/namemap.c %D%/namemap.h \
	%D%/names.c %D%/names.h \
	%D%/nssask.c %D%/nssask.h \
	%D%/options.c %D%/options.h \
	%D%/pair.c %D%/pair.h \
	%D%/policy.c %D%/policy.h \
	%D%/progress.c %D%/progress.h \
	%D%/rulecheck.c %D%/rulecheck.h \
	%D%/ruleformat.c %D%/ruleformat.h \
	%D%/ruleline.c %D%/ruleline.h \
	%D%/rules.c %D%/rules.h \
	%D%/ruletarget.c %D%/ruletarget.h \
	%D%/run.c %D%/run.h \
	%D%/say.c %D%/say.h \
	%D%/serving.c %D%/serving.h \
	%D%/seen.c %D%/seen.h \
	%D%/settle.c %D%/settle.h \
	%D%/sheet.c %D%/sheet.h \
	%D%/smbusers.c %D%/smbusers.h \
	%D%/sssd.c %D%/sssd.h \
	%D%/synopsis.c %D%/synopsis.h \
	%D%/tdbdump.c %D%/tdbdump.h \
	%D%/told.c %D%/told.h \
	%D%/uidadmin.c \
	%D%/update.c %D%/update.h \
	%D%/userfix.c \
	%D%/usermap.c %D%/usermap.h \
	%D%/usermapcfg.c %D%/usermapcfg.h \
	%D%/userquery.c %D%/userquery.h \
	%D%/winbind.c %D%/winbind.h
%C%_libcli_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_libcli_la_LIBADD = core/libidm-full.la $(JANSSON_LIBS)

sbin_PROGRAMS += %D%/idadmin %D%/attradmin
bin_PROGRAMS += %D%/uidadmin
%C%_idadmin_SOURCES = %D%/idadmin_main.c
%C%_idadmin_LDADD = %D%/libcli.la
%C%_attradmin_SOURCES = %D%/attradmin_main.c
%C%_attradmin_LDADD = %D%/libcli.la
%C%_uidadmin_SOURCES = %D%/uidadmin_main.c
%C%_uidadmin_LDADD = %D%/libcli.la

# idmap and its verbs.
sbin_PROGRAMS += %D%/idmap
%C%_idmap_SOURCES = %D%/idmap.c \
	%D%/backendchange.c %D%/backendchange.h \
	%D%/copy.c %D%/copy.h \
	%D%/override.c %D%/override.h \
	%D%/property.c %D%/property.h \
	%D%/refresh.c %D%/refresh.h \
	%D%/resolver.c %D%/resolver.h \
	%D%/checkdomains.c %D%/checkdomains.h \
	%D%/directorychange.c %D%/directorychange.h \
	%D%/checknames.c %D%/checknames.h \
	%D%/domainrange.c %D%/domainrange.h \
	%D%/domains.c %D%/domains.h \
	%D%/finding.c %D%/finding.h \
	%D%/former.c %D%/former.h \
	%D%/given.c %D%/given.h \
	%D%/domaintext.c %D%/domaintext.h \
	%D%/hostids.c %D%/hostids.h \
	%D%/settings.c %D%/settings.h \
	%D%/state.c %D%/state.h \
	%D%/store.c %D%/store.h \
	%D%/transact.c %D%/transact.h \
	%D%/trial.c %D%/trial.h \
	%D%/verb.c %D%/verb.h \
	%D%/verb_add.c \
	%D%/verb_apply.c \
	%D%/verb_backup.c \
	%D%/verb_check.c \
	%D%/verb_diff.c \
	%D%/verb_dump.c \
	%D%/verb_domain.c %D%/verb_domain.h \
	%D%/verb_domain_show.c \
	%D%/verb_export.c \
	%D%/verb_flush.c \
	%D%/verb_import.c \
	%D%/verb_list.c \
	%D%/verb_mappings.h \
	%D%/verb_namemap.c \
	%D%/verb_pool.c \
	%D%/verb_remove.c \
	%D%/verb_host.h \
	%D%/verb_machine.c \
	%D%/verb_override.c \
	%D%/verb_property.c \
	%D%/verb_restore.c \
	%D%/verb_script.c \
	%D%/verb_show.c \
	%D%/verb_sssd.c \
	%D%/verb_cache.c %D%/verb_cache.h \
	%D%/verb_state.c %D%/verb_state.h \
	%D%/verb_status.c \
	%D%/verb_verify.c \
	%D%/verb_winbind.c \
	%D%/verbopts.c %D%/verbopts.h \
	%D%/verbs_care.c \
	%D%/verbs_domains.c \
	%D%/verbs_identities.c \
	%D%/verbs_rules.c \
	%D%/verbs_state.c
%C%_idmap_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_idmap_LDADD = %D%/libcli.la $(JANSSON_LIBS)

# What asks other name services, in a process of its own.
pkglibexec_PROGRAMS += %D%/idmap-ask
%C%_idmap_ask_SOURCES = %D%/idmap_ask.c
%C%_idmap_ask_LDADD = core/libidm-base.la
