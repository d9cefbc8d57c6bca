core_libidm_base_la_SOURCES += \
	%D%/account.c %D%/account.h
