core_libidm_full_la_SOURCES += \
	%D%/allocator.h \
	%D%/place.h \
	%D%/state.h
