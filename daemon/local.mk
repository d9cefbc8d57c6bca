sbin_PROGRAMS += %D%/idmapd

# All but main(), so that tests can link it.
noinst_LTLIBRARIES += %D%/libidmapd.la
daemon_libidmapd_la_SOURCES = \
	%D%/abroad.c %D%/abroad.h \
	%D%/amend.c %D%/amend.h \
	%D%/cache.c %D%/cache.h \
	%D%/cachecheck.c %D%/cachecheck.h \
	%D%/cacheitem.c %D%/cacheitem.h \
	%D%/cacheroom.c %D%/cacheroom.h \
	%D%/claims.c %D%/claims.h \
	%D%/child.c %D%/child.h \
	%D%/asklog.c %D%/asklog.h \
	%D%/asks.c %D%/asks.h \
	%D%/confine.c %D%/confine.h \
	%D%/clients.c %D%/clients.h \
	%D%/conn.c %D%/conn.h \
	%D%/conns.c %D%/conns.h \
	%D%/crew.c %D%/crew.h \
	%D%/engine.c %D%/engine.h \
	%D%/exposition.c %D%/exposition.h \
	%D%/fold.c %D%/fold.h \
	%D%/forget.c %D%/forget.h \
	%D%/grants.c %D%/grants.h \
	%D%/guests.c %D%/guests.h \
	%D%/guests_found.c \
	%D%/guests_held.c \
	%D%/guests_parts.h \
	%D%/keep.c %D%/keep.h \
	%D%/kept.c %D%/kept.h \
	%D%/keeper.c %D%/keeper.h \
	%D%/level.c %D%/level.h \
	%D%/limit.c %D%/limit.h \
	%D%/link.c %D%/link.h \
	%D%/list.c %D%/list.h \
	%D%/marks.c %D%/marks.h \
	%D%/memo.c %D%/memo.h \
	%D%/news.c %D%/news.h \
	%D%/numbers.c %D%/numbers.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/once.c %D%/once.h \
	%D%/op.c %D%/op.h \
	%D%/orders.c %D%/orders.h \
	%D%/pins.c %D%/pins.h \
	%D%/place.c %D%/place.h \
	%D%/places.c %D%/places.h \
	%D%/privilege.c %D%/privilege.h \
	%D%/realms.c %D%/realms.h \
	%D%/reading.c %D%/reading.h \
	%D%/reading_kept.c \
	%D%/reading_parts.h \
	%D%/reading_records.c \
	%D%/reading_rivals.c \
	%D%/reading_told.c \
	%D%/record.c %D%/record.h \
	%D%/refill.c %D%/refill.h \
	%D%/replica.c %D%/replica.h \
	%D%/replicas.c %D%/replicas.h \
	%D%/report.c %D%/report.h \
	%D%/revive.c %D%/revive.h \
	%D%/roll.c %D%/roll.h \
	%D%/say.c %D%/say.h \
	%D%/service.c %D%/service.h \
	%D%/session.c %D%/session.h \
	%D%/shipment.c %D%/shipment.h \
	%D%/store.c %D%/store.h \
	%D%/tally.c %D%/tally.h \
	%D%/transfer.c %D%/transfer.h \
	%D%/turn.c %D%/turn.h \
	%D%/users.c %D%/users.h \
	%D%/waiting.c %D%/waiting.h
daemon_libidmapd_la_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
daemon_libidmapd_la_LIBADD = core/libidm-full.la $(SECCOMP_LIBS)

daemon_idmapd_SOURCES = %D%/idmapd.c
daemon_idmapd_LDADD = %D%/libidmapd.la
daemon_idmapd_LDFLAGS = $(AM_LDFLAGS) $(LTO_LDFLAGS)

# The units and what belongs to them, with the paths of configure.
logrotatedir = $(sysconfdir)/logrotate.d
logrotate_DATA = %D%/logrotate.d/idmap
systemdsystemunit_DATA = %D%/idmap.service %D%/idmap.socket
sysusers_DATA = %D%/sysusers.d/idmap.conf
tmpfiles_DATA = %D%/tmpfiles.d/idmap.conf

daemon_generated = $(logrotate_DATA) $(systemdsystemunit_DATA) $(tmpfiles_DATA)
CLEANFILES += $(daemon_generated)
EXTRA_DIST += $(sysusers_DATA) $(daemon_generated:=.in)

$(daemon_generated): %: %.in Makefile
	$(SUBSTITUTE) $< >$@.new && mv $@.new $@
