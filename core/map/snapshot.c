#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/wiped.h"
#include "map/cached.h"
#include "map/snapshot.h"

/*
 * Nothing here is a lock, so there is nothing that a fork, a cancelled thread
 * or a signal handler could leave held.
 *
 * A thread enters by adding one to a counter and then loading the pointer to
 * the current version; it leaves by subtracting one.  A version is replaced
 * by exchanging the pointer.  All these are sequentially consistent, so a
 * thread that still has the old pointer had counted itself before the
 * exchange: when each counter has once been seen at zero afterwards, nobody
 * has it any more.  The counters are striped over threads because one shared
 * by all would cost more than the lookup.
 *
 * They lie in memory that a forked child finds zeroed, for the threads that
 * were inside do not exist there; where the kernel cannot wipe it, a child may
 * never see a counter at zero, and keeps old versions mapped.  If a signal
 * handler forks while its own thread is inside and returns in the child, that
 * thread is inside uncounted. Nothing can unmap its version meanwhile: that
 * needs somebody to enter, and POSIX allows the handler only async-signal-safe
 * calls in the child.  Its leaving must not count below zero, see
 * idm_snapshot_leave().
 */

#define STRIPES  128
#define LOOK_MS  100u  /* how long an answer may be older than the files */
#define STALE_MS 1000u /* when a look by another thread is not waited for */
#define SAMPLES  32    /* how often a busy counter is read in one try */
#define FILES    4

/* On two cache lines of its own: processors fetch them in pairs. */
struct stripe {
	_Alignas(128) atomic_uint inside;
};

/* What the files held at one moment, or why there was nothing to be had. */
struct version {
	enum idm_status status;
	/* Of each file; and which marks are known to say nothing. */
	const unsigned char *mark[FILES];
	_Atomic uint32_t settled;
	_Atomic uint32_t marked_at; /* since when others are seen; 0: none is */
	struct idm_err reason;
	struct idm_maps maps;
	struct stat map_seen; /* all zero: there was none */
	struct stat users_seen;
	struct stat state_seen;
	struct stat cache_seen;
	/* Of a retired one: what is next, and which stripes were not at zero
	 * since. */
	struct version *next;
	bool pending[STRIPES];
};

struct idm_snapshot {
	struct idm_maps_paths path;
	char *path_memory; /* what they lie in, when it is ours */
	uid_t owner;
	/*
	 * When a look last began and ended, in milliseconds of the coarse
	 * clock.  32 bits, because 64-bit atomics need a library of their own
	 * on some machines; that they wrap after 49 days can only delay a
	 * look by LOOK_MS.
	 */
	_Atomic uint32_t began;
	_Atomic uint32_t ended;
	_Atomic(void *) stripes;           /* wiped; NULL until first used */
	_Atomic(struct version *) current; /* NULL until first looked */
	_Atomic(struct version *) retired;
};

/* Stands for a version when there is no memory for one. */
static struct version out_of_memory = {
	.status = IDM_NOMEM,
	.reason = { .status = IDM_NOMEM, .text = "out of memory" },
};

static struct idm_snapshot system_snapshot = {
	.path.map = IDM_STATEDIR "/" IDM_MAP_FILE,
	.path.users = IDM_STATEDIR "/" IDM_USERS_FILE,
	.path.state = IDM_STATEDIR "/" IDM_STATE_FILE,
	.path.cache = IDM_STATEDIR "/" IDM_CACHE_FILE,
	.owner = 0,
};

/* ---- Marks. */

/*
 * Who replaces a file marks the old one (map/mark.h): first, so that nobody
 * has to look at the path at each call to see the new one at the next.  While
 * the marks are others than those that are settled, each call looks.  A mark
 * whose rename does not come was left by a writer that died, or the file was
 * linked back, or copied from a marked one.  After LOOK_MS it is settled: then
 * it says nothing any more, and the path is looked at as if there were no
 * marks, until the next one is made.
 *
 * A file is not marked when it is put in place, and the marks that are settled
 * at first are none: so nothing is missed between the opening of a file and
 * the first look at its mark.
 */
static const unsigned char unmarked = 0;

static const unsigned char *
mark_of(const struct idm_view *view)
{
	const unsigned char *mark = view == NULL ? NULL : idm_view_mark(view);

	return mark == NULL ? &unmarked : mark;
}

static void
find_marks(struct version *version)
{
	version->mark[0] = mark_of(version->maps.map);
	version->mark[1] = mark_of(version->maps.users);
	version->mark[2] = mark_of(version->maps.state);
	version->mark[3] = mark_of(version->maps.cache);
}

/* All of them in one number. */
static inline uint32_t
read_marks(const struct version *version)
{
	uint32_t marks = 0;

	for (unsigned i = 0; i < FILES; i++)
		marks = marks << 8 |
		    __atomic_load_n(version->mark[i], __ATOMIC_ACQUIRE);
	return marks;
}

/* Is perhaps another file in place of one of these? */
static inline bool
is_marked(struct version *version)
{
	return version->status == IDM_OK &&
	    read_marks(version) != atomic_load(&version->settled);
}

/* These marks were read, and after that the paths looked at: nothing is new. */
static void
settle(struct version *version, uint32_t marks, uint32_t now)
{
	uint32_t since = atomic_load(&version->marked_at);

	now |= 1; /* 0 says that there is none */
	if (marks == atomic_load(&version->settled)) {
		if (since != 0)
			atomic_store(&version->marked_at, 0);
	} else if (since == 0) {
		atomic_store(&version->marked_at, now);
	} else if (now - since >= LOOK_MS) {
		atomic_store(&version->settled, marks);
		atomic_store(&version->marked_at, 0);
	}
}

/* ---- Versions. */

/* What stands at path now, or all zero. */
static struct stat
see(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		memset(&st, 0, sizeof(st));
	return st;
}

/*
 * A replaced file has another inode, which cannot be the old one's number
 * again while that is mapped.  The rest notices what only a hand from outside
 * does: a change of owner or mode, an edit in place.
 */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && a->st_mode == b->st_mode &&
	    a->st_uid == b->st_uid && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Is what a keeper's file was loaded as what stands at path now? */
static bool
is_keepers_current(
    const struct idm_err *loaded, const struct stat *seen, const char *path)
{
	struct stat st;

	if (loaded->status == IDM_SYSTEM || loaded->status == IDM_NOMEM)
		return false;
	st = see(path);
	return is_same(&st, seen);
}

/* Is a version what the files hold now? */
static bool
is_current(const struct idm_snapshot *snapshot, const struct version *version)
{
	const struct idm_maps *maps = &version->maps;
	struct stat st;

	st = see(snapshot->path.map);
	if (!is_same(&st, &version->map_seen))
		return false;
	if (maps->policy.has_users &&
	    !is_keepers_current(
		&maps->users_err, &version->users_seen, snapshot->path.users))
		return false;
	if (maps->policy.has_state &&
	    !is_keepers_current(
		&maps->state_err, &version->state_seen, snapshot->path.state))
		return false;
	return !maps->has_directory ||
	    is_keepers_current(
		&maps->cache_err, &version->cache_seen, snapshot->path.cache);
}

/* The same, for the current version; then its marks may be of no interest. */
static bool
is_still_current(
    const struct idm_snapshot *snapshot, struct version *version, uint32_t now)
{
	uint32_t marks;

	if (version->status != IDM_OK)
		return false;
	marks = read_marks(version);
	if (!is_current(snapshot, version))
		return false;
	settle(version, marks, now);
	return true;
}

/* Read the files.  Never NULL: a failure is a version too. */
static struct version *
version_load(const struct idm_snapshot *snapshot)
{
	struct version *version = calloc(1, sizeof(*version));

	if (version == NULL)
		return &out_of_memory;
	/* Seen before it is opened: what changes between will be noticed. */
	version->map_seen = see(snapshot->path.map);
	version->users_seen = see(snapshot->path.users);
	version->state_seen = see(snapshot->path.state);
	version->cache_seen = see(snapshot->path.cache);
	version->status = idm_maps_load(
	    &version->maps, &snapshot->path, snapshot->owner, &version->reason);
	if (version->status == IDM_OK)
		find_marks(version);
	return version;
}

static void
version_free(struct version *version)
{
	if (version == NULL || version == &out_of_memory)
		return;
	idm_maps_unload(&version->maps);
	free(version);
}

/* ---- Retired versions. */

static void
push_retired(struct idm_snapshot *snapshot, struct version *version)
{
	struct version *head = atomic_load(&snapshot->retired);

	do {
		version->next = head;
	} while (
	    !atomic_compare_exchange_weak(&snapshot->retired, &head, version));
}

static void
retire(struct idm_snapshot *snapshot, struct version *version)
{
	if (version == NULL || version == &out_of_memory)
		return;
	memset(version->pending, true, sizeof(version->pending));
	push_retired(snapshot, version);
}

/* Was the counter at zero, at least for a moment? */
static bool
seen_empty(const struct stripe *stripe)
{
	for (int i = 0; i < SAMPLES; i++) {
		if (atomic_load(&stripe->inside) == 0)
			return true;
	}
	return false;
}

static bool
is_unused(struct version *version, const struct stripe *stripes)
{
	bool unused = true;

	for (unsigned i = 0; i < STRIPES; i++) {
		if (version->pending[i])
			version->pending[i] = !seen_empty(&stripes[i]);
		if (version->pending[i])
			unused = false;
	}
	return unused;
}

/*
 * Free the retired versions that nobody uses any more.  The list is taken as
 * a whole, so that two threads never work on the same one; a child forked
 * meanwhile loses sight of it and keeps some memory, no more.
 */
static void
reclaim(struct idm_snapshot *snapshot, const struct stripe *stripes)
{
	struct version *list = atomic_exchange(&snapshot->retired, NULL);

	while (list != NULL) {
		struct version *version = list;

		list = version->next;
		if (is_unused(version, stripes))
			version_free(version);
		else
			push_retired(snapshot, version);
	}
}

/* ---- Entering and leaving. */

static uint32_t
now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
}

/*
 * Is it this thread that must look?  One thread does when the last look is
 * LOOK_MS old, and the others go on with what there is.  But when nobody has
 * asked for long, what there is may be of any age, and the first look is not
 * over yet for those who come with it: they look too.
 */
static bool
must_look(struct idm_snapshot *snapshot, uint32_t now)
{
	uint32_t age = now - atomic_load(&snapshot->ended);
	uint32_t began;

	if (atomic_load(&snapshot->current) == NULL)
		return true;
	if (age < LOOK_MS)
		return false;
	began = atomic_load(&snapshot->began);
	if (now - began >= LOOK_MS &&
	    atomic_compare_exchange_strong(&snapshot->began, &began, now))
		return true;
	return age >= STALE_MS;
}

/* The version that is current for a thread that has counted itself. */
static void
bring_up_to_date(struct idm_snapshot *snapshot, uint32_t now)
{
	struct version *old = atomic_load(&snapshot->current);
	struct version *fresh;

	while (old == NULL || !is_still_current(snapshot, old, now)) {
		fresh = version_load(snapshot);
		if (atomic_compare_exchange_strong(
			&snapshot->current, &old, fresh)) {
			retire(snapshot, old);
			return;
		}
		/*
		 * Another thread was faster; but it may have read the files
		 * before what we have to see came to be there.
		 */
		version_free(fresh);
		if (!is_marked(old))
			return;
	}
}

/* Compare the current version with the files; replace it if they differ. */
static void
look(struct idm_snapshot *snapshot, struct stripe *stripes, struct stripe *mine,
    uint32_t now)
{
	int saved_errno = errno;
	int saved_cancel;

	/* A thread cancelled in here would leak a descriptor and a mapping. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved_cancel);
	(void)atomic_fetch_add(&mine->inside, 1);
	bring_up_to_date(snapshot, now);
	(void)atomic_fetch_sub(&mine->inside, 1);
	atomic_store(&snapshot->ended, now);
	reclaim(snapshot, stripes);
	(void)pthread_setcancelstate(saved_cancel, NULL);
	errno = saved_errno;
}

/* The counters; NULL when there is no memory for them. */
static struct stripe *
get_stripes(struct idm_snapshot *snapshot)
{
	return idm_wiped_get(
	    &snapshot->stripes, STRIPES * sizeof(struct stripe));
}

/*
 * This thread's counter.  Not by a thread-local variable: in a module loaded
 * later those are allocated at the first use.  Two threads that share one
 * only slow each other.
 */
static struct stripe *
get_mine(struct stripe *stripes)
{
	uint64_t self = (uint64_t)(uintptr_t)pthread_self();

	return &stripes[(self * UINT64_C(0x9e3779b97f4a7c15)) >> 57];
}

_Static_assert(STRIPES == 1 << (64 - 57), "the hash yields a stripe's index");

/* Count this thread in, and see what is current then. */
static inline struct version *
go_in(struct idm_snapshot *snapshot, struct stripe *mine)
{
	(void)atomic_fetch_add(&mine->inside, 1);
	return atomic_load(&snapshot->current);
}

enum idm_status
idm_snapshot_enter(
    struct idm_snapshot *snapshot, struct idm_inside *out, struct idm_err *err)
{
	struct stripe *stripes = get_stripes(snapshot);
	uint32_t now = now_ms();
	struct version *version;
	struct stripe *mine;

	if (stripes == NULL)
		return idm_fail(err, IDM_TEMPFAIL, "out of memory");
	mine = get_mine(stripes);
	if (must_look(snapshot, now))
		look(snapshot, stripes, mine, now);

	version = go_in(snapshot, mine);
	if (is_marked(version)) {
		(void)atomic_fetch_sub(&mine->inside, 1);
		look(snapshot, stripes, mine, now);
		version = go_in(snapshot, mine);
	}
	if (version->status == IDM_OK) {
		out->maps = &version->maps;
		out->stripe = mine;
		return IDM_OK;
	}
	(void)idm_fail(
	    err, IDM_TEMPFAIL, "map unavailable: %s", version->reason.text);
	(void)atomic_fetch_sub(&mine->inside, 1);
	return IDM_TEMPFAIL;
}

void
idm_snapshot_leave(struct idm_inside *inside)
{
	struct stripe *mine = inside->stripe;

	/* At zero only in a child that a signal handler forked: see above. */
	if (atomic_load(&mine->inside) != 0)
		(void)atomic_fetch_sub(&mine->inside, 1);
	inside->maps = NULL;
}

/* ---- Making and freeing. */

struct idm_snapshot *
idm_snapshot_system(void)
{
	return &system_snapshot;
}

enum idm_status
idm_snapshot_new(const char *dir, uid_t owner, struct idm_snapshot **out,
    struct idm_err *err)
{
	struct idm_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	enum idm_status st;

	if (snapshot == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_maps_paths(dir, &snapshot->path_memory, &snapshot->path, err);
	if (st != IDM_OK) {
		free(snapshot);
		return st;
	}
	snapshot->owner = owner;
	*out = snapshot;
	return IDM_OK;
}

void
idm_snapshot_free(struct idm_snapshot **snapshot)
{
	struct version *list;

	if (*snapshot == NULL)
		return;
	list = atomic_load(&(*snapshot)->retired);
	while (list != NULL) {
		struct version *version = list;

		list = version->next;
		version_free(version);
	}
	version_free(atomic_load(&(*snapshot)->current));
	idm_wiped_free(&(*snapshot)->stripes, STRIPES * sizeof(struct stripe));
	free((*snapshot)->path_memory);
	free(*snapshot);
	*snapshot = NULL;
}

enum idm_status
idm_snapshot_pin(const struct idm_snapshot *snapshot, struct idm_maps **out,
    struct idm_err *err)
{
	return idm_maps_open_paths(&snapshot->path, snapshot->owner, out, err);
}
