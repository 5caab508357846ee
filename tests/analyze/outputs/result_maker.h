/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes results whose content is known, for the tests of outputs: stacks are
 * given as text, and every function gets its symbol in a bundle, so that no
 * file of this machine is looked at. All in this header, since a source here
 * would be a test program.
 */
#ifndef TESTS_ANALYZE_OUTPUTS_RESULT_MAKER_H
#define TESTS_ANALYZE_OUTPUTS_RESULT_MAKER_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/intern.h"
#include "analyze/outputs/output.h"

#define MAKER_PERIOD_NS	     10000000 /* of one sample: 100 Hz */
#define MAKER_FUNCTION_BYTES 0x100

struct maker {
	struct profile *profile;
	struct result *result;
	struct bundle *bundle;
	struct symbolizer *symbolizer; /* made at the first output */
	struct intern functions;       /* "name@module": its number gives the offset */
};

static inline void maker_init_with(struct maker *m, const char *drop_leaves, bool as_go)
{
	const struct profile_head head = {
		.name = "cpu",
		.title = "CPU time",
		.n_types = 2,
		.types = { { "samples", "count" }, { "cpu", "nanoseconds" } },
		.default_type = 1,
		.period_type = { "cpu", "nanoseconds" },
		.drop_leaves = drop_leaves,
		.as_go = as_go,
		.period = MAKER_PERIOD_NS,
		.start_wall_ns = 1767225600000000000, /* 2026-01-01 */
		.duration_ns = 10000000000,
	};

	*m = (struct maker){ 0 };
	m->result = result_new("cpu", "Where the CPU time went");
	m->profile = profile_new(&head);
	result_take_profile(m->result, m->profile);
	m->bundle = bundle_new();
	result_coverage(m->result)->complete = true;
	result_coverage(m->result)->records = 1000;
}

static inline void maker_init_dropping(struct maker *m, const char *drop_leaves)
{
	maker_init_with(m, drop_leaves, false);
}

/* Of any modules. */
static inline void maker_init_dropping_any(struct maker *m, const char *drop_leaves)
{
	struct profile_head head;

	maker_init_with(m, drop_leaves, false);
	head = *profile_head(m->profile);
	head.drop_any = true;
	m->profile = profile_new(&head); /* copies the strings of the other */
	result_free(m->result);
	m->result = result_new("cpu", "Where the CPU time went");
	result_take_profile(m->result, m->profile);
}

static inline void maker_init(struct maker *m)
{
	maker_init_with(m, NULL, false);
}

static inline void maker_done(struct maker *m)
{
	symbolizer_free(m->symbolizer);
	result_free(m->result);
	bundle_free(m->bundle);
	intern_done(&m->functions);
}

/* "kernel", "mark", "anon", or the name of a file in /usr/lib; "app" is /usr/bin/app. */
static inline struct module maker_module(const char *name)
{
	struct module m = {
		.kind = MODULE_FILE,
		.build_id_size = MODULE_BUILD_ID_SIZE,
		.file_offset = 0x1000,
	};
	static char path[512];

	snprintf(path, sizeof(path), "/usr/%s/%s", strcmp(name, "app") == 0 ? "bin" : "lib", name);
	m.path = path;
	memset(m.build_id, name[0], sizeof(m.build_id));
	m.start = 0x100000000ull * (unsigned char)name[0];
	m.end = m.start + 0x10000;
	if (strcmp(name, "kernel") == 0) {
		m.kind = MODULE_KERNEL;
		m.path = "[kernel]";
		m.start = 0xffffffff81000000;
		m.end = m.start + 0x2000000;
		m.file_offset = 0;
	} else if (strcmp(name, "anon") == 0) {
		m = (struct module){ .kind = MODULE_ANON, .path = "[anon]" };
	} else if (name[0] == '[') {
		m = (struct module){ .kind = MODULE_MARK, .path = name };
	}
	return m;
}

/* One frame; name NULL: without a symbol. */
static inline uint32_t maker_frame(struct maker *m, const char *name, const char *module)
{
	struct module mod = maker_module(module);
	uint32_t number = profile_module(m->profile, &mod);
	char key[1024];
	uint64_t offset;
	struct symbol symbol;

	if (mod.kind == MODULE_MARK)
		return profile_frame(m->profile, number, 0);
	snprintf(key, sizeof(key), "%s@%s", name ? name : "", module);
	offset = mod.file_offset + (uint64_t)intern_text(&m->functions, key) * MAKER_FUNCTION_BYTES;
	symbol = (struct symbol){ .start = offset, .size = MAKER_FUNCTION_BYTES, .name = name };
	if (name)
		bundle_add(m->bundle, &mod, &symbol);
	return profile_frame(m->profile, number, offset + 4);
}

/* The source lines of a function that a stack has, as the text of EV_LINE. */
static inline void maker_lines(struct maker *m, const char *name, const char *module,
			       const char *text)
{
	struct module mod = maker_module(module);
	struct symbol range = { .size = MAKER_FUNCTION_BYTES, .origin = EV_SYMBOL_DWARF };
	char key[1024];

	snprintf(key, sizeof(key), "%s@%s", name, module);
	range.start =
		mod.file_offset + (uint64_t)intern_text(&m->functions, key) * MAKER_FUNCTION_BYTES;
	if (bundle_add_lines(m->bundle, &mod, &range, text) != 0)
		abort();
}

/*
 * "main;work;read@libc.so.6;vfs_read@kernel": frames from the root. Without an
 * '@' the module is app; "?@libfoo.so" has no name, "@[cut]" is a mark.
 */
static inline uint32_t maker_stack(struct maker *m, const char *text)
{
	uint32_t stack = PROFILE_ROOT;
	char copy[4096], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *f = strtok_r(copy, ";", &rest); f; f = strtok_r(NULL, ";", &rest)) {
		char *at = strchr(f, '@');
		const char *module = at ? at + 1 : "app";

		if (at)
			*at = '\0';
		stack = profile_stack(m->profile, stack,
				      maker_frame(m, strcmp(f, "?") == 0 ? NULL : f, module));
	}
	return stack;
}

static inline uint32_t maker_labels(struct maker *m, const char *comm, int pid, int tid)
{
	const struct profile_label labels[] = {
		{ .key = "pid", .number = pid },
		{ .key = "tid", .number = tid },
		{ .key = "comm", .text = comm },
		{ .key = "thread", .text = comm },
	};

	return profile_labels(m->profile, labels, 4);
}

static inline void maker_add_stack(struct maker *m, uint32_t labels, uint32_t stack,
				   int64_t samples)
{
	const int64_t values[] = { samples, samples * MAKER_PERIOD_NS };

	profile_add(m->profile, stack, labels, values);
}

static inline void maker_add(struct maker *m, const char *comm, const char *stack, int64_t samples)
{
	maker_add_stack(m, maker_labels(m, comm, comm[0], comm[0]), maker_stack(m, stack), samples);
}

/* The profile that most tests look at: 100 samples of two processes. */
static inline void maker_demo(struct maker *m)
{
	maker_init(m);
	maker_add(m, "app", "_start;main;work;spin", 40);
	maker_add(m, "app", "_start;main;work;spin;memcpy@libc.so.6", 15);
	maker_add(m, "app", "_start;main;fib;fib;fib", 12);
	maker_add(m, "app", "_start;main;_ZN3foo3barEi;read@libc.so.6;vfs_read@kernel", 8);
	maker_add(m, "app", "_start;main;?@libfoo.so", 5);
	maker_add(m, "worker", "_start;main;work;spin", 17);
	maker_add(m, "worker", "@[stack lost]", 2);
	maker_add(m, "worker", "?@anon", 1);
}

/* Writes the result; the caller frees *text. Returns what the output does. */
static inline int maker_write_with(struct maker *m, const char *output,
				   struct output_options options, char **text, size_t *size)
{
	const struct symbolizer_options names = { .bundle = m->bundle, .no_files = true };
	struct output_job job = { .result = m->result, .options = options, .tape = "demo.tape" };
	struct tape_error err;
	int rc;

	if (!m->symbolizer)
		m->symbolizer = symbolizer_new(&names);
	job.names = m->symbolizer;
	job.out = open_memstream(text, size);
	rc = output_by_name(output)->write(&job, &err);
	fclose(job.out);
	return rc;
}

static inline char *maker_write(struct maker *m, const char *output)
{
	char *text = NULL;
	size_t size;

	if (maker_write_with(m, output, (struct output_options){ 0 }, &text, &size) != 0)
		abort();
	return text;
}

/* What an output says when its file takes no more: 0, or -errno with *err. */
static inline int maker_write_to_full(struct maker *m, const char *output, struct tape_error *err)
{
	const struct symbolizer_options names = { .bundle = m->bundle, .no_files = true };
	struct output_job job = { .result = m->result, .tape = "demo.tape" };
	int rc;

	if (!m->symbolizer)
		m->symbolizer = symbolizer_new(&names);
	job.names = m->symbolizer;
	job.out = fopen("/dev/full", "w");
	if (!job.out)
		return -errno;
	rc = output_by_name(output)->write(&job, err);
	fclose(job.out);
	return rc;
}

#endif
