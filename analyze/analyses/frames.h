/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns the stacks that events refer to into stacks of a profile: user frames
 * from the root on, then kernel frames towards the leaf. Shared by every analysis
 * that makes a profile.
 */
#ifndef ANALYZE_ANALYSES_FRAMES_H
#define ANALYZE_ANALYSES_FRAMES_H

#include <stdint.h>

#include "analyze/analyses/script_frames.h"
#include "analyze/analyses/stack_ends.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/world.h"
#include "analyze/result/profile.h"
#include "analyze/unwind/unwind.h"

/*
 * For a profile's drop_leaves: what stands at the end of a stack because of how
 * it was taken, by a program that watches a tracepoint, and what every thread
 * that does not run stands in (kernel/sched/core.c, kernel/time/timer.c).
 */
#define FRAMES_OF_TRACER                                                                           \
	"bpf_prog_* bpf_trace_run* __bpf_trace_* __traceiter_* bpf_trampoline_* bpf_get_stack* "   \
	"__bpf_get_stack bpf_get_task_stack* __bpf_get_task_stack"
#define FRAMES_OF_SCHEDULER                                                                        \
	"__schedule schedule schedule_timeout schedule_timeout_* schedule_preempt_disabled "       \
	"schedule_hrtimeout* schedule_rtlock preempt_schedule* io_schedule* __cond_resched "       \
	"_cond_resched"

struct frames {
	struct profile *profile;   /* borrowed, as */
	struct unwinder *unwinder; /* for stacks with copies; NULL: nobody */
	struct unwound *unwound;   /* room for one */
	struct stack_ends ends;	   /* of those that were unwound */
	struct map stacks;	   /* what was asked before, to its number in the profile */
	struct map chains;	   /* single stacks, to where their frames stand in lists */
	VEC(uint32_t) lists;	   /* how many, then the profile's frames from the root on */
	struct script_frames scripts;
	VEC(uint32_t) modules;	 /* number in the profile + 1, by the world's index */
	uint64_t unknown_ids;	 /* uses of stacks that the tape does not define, */
	uint64_t unknown_stacks; /* and events that have such a one */
};

void frames_init(struct frames *f, struct profile *profile, struct unwinder *unwinder);
void frames_done(struct frames *f);

/*
 * What the answer of frames_stack() hangs on, as one number: whoever has asked for
 * it before need not ask again, unless unknown_stacks rose.
 */
uint64_t frames_key(const struct world *w, const struct process *p, uint64_t ustack,
		    uint64_t kstack);

/* The profile's number for both stacks of an event; an id of 0 is none. */
uint32_t frames_stack(struct frames *f, const struct world *w, const struct process *p,
		      uint64_t ustack, uint64_t kstack);

/* The same with an interpreter's stack, if it is not 0, in its place in the user stack. */
struct frames_ids {
	uint64_t ustack;
	uint64_t kstack;
	uint64_t script;
};

uint64_t frames_ids_key(const struct world *w, const struct process *p,
			const struct frames_ids *ids);
uint32_t frames_ids_stack(struct frames *f, const struct world *w, const struct process *p,
			  const struct frames_ids *ids);

/* The profile's number of the frame for an address of p: of a caller, one within its call. */
uint32_t frames_address(struct frames *f, const struct world *w, const struct process *p,
			uint64_t address);

/* The profile's number for a stack of one frame that is no code: "[no stack taken]". */
uint32_t frames_mark(struct frames *f, const char *text);

/* As results and symbolizers know it. The path is lent. */
struct module frames_module(const struct tape_module *m);

#endif
