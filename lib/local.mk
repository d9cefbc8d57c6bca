# The public library: namemap(3) and attrmap(3) for authentication programs.
lib_LTLIBRARIES += %D%/libidmap.la
include_HEADERS += %D%/idmap.h
%C%_libidmap_la_SOURCES = %D%/idmap.c
%C%_libidmap_la_LIBADD = core/libidm-base.la
%C%_libidmap_la_LDFLAGS = $(AM_LDFLAGS) $(LTO_LDFLAGS) -version-info 0:0:0 \
	-Wl,-z,defs -Wl,-z,now -Wl,-z,nodelete -Wl,--version-script=$(srcdir)/%D%/idmap.map
%C%_libidmap_la_DEPENDENCIES = core/libidm-base.la $(srcdir)/%D%/idmap.map

pkgconfig_DATA += %D%/idmap.pc
%D%/idmap.pc: $(srcdir)/%D%/idmap.pc.in Makefile
	$(SUBSTITUTE) $(srcdir)/%D%/idmap.pc.in >$@

EXTRA_DIST += %D%/idmap.map %D%/idmap.pc.in
CLEANFILES += %D%/idmap.pc
