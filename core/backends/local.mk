core_libidm_base_la_SOURCES += \
	%D%/ad.c \
	%D%/autorid.c %D%/autorid.h \
	%D%/backend.c %D%/backend.h %D%/backends.h \
	%D%/ephemeral.c \
	%D%/hash.c %D%/hash.h \
	%D%/ldap.c \
	%D%/ldapoptions.h \
	%D%/layout.c %D%/layout.h \
	%D%/murmur3.c %D%/murmur3.h \
	%D%/none.c \
	%D%/nss.c \
	%D%/rfc2307.c \
	%D%/rid.c %D%/rid.h \
	%D%/served.c %D%/served.h \
	%D%/sss.c %D%/sss.h \
	%D%/stored.c %D%/stored.h \
	%D%/tdb.c \
	%D%/told.c %D%/told.h

core_libidm_full_la_SOURCES += \
	%D%/sss_place.c
