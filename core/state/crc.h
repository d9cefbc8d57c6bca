/*
 * crc -- CRC-32C, by which a journal knows its own bytes.
 *
 * The polynomial of iSCSI (RFC 3720, 12.1).  It finds accidents; nobody is
 * kept from writing a file that has the right one.
 */

#ifndef IDM_STATE_CRC_H
#define IDM_STATE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Go on from crc, which is 0 at the start, with len more bytes. */
uint32_t idm_crc(uint32_t crc, const void *bytes, size_t len);

#endif
