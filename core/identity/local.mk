core_libidm_base_la_SOURCES += \
	%D%/account.c %D%/account.h \
	%D%/id.c %D%/id.h \
	%D%/idtype.h \
	%D%/name.c %D%/name.h \
	%D%/service.c %D%/service.h \
	%D%/sid.h \
	%D%/wellknown.h \
	%D%/winname.h

core_libidm_full_la_SOURCES += \
	%D%/fold.h
