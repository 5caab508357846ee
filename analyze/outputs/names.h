/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of a profile's frames, asked for once and made fit to be shown.
 *
 * A function is a name: frames with equal names are one function, as pprof has
 * it. A label is a function as it is drawn: the kernel's apart from a
 * program's of the same name.
 */
#ifndef ANALYZE_OUTPUTS_NAMES_H
#define ANALYZE_OUTPUTS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/intern.h"
#include "analyze/result/profile.h"
#include "analyze/symbolize/symbolizer.h"

enum label_flags {
	LABEL_KERNEL = 1,
	LABEL_UNNAMED = 2, /* the name is the module's, in brackets */
	LABEL_MARK = 4,	   /* not code */
	LABEL_PROCESS = 8, /* a process' name, as the root of its stacks */
};

enum names_style {
	NAMES_PLAIN,
	NAMES_FOLDED, /* no ';', no space at the ends, "_[k]" behind kernel functions; no flags */
};

struct named_frame {
	uint32_t function;
	uint32_t label;
	const char *system_name; /* lent by the symbolizer; not clean */
};

struct names {
	const struct profile *profile;
	enum names_style style;
	struct arena arena;
	struct intern functions;    /* texts */
	struct intern labels;	    /* of struct names_label */
	struct named_frame *frames; /* by the profile's numbers */
	uint32_t *shown;	    /* by stack; NULL: each one as it is */
};

struct names_label {
	uint32_t function;
	uint32_t flags;
};

/*
 * A stack as it is to be shown: without what the profile's drop_leaves names.
 * Every output asks this of each sample's stack.
 */
static inline uint32_t names_stack(const struct names *n, uint32_t stack)
{
	return n->shown ? n->shown[stack] : stack;
}

void names_init(struct names *n, const struct profile *p, struct symbolizer *s,
		enum names_style style);
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
