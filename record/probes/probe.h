/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A probe group: one kind of question, one BPF object, one file here, one line
 * in list.c. The session drives all groups through this.
 */
#ifndef RECORD_PROBES_PROBE_H
#define RECORD_PROBES_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include <tape/error.h>

#include "record/core.h"
#include "record/records.h"

struct probe_config {
	unsigned int hz;
	uint64_t min_block_ns; /* waits of this length and more have stacks; 0: all waits */
	bool trace_calls;      /* each system call is a record of its own */
	uint64_t go_interval_ns;
};

struct probe_group {
	const char *name;
	const char *help;
	const char *needs; /* what of the kernel, for --list */

	/* Loads its object and prepares everything; nothing runs yet. The state goes to *ret. */
	int (*open)(const struct core *core, const struct probe_config *config, void **ret,
		    struct tape_error *err);

	/* Tells in CONFIG records how it records. */
	int (*describe)(const void *state, struct records *records, struct tape_error *err);

	/* A fallback that was taken, for the user: one line; NULL if none. */
	const char *(*note)(const void *state);

	/* Begins to record. */
	int (*attach)(void *state, struct tape_error *err);

	/* Puts what was gathered in the kernel since the last time into the epoch that ends; may be NULL. */
	int (*collect)(void *state, struct records *records, uint32_t epoch,
		       struct tape_error *err);

	/* No event comes after this. */
	void (*detach)(void *state);

	/* Whose programs' run time is asked for; NULL: it has none. */
	const struct bpf_object *(*object)(const void *state);

	void (*close)(void *state); /* accepts NULL */
};

/* All groups; *n is their count. Static. */
const struct probe_group *const *probe_list(size_t *n);

/* NULL if there is none of this name. */
const struct probe_group *probe_find(const char *name, size_t length);

#endif
