/*
 * idmapd -- the daemon: from root and a command line to two processes.
 *
 * Whatever needs root happens here, in order, before either process looks at
 * a byte that somebody else wrote.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <nss.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "config/updatelog.h"
#include "daemon/confine.h"
#include "daemon/engine.h"
#include "daemon/keeper.h"
#include "daemon/place.h"
#include "daemon/privilege.h"
#include "daemon/say.h"
#include "daemon/service.h"
#include "wire/client.h"

struct options {
	const char *socket;
	const char *state;
	const char *log;
};

/* What was opened while still root. */
struct start {
	struct options options;
	struct role engine;
	struct role keeper;
	int listener;
	int signals;
	int log;
	int pair[2]; /* the engine's end, the keeper's */
};

static const struct option long_options[] = {
	{ "foreground", no_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "log", required_argument, NULL, 'l' },
	{ "socket", required_argument, NULL, 's' },
	{ "state", required_argument, NULL, 'd' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static const char
    usage[] = "usage: idmapd [-f] [--socket path] [--state dir] [--log file]\n"
	      "       idmapd --help | --version\n";

static const char help[] =
    "\n"
    "Asks directories for users and groups, and keeps what they said; keeps "
    "the entries\n"
    "that users make with uidadmin; allocates ids.\n"
    "\n"
    "  -f, --foreground  stay in the foreground; it always does\n"
    "      --socket path listen there, not at " IDM_SOCKET_PATH "\n"
    "      --state dir   the maps are there, not in " IDM_STATEDIR "\n"
    "      --log file    record attempts there, not in " IDM_LOGFILE "\n"
    "\n"
    "No lookup of what is known needs it.  Root starts it, and it becomes the "
    "users idmap and\n"
    "idmap-keep.  The manual is idmapd(8).\n";

/* Read the command line; ends the program when that is all there is to do. */
static void
read_options(int argc, char **argv, struct options *options)
{
	int c;

	while ((c = getopt_long(argc, argv, "fh", long_options, NULL)) != -1) {
		switch (c) {
		case 'f': /* there is no other way */
			break;
		case 'h':
			(void)fputs(usage, stdout);
			(void)fputs(help, stdout);
			exit(0);
		case 'l':
			options->log = optarg;
			break;
		case 's':
			options->socket = optarg;
			break;
		case 'd':
			options->state = optarg;
			break;
		case 'V':
			(void)puts("idmapd " PACKAGE_VERSION);
			exit(0);
		default:
			(void)fputs(usage, stderr);
			exit(1);
		}
	}
	if (optind < argc) {
		(void)fprintf(
		    stderr, "idmapd: unexpected argument '%s'\n", argv[optind]);
		(void)fputs(usage, stderr);
		exit(1);
	}
}

/* A descriptor of ours must never be taken for a standard stream. */
static enum idm_status
open_streams(struct idm_err *err)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			return idm_fail_errno(err, "/dev/null");
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	return IDM_OK;
}

/* glibc itself must not ask our own module for anybody. */
static void
pin_name_service(void)
{
	static const char *const databases[] = { "passwd", "group", "shadow",
		"initgroups" };

	for (size_t i = 0; i < IDM_COUNTOF(databases); i++)
		(void)__nss_configure_lookup(databases[i], "files");
}

static enum idm_status
take_signals(int *fd, struct idm_err *err)
{
	static const struct sigaction ignore = { .sa_handler = SIG_IGN };
	static const struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t set;

	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGCHLD, &normal, NULL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &set, NULL) == -1)
		return idm_fail_errno(err, "signals");
	*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *fd == -1 ? idm_fail_errno(err, "signals") : IDM_OK;
}

/* As many descriptors as the system lets us have. */
static void
raise_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static enum idm_status
find_roles(struct start *start, struct idm_err *err)
{
	enum idm_status st;

	if (geteuid() != 0)
		return idm_fail(err, IDM_DENIED,
		    "must be started as root; it gives that up by itself");
	start->engine.name = "idmap";
	start->keeper.name = "idmap-keep";
	st = privilege_find(IDM_ACCOUNTDIR, &start->engine, err);
	if (st == IDM_OK)
		st = privilege_find(IDM_ACCOUNTDIR, &start->keeper, err);
	if (st == IDM_OK && start->engine.uid == start->keeper.uid)
		st = idm_fail(err, IDM_DENIED,
		    "users 'idmap' and 'idmap-keep' have the same uid");
	return st;
}

static enum idm_status
prepare(struct start *start, struct idm_err *err)
{
	const struct options *options = &start->options;
	enum idm_status st;
	struct idm_err why;

	(void)umask(022);
	pin_name_service();
	raise_descriptors();
	st = service_init(&start->listener, err);
	if (st == IDM_OK) {
		/* What else was left open is nothing we asked for. */
		closefrom(1 +
		    (start->listener == -1 ? STDERR_FILENO : start->listener));
		st = find_roles(start, err);
	}
	if (st == IDM_OK)
		st = take_signals(&start->signals, err);
	if (st == IDM_OK)
		st = idm_update_open(options->log, 0, &start->log, err);
	if (st == IDM_OK)
		st = place_folder(options->state, "state", start->keeper.uid,
		    start->keeper.gid, err);
	/* Where metrics are if nobody says otherwise; not worth an end. */
	if (st == IDM_OK &&
	    place_folder(IDM_RUNDIR, "metrics", start->engine.uid,
		start->engine.gid, &why) != IDM_OK)
		say(LOG_WARNING, "metrics: %s", why.text);
	if (st == IDM_OK && start->listener == -1)
		st = place_socket(options->socket, &start->listener, err);
	if (st == IDM_OK &&
	    socketpair(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, start->pair) == -1)
		st = idm_fail_errno(err, "socketpair");
	return st;
}

/* The child.  It knows neither clients nor signals. */
static int
be_keeper(const struct start *start)
{
	struct keeper_setup setup = {
		.state_dir = start->options.state,
		.accounts = IDM_ACCOUNTDIR,
		.uid = start->keeper.uid,
		.engine = start->pair[1],
		.log = start->log,
	};
	struct idm_err err;

	/* While we held it too, the end of the engine would go unnoticed. */
	(void)close(start->pair[0]);
	(void)close(start->listener);
	(void)close(start->signals);
	if (privilege_drop(&start->keeper, true, &err) != IDM_OK) {
		say(LOG_ERR, "keeper: %s", err.text);
		return 1;
	}
	/* As without a network of its own: better so than not at all. */
	if (confine_keeper(&err) != IDM_OK)
		say(LOG_WARNING, "keeper: goes on without %s", err.text);
	return keeper_run(&setup);
}

static int
be_engine(const struct start *start, pid_t keeper_pid)
{
	struct engine_setup setup = {
		.state_dir = start->options.state,
		.accounts = IDM_ACCOUNTDIR,
		.listener = start->listener,
		.signals = start->signals,
		.keeper = start->pair[0],
		.keeper_pid = keeper_pid,
	};
	struct idm_err err;

	(void)close(start->pair[1]);
	(void)close(start->log);
	if (privilege_drop(&start->engine, false, &err) != IDM_OK) {
		say(LOG_ERR, "engine: %s", err.text);
		return 1;
	}
	if (confine_engine(&err) != IDM_OK)
		say(LOG_WARNING, "engine: goes on without %s", err.text);
	return engine_run(&setup);
}

int
main(int argc, char **argv)
{
	struct start start = {
		.options = {
			.socket = IDM_SOCKET_PATH,
			.state = IDM_STATEDIR,
			.log = IDM_LOGFILE,
		},
	};
	struct idm_err err;
	pid_t pid;

	read_options(argc, argv, &start.options);
	say_init();
	if (open_streams(&err) != IDM_OK || prepare(&start, &err) != IDM_OK) {
		say(LOG_ERR, "%s", err.text);
		return 1;
	}
	pid = fork();
	if (pid == -1) {
		say(LOG_ERR, "fork: %s", strerror(errno));
		return 1;
	}
	return pid == 0 ? be_keeper(&start) : be_engine(&start, pid);
}
