core_libidm_full_la_SOURCES += \
	%D%/conf.c %D%/conf.h \
	%D%/directorykey.c %D%/directorykey.h \
	%D%/domainfile.c %D%/domainfile.h \
	%D%/domainkey.c %D%/domainoption.c %D%/domainsetting.h \
	%D%/domains.c %D%/domains.h \
	%D%/domains_inherit.c \
	%D%/ini.c %D%/ini.h \
	%D%/namesfile.c %D%/namesfile.h \
	%D%/numberskey.c %D%/numberskey.h \
	%D%/services.c %D%/services.h \
	%D%/updatelog.c %D%/updatelog.h
