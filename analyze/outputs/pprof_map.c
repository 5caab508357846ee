// SPDX-License-Identifier: BSD-2-Clause
/* See pprof_map.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/pprof_map.h"

#define COMM_LENGTH 15 /* TASK_COMM_LEN of the kernel, without the NUL */

/* The offsets of a module that have to lie in its mapping. */
struct extent {
	uint64_t low;
	uint64_t high;
	bool used;
};

static void include(struct extent *e, uint64_t offset)
{
	if (!e->used || offset < e->low)
		e->low = offset;
	if (!e->used || offset > e->high)
		e->high = offset;
	e->used = true;
}

static struct extent *find_extents(const struct profile *p)
{
	struct extent *extents = memory_alloc(profile_n_modules(p) * sizeof(*extents));

	for (uint32_t i = 0; i < profile_n_frames(p); i++) {
		const struct profile_frame *f = profile_get_frame(p, i);

		include(&extents[f->module], f->offset);
	}
	return extents;
}

/*
 * The module's first mapping, made larger where frames lie outside of it: other
 * processes may have mapped other parts. What does not fit into 64 bits, as only
 * a broken tape has it, gets its offsets for addresses.
 */
static struct pprof_mapping place(const struct module *m, struct extent e)
{
	uint64_t before, size;
	struct pprof_mapping r = { .start = m->start, .file_offset = m->file_offset };

	if (m->end > m->start) {
		uint64_t last = m->file_offset + (m->end - m->start - 1);

		include(&e, m->file_offset);
		include(&e, last >= m->file_offset ? last : UINT64_MAX);
	}
	before = m->file_offset - e.low;
	size = e.high - e.low;
	r.start = m->start - before;
	r.file_offset = e.low;
	/* An anonymous offset is the address itself. */
	if (m->kind == MODULE_ANON || m->kind == MODULE_UNKNOWN || m->start < before ||
	    r.start + size < r.start)
		r.start = e.low;
	r.limit = r.start + size < UINT64_MAX ? r.start + size + 1 : UINT64_MAX;
	return r;
}

/* Whether a process with this name may run this file. */
static bool is_program_of(const struct module *m, const char *comm)
{
	const char *name = module_short_name(m);
	size_t size = strlen(comm);

	if (size == 0 || size > COMM_LENGTH)
		return false;
	return strncmp(name, comm, size) == 0 && (size == COMM_LENGTH || name[size] == '\0');
}

static bool is_a_program(const struct profile *p, const struct module *m)
{
	for (uint32_t i = 0; i < profile_n_label_sets(p); i++) {
		const struct profile_label *comm = profile_find_label(p, i, "comm");

		if (comm && comm->text && is_program_of(m, comm->text))
			return true;
	}
	return false;
}

/* What is no machine code has no mapping. */
static bool is_mapped(const struct module *m)
{
	return m->kind != MODULE_MARK && m->kind != MODULE_SCRIPT;
}

/* How likely a module is the main program: better kinds before more samples. */
static int grade(const struct profile *p, const struct module *m)
{
	if (m->kind != MODULE_FILE)
		return is_mapped(m) ? 1 : 0;
	if (is_a_program(p, m))
		return 4;
	return strstr(module_short_name(m), ".so") ? 2 : 3;
}

/* The value of all stacks that have a frame of the module, once for each such frame. */
static int64_t *sum_modules(const struct profile *p, size_t value)
{
	int64_t *sums = memory_alloc(profile_n_modules(p) * sizeof(*sums));
	int64_t *totals = memory_alloc(profile_n_stacks(p) * sizeof(*totals));

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);

		totals[s->stack] = sum_add(totals[s->stack], s->values[value]);
	}
	for (size_t i = profile_n_stacks(p); i-- > 1;) {
		const struct profile_stack *s = profile_get_stack(p, (uint32_t)i);
		uint32_t module = profile_get_frame(p, s->frame)->module;

		totals[s->parent] = sum_add(totals[s->parent], totals[i]);
		sums[module] = sum_add(sums[module], totals[i]);
	}
	free(totals);
	return sums;
}

/* Its number; UINT32_MAX if there is no module. */
static uint32_t main_program(const struct profile *p, size_t value)
{
	int64_t *sums = sum_modules(p, value);
	uint32_t best = UINT32_MAX;
	int best_grade = 0;

	for (uint32_t i = 0; i < profile_n_modules(p); i++) {
		int g = grade(p, profile_get_module(p, i));

		if (g > best_grade || (g == best_grade && g && sums[i] > sums[best])) {
			best = i;
			best_grade = g;
		}
	}
	free(sums);
	return best;
}

static void add(struct pprof_map *map, const struct profile *p, uint32_t module,
		struct extent extent)
{
	const struct module *m = profile_get_module(p, module);

	if (!is_mapped(m) || !extent.used || map->ids[module])
		return;
	map->mappings[map->n] = place(m, extent);
	map->mappings[map->n].module = module;
	map->ids[module] = (uint32_t)++map->n;
}

void pprof_map_init(struct pprof_map *map, const struct profile *p, size_t value)
{
	uint32_t count = (uint32_t)profile_n_modules(p), first = main_program(p, value);
	struct extent *extents = find_extents(p);

	*map = (struct pprof_map){ 0 };
	map->mappings = memory_alloc(count * sizeof(*map->mappings));
	map->ids = memory_alloc(count * sizeof(*map->ids));
	if (first != UINT32_MAX)
		add(map, p, first, extents[first]);
	for (uint32_t i = 0; i < count; i++)
		add(map, p, i, extents[i]);
	free(extents);
}

void pprof_map_done(struct pprof_map *map)
{
	free(map->mappings);
	free(map->ids);
}
