// SPDX-License-Identifier: BSD-2-Clause
/* capabilities(7), by the bare system calls: two small calls need no library. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/privileges.h"

#define BIT(cap)	      (1ull << (cap))
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu /* PROC_PID_INIT_INO, include/linux/proc_ns.h */

static const unsigned long long kept = BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) |
				       BIT(CAP_SYSLOG) | BIT(CAP_BPF) | BIT(CAP_PERFMON) |
				       BIT(CAP_KILL) | BIT(CAP_CHECKPOINT_RESTORE);

/* Held back, and raised for a moment where nothing less will do: see privileges_raise(). */
static const unsigned long long spare = BIT(CAP_SYS_ADMIN);

static int get(unsigned long long *effective, unsigned long long *permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	*effective = data[0].effective | (unsigned long long)data[1].effective << 32;
	*permitted = data[0].permitted | (unsigned long long)data[1].permitted << 32;
	return 0;
}

int privileges_check(struct tape_error *err)
{
	unsigned long long effective = 0, permitted;
	struct stat st;

	if (get(&effective, &permitted) < 0)
		return tape_fail(err, -errno, "cannot read our capabilities: %s", strerror(errno));
	/* CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON (5.8). */
	if (!(effective & BIT(CAP_SYS_ADMIN)) && (~effective & (BIT(CAP_BPF) | BIT(CAP_PERFMON))))
		return tape_fail(
			err, -EPERM,
			"permission denied; run as root (sudo record ...) or grant CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE");
	/* Events speak of pids as the initial namespace has them; ours would be others. */
	if (stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != INITIAL_PID_NAMESPACE)
		return tape_fail(
			err, -EPERM,
			"this is a pid namespace of its own; run it on the host, or the container with --pid=host");
	return 0;
}

static int set(unsigned long long effective, unsigned long long permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		data[i].effective = (unsigned int)(effective >> (32 * i));
		data[i].permitted = (unsigned int)(permitted >> (32 * i));
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int privileges_drop(void)
{
	unsigned long long effective, permitted;
	int rc = get(&effective, &permitted);

	if (rc < 0)
		return rc;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return set(effective & kept, permitted & (kept | spare));
}

void privileges_raise(bool raised)
{
	unsigned long long effective, permitted;

	if (get(&effective, &permitted) == 0)
		set(raised ? effective | (permitted & spare) : effective & ~spare, permitted);
}

bool privileges_may_look(void)
{
	unsigned long long effective = 0, permitted;

	return get(&effective, &permitted) == 0 && (effective & BIT(CAP_SYS_PTRACE));
}
