core_libidm_full_la_SOURCES += \
	%D%/resolve.h
