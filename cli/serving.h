/*
 * serving -- schemes that the name service cannot get to.
 *
 * The first serving scheme that splits a name answers it, finally.  So a
 * scheme may take all the names of one that is asked later, and nothing but
 * this tells the administrator why logins that worked are gone.
 */

#ifndef IDM_CLI_SERVING_H
#define IDM_CLI_SERVING_H

#include "map/snapshot.h"

/*
 * The scheme that is asked before maps->serving[place] and splits whatever
 * that splits; lent from maps.  NULL: there is none.
 */
const struct idm_serving *cli_hidden_by(
    const struct idm_maps *, uint32_t place);

/* Warn of a scheme that hides others now, or is hidden itself. */
void cli_note_hidden(const char *scheme);

#endif
