/*
 * Users and groups of one LDAP server, asked through the name services of
 * idmap, sssd and nslcd, beside what no service can be faster than: the
 * question itself, and a message to a daemon and back.
 *
 * Called by "make bench", this is directory.sh, which runs the servers in a
 * private root and calls this program again for each figure; see usage below.
 * A figure is printed as seconds; "table" makes rows of those in a file.
 */

#include <errno.h>
#include <grp.h>
#include <ldap.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/world.h"

#define NAME_SIZE   32
#define BUFFER_SIZE 65536
#define GROUPS_MAX  4096
#define PROCS_MAX   64
#define FRESH_CALLS 50
#define AGAIN_S     0.2 /* for which one who was asked for is asked for again */
#define REPLY_SIZE  256 /* about what a daemon says of a user */
#define PATIENCE_S  600 /* of the whole program: nothing here may hang */

extern char **environ;

static size_t
number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end != '\0')
		bench_die("%s is no number", text);
	return (size_t)value;
}

/*
 * The names that ldif.sh gives: "u%05zu", which printf() would take a fifth of
 * the time for that a warm answer takes.
 */
static void
name_of(size_t i, char name[NAME_SIZE])
{
	char *at = name + NAME_SIZE;
	size_t digits = 0;

	*--at = '\0';
	for (; i > 0 || digits < 5; i /= 10, digits++)
		*--at = (char)('0' + i % 10);
	*--at = 'u';
	memmove(name, at, (size_t)(name + NAME_SIZE - at));
}

static void
say(double seconds)
{
	printf("%.9f\n", seconds);
}

/* ---- Questions to the name service. */

static void
ask(const char *name)
{
	static char buffer[BUFFER_SIZE];
	struct passwd pw, *result = NULL;
	int error = getpwnam_r(name, &pw, buffer, sizeof(buffer), &result);

	if (result == NULL)
		bench_die("%s is unknown: %s", name, strerror(error));
}

/* Each of count users, once. */
static void
ask_all(size_t first, size_t count)
{
	char name[NAME_SIZE];

	for (size_t i = first; i < first + count; i++) {
		name_of(i, name);
		ask(name);
	}
}

/* What one of several processes does, with what it has prepared. */
struct share {
	void *(*prepare)(const char *const *argv);
	void (*work)(void *prepared, size_t first, size_t count);
	const char *const *argv;
};

static void *
prepare_nothing(const char *const *argv)
{
	(void)argv;
	return NULL;
}

static void
work_of_service(void *prepared, size_t first, size_t count)
{
	(void)prepared;
	ask_all(first, count);
}

/* Tell that we are ready, and wait for the others. */
static void
take_part(
    const struct share *share, size_t first, size_t count, int ready, int gate)
{
	void *prepared = share->prepare(share->argv);
	char byte = 0;

	(void)alarm(PATIENCE_S);
	if (write(ready, &byte, 1) != 1 || read(gate, &byte, 1) != 0)
		_exit(1);
	share->work(prepared, first, count);
	_exit(0);
}

/* Let that many processes share the users; returns the wall-clock time for
 * each user. */
static double
in_processes(
    size_t first, size_t count, size_t procs, const struct share *share)
{
	size_t each = procs == 0 ? 0 : count / procs;
	int ready[2], gate[2], status;
	pid_t pid[PROCS_MAX];
	double start;
	char byte;

	if (procs > PROCS_MAX || each == 0 || pipe(ready) == -1 ||
	    pipe(gate) == -1)
		bench_die("%zu processes cannot share %zu users", procs, count);
	for (size_t i = 0; i < procs; i++) {
		pid[i] = fork();
		if (pid[i] == -1)
			bench_die("fork: %s", strerror(errno));
		if (pid[i] == 0) {
			(void)close(gate[1]);
			take_part(
			    share, first + i * each, each, ready[1], gate[0]);
		}
	}
	(void)close(ready[1]);
	for (size_t i = 0; i < procs; i++) {
		if (read(ready[0], &byte, 1) != 1)
			bench_die("a process failed");
	}
	start = bench_now();
	(void)close(gate[1]);
	for (size_t i = 0; i < procs; i++) {
		if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
			bench_die("a process failed");
	}
	return (bench_now() - start) / (double)(each * procs);
}

/* cold SERVICE FIRST COUNT PROCS */
static void
run_cold(const char *const *argv)
{
	static const struct share share = {
		.prepare = prepare_nothing,
		.work = work_of_service,
	};

	world_service(argv[0]);
	say(in_processes(
	    number(argv[1]), number(argv[2]), number(argv[3]), &share));
}

/* everybody SERVICE USERS GROUPS: each user and group once; all of it. */
static void
run_everybody(const char *const *argv)
{
	static char buffer[BUFFER_SIZE];
	struct group gr, *result;
	char name[NAME_SIZE];
	double start;

	world_service(argv[0]);
	start = bench_now();
	ask_all(0, number(argv[1]));
	for (size_t i = 0; i < number(argv[2]); i++) {
		(void)snprintf(name, sizeof(name), "g%05zu", i);
		(void)getgrnam_r(name, &gr, buffer, sizeof(buffer), &result);
		if (result == NULL)
			bench_die("%s is unknown", name);
	}
	say(bench_now() - start);
}

/* warm SERVICE FIRST COUNT CALLS: in any order, after one round. */
static void
run_warm(const char *const *argv)
{
	size_t first = number(argv[1]), count = number(argv[2]);
	size_t calls = number(argv[3]);
	uint64_t state = 1;
	double start;

	world_service(argv[0]);
	ask_all(first, count);
	start = bench_now();
	for (size_t i = 0; i < calls; i++)
		ask_all(first + bench_random(&state) % count, 1);
	say((bench_now() - start) / (double)calls);
}

/* fresh SERVICE NAME: the first question of a process; SERVICE "-": none. */
static void
run_fresh(const char *const *argv)
{
	char self[] = "/proc/self/exe", once[] = "once";
	char service[NAME_SIZE], name[NAME_SIZE];
	char *again[] = { self, once, service, name, NULL };
	double start;

	(void)snprintf(service, sizeof(service), "%s", argv[0]);
	(void)snprintf(name, sizeof(name), "%s", argv[1]);
	start = bench_now();
	for (size_t i = 0; i < FRESH_CALLS; i++) {
		pid_t pid;
		int status;

		if (posix_spawn(&pid, self, NULL, NULL, again, environ) != 0 ||
		    waitpid(pid, &status, 0) != pid || status != 0)
			bench_die("a fresh process failed");
	}
	say((bench_now() - start) / FRESH_CALLS);
}

/* once SERVICE NAME */
static void
run_once(const char *const *argv)
{
	if (strcmp(argv[0], "-") == 0)
		return;
	world_service(argv[0]);
	ask(argv[1]);
}

static void
ask_groups(const char *name, size_t expected)
{
	static gid_t list[GROUPS_MAX];
	int n = GROUPS_MAX;

	/* And the primary one. */
	if (getgrouplist(name, 50000, list, &n) == -1 ||
	    (size_t)n != expected + 1)
		bench_die("%s is in %d groups, not in %zu", name, n, expected);
}

/* groups SERVICE EXPECTED NAME...: of each; NAMEs end with NULL. */
static void
run_groups(const char *const *argv)
{
	size_t expected = number(argv[1]);
	size_t asked = 0;
	double start;

	world_service(argv[0]);
	start = bench_now();
	for (; argv[2 + asked] != NULL; asked++)
		ask_groups(argv[2 + asked], expected);
	say((bench_now() - start) / (double)asked);
}

/* again SERVICE EXPECTED NAME: the groups of one who was asked for. */
static void
run_again(const char *const *argv)
{
	size_t expected = number(argv[1]);
	size_t asked = 0;
	double start;

	world_service(argv[0]);
	ask_groups(argv[2], expected);
	start = bench_now();
	while (bench_now() - start < AGAIN_S) {
		for (int i = 0; i < 10; i++, asked++)
			ask_groups(argv[2], expected);
	}
	say((bench_now() - start) / (double)asked);
}

/* enumerate SERVICE ATLEAST: all users, or fail. */
static void
run_enumerate(const char *const *argv)
{
	size_t found = 0;
	double start;

	world_service(argv[0]);
	start = bench_now();
	setpwent();
	while (getpwent() != NULL)
		found++;
	endpwent();
	if (found < number(argv[1]))
		bench_die("only %zu users are listed", found);
	say(bench_now() - start);
}

/* client SERVICE COUNT: memory of a process that asked for so many users, in
 * kB more than before. */
static void
run_client(const char *const *argv)
{
	size_t before;

	world_service("files");
	(void)getpwnam("root");
	world_service(argv[0]);
	before = bench_private_memory();
	ask_all(0, number(argv[1]));
	printf("%zu\n", bench_private_memory() - before);
}

/* ---- The floors. */

static LDAP *
connect_to(const char *uri)
{
	int version = LDAP_VERSION3;
	struct berval no_password = { 0, NULL };
	LDAP *ld = NULL;
	int error = ldap_initialize(&ld, uri);

	if (error == LDAP_SUCCESS)
		error = ldap_set_option(
		    ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (error == LDAP_SUCCESS)
		error = ldap_sasl_bind_s(
		    ld, NULL, LDAP_SASL_SIMPLE, &no_password, NULL, NULL, NULL);
	if (error != LDAP_SUCCESS)
		bench_die("%s: %s", uri, ldap_err2string(error));
	return ld;
}

struct session {
	LDAP *ld;
	const char *base;
};

/* argv: URI BASE */
static void *
prepare_libldap(const char *const *argv)
{
	static struct session session;

	session.ld = connect_to(argv[0]);
	session.base = argv[1];
	return &session;
}

static void
work_of_libldap(void *prepared, size_t first, size_t count)
{
	char uid[] = "uid", uid_number[] = "uidNumber", gid[] = "gidNumber";
	char gecos[] = "gecos", home[] = "homeDirectory";
	char shell[] = "loginShell";
	char *attrs[] = { uid, uid_number, gid, gecos, home, shell, NULL };
	const struct session *session = prepared;
	LDAP *ld = session->ld;

	for (size_t i = first; i < first + count; i++) {
		char name[NAME_SIZE], filter[128];
		LDAPMessage *reply = NULL;
		int error;

		name_of(i, name);
		(void)snprintf(filter, sizeof(filter),
		    "(&(objectClass=posixAccount)(uid=%s))", name);
		error = ldap_search_ext_s(ld, session->base, LDAP_SCOPE_SUBTREE,
		    filter, attrs, 0, NULL, NULL, NULL, 0, &reply);
		if (error != LDAP_SUCCESS || ldap_count_entries(ld, reply) != 1)
			bench_die("%s: %s", name, ldap_err2string(error));
		(void)ldap_msgfree(reply);
	}
	(void)ldap_unbind_ext_s(ld, NULL, NULL);
}

/* ldap FIRST COUNT PROCS URI BASE */
static void
run_ldap(const char *const *argv)
{
	struct share share = {
		.prepare = prepare_libldap,
		.work = work_of_libldap,
		.argv = argv + 3,
	};

	say(in_processes(
	    number(argv[0]), number(argv[1]), number(argv[2]), &share));
}

/* everything URI BASE FILTER: seconds that libldap needs for all entries. */
static void
run_everything(const char *const *argv)
{
	LDAP *ld = connect_to(argv[0]);
	LDAPMessage *reply = NULL;
	double start = bench_now();
	int error;

	error = ldap_search_ext_s(ld, argv[1], LDAP_SCOPE_SUBTREE, argv[2],
	    NULL, 0, NULL, NULL, NULL, 0, &reply);
	if (error != LDAP_SUCCESS || ldap_count_entries(ld, reply) < 1)
		bench_die("%s: %s", argv[2], ldap_err2string(error));
	say(bench_now() - start);
	(void)ldap_msgfree(reply);
	(void)ldap_unbind_ext_s(ld, NULL, NULL);
}

static void
answer_socket(int fd)
{
	char reply[REPLY_SIZE] = "";
	char question[NAME_SIZE];

	while (read(fd, question, sizeof(question)) > 0) {
		if (write(fd, reply, sizeof(reply)) != (ssize_t)sizeof(reply))
			break;
	}
	_exit(0);
}

/* socket CALLS: a message to another process and back. */
static void
run_socket(const char *const *argv)
{
	size_t calls = number(argv[0]);
	char question[NAME_SIZE] = "", reply[REPLY_SIZE];
	int fd[2], status;
	double start;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		bench_die("socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		answer_socket(fd[1]);
	}
	(void)close(fd[1]);
	start = bench_now();
	for (size_t i = 0; i < calls; i++) {
		if (write(fd[0], question, sizeof(question)) == -1 ||
		    recv(fd[0], reply, sizeof(reply), MSG_WAITALL) !=
			(ssize_t)sizeof(reply))
			bench_die("a message got lost");
	}
	say((bench_now() - start) / (double)calls);
	(void)close(fd[0]);
	if (waitpid(pid, &status, 0) != pid)
		bench_die("waitpid: %s", strerror(errno));
}

/* ---- The table. */

/* A line is "group TITLE", or "row WHAT|RECORDS|SECONDS", or "value
 * WHAT|RECORDS|NUMBER|UNIT", or "note TEXT". */
static void
print_line(char *line)
{
	char *rest = strchr(line, ' ');
	char *field[4];
	size_t n = 0;

	if (rest == NULL)
		bench_die("%s: no line of a table", line);
	*rest++ = '\0';
	if (strcmp(line, "group") == 0) {
		bench_group(rest);
		return;
	}
	if (strcmp(line, "note") == 0) {
		printf("  %s\n", rest);
		return;
	}
	for (char *end; n < 4 && rest != NULL; rest = end) {
		end = strchr(rest, '|');
		if (end != NULL)
			*end++ = '\0';
		field[n++] = rest;
	}
	if (strcmp(line, "row") == 0 && n == 3)
		bench_row(field[0], number(field[1]), strtod(field[2], NULL));
	else if (strcmp(line, "value") == 0 && n == 4)
		bench_value(field[0], number(field[1]), strtod(field[2], NULL),
		    field[3]);
	else
		bench_die("%s: no line of a table", field[0]);
}

/* table FILE */
static void
run_table(const char *const *argv)
{
	FILE *file = fopen(argv[0], "re");
	char line[256];

	if (file == NULL)
		bench_die("%s: %s", argv[0], strerror(errno));
	bench_table("directory");
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		print_line(line);
	}
	(void)fclose(file);
}

static const struct {
	const char *name;
	int operands; /* at least */
	void (*run)(const char *const *argv);
} modes[] = {
	{ "cold", 4, run_cold },
	{ "everybody", 3, run_everybody },
	{ "warm", 4, run_warm },
	{ "fresh", 2, run_fresh },
	{ "once", 2, run_once },
	{ "groups", 3, run_groups },
	{ "again", 3, run_again },
	{ "enumerate", 2, run_enumerate },
	{ "client", 2, run_client },
	{ "ldap", 5, run_ldap },
	{ "everything", 3, run_everything },
	{ "socket", 1, run_socket },
	{ "table", 1, run_table },
};

int
main(int argc, char **argv)
{
	if (argc == 1) {
		(void)fflush(stdout);
		(void)execl("/bin/sh", "sh", SCRIPT, (char *)NULL);
		bench_die("%s: %s", SCRIPT, strerror(errno));
	}
	for (size_t i = 0; i < IDM_COUNTOF(modes); i++) {
		if (strcmp(argv[1], modes[i].name) == 0 &&
		    argc - 2 >= modes[i].operands) {
			(void)alarm(PATIENCE_S);
			modes[i].run((const char *const *)argv + 2);
			return 0;
		}
	}
	bench_die("%s: no such mode", argv[1]);
}
