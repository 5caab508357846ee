/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe groups that the user asked for, opened together. */
#ifndef RECORD_GROUPS_H
#define RECORD_GROUPS_H

#include <stddef.h>

#include <tape/error.h>

#include "record/probes/probe.h"

struct groups;

/* names: comma between two. -EINVAL with *err for one that does not exist. */
int groups_open(const char *names, const struct core *core, const struct probe_config *config,
		struct groups **ret, struct tape_error *err);

/* CONFIG records: "probes", and what each group says of itself. */
int groups_describe(const struct groups *g, struct records *records, struct tape_error *err);

int groups_attach(struct groups *g, struct tape_error *err);
void groups_detach(struct groups *g);
void groups_close(struct groups *g); /* accepts NULL */

size_t groups_count(const struct groups *g);
const char *groups_note(const struct groups *g, size_t index); /* NULL: none */
const struct bpf_object *groups_object(const struct groups *g, size_t index);

#endif
