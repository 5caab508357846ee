/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile: stacks with values. One of the three shapes that an analysis may
 * produce.
 *
 * Everything is interned, so its size grows with the number of different
 * stacks and label sets and not with the number of samples. Stacks form a tree
 * that grows from the root: a stack is its parent and one more frame towards
 * the leaf. Frames are (module, offset); an offset of a caller already points
 * into its call instruction (the return address less 1).
 *
 * Numbers (of modules, frames, stacks, label sets) are handed out from 0 in
 * order of first sight, so they are the same for the same tape everywhere.
 */
#ifndef ANALYZE_RESULT_PROFILE_H
#define ANALYZE_RESULT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/result/module.h"

#define PROFILE_MAX_VALUES 4
#define PROFILE_MAX_LABELS 16 /* of one set */
#define PROFILE_ROOT	   0  /* the empty stack */

/* What a value counts, in pprof's words: "samples" in "count", "cpu" in "nanoseconds". */
struct profile_type {
	const char *type;
	const char *unit;
};

struct profile_frame {
	uint32_t module;
	uint32_t reserved;
	uint64_t offset;
};

struct profile_stack {
	uint32_t parent; /* PROFILE_ROOT for a stack of one frame */
	uint32_t frame;
	uint32_t depth; /* frames in it; 0 for the root */
};

/* text is NULL where the label is a number. Keys: pid, tid, comm, thread, cgroup, … */
struct profile_label {
	const char *key;
	const char *text;
	int64_t number;
};

struct profile_sample {
	uint32_t stack;
	uint32_t labels; /* a label set */
	int64_t values[PROFILE_MAX_VALUES];
};

struct profile_head {
	const char *name;  /* "cpu" */
	const char *title; /* "CPU time" */
	size_t n_types;
	struct profile_type types[PROFILE_MAX_VALUES];
	size_t default_type; /* which value reports are sorted by */
	struct profile_type period_type;
	/*
	 * Functions of the kernel that outputs leave out where they end a stack, one
	 * space between two names; "foo*" is every name that begins so. NULL: none.
	 * What is left of a stack never is nothing: its first frame stays.
	 */
	const char *drop_leaves;
	bool drop_any; /* any functions, not the kernel's alone; a stack of nothing else stays whole */
	/* A profile that Go's runtime has too: pprof gets its stacks as from the runtime. */
	bool as_go;
	int64_t period;		/* 0: none */
	uint64_t start_wall_ns; /* 0: not known */
	uint64_t duration_ns;
};

struct profile;

/* Strings of head and of modules and labels are copied. Never NULL. */
struct profile *profile_new(const struct profile_head *head);
void profile_free(struct profile *p); /* accepts NULL */

const struct profile_head *profile_head(const struct profile *p);
void profile_set_period(struct profile *p, int64_t period);
void profile_set_time(struct profile *p, uint64_t start_wall_ns, uint64_t duration_ns);

/* Interning: each returns the number of the equal one that is there, or a new one's. */
uint32_t profile_module(struct profile *p, const struct module *m); /* by kind, path, build-id */
uint32_t profile_frame(struct profile *p, uint32_t module, uint64_t offset);
uint32_t profile_mark(struct profile *p,
		      const char *text); /* a frame that is no code: MODULE_MARK */
uint32_t profile_stack(struct profile *p, uint32_t parent, uint32_t frame);
uint32_t profile_labels(struct profile *p, const struct profile_label *labels, size_t n);

/* Adds to the sample of this stack and these labels, and gives its index. values: n_types. */
size_t profile_add(struct profile *p, uint32_t stack, uint32_t labels, const int64_t *values);

/* Whether there is a sample of this stack and these labels. */
bool profile_has_sample(const struct profile *p, uint32_t stack, uint32_t labels);

/* Adds to a sample that is there: the same values so many times. */
void profile_add_again(struct profile *p, size_t index, const int64_t *values, uint64_t times);

/* What is in it. Lent until the profile changes. Samples are in order of first sight. */
size_t profile_n_modules(const struct profile *p);
const struct module *profile_get_module(const struct profile *p, uint32_t number);
size_t profile_n_frames(const struct profile *p);
const struct profile_frame *profile_get_frame(const struct profile *p, uint32_t number);
size_t profile_n_stacks(const struct profile *p); /* the root included */
const struct profile_stack *profile_get_stack(const struct profile *p, uint32_t number);
size_t profile_n_label_sets(const struct profile *p);
const struct profile_label *profile_get_labels(const struct profile *p, uint32_t set, size_t *n);
size_t profile_n_samples(const struct profile *p);
const struct profile_sample *profile_get_sample(const struct profile *p, size_t index);

/* Sum of one value over all samples. */
int64_t profile_total(const struct profile *p, size_t value);

/* The label of a key in a set; NULL if it has none. */
const struct profile_label *profile_find_label(const struct profile *p, uint32_t set,
					       const char *key);

#endif
