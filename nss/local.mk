# All of the module but the place where it looks, so that the tests can give
# it another.
noinst_LTLIBRARIES += %D%/libnss-parts.la %D%/libnss_idmap.la

%C%_libnss_parts_la_SOURCES = \
	%D%/alias.c %D%/alias.h \
	%D%/answer.c %D%/answer.h \
	%D%/ask.c %D%/ask.h \
	%D%/find.c %D%/find.h %D%/find_id.c \
	%D%/foreign.c %D%/foreign.h \
	%D%/gids.c %D%/gids.h \
	%D%/list.c %D%/list.h \
	%D%/membership.c %D%/membership.h \
	%D%/module.c %D%/module.h \
	%D%/native.c %D%/native.h \
	%D%/place.h \
	%D%/placeholder.c %D%/placeholder.h

%C%_libnss_idmap_la_SOURCES = %D%/place.c
%C%_libnss_idmap_la_LIBADD = %D%/libnss-parts.la core/libidm-base.la
# -rpath makes a shared object of it; no .la file and no link is installed.
# nodelete: the maps stay mapped, so the code that looks after them stays too.
%C%_libnss_idmap_la_LDFLAGS = $(AM_LDFLAGS) $(LTO_LDFLAGS) -rpath '$(nssdir)' \
	-module -avoid-version -shrext .so.2 \
	-Wl,--version-script=$(top_srcdir)/%D%/libnss_idmap.map \
	-Wl,-z,now -Wl,-z,nodelete
# A sanitizer's own symbols come with the program.
if !SANITIZED
%C%_libnss_idmap_la_LDFLAGS += -Wl,-z,defs
endif
EXTRA_%C%_libnss_idmap_la_DEPENDENCIES = %D%/libnss_idmap.map
EXTRA_DIST += %D%/libnss_idmap.map

# By rename, so that there is no moment without the file or with half of it: a
# process that fails to load a module once never tries again.
.PHONY: install-nss uninstall-nss
install-nss: %D%/libnss_idmap.la
	$(MKDIR_P) '$(DESTDIR)$(nssdir)'
	$(INSTALL_PROGRAM) %D%/.libs/libnss_idmap.so.2 \
	    '$(DESTDIR)$(nssdir)/.libnss_idmap.so.2.new'
	mv -f '$(DESTDIR)$(nssdir)/.libnss_idmap.so.2.new' \
	    '$(DESTDIR)$(nssdir)/libnss_idmap.so.2'
uninstall-nss:
	rm -f '$(DESTDIR)$(nssdir)/libnss_idmap.so.2'
INSTALL_LOCAL += install-nss
UNINSTALL_LOCAL += uninstall-nss
