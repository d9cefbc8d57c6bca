/*
 * inquiry -- one question on its way through the pipeline.
 *
 * For the files of this folder only.  A step looks whether it has the answer.
 * IDM_OK: it had.  IDM_NOTFOUND with no reason noted: it is not for this step,
 * and the next one is asked.  Any other outcome ends the search.
 */

#ifndef IDM_RESOLVE_INQUIRY_H
#define IDM_RESOLVE_INQUIRY_H

#include "backends/backend.h"
#include "identity/wellknown.h"
#include "map/host.h"
#include "map/own.h"
#include "resolve/known.h"
#include "resolve/resolve.h"

/* Bytes of a name, or of name@domain, whatever folding does to it. */
#define IDM_FOLDED_MAX (2 * (IDM_OWN_MAX + 1))

struct idm_inquiry {
	const struct idm_resolver *resolver;
	const struct idm_maps *maps;
	struct idm_resolution *out;
	struct idm_resolved *win;  /* which side of out is Windows' */
	struct idm_resolved *unix; /* and which is UNIX' */
	/* Kinds (enum idm_kind) as far as known or asked for; B: either. */
	uint8_t win_kind;
	uint8_t unix_kind;
	bool by_name;                    /* a name is asked for, not a number */
	bool no_diagonal;                /* no type is asked for */
	struct idm_machine machine;      /* sid.nsubs 0: there is none */
	const struct idm_domain *domain; /* the Windows side's; NULL: none */
	const struct idm_wellknown *wellknown; /* the Windows side's; NULL */
	struct idm_known known;                /* what a directory said last */
	struct idm_trace shaped;
	const struct idm_trace *trace; /* puts lines in shape; NULL: no trace */
};

/* One of the two directions, its identity filled in. */
enum idm_status idm_inquiry_to_unix(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_to_windows(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;

/* The steps in files of their own. */
enum idm_status idm_inquiry_rules_to_unix(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_rules_to_windows(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_domain_to_unix(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_domain_to_windows(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
/* The last part of the domain's: the stored id, or a new one. */
enum idm_status idm_inquiry_allocate(struct idm_inquiry *,
    const struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

/*
 * What is known of the Windows side besides what was asked: of a SID its
 * name, of a name its SID, and the domain and kind of both.
 */
void idm_inquiry_name_sid(struct idm_inquiry *);
void idm_inquiry_name_text(
    struct idm_inquiry *, struct idm_str name, struct idm_str domain);

/*
 * Override of the Windows side, as a user's or a group's, when it has an id.
 */
bool idm_inquiry_override(
    const struct idm_inquiry *, bool is_group, uint32_t *id);

/*
 * A local account: IDM_OK, IDM_NOTFOUND, or why the files cannot be read.  By
 * id, the name is written to the UNIX side.
 */
enum idm_status idm_inquiry_local_id(const struct idm_inquiry *,
    struct idm_str name, bool is_group, uint32_t *id,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_local_name(struct idm_inquiry *, bool is_group,
    uint32_t id, struct idm_err *) IDM_MUSTCHECK;
/* The own identity of that number: its SID, and its name to the UNIX side. */
bool idm_inquiry_own_by_id(
    struct idm_inquiry *, bool is_group, uint32_t id, struct idm_sid *);

/* The UNIX side's name, looked up by its number, if it has one. */
void idm_inquiry_need_name(struct idm_inquiry *);

/* Does the catch-all number as idmap(1M) does, with its hard-wired ids? */
bool idm_inquiry_is_ephemeral(const struct idm_inquiry *);
/* The uid or gid of nobody. */
uint32_t idm_inquiry_nobody(const struct idm_inquiry *, bool is_group);

/* "name@domain", folded, as records are keyed; empty when not known. */
struct idm_str idm_inquiry_key(
    const struct idm_inquiry *, char memory[static IDM_FOLDED_MAX]);
/* A text folded; as it is when it is no UTF-8 or does not fit. */
struct idm_str idm_inquiry_fold(
    struct idm_str, char memory[static IDM_FOLDED_MAX]);
/* The Windows side as people know it: "alice@corp.example", or its SID. */
const char *idm_inquiry_win_text(
    const struct idm_inquiry *, char text[static IDM_FOLDED_MAX]);

/* Outcomes.  All are told to the trace. */
void idm_inquiry_say(const struct idm_inquiry *, const char *, ...)
    IDM_PRINTF(2, 3);
/* This step has no answer: the next one's turn. */
enum idm_status idm_inquiry_pass(const struct idm_inquiry *, const char *, ...)
    IDM_PRINTF(2, 3);
/* It ends here, for this reason; the text is err's. */
enum idm_status idm_inquiry_stop(struct idm_inquiry *, enum idm_status,
    enum idm_reason, struct idm_err *, const char *, ...) IDM_PRINTF(5, 6);
/* The same with what err says already. */
enum idm_status idm_inquiry_end(struct idm_inquiry *, enum idm_status,
    enum idm_reason, const struct idm_err *);
enum idm_status idm_inquiry_wrong_kind(
    struct idm_inquiry *, uint8_t wanted, struct idm_err *);
/* Found, and how. */
enum idm_status idm_inquiry_found(
    struct idm_inquiry *, enum idm_method, enum idm_source);

/* Copy a text, unless it is too long: then it is left empty. */
void idm_inquiry_copy(char *to, size_t size, struct idm_str);

#endif
