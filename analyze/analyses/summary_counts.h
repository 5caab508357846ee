/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The view summary's answers in a line each: waits for a CPU, system calls,
 * programs started, locks of the kernel; and which views tell more.
 */
#ifndef ANALYZE_ANALYSES_SUMMARY_COUNTS_H
#define ANALYZE_ANALYSES_SUMMARY_COUNTS_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/summary_threads.h"

/* All zero is an empty one. */
struct summary_counts {
	int64_t calls;
	int64_t errors;
	int64_t programs;
	int64_t lock_waits; /* for locks of the kernel */
	int64_t lock_ns;
};

/*
 * Counts a SYSCALL, SYSCALL_COUNT or LOCK_CONTENDED if it passes the filters, by
 * the rules of the views syscalls and locks; and an EXEC_ARGS, which did.
 */
void summary_counts_event(struct summary_counts *c, const struct analysis_input *in,
			  const struct thread *thread, const struct ev_header *event);

/* Whether the tape has records of any probe group but cpu. */
bool summary_counts_other(const struct world *w);

/*
 * A row for each answer: none of what did not happen. threads is sorted or not;
 * NULL: switches were not recorded. Never NULL.
 */
struct table *summary_counts_table(const struct summary_counts *c,
				   const struct summary_threads *threads);

/* Names the views that have something to say of this tape; nothing if that is CPU time alone. */
void summary_counts_note(const struct world *w, const struct summary_threads *threads,
			 struct result *ret);

#endif
