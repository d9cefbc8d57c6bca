# base/ comes first in core/, so the library itself is declared here; the
# folders after it add their sources.  Nothing but libc may be linked.
noinst_LTLIBRARIES += core/libidm-base.la core/libidm-full.la
core_libidm_base_la_SOURCES =
core_libidm_base_la_LIBADD =

# The full library is what the tools and the daemon have beyond base.
core_libidm_full_la_SOURCES =
core_libidm_full_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	$(LDAP_CFLAGS) $(KRB5_CFLAGS)
core_libidm_full_la_LIBADD = core/libidm-base.la $(GDBM_LIBS) $(INIH_LIBS) \
	$(UNISTRING_LIBS) $(LDAP_LIBS) $(KRB5_LIBS)

core_libidm_base_la_SOURCES += \
	%D%/attr.h \
	%D%/buf.c %D%/buf.h \
	%D%/clock.c %D%/clock.h \
	%D%/cursor.c %D%/cursor.h \
	%D%/err.c %D%/err.h \
	%D%/fd.c %D%/fd.h \
	%D%/nearest.c %D%/nearest.h \
	%D%/num.c %D%/num.h \
	%D%/quote.c %D%/quote.h \
	%D%/trace.c %D%/trace.h \
	%D%/trust.c %D%/trust.h \
	%D%/utf8.c %D%/utf8.h \
	%D%/wiped.c %D%/wiped.h
