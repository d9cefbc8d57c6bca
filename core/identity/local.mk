core_libidm_base_la_SOURCES += \
	%D%/account.c %D%/account.h \
	%D%/id.c %D%/id.h \
	%D%/idtype.c %D%/idtype.h \
	%D%/name.c %D%/name.h \
	%D%/service.c %D%/service.h \
	%D%/sid.c %D%/sid.h \
	%D%/wellknown.c %D%/wellknown.h \
	%D%/winname.c %D%/winname.h

core_libidm_full_la_SOURCES += \
	%D%/fold.c %D%/fold.h \
	%D%/visible.c %D%/visible.h
