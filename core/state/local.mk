core_libidm_full_la_SOURCES += \
	%D%/allocator.h \
	%D%/asked.c %D%/asked.h \
	%D%/crc.c %D%/crc.h \
	%D%/journal.c %D%/journal.h \
	%D%/journalfile.c %D%/journalfile.h \
	%D%/place.c %D%/place.h %D%/place_number.c %D%/place_window.c \
	%D%/placing.h \
	%D%/remote.c %D%/remote.h \
	%D%/replay.c %D%/replay.h \
	%D%/request.c %D%/request.h \
	%D%/staged.c %D%/staged.h \
	%D%/state.c %D%/state.h
