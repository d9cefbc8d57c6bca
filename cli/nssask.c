#include <string.h>

#include "base/num.h"
#include "identity/name.h"

#include "cli/nssask.h"
#include "cli/run.h"

#define PROGRAM IDM_LIBEXECDIR "/idmap-ask"

/* A word of a list of services, or what stands between them. */
static bool
is_listed(const char *services, const char *wanted)
{
	size_t len = strlen(wanted);

	while (*services != '\0') {
		size_t n = strcspn(services, " \t");

		if (n == len && memcmp(services, wanted, len) == 0)
			return true;
		services += n;
		services += strspn(services, " \t");
	}
	return false;
}

/* Names of services and blanks; no [NOTFOUND=return], nothing else. */
static enum idm_status
check_services(const char *services, struct idm_err *err)
{
	if (services[strspn(services, " \t")] == '\0')
		return idm_fail(err, IDM_INVALID, "no name service is listed");
	for (size_t i = 0; services[i] != '\0'; i++) {
		if (strchr(" \tabcdefghijklmnopqrstuvwxyz0123456789_-",
			services[i]) == NULL) {
			return idm_fail(err, IDM_INVALID,
			    "'%s' is no list of name services", services);
		}
	}
	if (is_listed(services, "idmap")) {
		return idm_fail(err, IDM_INVALID,
		    "the name service idmap cannot be asked by itself");
	}
	return IDM_OK;
}

enum idm_status
cli_nss_ask(const char *services, struct idm_str questions,
    unsigned deadline_ms, struct idm_buf *answers, struct idm_err *err)
{
	const char *argv[] = { PROGRAM, services, NULL };
	enum idm_status st = check_services(services, err);

	if (st == IDM_OK)
		st = cli_run_with(argv, questions, deadline_ms, answers, err);
	return st == IDM_OK
	    ? st
	    : idm_within(err, st, "name service '%s'", services);
}

static bool
take_word(struct idm_str *line, struct idm_str *word)
{
	const char *blank = line->len == 0 ? NULL
					   : memchr(line->data, ' ', line->len);

	if (blank == NULL)
		return false;
	*word = (struct idm_str){ line->data, (size_t)(blank - line->data) };
	line->data += word->len + 1;
	line->len -= word->len + 1;
	return true;
}

static bool
take_id(struct idm_str *line, uint32_t *id)
{
	struct idm_str word;

	return take_word(line, &word) &&
	    idm_num_id(word.data, word.len, id, NULL) == IDM_OK;
}

static bool
read_answer(struct idm_str line, struct cli_nss_answer *answer)
{
	struct idm_str word;

	if (!take_word(&line, &word))
		return false;
	answer->is_group = idm_str_is(word, "group") ||
	    idm_str_is(word, "nogroup");
	answer->is_there = idm_str_is(word, "group") ||
	    idm_str_is(word, "user");
	if (!answer->is_group && !answer->is_there &&
	    !idm_str_is(word, "nouser"))
		return false;
	if (answer->is_there && !take_id(&line, &answer->id))
		return false;
	if (answer->is_there && !answer->is_group &&
	    !take_id(&line, &answer->gid))
		return false;
	answer->name = line;
	return idm_name_remote(line, NULL) == IDM_OK;
}

enum idm_status
cli_nss_next(
    struct idm_str *answers, struct cli_nss_answer *out, struct idm_err *err)
{
	struct cli_nss_answer answer = { .id = 0 };
	const char *end;
	size_t len;

	if (answers->len == 0)
		return idm_fail(err, IDM_NOTFOUND, "no more answers");
	end = memchr(answers->data, '\n', answers->len);
	len = end == NULL ? 0 : (size_t)(end - answers->data);
	if (end == NULL ||
	    !read_answer((struct idm_str){ answers->data, len }, &answer)) {
		return idm_fail(
		    err, IDM_CORRUPT, "an answer of a name service is broken");
	}
	answers->data += len + 1;
	answers->len -= len + 1;
	*out = answer;
	return IDM_OK;
}
