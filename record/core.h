/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BPF side that all probe groups share: rings, targets, the control block,
 * the account of losses (bpf/maps.bpf.h).
 */
#ifndef RECORD_CORE_H
#define RECORD_CORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/libbpf.h>

#include <tape/error.h>
#include <tape/events.h>

#include "bpf/control.h"
#include "bpf/go.h"
#include "bpf/python.h"

struct core;

struct core_options {
	unsigned int rings;  /* 0: one for four CPUs */
	uint64_t ring_bytes; /* of each */
	const char *btf;     /* NULL: the kernel's own */
	const char *
		without; /* features that the kernel is taken not to have, comma between two; NULL: none */
	enum control_filter filter;
	enum control_unwind unwind;
};

/* Loads it and makes the rings. The caller owns *ret. */
int core_open(const struct core_options *options, struct core **ret, struct tape_error *err);
void core_close(struct core *c); /* accepts NULL */

/*
 * Gives a probe group's object, opened and not yet loaded, the maps that are
 * shared, and loads it. name is the group's, for *err.
 */
int core_load(const struct core *c, struct bpf_object *object, const char *name,
	      struct tape_error *err);

/* The options with which every group's object must be opened (the kernel's BTF). */
const struct bpf_object_open_opts *core_open_opts(const struct core *c);

/* Whether a feature is not to be used though the kernel may have it: so that fallbacks can be tried. */
bool core_is_without(const struct core *c, const char *feature);

/* Begins to follow the children of targets. */
int core_attach(struct core *c, struct tape_error *err);

int core_add_target(const struct core *c, pid_t tgid); /* 0 or -errno */
bool core_is_target(const struct core *c, pid_t tgid);
/* One that core_add_target() added; children of targets go by themselves. */
int core_remove_target(const struct core *c, pid_t tgid);
/* A process runs CPython from now on, or no longer. */
int core_set_python(const struct core *c, pid_t tgid, const struct python_process *python);
int core_remove_python(const struct core *c, pid_t tgid);
/* Which goroutines a process' threads run can be read like this from now on; NULL: no longer. */
int core_set_go(const struct core *c, pid_t tgid, const struct go_layout *layout);
/* Whether what is read by that layout makes no sense. */
bool core_doubts_go(const struct core *c, pid_t tgid);

/* With CONTROL_UNWIND_AUTO: how a process is unwound from now on, until it runs another program. */
int core_set_unwind(const struct core *c, pid_t tgid, enum control_unwind how);

bool core_has_targets(const struct core *c);
int core_set_cgroup(const struct core *c, int fd);

/* Written here, read by the programs at once. */
struct control *core_control(const struct core *c);

/* Makes the ring of programs with EMIT_APART (bpf/emit.bpf.h). Once, and before the drain is made. */
int core_add_ring(const struct core *c, struct tape_error *err);

unsigned int core_n_rings(const struct core *c);
int core_ring_fd(const struct core *c, unsigned int ring);

/* The losses of one CPU that no LOSS record tells of yet; *n is the number of CPUs. */
int core_losses(const struct core *c, struct control_loss **ret, size_t *n);

struct bpf_object *core_object(const struct core *c);

#endif
