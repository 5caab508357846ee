/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of a profile's frames, asked for once and made fit to be shown.
 *
 * A function is a name: frames with equal names are one function, as pprof has
 * it. A label is a function as it is drawn: the kernel's apart from a
 * program's of the same name.
 *
 * What is shown may be more than what was recorded: with NAMES_INLINES a frame
 * becomes as many as calls were inlined there. So outputs ask here for frames
 * and stacks, by numbers of their own, and the profile for nothing but samples.
 */
#ifndef ANALYZE_OUTPUTS_NAMES_H
#define ANALYZE_OUTPUTS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/intern.h"
#include "analyze/base/vec.h"
#include "analyze/outputs/output.h"
#include "analyze/result/profile.h"
#include "analyze/symbolize/symbolizer.h"

enum label_flags {
	LABEL_KERNEL = 1,
	LABEL_UNNAMED = 2, /* the name is the module's, in brackets */
	LABEL_MARK = 4,	   /* not code */
	LABEL_PROCESS = 8, /* a process' name, as the root of its stacks */
};

enum names_flags {
	NAMES_PLAIN = 0,
	NAMES_FOLDED =
		1, /* no ';', no space at the ends, "_[k]" behind kernel functions; no flags */
	NAMES_LINES = 2, /* frames of different lines are different functions: "work shape.c:42" */
	NAMES_INLINES = 4, /* inlined calls are frames */
	NAMES_BARE = 8,	   /* functions stay names alone: the output shows files and lines itself */
};

/* file: lent by the symbolizer, not clean, as system_name. Where no lines are asked for: "", 0. */
struct named_frame {
	uint32_t function;
	uint32_t label;
	const char *system_name;
	const char *file;
	uint32_t line;
	uint32_t first_line;
	uint32_t frame;		   /* the profile's, whose module and offset it has */
	enum symbol_source source; /* of the name */
	bool inlined;		   /* into the frame that stands before it towards the root */
};

struct names {
	const struct profile *profile;
	unsigned int flags; /* enum names_flags */
	struct arena arena;
	struct intern functions; /* texts */
	struct intern labels;	 /* of struct names_label */
	VEC(struct named_frame) frames;
	VEC(struct profile_stack) stacks; /* empty: those of the profile */
	uint32_t *shown;		  /* by the profile's stack; NULL: each one as it is */
	bool too_many; /* inlined calls were left out: there would be too many stacks */
};

struct names_label {
	uint32_t function;
	uint32_t flags;
};

/*
 * A sample's stack as it is to be shown: without what the profile's drop_leaves
 * names, and in the numbers of names_get_stack().
 */
static inline uint32_t names_stack(const struct names *n, uint32_t stack)
{
	return n->shown ? n->shown[stack] : stack;
}

/* As of a profile; frame is an index of frames. */
static inline const struct profile_stack *names_get_stack(const struct names *n, uint32_t stack)
{
	return n->stacks.n ? &n->stacks.items[stack] : profile_get_stack(n->profile, stack);
}

static inline size_t names_n_stacks(const struct names *n)
{
	return n->stacks.n ? n->stacks.n : profile_n_stacks(n->profile);
}

/* The number of a frame's module. */
uint32_t names_module(const struct names *n, uint32_t frame);

/* What the user wants of frames: NAMES_LINES, NAMES_INLINES. */
unsigned int names_wanted(const struct output_job *job);

/* flags: enum names_flags. */
void names_init(struct names *n, const struct profile *p, struct symbolizer *s, unsigned int flags);
void names_done(struct names *n);

const char *names_function(const struct names *n, uint32_t function);
const struct names_label *names_label(const struct names *n, uint32_t label);
const char *names_label_text(const struct names *n, uint32_t label);

/* The label of a process with this name; "[unknown]" where it is NULL or empty. */
uint32_t names_process(struct names *n, const char *comm);

/* What runs in the kernel: the kernel itself, its modules, BPF programs. */
bool names_is_kernel(const struct module *m);

/*
 * The place of each function in bytewise order of the names: for sorting. To
 * be freed by the caller.
 */
uint32_t *names_ranks(const struct names *n);

#endif
