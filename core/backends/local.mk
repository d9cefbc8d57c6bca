core_libidm_base_la_SOURCES += \
	%D%/backend.h
