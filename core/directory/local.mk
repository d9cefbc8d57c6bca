# The only folder that knows libldap.
core_libidm_full_la_SOURCES += \
	%D%/dn.c \
	%D%/dnset.c %D%/dnset.h \
	%D%/expiry.c %D%/expiry.h \
	%D%/facts.c %D%/facts.h \
	%D%/filter.c %D%/filter.h \
	%D%/filter_text.c \
	%D%/find.c %D%/find.h \
	%D%/find_groups.c \
	%D%/find_members.c \
	%D%/object.c %D%/object.h \
	%D%/schema.c %D%/schema.h \
	%D%/seek.c %D%/seek.h \
	%D%/servers.h \
	%D%/session.h
