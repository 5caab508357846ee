// SPDX-License-Identifier: BSD-2-Clause
/* uname(2), sysconf(3), /proc and /etc/os-release. What cannot be read is left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tape/cleanup.h>

#include "record/host.h"

/* The value of the first line that begins with key, without blanks, colon and quotes. */
static int find_line(const char *path, const char *key, char *ret, size_t size)
{
	CLEANUP(fclosep) FILE *f = fopen(path, "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		char *value = line + strlen(key);

		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		value += strspn(value, " \t:=\"");
		value[strcspn(value, "\"\n")] = 0;
		snprintf(ret, size, "%s", value);
		return 0;
	}
	return -1;
}

static int add_line(struct records *records, const char *name, const char *path, const char *key,
		    struct tape_error *err)
{
	char text[256];

	if (find_line(path, key, text, sizeof(text)) < 0)
		return 0;
	return records_constant(records, EV_HOST, name, text, err);
}

static int add_number(struct records *records, const char *name, unsigned long long value,
		      struct tape_error *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return records_constant(records, EV_HOST, name, text, err);
}

static int add_uname(struct records *records, struct tape_error *err)
{
	struct utsname u;
	int rc;

	if (uname(&u) < 0)
		return 0;
	rc = records_constant(records, EV_HOST, "uname.sysname", u.sysname, err);
	if (rc == 0)
		rc = records_constant(records, EV_HOST, "uname.nodename", u.nodename, err);
	if (rc == 0)
		rc = records_constant(records, EV_HOST, "uname.release", u.release, err);
	if (rc == 0)
		rc = records_constant(records, EV_HOST, "uname.version", u.version, err);
	if (rc == 0)
		rc = records_constant(records, EV_HOST, "uname.machine", u.machine, err);
	return rc;
}

static int add_machine(struct records *records, struct tape_error *err)
{
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE);
	int rc = add_number(records, "cpus.online",
			    (unsigned long long)sysconf(_SC_NPROCESSORS_ONLN), err);

	if (rc == 0)
		rc = add_number(records, "cpus.configured",
				(unsigned long long)sysconf(_SC_NPROCESSORS_CONF), err);
	if (rc == 0)
		rc = add_number(records, "memory.bytes",
				(unsigned long long)sysconf(_SC_PHYS_PAGES) * page, err);
	if (rc == 0)
		rc = add_number(records, "page.bytes", page, err);
	return rc;
}

int host_write(struct records *records, struct tape_error *err)
{
	int rc = add_uname(records, err);

	if (rc == 0)
		rc = add_line(records, "os.name", "/etc/os-release", "PRETTY_NAME", err);
	if (rc == 0)
		rc = add_line(records, "boot.id", "/proc/sys/kernel/random/boot_id", "", err);
	if (rc == 0)
		rc = add_line(records, "cpu.model", "/proc/cpuinfo", "model name", err);
	if (rc == 0)
		rc = add_machine(records, err);
	return rc;
}
