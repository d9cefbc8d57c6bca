#include "base/attr.h"
#include "resolve/resolve.h"

static const char *const methods[] = {
	[IDM_METHOD_NONE] = "",
	[IDM_METHOD_WELL_KNOWN] = "Well-Known mapping",
	[IDM_METHOD_LOCAL_SID] = "Local SID",
	[IDM_METHOD_OVERRIDE] = "Override",
	[IDM_METHOD_NAME_RULE] = "Name Rule",
	[IDM_METHOD_BACKEND] = "Backend",
	[IDM_METHOD_EPHEMERAL] = "Ephemeral",
	[IDM_METHOD_UNIX_SID] = "UNIX SID",
	[IDM_METHOD_AD] = "AD Directory",
	[IDM_METHOD_LDAP] = "Native LDAP Directory",
	[IDM_METHOD_IDMU] = "IDMU",
};

static const char *const sources[] = {
	[IDM_SOURCE_NEW] = "New",
	[IDM_SOURCE_CACHE] = "Cache",
	[IDM_SOURCE_HARD_CODED] = "Hard Coded",
	[IDM_SOURCE_ALGORITHMIC] = "Algorithmic",
	[IDM_SOURCE_DIRECTORY] = "Directory",
};

/* The codes are those of idmap(1M), in which some reasons are one. */
static const struct {
	const char *name;
	int code;
} reasons[] = {
	[IDM_REASON_NONE] = { "", 0 },
	[IDM_REASON_INHIBITED] = { "inhibited", -9981 },
	[IDM_REASON_NO_MAPPING] = { "no-mapping", -9981 },
	[IDM_REASON_NONE_GENERATED] = { "none-generated", -9967 },
	[IDM_REASON_NO_ACCOUNT] = { "no-account", -9981 },
	[IDM_REASON_UNKNOWN_DOMAIN] = { "unknown-domain", -9976 },
	[IDM_REASON_NOT_USER] = { "not-user", -9996 },
	[IDM_REASON_NOT_GROUP] = { "not-group", -9995 },
	[IDM_REASON_RANGE] = { "out-of-range", -9981 },
	[IDM_REASON_FULL] = { "range-full", -9999 },
	[IDM_REASON_READ_ONLY] = { "not-allocated", -9980 },
	[IDM_REASON_UNAVAILABLE] = { "unavailable", -9983 },
	[IDM_REASON_SENSE] = { "bad-argument", -9989 },
};

const char *
idm_method_name(enum idm_method method)
{
	return methods[method];
}

const char *
idm_source_name(enum idm_source source)
{
	return sources[source];
}

const char *
idm_reason_name(enum idm_reason reason)
{
	return reasons[reason].name;
}

int
idm_reason_code(enum idm_reason reason)
{
	return reasons[reason].code;
}
