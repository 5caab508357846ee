// SPDX-License-Identifier: BSD-2-Clause
/* The probe groups: one line each. */
#include <string.h>

#include "record/probes/groups.h"

static const struct probe_group *const groups[] = {
	&probe_cpu, &probe_sched, &probe_lock, &probe_syscall, &probe_exec, &probe_go,
};

const struct probe_group *const *probe_list(size_t *n)
{
	*n = sizeof(groups) / sizeof(*groups);
	return groups;
}

const struct probe_group *probe_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (strlen(groups[i]->name) == length &&
		    strncmp(groups[i]->name, name, length) == 0)
			return groups[i];
	}
	return NULL;
}
