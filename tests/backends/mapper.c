/*
 * mapper -- autorid on the command line, questions on standard input.
 *
 *	mapper LOW HIGH RANGESIZE
 *
 * slice SID N SLICE	the Nth window of a SID is on that slice
 * sid SID		print "SID ID", or "SID -"
 * id ID		print "ID SID", or "ID -"
 *
 * For winbind.sh, which asks winbindd the same.
 */

#include <stdio.h>
#include <stdlib.h>

#include "tests/backends/ground.h"

static struct idm_domain all = {
	.name = "*",
	.backend = IDM_BACKEND_AUTORID,
	.layout = IDM_LAYOUT_AUTORID,
};
static struct ground ground;

static uint32_t
number_of(const char *text)
{
	return text == NULL ? 0 : (uint32_t)strtoul(text, NULL, 10);
}

static void
say_id(const char *text)
{
	struct idm_sid sid = sid_of(text);
	struct idm_mapping mapping;
	bool place;

	if (ground_to_id(
		&ground, &all, &sid, IDM_KIND_BOTH, &mapping, &place) == IDM_OK)
		printf("%s %lu\n", text, (unsigned long)mapping.id);
	else
		printf("%s -\n", text);
}

static void
say_sid(const char *text)
{
	char sid[IDM_SID_TEXT_MAX];
	struct idm_mapping mapping;

	if (ground_to_sid(&ground, &all, number_of(text), IDM_KIND_BOTH,
		&mapping) == IDM_OK)
		printf("%s %s\n", text, idm_sid_format(&mapping.sid, sid));
	else
		printf("%s -\n", text);
}

int
main(int argc, char **argv)
{
	char line[512];

	if (argc != 4)
		return 2;
	all.low = number_of(argv[1]);
	all.high = number_of(argv[2]);
	all.rangesize = number_of(argv[3]);
	ground_init(&ground, &all, 1);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *at = line;
		const char *word, *text, *n;

		line[strcspn(line, "\n")] = '\0';
		word = strsep(&at, " ");
		text = strsep(&at, " ");
		n = strsep(&at, " ");
		if (text == NULL)
			return 2;
		if (strcmp(word, "slice") == 0)
			ground_slice(
			    &ground, "*", text, number_of(n), number_of(at));
		else if (strcmp(word, "sid") == 0)
			say_id(text);
		else
			say_sid(text);
	}
	return 0;
}
