#include <string.h>

#include "identity/wellknown.h"
#include "identity/winname.h"

/* Domains that more than a few rows have. */
static const char none[] = "";
static const char nt_authority[] = "NT AUTHORITY";
static const char builtin[] = "BUILTIN";
static const char packages[] = "APPLICATION PACKAGE AUTHORITY";
static const char mandatory_label[] = "Mandatory Label";

/* clang-format off */
#define WHOLE(text, group, spelled, owner, mapping, number)                    \
	{ .sid = text, .where = IDM_WK_ABSOLUTE, .is_group = group,            \
	  .map = mapping, .id = number, .name = spelled, .domain = owner }
#define GROUP(text, spelled, owner)                                            \
	WHOLE(text, true, spelled, owner, IDM_WK_FREE, 0)
#define USER(text, spelled, owner)                                             \
	WHOLE(text, false, spelled, owner, IDM_WK_FREE, 0)
#define HARD_GROUP(text, spelled, owner, mapping, number)                      \
	WHOLE(text, true, spelled, owner, mapping, number)
#define HARD_USER(text, spelled, owner, mapping, number)                       \
	WHOLE(text, false, spelled, owner, mapping, number)
#define ACCOUNT(last, spelled)                                                 \
	{ .rid = last, .where = IDM_WK_ACCOUNT, .name = spelled }
#define DOMAIN_GROUP(last, spelled)                                            \
	{ .rid = last, .where = IDM_WK_DOMAIN, .is_group = true,               \
	  .name = spelled }

static const struct idm_wellknown rows[] = {
	/* S-1-0 to S-1-3 */
	HARD_USER("S-1-0-0", "Nobody", none, IDM_WK_INHIBITED, 0),
	GROUP("S-1-1-0", "Everyone", none),
	GROUP("S-1-2-0", "LOCAL", none),
	GROUP("S-1-2-1", "CONSOLE LOGON", none),
	HARD_USER("S-1-3-0", "CREATOR OWNER", none, IDM_WK_UID, 2147483648u),
	HARD_GROUP("S-1-3-1", "CREATOR GROUP", none, IDM_WK_GID, 2147483649u),
	USER("S-1-3-2", "CREATOR OWNER SERVER", none),
	HARD_GROUP("S-1-3-3", "CREATOR GROUP SERVER", none, IDM_WK_INHIBITED, 0),
	GROUP("S-1-3-4", "OWNER RIGHTS", none),

	/* S-1-5: logons and services */
	GROUP("S-1-5-1", "DIALUP", nt_authority),
	GROUP("S-1-5-2", "NETWORK", nt_authority),
	GROUP("S-1-5-3", "BATCH", nt_authority),
	GROUP("S-1-5-4", "INTERACTIVE", nt_authority),
	GROUP("S-1-5-6", "SERVICE", nt_authority),
	HARD_GROUP("S-1-5-7", "ANONYMOUS LOGON", nt_authority, IDM_WK_NOBODY, 0),
	GROUP("S-1-5-8", "PROXY", nt_authority),
	GROUP("S-1-5-9", "ENTERPRISE DOMAIN CONTROLLERS", nt_authority),
	GROUP("S-1-5-10", "SELF", nt_authority),
	GROUP("S-1-5-11", "Authenticated Users", nt_authority),
	GROUP("S-1-5-12", "RESTRICTED", nt_authority),
	GROUP("S-1-5-13", "TERMINAL SERVER USER", nt_authority),
	GROUP("S-1-5-14", "REMOTE INTERACTIVE LOGON", nt_authority),
	GROUP("S-1-5-15", "This Organization", nt_authority),
	GROUP("S-1-5-17", "IUSR", nt_authority),
	HARD_GROUP("S-1-5-18", "SYSTEM", nt_authority, IDM_WK_GID, 2147483648u),
	GROUP("S-1-5-19", "LOCAL SERVICE", nt_authority),
	GROUP("S-1-5-20", "NETWORK SERVICE", nt_authority),
	GROUP("S-1-5-33", "WRITE RESTRICTED", nt_authority),
	GROUP("S-1-5-64-10", "NTLM Authentication", nt_authority),
	GROUP("S-1-5-64-14", "SChannel Authentication", nt_authority),
	GROUP("S-1-5-64-21", "Digest Authentication", nt_authority),
	GROUP("S-1-5-65-1", "This Organization Certificate", nt_authority),
	GROUP("S-1-5-84-0-0-0-0-0", "USER MODE DRIVERS", nt_authority),
	GROUP("S-1-5-113", "Local account", nt_authority),
	GROUP("S-1-5-114", "Local account and member of Administrators group", nt_authority),
	GROUP("S-1-5-1000", "Other Organization", nt_authority),
	GROUP("S-1-5-21-0-0-0-496", "Compounded Authentication", nt_authority),
	GROUP("S-1-5-21-0-0-0-497", "Claims Valid", nt_authority),

	/* S-1-5-32: the groups that every host has */
	GROUP("S-1-5-32-544", "Administrators", builtin),
	GROUP("S-1-5-32-545", "Users", builtin),
	GROUP("S-1-5-32-546", "Guests", builtin),
	GROUP("S-1-5-32-547", "Power Users", builtin),
	GROUP("S-1-5-32-548", "Account Operators", builtin),
	GROUP("S-1-5-32-549", "Server Operators", builtin),
	GROUP("S-1-5-32-550", "Print Operators", builtin),
	GROUP("S-1-5-32-551", "Backup Operators", builtin),
	GROUP("S-1-5-32-552", "Replicator", builtin),
	GROUP("S-1-5-32-554", "Pre-Windows 2000 Compatible Access", builtin),
	GROUP("S-1-5-32-555", "Remote Desktop Users", builtin),
	GROUP("S-1-5-32-556", "Network Configuration Operators", builtin),
	GROUP("S-1-5-32-557", "Incoming Forest Trust Builders", builtin),
	GROUP("S-1-5-32-558", "Performance Monitor Users", builtin),
	GROUP("S-1-5-32-559", "Performance Log Users", builtin),
	GROUP("S-1-5-32-560", "Windows Authorization Access Group", builtin),
	GROUP("S-1-5-32-561", "Terminal Server License Servers", builtin),
	GROUP("S-1-5-32-562", "Distributed COM Users", builtin),
	GROUP("S-1-5-32-568", "IIS_IUSRS", builtin),
	GROUP("S-1-5-32-569", "Cryptographic Operators", builtin),
	GROUP("S-1-5-32-573", "Event Log Readers", builtin),
	GROUP("S-1-5-32-574", "Certificate Service DCOM Access", builtin),
	GROUP("S-1-5-32-575", "RDS Remote Access Servers", builtin),
	GROUP("S-1-5-32-576", "RDS Endpoint Servers", builtin),
	GROUP("S-1-5-32-577", "RDS Management Servers", builtin),
	GROUP("S-1-5-32-578", "Hyper-V Administrators", builtin),
	GROUP("S-1-5-32-579", "Access Control Assistance Operators", builtin),
	GROUP("S-1-5-32-580", "Remote Management Users", builtin),
	GROUP("S-1-5-32-581", "System Managed Accounts Group", builtin),
	GROUP("S-1-5-32-582", "Storage Replica Administrators", builtin),
	GROUP("S-1-5-32-583", "Device Owners", builtin),
	GROUP("S-1-5-32-584", "User Mode Hardware Operators", builtin),
	GROUP("S-1-5-32-585", "OpenSSH Users", builtin),

	/* S-1-5-80 to S-1-5-96: services and sessions, as far as they are fixed */
	GROUP("S-1-5-80-0", "ALL SERVICES", "NT SERVICE"),
	GROUP("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", "TrustedInstaller", "NT SERVICE"),
	GROUP("S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415", "DefaultAppPool", "IIS APPPOOL"),
	GROUP("S-1-5-83-0", "Virtual Machines", "NT VIRTUAL MACHINE"),
	GROUP("S-1-5-90-0", "Window Manager Group", "Window Manager"),
	USER("S-1-5-90-0-1", "DWM-1", "Window Manager"),
	USER("S-1-5-90-0-2", "DWM-2", "Window Manager"),
	USER("S-1-5-90-0-3", "DWM-3", "Window Manager"),
	USER("S-1-5-96-0-0", "UMFD-0", "Font Driver Host"),
	USER("S-1-5-96-0-1", "UMFD-1", "Font Driver Host"),
	USER("S-1-5-96-0-2", "UMFD-2", "Font Driver Host"),
	USER("S-1-5-96-0-3", "UMFD-3", "Font Driver Host"),

	/* S-1-15: application packages and what they may use */
	GROUP("S-1-15-2-1", "ALL APPLICATION PACKAGES", packages),
	GROUP("S-1-15-2-2", "ALL RESTRICTED APPLICATION PACKAGES", packages),
	GROUP("S-1-15-3-1", "Your Internet connection", packages),
	GROUP("S-1-15-3-2", "Your Internet connection, including incoming connections from the Internet", packages),
	GROUP("S-1-15-3-3", "Your home or work networks", packages),
	GROUP("S-1-15-3-4", "Your pictures library", packages),
	GROUP("S-1-15-3-5", "Your videos library", packages),
	GROUP("S-1-15-3-6", "Your music library", packages),
	GROUP("S-1-15-3-7", "Your documents library", packages),
	GROUP("S-1-15-3-8", "Your Windows credentials", packages),
	GROUP("S-1-15-3-9", "Software and hardware certificates or a smart card", packages),
	GROUP("S-1-15-3-10", "Removable storage", packages),
	GROUP("S-1-15-3-11", "Your Appointments", packages),
	GROUP("S-1-15-3-12", "Your Contacts", packages),

	/* S-1-16: levels of integrity */
	GROUP("S-1-16-0", "Untrusted Mandatory Level", mandatory_label),
	GROUP("S-1-16-4096", "Low Mandatory Level", mandatory_label),
	GROUP("S-1-16-8192", "Medium Mandatory Level", mandatory_label),
	GROUP("S-1-16-8448", "Medium Plus Mandatory Level", mandatory_label),
	GROUP("S-1-16-12288", "High Mandatory Level", mandatory_label),
	GROUP("S-1-16-16384", "System Mandatory Level", mandatory_label),
	GROUP("S-1-16-20480", "Protected Process Mandatory Level", mandatory_label),
	GROUP("S-1-16-28672", "Secure Process Mandatory Level", mandatory_label),

	/* S-1-18: how somebody proved who he is */
	GROUP("S-1-18-1", "Authentication authority asserted identity", none),
	GROUP("S-1-18-2", "Service asserted identity", none),
	GROUP("S-1-18-3", "Fresh public key identity", none),
	GROUP("S-1-18-4", "Key trust identity", none),
	GROUP("S-1-18-5", "Key property multi-factor authentication", none),
	GROUP("S-1-18-6", "Key property attestation", none),

	/* accounts of every machine and of every domain */
	ACCOUNT(500, "Administrator"),
	ACCOUNT(501, "Guest"),
	ACCOUNT(502, "KRBTGT"),
	ACCOUNT(503, "DefaultAccount"),
	ACCOUNT(504, "WDAGUtilityAccount"),

	/* groups of every domain */
	DOMAIN_GROUP(498, "Enterprise Read-only Domain Controllers"),
	DOMAIN_GROUP(512, "Domain Admins"),
	DOMAIN_GROUP(513, "Domain Users"),
	DOMAIN_GROUP(514, "Domain Guests"),
	DOMAIN_GROUP(515, "Domain Computers"),
	DOMAIN_GROUP(516, "Domain Controllers"),
	DOMAIN_GROUP(517, "Cert Publishers"),
	DOMAIN_GROUP(518, "Schema Admins"),
	DOMAIN_GROUP(519, "Enterprise Admins"),
	DOMAIN_GROUP(520, "Group Policy Creator Owners"),
	DOMAIN_GROUP(521, "Read-only Domain Controllers"),
	DOMAIN_GROUP(522, "Cloneable Domain Controllers"),
	DOMAIN_GROUP(525, "Protected Users"),
	DOMAIN_GROUP(526, "Key Admins"),
	DOMAIN_GROUP(527, "Enterprise Key Admins"),
	DOMAIN_GROUP(553, "RAS and IAS Servers"),
	DOMAIN_GROUP(571, "Allowed RODC Password Replication Group"),
	DOMAIN_GROUP(572, "Denied RODC Password Replication Group"),
};

/* What others, or older systems, call them. */
static const struct {
	const char *name;
	const char *present;
} older[] = {
	{ "NULL SID",                     "Nobody" },
	{ "Local System",                 "SYSTEM" },
	{ "Principal Self",               "SELF" },
	{ "Terminal Server Users",        "TERMINAL SERVER USER" },
	{ "Global Policy Creator Owners", "Group Policy Creator Owners" },
};
/* clang-format on */

static bool
is_of_every_domain(const struct idm_sid *sid)
{
	return sid->authority == 5 && sid->nsubs == 5 && sid->sub[0] == 21;
}

static const struct idm_wellknown *
find_rid(uint32_t rid)
{
	for (unsigned i = 0; i < IDM_COUNTOF(rows); i++) {
		if (rows[i].where != IDM_WK_ABSOLUTE && rows[i].rid == rid)
			return &rows[i];
	}
	return NULL;
}

static const struct idm_wellknown *
find_whole(const struct idm_sid *sid)
{
	char text[IDM_SID_TEXT_MAX];

	(void)idm_sid_format(sid, text);
	for (unsigned i = 0; i < IDM_COUNTOF(rows); i++) {
		if (rows[i].where == IDM_WK_ABSOLUTE &&
		    strcmp(rows[i].sid, text) == 0)
			return &rows[i];
	}
	return NULL;
}

const struct idm_wellknown *
idm_wellknown_by_sid(const struct idm_sid *sid)
{
	/* S-1-5-21-0-0-0 is no domain; what is below it stands whole. */
	if (is_of_every_domain(sid) &&
	    (sid->sub[1] | sid->sub[2] | sid->sub[3]) != 0)
		return find_rid(sid->sub[4]);
	return find_whole(sid);
}

const char *
idm_wellknown_domain(const struct idm_wellknown *row)
{
	return row->domain == nt_authority ? none : row->domain;
}

static bool
is_in_domain(const struct idm_wellknown *row, struct idm_str domain)
{
	return domain.len == 0 || row->where != IDM_WK_ABSOLUTE ||
	    idm_fold_ascii_equal(domain, idm_str_of(row->domain));
}

static struct idm_str
present_name(struct idm_str name)
{
	for (unsigned i = 0; i < IDM_COUNTOF(older); i++) {
		if (idm_fold_ascii_equal(name, idm_str_of(older[i].name)))
			return idm_str_of(older[i].present);
	}
	return name;
}

const struct idm_wellknown *
idm_wellknown_by_name(struct idm_str name, struct idm_str domain)
{
	name = present_name(name);
	for (unsigned i = 0; i < IDM_COUNTOF(rows); i++) {
		if (idm_fold_ascii_equal(name, idm_str_of(rows[i].name)) &&
		    is_in_domain(&rows[i], domain))
			return &rows[i];
	}
	return NULL;
}

const struct idm_wellknown *
idm_wellknown_all(unsigned *n)
{
	*n = IDM_COUNTOF(rows);
	return rows;
}
