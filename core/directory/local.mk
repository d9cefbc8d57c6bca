# The only folder that knows libldap.
core_libidm_full_la_SOURCES += \
	%D%/ask.c %D%/ask.h \
	%D%/change.c \
	%D%/discover.c %D%/discover.h \
	%D%/dn.c \
	%D%/dnset.c %D%/dnset.h \
	%D%/expiry.c %D%/expiry.h \
	%D%/facts.c %D%/facts.h \
	%D%/filter.c %D%/filter.h \
	%D%/filter_text.c \
	%D%/find.c %D%/find.h \
	%D%/find_groups.c \
	%D%/find_members.c \
	%D%/find_news.c \
	%D%/gsserr.c %D%/gsserr.h \
	%D%/idpool.c %D%/idpool.h \
	%D%/ldaperr.c %D%/ldaperr.h \
	%D%/link.c %D%/link.h \
	%D%/object.c %D%/object.h \
	%D%/ping.c %D%/ping.h \
	%D%/range.c %D%/range.h \
	%D%/ranged.c %D%/ranged.h \
	%D%/reach.c %D%/reach.h \
	%D%/received.c %D%/received.h \
	%D%/sasl.c %D%/sasl.h \
	%D%/schema.c %D%/schema.h \
	%D%/seal.c %D%/seal.h \
	%D%/search.c \
	%D%/secret.c %D%/secret.h \
	%D%/seek.c %D%/seek.h \
	%D%/servers.c %D%/servers.h \
	%D%/session.c %D%/session.h \
	%D%/srv.c %D%/srv.h \
	%D%/stream.c %D%/stream.h \
	%D%/sync.c %D%/sync.h \
	%D%/task.c %D%/task.h \
	%D%/tickets.c %D%/tickets.h
