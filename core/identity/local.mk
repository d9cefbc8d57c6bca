core_libidm_base_la_SOURCES += \
	%D%/account.c %D%/account.h \
	%D%/id.c %D%/id.h \
	%D%/name.c %D%/name.h \
	%D%/service.c %D%/service.h
