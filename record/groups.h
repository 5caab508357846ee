/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe groups that the user asked for, opened together. */
#ifndef RECORD_GROUPS_H
#define RECORD_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include <tape/error.h>

#include "record/probes/probe.h"

struct groups;

/* Whether all names, comma between two, are groups: 0, or -EINVAL with *err naming one that is none. */
int groups_check(const char *names, struct tape_error *err);

/* names: as groups_check() wants them. */
int groups_open(const char *names, const struct core *core, const struct probe_config *config,
		struct groups **ret, struct tape_error *err);

/* CONFIG records: "probes", and what each group says of itself. */
int groups_describe(const struct groups *g, struct records *records, struct tape_error *err);

int groups_attach(struct groups *g, struct tape_error *err);
void groups_detach(struct groups *g);

/* WATCH records: from now on the groups' records are complete, or no longer. */
int groups_watch(const struct groups *g, bool on, struct records *records, uint32_t epoch,
		 struct tape_error *err);

/* What the groups gathered in the kernel, at the end of an epoch. */
int groups_collect(struct groups *g, struct records *records, uint32_t epoch,
		   struct tape_error *err);

void groups_close(struct groups *g); /* accepts NULL */

/* Whether a group is among those that are open. */
bool groups_has(const struct groups *g, const char *name);

size_t groups_count(const struct groups *g);
const char *groups_note(const struct groups *g, size_t index);		      /* NULL: none */
const struct bpf_object *groups_object(const struct groups *g, size_t index); /* NULL: none */

#endif
