core_libidm_full_la_SOURCES += \
	%D%/updatelog.c %D%/updatelog.h
