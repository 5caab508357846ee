/* SPDX-License-Identifier: BSD-2-Clause */
/* Control groups (v2): from a path to an id, and from the ids in events back to paths. */
#ifndef RECORD_CGROUPS_H
#define RECORD_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <tape/error.h>

#include "record/records.h"

struct cgroups;

int cgroups_new(struct cgroups **ret); /* 0 or -ENOMEM */
void cgroups_free(struct cgroups *c);  /* accepts NULL */

/* Where cgroup2 is mounted; NULL if nowhere. */
const char *cgroups_mount(const struct cgroups *c);

/*
 * Opens the folder of a control group, given by its path below the mount or by
 * its full path. Returns a file descriptor, or -errno with *err.
 */
int cgroups_open(const struct cgroups *c, const char *path, struct tape_error *err);

/* Whether a process is in a group, given as for cgroups_open(), or below it. */
bool cgroups_holds(const struct cgroups *c, const char *path, pid_t pid);

/* The id of the group at a path below the mount; 0 if there is none. */
uint64_t cgroups_id(const struct cgroups *c, const char *path);

/* Writes the CGROUP record of an id if this epoch has it not yet, and its path is known. */
int cgroups_define(struct cgroups *c, uint64_t id, struct records *records, uint32_t epoch,
		   struct tape_error *err);

#endif
