core_libidm_base_la_SOURCES += \
	%D%/descriptor.c %D%/descriptor.h \
	%D%/entry.c %D%/entry.h \
	%D%/namerule.c %D%/namerule.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/textmap.c %D%/textmap.h
