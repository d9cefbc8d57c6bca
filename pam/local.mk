# The PAM module: libpam and libidm-base, and nothing else may creep in.
#
# Not -z nodelete: the module opens, reads and closes the maps within a call
# and leaves no thread, no exit handler and no memory behind, so libpam may
# unload it.  -z now: a missing symbol shows when the module is loaded, not in
# the middle of a login.
#
# Installed as a plain file, because libtool would put a .la beside it.
noinst_LTLIBRARIES += %D%/pam_idmap.la %D%/libpam_idmap.la
pam_DATA = %D%/.libs/pam_idmap.so
%D%/.libs/pam_idmap.so: %D%/pam_idmap.la

# The same objects are tested with folders of the test's own.
pam_libpam_idmap_la_SOURCES = \
	%D%/lookup.c %D%/lookup.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/options.c %D%/options.h \
	%D%/pam_idmap.c \
	%D%/standing.c %D%/standing.h
pam_libpam_idmap_la_LIBADD = core/libidm-base.la $(PAM_LIBS)

PAM_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -Wl,-z,now \
	-Wl,--version-script=$(srcdir)/%D%/pam_idmap.map
# A sanitizer's own symbols come with the program.
if !SANITIZED
PAM_LDFLAGS += -Wl,-z,defs
endif
pam_pam_idmap_la_SOURCES =
pam_pam_idmap_la_LIBADD = %D%/libpam_idmap.la
pam_pam_idmap_la_LDFLAGS = $(PAM_LDFLAGS) -rpath $(pamdir)
EXTRA_pam_pam_idmap_la_DEPENDENCIES = %D%/pam_idmap.map
EXTRA_DIST += %D%/pam_idmap.map

# The account line comes first, in front of pam_unix: an expired password
# makes that end the stack, and what came later would not be asked.
pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = %D%/pam-configs/idmap
