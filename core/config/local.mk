core_libidm_full_la_SOURCES += \
	%D%/conf.c %D%/conf.h \
	%D%/updatelog.c %D%/updatelog.h
