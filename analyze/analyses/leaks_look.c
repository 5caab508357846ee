// SPDX-License-Identifier: BSD-2-Clause
/* See leaks_look.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/leaks_look.h"

#define WAITS	   1u /* for the network; in leaks_look.network */
#define MADE	   2u
#define TIME_BYTES 24 /* of a time.Time */

static int compare_members(const void *left, const void *right)
{
	const struct goroutine *a = ((const struct gomember *)left)->goroutine;
	const struct goroutine *b = ((const struct gomember *)right)->goroutine;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->goid > b->goid) - (a->goid < b->goid);
}

static uint64_t key_of(const struct goroutines_process *p, uint64_t number)
{
	return map_mix(number + map_mix(p->index + 1));
}

static uint64_t network_of(const struct leaks_look *l, const struct goroutines_process *p,
			   uint64_t goid)
{
	const uint64_t *found = goid ? map_find(&l->network, key_of(p, goid)) : NULL;

	return found ? *found : 0;
}

static void add_waiter(struct leaks_look *l, uint64_t key, size_t member)
{
	bool added;
	uint64_t *first = map_add(&l->firsts, key, &added);

	if (added)
		*first = member;
	*map_add(&l->lasts, key, NULL) = member;
	++*map_add(&l->waiters, key, NULL);
}

/* Who waits where, and which goroutines belong to connections. */
static void look_around(struct leaks_look *l)
{
	for (size_t i = 0; i < l->n_members; i++) {
		const struct goroutine *at = l->members[i].goroutine;
		const struct goroutines_process *p = l->members[i].process;
		const char *reason;

		if (!l->groups->list.items[at->group]->waits)
			continue;
		if (at->wait_object)
			add_waiter(l, key_of(p, at->wait_object), i);
		reason = goroutines_name(&l->groups->goroutines, p, EV_GO_NAMES_WAIT,
					 at->wait_reason);
		if (!reason || strcmp(reason, "IO wait") != 0)
			continue;
		*map_add(&l->network, key_of(p, at->goid), NULL) |= WAITS;
		if (at->creator)
			*map_add(&l->network, key_of(p, at->creator), NULL) |= MADE;
	}
}

void leaks_look_begin(struct leaks_look *l, const struct gogroups *groups, uint64_t age_ns)
{
	l->groups = groups;
	l->age_ns = age_ns;
	l->members = gogroups_members(groups, &l->n_members);
	if (l->n_members)
		qsort(l->members, l->n_members, sizeof(*l->members), compare_members);
	look_around(l);
}

void leaks_look_done(struct leaks_look *l)
{
	free(l->members);
	map_done(&l->waiters);
	map_done(&l->firsts);
	map_done(&l->lasts);
	map_done(&l->network);
}

/* --- one group --- */

static int compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static size_t count_different(uint64_t *numbers, size_t n)
{
	size_t different = n > 0;

	if (n)
		qsort(numbers, n, sizeof(*numbers), compare_numbers);
	for (size_t i = 1; i < n; i++)
		different += numbers[i] != numbers[i - 1];
	return different;
}

/* Those that have stood there for long enough. */
static void look_at_old(const struct leaks_look *l, struct leak *leak)
{
	uint64_t *creators = memory_alloc((leak->n + 1) * sizeof(*creators)), first = 0;
	uint64_t *objects = memory_alloc((leak->n + 1) * sizeof(*objects));
	size_t n_objects = 0;

	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;
		uint64_t since = gogroups_since(at);

		if (since > leak->process->last_ns || leak->process->last_ns - since < l->age_ns)
			continue;
		if (!leak->old)
			first = at->goid;
		leak->goids = at->goid - first + 1;
		creators[leak->old++] = at->creator;
		if (at->wait_object)
			objects[n_objects++] = at->wait_object;
	}
	leak->creators = count_different(creators, leak->old);
	leak->objects = count_different(objects, n_objects);
	free(creators);
	free(objects);
}

/* Who made them, and whether that has to do with connections. */
static void look_at_makers(const struct leaks_look *l, struct leak *leak)
{
	const struct goroutines_process *p = leak->process;
	uint64_t *makers = memory_alloc((leak->n + 1) * sizeof(*makers));

	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;

		makers[i] = at->creator;
		leak->bound += network_of(l, p, at->creator) != 0;
		leak->readers += (network_of(l, p, at->goid) & MADE) != 0;
		leak->beside += !at->creator && (network_of(l, p, at->goid - 1) & WAITS ||
						 network_of(l, p, at->goid + 1) & WAITS);
	}
	leak->makers = count_different(makers, leak->n);
	free(makers);
}

/*
 * Since 1.23 a channel says whether a timer feeds it, but not in programs whose go.mod is
 * older: theirs are known by a room for one time.Time, which few others have.
 */
static bool is_timed(const struct goroutines_process *p, uint64_t object)
{
	const struct goroutine_channel *c = goroutines_channel(p, object);

	return c && (c->timed || (c->element_bytes == TIME_BYTES && c->room == 1));
}

static void look_at_each(const struct leaks_look *l, struct leak *leak, uint64_t late_ns)
{
	const struct goroutine *first = l->members[leak->first].goroutine;

	leak->since_ns = UINT64_MAX;
	leak->creator = first->creator;
	leak->object = first->wait_object;
	leak->is_main = leak->n == 1 && first->goid == 1;
	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;

		if (gogroups_since(at) < leak->since_ns)
			leak->since_ns = gogroups_since(at);
		if (at->stack_bytes <= UINT64_MAX - leak->stack_bytes)
			leak->stack_bytes += at->stack_bytes;
		leak->lasting += at->first_ns <= late_ns;
		leak->timed += is_timed(leak->process, at->wait_object);
		if (at->creator != leak->creator)
			leak->creator = 0;
		if (at->wait_object != leak->object)
			leak->object = 0;
	}
}

/* Members stand by group: if others wait there too, the first or the last is of another one. */
static void look_for_others(const struct leaks_look *l, struct leak *leak)
{
	uint64_t key = key_of(leak->process, leak->object);
	const uint64_t *all = map_find(&l->waiters, key), *first = map_find(&l->firsts, key),
		       *last = map_find(&l->lasts, key);

	if (!all || *all <= leak->n)
		return;
	leak->others = *all - leak->n;
	leak->other = l->members[*first < leak->first ? *first : *last].goroutine->goid;
}

struct leak leaks_look_at(const struct leaks_look *l, size_t first, size_t n)
{
	const struct gomember *member = &l->members[first];
	const struct gogroup *group = l->groups->list.items[member->goroutine->group];
	const struct gomoments *m = l->groups->moments.items[group->process];
	struct leak leak = { .group = group, .process = member->process, .first = first, .n = n };

	look_at_each(l, &leak, m && m->n ? m->ns[m->n * 3 / 4] : 0);
	look_at_old(l, &leak);
	look_at_makers(l, &leak);
	if (leak.object)
		look_for_others(l, &leak);
	return leak;
}
