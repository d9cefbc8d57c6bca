#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "daemon/confine.h"

#define REFUSED SCMP_ACT_ERRNO(EPERM)

/* What neither process ever does. */
static const int nobodys[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(mount),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	/* A ring makes calls, sockets among them, that no filter sees. */
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
};

/* What is for those who are called. */
static const int listeners[] = {
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
};

/* All three give 0, or a negative errno. */
static int
refuse_all(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(filter, REFUSED, calls[i], 0);
	return rc;
}

static int
refuse_network(scmp_filter_ctx filter)
{
	int rc = refuse_all(filter, listeners, IDM_COUNTOF(listeners));

	if (rc == 0)
		rc = seccomp_rule_add(filter, REFUSED, SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
	/* The types of sockets that connect are odd: stream, seqpacket. */
	if (rc == 0)
		rc = seccomp_rule_add(filter, REFUSED, SCMP_SYS(socket), 1,
		    SCMP_A1(SCMP_CMP_MASKED_EQ, 1, 1));
	return rc;
}

static int
no_more(scmp_filter_ctx filter)
{
	(void)filter;
	return 0;
}

static enum idm_status
confine(int (*refuse_more)(scmp_filter_ctx), struct idm_err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (filter == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	rc = refuse_all(filter, nobodys, IDM_COUNTOF(nobodys));
	if (rc == 0)
		rc = refuse_more(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc != 0)
		return idm_fail(
		    err, IDM_SYSTEM, "seccomp filter: %s", strerror(-rc));
	return IDM_OK;
}

enum idm_status
confine_engine(struct idm_err *err)
{
	return confine(no_more, err);
}

enum idm_status
confine_keeper(struct idm_err *err)
{
	return confine(refuse_network, err);
}
