// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables of a profile. What is a pair of numbers (a stack is parent and
 * frame, a sample is stack and label set) is looked up as such, all else by its
 * bytes: a tape comes from a stranger, so nothing may rest on a hash alone.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/pairs.h"
#include "analyze/base/sum.h"
#include "analyze/base/vec.h"
#include "analyze/result/profile.h"

struct label_set {
	const struct profile_label *labels;
	size_t n;
};

/* A label as the bytes by which sets are told apart. */
struct label_key {
	uint32_t key;
	uint32_t text; /* its number + 1; 0: the label is a number */
	int64_t number;
};

struct profile {
	struct profile_head head;
	struct arena arena;
	struct intern texts;
	struct intern module_keys;
	VEC(struct module) modules;
	struct intern frames;	 /* of struct profile_frame */
	struct pairs stack_keys; /* parent and frame; the root has none */
	VEC(struct profile_stack) stacks;
	struct intern label_keys;
	VEC(struct label_set) label_sets;
	struct pairs sample_keys; /* stack and label set */
	VEC(struct profile_sample) samples;
	int64_t totals[PROFILE_MAX_VALUES];
};

static const char *keep(struct profile *p, const char *text)
{
	return intern_get_text(&p->texts, intern_text(&p->texts, text ? text : ""));
}

static struct profile_type keep_type(struct profile *p, struct profile_type type)
{
	return (struct profile_type){ .type = keep(p, type.type), .unit = keep(p, type.unit) };
}

struct profile *profile_new(const struct profile_head *head)
{
	struct profile *p = memory_alloc(sizeof(*p));

	assert(head->n_types > 0 && head->n_types <= PROFILE_MAX_VALUES);
	assert(head->default_type < head->n_types);
	p->head = *head;
	p->head.name = keep(p, head->name);
	p->head.title = keep(p, head->title);
	for (size_t i = 0; i < head->n_types; i++)
		p->head.types[i] = keep_type(p, head->types[i]);
	p->head.period_type = keep_type(p, head->period_type);
	p->head.drop_leaves = head->drop_leaves ? keep(p, head->drop_leaves) : NULL;
	*vec_push(&p->stacks) = (struct profile_stack){ 0 };
	return p;
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	vec_done(&p->modules);
	vec_done(&p->stacks);
	vec_done(&p->label_sets);
	vec_done(&p->samples);
	pairs_done(&p->stack_keys);
	pairs_done(&p->sample_keys);
	intern_done(&p->texts);
	intern_done(&p->module_keys);
	intern_done(&p->frames);
	intern_done(&p->label_keys);
	arena_done(&p->arena);
	free(p);
}

const struct profile_head *profile_head(const struct profile *p)
{
	return &p->head;
}

void profile_set_period(struct profile *p, int64_t period)
{
	p->head.period = period;
}

void profile_set_time(struct profile *p, uint64_t start_wall_ns, uint64_t duration_ns)
{
	p->head.start_wall_ns = start_wall_ns;
	p->head.duration_ns = duration_ns;
}

uint32_t profile_module(struct profile *p, const struct module *m)
{
	uint8_t size =
		m->build_id_size < MODULE_BUILD_ID_SIZE ? m->build_id_size : MODULE_BUILD_ID_SIZE;
	struct {
		uint32_t kind;
		uint32_t path;
		uint32_t size;
		uint8_t build_id[MODULE_BUILD_ID_SIZE];
	} key = { .kind = m->kind, .size = size };
	uint32_t number;

	key.path = intern_text(&p->texts, m->path ? m->path : "");
	memcpy(key.build_id, m->build_id, size);
	number = intern_bytes(&p->module_keys, &key, sizeof(key));
	if (number == p->modules.n) {
		struct module *kept = vec_push(&p->modules);

		*kept = *m;
		kept->path = intern_get_text(&p->texts, key.path);
		kept->build_id_size = size;
	}
	return number;
}

uint32_t profile_frame(struct profile *p, uint32_t module, uint64_t offset)
{
	struct profile_frame frame = { .module = module, .offset = offset };

	assert(module < p->modules.n);
	return intern_bytes(&p->frames, &frame, sizeof(frame));
}

uint32_t profile_mark(struct profile *p, const char *text)
{
	const struct module mark = { .kind = MODULE_MARK, .path = text };

	return profile_frame(p, profile_module(p, &mark), 0);
}

uint32_t profile_stack(struct profile *p, uint32_t parent, uint32_t frame)
{
	uint32_t number, depth;

	assert(parent < p->stacks.n && frame < intern_count(&p->frames));
	number = pairs_number(&p->stack_keys, parent, frame, NULL) + 1;
	if (number == p->stacks.n) {
		depth = p->stacks.items[parent].depth + 1;
		*vec_push(&p->stacks) = (struct profile_stack){
			.parent = parent,
			.frame = frame,
			.depth = depth,
		};
	}
	return number;
}

static void keep_labels(struct profile *p, const struct profile_label *labels, size_t n)
{
	struct profile_label *kept = arena_alloc(&p->arena, n * sizeof(*kept));

	for (size_t i = 0; i < n; i++) {
		kept[i].key = keep(p, labels[i].key);
		kept[i].text = labels[i].text ? keep(p, labels[i].text) : NULL;
		kept[i].number = labels[i].text ? 0 : labels[i].number;
	}
	*vec_push(&p->label_sets) = (struct label_set){ .labels = kept, .n = n };
}

uint32_t profile_labels(struct profile *p, const struct profile_label *labels, size_t n)
{
	struct label_key keys[PROFILE_MAX_LABELS] = { 0 };
	uint32_t number;

	assert(n <= PROFILE_MAX_LABELS);
	for (size_t i = 0; i < n; i++) {
		const struct profile_label *l = &labels[i];

		keys[i].key = intern_text(&p->texts, l->key);
		keys[i].text = l->text ? intern_text(&p->texts, l->text) + 1 : 0;
		keys[i].number = l->text ? 0 : l->number;
	}
	number = intern_bytes(&p->label_keys, keys, (uint32_t)(n * sizeof(keys[0])));
	if (number == p->label_sets.n)
		keep_labels(p, labels, n);
	return number;
}

size_t profile_add(struct profile *p, uint32_t stack, uint32_t labels, const int64_t *values)
{
	uint32_t number;

	assert(stack < p->stacks.n && labels < p->label_sets.n);
	number = pairs_number(&p->sample_keys, stack, labels, NULL);
	if (number == p->samples.n)
		*vec_push(&p->samples) =
			(struct profile_sample){ .stack = stack, .labels = labels };
	profile_add_again(p, number, values, 1);
	return number;
}

bool profile_has_sample(const struct profile *p, uint32_t stack, uint32_t labels)
{
	return pairs_has(&p->sample_keys, stack, labels);
}

void profile_add_again(struct profile *p, size_t index, const int64_t *values, uint64_t times)
{
	struct profile_sample *s = &p->samples.items[index];

	assert(index < p->samples.n);
	for (size_t i = 0; i < p->head.n_types; i++) {
		int64_t sum = sum_times(values[i], times);

		s->values[i] = sum_add(s->values[i], sum);
		p->totals[i] = sum_add(p->totals[i], sum);
	}
}

size_t profile_n_modules(const struct profile *p)
{
	return p->modules.n;
}

const struct module *profile_get_module(const struct profile *p, uint32_t number)
{
	return &p->modules.items[number];
}

size_t profile_n_frames(const struct profile *p)
{
	return intern_count(&p->frames);
}

const struct profile_frame *profile_get_frame(const struct profile *p, uint32_t number)
{
	return intern_get(&p->frames, number, NULL);
}

size_t profile_n_stacks(const struct profile *p)
{
	return p->stacks.n;
}

const struct profile_stack *profile_get_stack(const struct profile *p, uint32_t number)
{
	return &p->stacks.items[number];
}

size_t profile_n_label_sets(const struct profile *p)
{
	return p->label_sets.n;
}

const struct profile_label *profile_get_labels(const struct profile *p, uint32_t set, size_t *n)
{
	*n = p->label_sets.items[set].n;
	return p->label_sets.items[set].labels;
}

size_t profile_n_samples(const struct profile *p)
{
	return p->samples.n;
}

const struct profile_sample *profile_get_sample(const struct profile *p, size_t index)
{
	return &p->samples.items[index];
}

int64_t profile_total(const struct profile *p, size_t value)
{
	return p->totals[value];
}

const struct profile_label *profile_find_label(const struct profile *p, uint32_t set,
					       const char *key)
{
	const struct label_set *labels = &p->label_sets.items[set];

	for (size_t i = 0; i < labels->n; i++) {
		if (strcmp(labels->labels[i].key, key) == 0)
			return &labels->labels[i];
	}
	return NULL;
}
