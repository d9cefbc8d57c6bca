# map
core_libidm_base_la_SOURCES += \
	%D%/format.c %D%/format.h \
	%D%/siphash.c %D%/siphash.h \
	%D%/view.c %D%/view.h
