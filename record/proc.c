// SPDX-License-Identifier: BSD-2-Clause
/* Formats: Documentation/filesystems/proc.rst of the kernel, and cgroups(7). */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <tape/cleanup.h>

#include "record/proc.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

static void closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Reads a small file; a NUL is put behind it. Returns its length or -errno. */
static ssize_t read_file(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n, used = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < (ssize_t)size - 1 &&
	       (n = read(fd, buf + used, size - 1 - (size_t)used)) != 0) {
		if (n < 0)
			return -errno;
		used += n;
	}
	buf[used] = 0;
	return used;
}

static void copy_comm(char *to, const char *from, size_t length)
{
	if (length > EV_COMM_SIZE - 1)
		length = EV_COMM_SIZE - 1;
	memset(to, 0, EV_COMM_SIZE);
	memcpy(to, from, length);
}

/* The name stands in brackets and may hold anything, brackets too: the last one ends it. */
static int parse_stat(char *text, struct proc_info *info)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long start;
	unsigned int ppid, flags;

	if (!open || !close || close < open)
		return -EINVAL;
	copy_comm(info->comm, open + 1, (size_t)(close - open - 1));
	if (sscanf(close + 1,
		   " %*c %u %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &ppid, &flags, &start) != 3)
		return -EINVAL;
	info->ppid = ppid;
	info->kernel_thread = flags & PF_KTHREAD;
	info->start_ns = start * (1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK));
	return 0;
}

/* "NSpid: 4711 12": the last is the one that the process itself sees. */
static uint32_t read_ns_pid(pid_t pid)
{
	char text[4096], *line, *end;

	if (read_file(pid, "status", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nNSpid:");
	if (!line)
		return 0;
	line += strlen("\nNSpid:");
	end = strchr(line, '\n');
	if (end)
		*end = 0;
	end = line + strlen(line);
	while (end > line && isdigit((unsigned char)end[-1]))
		end--;
	return (uint32_t)strtoul(end, NULL, 10);
}

static void read_cmdline(pid_t pid, char *ret)
{
	ssize_t n = read_file(pid, "cmdline", ret, PROC_CMDLINE_MAX);

	for (ssize_t i = 0; i + 1 < n; i++) {
		if (!ret[i])
			ret[i] = ' ';
	}
	if (n <= 0)
		ret[0] = 0;
}

int proc_read(pid_t pid, struct proc_info *ret)
{
	struct proc_info info = { 0 };
	char text[1024];
	ssize_t n = read_file(pid, "stat", text, sizeof(text));
	int rc = n < 0 ? (int)n : parse_stat(text, &info);

	if (rc < 0)
		return rc;
	info.ns_pid = read_ns_pid(pid);
	read_cmdline(pid, info.cmdline);
	*ret = info;
	return 0;
}

int proc_mappings(pid_t pid, int (*fn)(void *context, const struct proc_mapping *m), void *context)
{
	char name[64];
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int rc = 0;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	CLEANUP(fclosep) FILE *f = fopen(name, "re");
	if (!f)
		return -errno;
	while (rc == 0 && (n = getline(&line, &room, f)) > 0) {
		unsigned long long start, end, offset, inode;
		unsigned int major_number, minor_number;
		char perms[5];
		int at = 0;

		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, perms, &offset,
			   &major_number, &minor_number, &inode, &at) != 7 ||
		    !at || perms[2] != 'x')
			continue;
		const struct proc_mapping m = { start,	end,
						offset, makedev(major_number, minor_number),
						inode,	line + at };

		rc = fn(context, &m);
	}
	free(line);
	return rc;
}

/* The numbers among the names of a folder. */
static int each_number(const char *path, int (*fn)(void *context, pid_t pid), void *context)
{
	CLEANUP(closedirp) DIR *d = opendir(path);
	struct dirent *e;
	int rc = 0;

	if (!d)
		return -errno;
	while (rc == 0 && (e = readdir(d))) {
		char *end;
		long n = strtol(e->d_name, &end, 10);

		if (end != e->d_name && !*end && n > 0)
			rc = fn(context, (pid_t)n);
	}
	return rc;
}

struct threads {
	pid_t pid;
	int (*fn)(void *context, pid_t tid, const char *comm);
	void *context;
};

static int on_thread(void *context, pid_t tid)
{
	struct threads *t = context;
	char name[64], comm[64];
	ssize_t n;

	snprintf(name, sizeof(name), "task/%d/comm", (int)tid);
	n = read_file(t->pid, name, comm, sizeof(comm));
	if (n <= 0)
		return 0; /* it ended meanwhile */
	comm[n - 1] = 0;
	return t->fn(t->context, tid, comm);
}

int proc_threads(pid_t pid, int (*fn)(void *context, pid_t tid, const char *comm), void *context)
{
	struct threads t = { pid, fn, context };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	return each_number(path, on_thread, &t);
}

int proc_each(int (*fn)(void *context, pid_t pid), void *context)
{
	return each_number("/proc", fn, context);
}

int proc_cgroup(pid_t pid, char *ret, size_t size)
{
	char text[4096];
	ssize_t n = read_file(pid, "cgroup", text, sizeof(text));
	char *line;

	if (n < 0)
		return (int)n;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return -ENOENT;
	line = strchr(line, '/');
	if (!line)
		return -ENOENT;
	line[strcspn(line, "\n")] = 0;
	snprintf(ret, size, "%s", line);
	return 0;
}
