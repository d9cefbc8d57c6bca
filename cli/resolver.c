#include "cli/resolver.h"
#include "cli/maps.h"
#include "cli/nssask.h"
#include "cli/say.h"
#include "cli/state.h"

enum idm_status
cli_resolver_open(struct cli_resolver *to, struct idm_err *err)
{
	enum idm_status st;

	*to = (struct cli_resolver){ .maps = NULL };
	st = cli_maps_open(&to->maps, err);
	if (st == IDM_OK)
		st = cli_state_remote(&to->remote, err);
	if (st != IDM_OK)
		return st;
	to->allocator = idm_remote_allocator(to->remote);
	to->resolver = (struct idm_resolver){
		.maps = to->maps,
		.account_dir = IDM_ACCOUNTDIR,
		.host = idm_host_name(to->host),
		.allocator = &to->allocator,
		.asker = &cli_nss_asker,
	};
	return IDM_OK;
}

void
cli_resolver_close(struct cli_resolver *to)
{
	idm_remote_free(&to->remote);
	idm_maps_close(&to->maps);
}

static void
put_value(struct idm_buf *buf, const struct idm_resolved *side)
{
	char sid[IDM_SID_TEXT_MAX];

	switch (side->type) {
	case IDM_ID_USID:
	case IDM_ID_GSID:
	case IDM_ID_SID:
		idm_buf_puts(buf, idm_sid_format(&side->sid, sid));
		break;
	case IDM_ID_UID:
	case IDM_ID_GID:
		idm_buf_put_decimal(buf, side->id);
		break;
	case IDM_ID_WINUSER:
	case IDM_ID_WINGROUP:
	case IDM_ID_WINNAME:
		cli_clean(buf, idm_str_of(side->name));
		if (side->domain[0] != '\0') {
			idm_buf_puts(buf, "@");
			cli_clean(buf, idm_str_of(side->domain));
		}
		break;
	case IDM_ID_NONE:
	case IDM_ID_UNIXUSER:
	case IDM_ID_UNIXGROUP:
		cli_clean(buf, idm_str_of(side->name));
		break;
	}
}

void
cli_identity_put(struct idm_buf *buf, const struct idm_resolved *side)
{
	idm_buf_puts(buf, idm_idtype_name(side->type));
	idm_buf_puts(buf, ":");
	put_value(buf, side);
}

void
cli_method_put(struct idm_buf *buf, const struct idm_resolution *found)
{
	idm_buf_puts(buf, idm_method_name(found->method));
	if (found->method == IDM_METHOD_BACKEND && found->backend != NULL)
		idm_buf_printf(buf, " %s", found->backend);
}
