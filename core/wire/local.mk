core_libidm_base_la_SOURCES += \
	%D%/client.c %D%/client.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/message.c %D%/message.h
