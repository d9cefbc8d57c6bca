#include <krb5.h>

#include <gssapi/gssapi_krb5.h>

#include "directory/gsserr.h"

#define TEXT_MAX 300

enum idm_status
idm_gsserr_fail(struct idm_err *err, OM_uint32 major, OM_uint32 minor)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	enum idm_status st = IDM_DENIED;
	OM_uint32 ignored, more = 0;
	OM_uint32 rc;

	if ((krb5_error_code)minor == KRB5_KDC_UNREACH ||
	    (krb5_error_code)minor == KRB5_REALM_CANT_RESOLVE)
		st = IDM_TEMPFAIL;
	/* Kerberos says more than GSSAPI, unless it says nothing. */
	if (minor != 0)
		rc = gss_display_status(&ignored, minor, GSS_C_MECH_CODE,
		    gss_mech_krb5, &more, &text);
	else
		rc = gss_display_status(&ignored, major, GSS_C_GSS_CODE,
		    GSS_C_NO_OID, &more, &text);
	if (GSS_ERROR(rc))
		return idm_fail(err, st, "GSSAPI error %#x", major);
	st = idm_fail(err, st, "%.*s",
	    (int)(text.length < TEXT_MAX ? text.length : TEXT_MAX),
	    (const char *)text.value);
	(void)gss_release_buffer(&ignored, &text);
	return st;
}
