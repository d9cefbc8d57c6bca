# The only folder that knows libldap.
core_libidm_full_la_SOURCES += \
	%D%/facts.h \
	%D%/filter.h \
	%D%/find.h \
	%D%/object.h \
	%D%/schema.h \
	%D%/servers.h \
	%D%/session.h
