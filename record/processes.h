/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recorder's picture of who runs and from which files, and its statement in
 * the tape. The picture follows the side band for all processes; only those
 * that events speak of are written down, in full at their first use in an epoch
 * (PROCESS, MAPPING, TASK), and from there on each change at its time.
 *
 * Callers must apply changes and uses in order of time: the picture is then
 * right at each use.
 */
#ifndef RECORD_PROCESSES_H
#define RECORD_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <tape/error.h>

#include "record/cgroups.h"
#include "record/jit.h"
#include "record/modules.h"
#include "record/records.h"
#include "record/sideband.h"
#include "record/unwind.h"

struct processes;

/* What the picture is drawn with; all borrowed. */
struct processes_tools {
	struct modules *modules;
	struct cgroups *cgroups;
	struct records *records;
	struct jit *jit; /* NULL: names of code made at run time are not wanted */
	/* A process' last thread has ended. */
	void (*on_end)(void *context, uint32_t tgid);
	/* A process has mapped a file with CPython in it. NULL: nobody wants to know. */
	void (*on_python)(void *context, uint32_t tgid, const struct python_process *python);
	/* How a process is to be unwound, as unwind_choose() says. NULL: nobody wants to know. */
	void (*on_unwind)(void *context, uint32_t tgid, enum control_unwind how);
	void *context;
};

int processes_new(const struct processes_tools *tools, struct processes **ret); /* 0 or -ENOMEM */
void processes_free(struct processes *p);					/* accepts NULL */

/* Takes a process as /proc shows it now. Returns 0 or -errno: -ENOENT, -ESRCH: it is gone. */
int processes_scan(struct processes *p, pid_t pid);

/* Adds a part of the kernel: a module's code in the kernel's memory. */
int processes_map_kernel(struct processes *p, uint32_t module, uint64_t start, uint64_t end);

/*
 * A new epoch begins: changes from this time on belong to it. What ended before
 * the last epoch is forgotten. Writes the kernel's mappings.
 */
int processes_begin_epoch(struct processes *p, uint32_t number, uint64_t start_ns,
			  struct tape_error *err);

/* A change, as the side band tells it. */
int processes_apply(struct processes *p, const struct sideband_event *ev, struct tape_error *err);

/* An event of this time and epoch speaks of this thread. */
int processes_use(struct processes *p, const struct ev_header *event, uint32_t epoch,
		  struct tape_error *err);

/*
 * A stack was recorded at this time, of this process, or memory that may hold return
 * addresses (at->type is not EV_STACK): they will want names. tgid 0: the kernel's.
 */
void processes_hit(struct processes *p, const struct ev_header *at, const uint64_t *ips, size_t n);

/* What others may want to know of a process that lives. */
struct process_view {
	uint32_t tgid;
	uint32_t execs;	   /* how often it became another program since it is known */
	uint32_t ns_pid;   /* its id in its own pid namespace; 0: not known */
	uint64_t start_ns; /* CLOCK_BOOTTIME */
};

/* Calls fn for each process that lives and is no kernel thread, until it returns non-zero, which is returned. */
int processes_each(const struct processes *p,
		   int (*fn)(void *context, const struct process_view *view), void *context);

/* How many different processes were written down so far. */
size_t processes_stated(const struct processes *p);

#endif
