core_libidm_full_la_SOURCES += \
	%D%/accounts.c \
	%D%/advance.c %D%/advance.h \
	%D%/allocate.c \
	%D%/asker.c %D%/asker.h \
	%D%/bearer.c %D%/bearer.h \
	%D%/census.c %D%/census.h \
	%D%/compile.c %D%/compile.h \
	%D%/counterpart.c %D%/counterpart.h \
	%D%/counterparts.c %D%/counterparts.h \
	%D%/crowd.c %D%/crowd.h \
	%D%/domain_to_unix.c \
	%D%/domain_to_windows.c \
	%D%/elsewhere.c %D%/elsewhere.h \
	%D%/equals.c %D%/equals.h \
	%D%/equal_to_unix.c \
	%D%/equal_to_windows.c \
	%D%/fetch.c %D%/fetch.h \
	%D%/fetched.c %D%/fetched.h \
	%D%/held.c %D%/held.h \
	%D%/inquiry.c %D%/inquiry.h \
	%D%/names.c \
	%D%/ownid.c %D%/ownid.h \
	%D%/pool.c %D%/pool.h \
	%D%/resolve.c %D%/resolve.h \
	%D%/roster.c %D%/roster.h \
	%D%/rosterids.c \
	%D%/rules_to_unix.c \
	%D%/rules_to_windows.c \
	%D%/directory.c %D%/directory.h %D%/inquired.h \
	%D%/known.c %D%/known.h \
	%D%/service.c %D%/service.h \
	%D%/taken.c %D%/taken.h \
	%D%/to_unix.c \
	%D%/to_windows.c \
	%D%/words.c
