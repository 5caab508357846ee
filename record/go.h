/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "go": which processes run Go, and when each is looked at. It has no
 * program in the kernel: goroutines are read from outside, a slice of time at each
 * pass of the loop, so that rings are drained in between.
 */
#ifndef RECORD_GO_H
#define RECORD_GO_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/cleanup.h>
#include <tape/error.h>

#include "bpf/go.h"
#include "record/go_write.h"
#include "record/processes.h"

struct go;

struct go_tools {
	const struct processes *processes; /* all borrowed */
	struct go_writer writer;
	uint64_t interval_ns;
	/* Whether a process is recorded. */
	bool (*is_target)(void *context, uint32_t tgid);
	/* By which layout it is read what a process' threads run; NULL: by none. 0 or -errno. */
	int (*set_layout)(void *context, uint32_t tgid, const struct go_layout *layout);
	/* Whether that has made no sense lately. */
	bool (*has_doubts)(void *context, uint32_t tgid);
	/* A line for the user: of a process nothing is read, and why. */
	void (*remark)(void *context, const char *line);
	void *context;
};

int go_new(const struct go_tools *tools, struct go **ret); /* 0 or -ENOMEM */
void go_free(struct go *g);				   /* accepts NULL */

DEFINE_CLEANUP(go_free, struct go);

/* Does what is due at this time, for some milliseconds. *next_ns: when there is more to do. */
int go_look(struct go *g, uint32_t epoch, uint64_t *next_ns, struct tape_error *err);

/* A last snapshot of all that live, for some seconds at most. */
int go_finish(struct go *g, uint32_t epoch, struct tape_error *err);

#endif
