// SPDX-License-Identifier: BSD-2-Clause
/* See gotables.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/gotables.h"

#define MOST_TIMES 24
#define MINUTE_NS  ((uint64_t)60000000000)

static const struct goroutines_process *process_of(const struct gotables *t, uint32_t index)
{
	return t->groups->goroutines.processes.items[index];
}

/* --- states and creation sites: sums of groups --- */

struct sum {
	uint32_t process;
	uint32_t status;
	uint32_t reason;
	bool waits;
	bool system;
	bool rest;
	int64_t site;
	uint64_t n;
	uint64_t waiting;
	uint64_t bytes;
	uint64_t since_ns;			   /* the oldest */
	uint64_t first, middle, least, most, last; /* over the run */
};

VEC_TYPE(sums, struct sum);

static struct sum *find_sum(struct sums *sums, struct map *by_key, const struct sum *like)
{
	uint64_t key = map_mix((uint64_t)like->process << 32 | like->status);
	uint64_t *slot;
	bool added;

	key = map_mix(key + ((uint64_t)like->reason << 32 | like->waits << 2 | like->system << 1 |
			     like->rest));
	slot = map_add(by_key, map_mix(key + (uint64_t)like->site), &added);
	if (added) {
		*slot = sums->n;
		*vec_push(sums) = *like;
	}
	return &sums->items[*slot];
}

static void add_member(struct sum *sum, const struct gogroup *group, const struct goroutine *at)
{
	uint64_t since = gogroups_since(at);

	sum->n++;
	sum->waiting += group->waits;
	if (at->stack_bytes <= UINT64_MAX - sum->bytes)
		sum->bytes += at->stack_bytes;
	if (since < sum->since_ns)
		sum->since_ns = since;
}

static int compare_sums(const void *left, const void *right)
{
	const struct sum *a = left, *b = right;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	if (a->status != b->status)
		return a->status < b->status ? -1 : 1;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	return (a->waits * 4 + a->system * 2 + a->rest) - (b->waits * 4 + b->system * 2 + b->rest);
}

static void sort_sums(struct sums *sums)
{
	if (sums->n)
		qsort(sums->items, sums->n, sizeof(*sums->items), compare_sums);
}

struct table *gotables_states(const struct gotables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	      { "goroutines", "count", TABLE_INTEGER },
		{ "stacks", "bytes", TABLE_INTEGER }, { "oldest", "ns", TABLE_INTEGER },
		{ "state", "", TABLE_TEXT },	      { "waiting for", "", TABLE_TEXT },
	};
	struct table *table = table_new("states", "Goroutines by state", columns,
					sizeof(columns) / sizeof(*columns));
	struct map by_key = { 0 };
	struct sums sums = { 0 };

	for (size_t i = 0; i < t->n_members; i++) {
		const struct goroutine *at = t->members[i].goroutine;
		const struct gogroup *group = t->groups->list.items[at->group];
		const struct sum like = { .process = group->process,
					  .status = at->status,
					  .reason = group->waits ? at->wait_reason : 0,
					  .waits = group->waits,
					  .system = at->flags & EV_GO_SYSTEM,
					  .since_ns = UINT64_MAX };

		add_member(find_sum(&sums, &by_key, &like), group, at);
	}
	sort_sums(&sums);
	vec_for_each (sum, &sums) {
		const struct goroutines_process *p = process_of(t, sum->process);
		struct gotext status = gogroups_status(t->groups, sum->process, sum->status);
		struct gotext reason = gogroups_reason(t->groups, sum->process, sum->reason);
		char state[96];
		const union table_cell row[] = {
			{ .integer = p->tgid },
			{ .integer = (int64_t)sum->n },
			{ .integer = (int64_t)sum->bytes },
			{ .integer =
				  (int64_t)(p->last_ns > sum->since_ns ? p->last_ns - sum->since_ns
								       : 0) },
			{ .text = state },
			{ .text = sum->waits ? reason.text : "" },
		};

		snprintf(state, sizeof(state), "%s%s", status.text,
			 sum->system ? " (runtime's own)" : "");
		table_add(table, row);
	}
	vec_done(&sums);
	map_done(&by_key);
	return table;
}

/* Counts of a site over the run: sums of its groups', moment by moment. */
struct course {
	uint64_t counts[GOGROUPS_MOMENTS];
};

static void add_course(struct course *c, const struct gogroup *group, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->counts[i] += group->counts[i];
}

static void end_course(struct sum *sum, const struct course *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i == 0)
			sum->first = sum->least = sum->most = c->counts[0];
		if (c->counts[i] < sum->least)
			sum->least = c->counts[i];
		if (c->counts[i] > sum->most)
			sum->most = c->counts[i];
		sum->last = c->counts[i];
	}
	if (n)
		sum->middle = c->counts[(n - 1) / 2];
}

static struct sum site_of(const struct gogroup *group)
{
	return (struct sum){ .process = group->process,
			     .site = group->site,
			     .rest = group->rest,
			     .since_ns = UINT64_MAX };
}

static void gather_sites(const struct gotables *t, struct sums *sums)
{
	VEC(struct course) courses = { 0 };
	struct map by_key = { 0 };

	vec_for_each (at, &t->groups->list) {
		const struct gogroup *group = *at;
		const struct gomoments *m = t->groups->moments.items[group->process];
		const struct sum like = site_of(group);
		size_t index = (size_t)(find_sum(sums, &by_key, &like) - sums->items);

		if (index == courses.n)
			*vec_push(&courses) = (struct course){ { 0 } };
		add_course(&courses.items[index], group, m->n);
	}
	for (size_t i = 0; i < sums->n; i++)
		end_course(&sums->items[i], &courses.items[i],
			   t->groups->moments.items[sums->items[i].process]->n);
	for (size_t i = 0; i < t->n_members; i++) {
		const struct goroutine *at = t->members[i].goroutine;
		const struct gogroup *group = t->groups->list.items[at->group];
		const struct sum like = site_of(group);

		add_member(find_sum(sums, &by_key, &like), group, at);
	}
	vec_done(&courses);
	map_done(&by_key);
}

static double growth_of(const struct sum *sum, const struct gomoments *m)
{
	if (m->n < 2 || m->ns[m->n - 1] <= m->ns[0])
		return 0;
	return ((double)sum->last - (double)sum->first) * (double)MINUTE_NS /
	       (double)(m->ns[m->n - 1] - m->ns[0]);
}

struct table *gotables_sites(const struct gotables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	       { "goroutines", "count", TABLE_INTEGER },
		{ "waiting", "count", TABLE_INTEGER }, { "first", "count", TABLE_INTEGER },
		{ "middle", "count", TABLE_INTEGER },  { "least", "count", TABLE_INTEGER },
		{ "most", "count", TABLE_INTEGER },    { "a minute", "", TABLE_REAL },
		{ "stacks", "bytes", TABLE_INTEGER },  { "created by", "", TABLE_FRAME },
	};
	struct table *table = table_new("sites", "Goroutines by who made them", columns,
					sizeof(columns) / sizeof(*columns));
	struct sums sums = { 0 };

	gather_sites(t, &sums);
	sort_sums(&sums);
	table_set_profile(table, t->profile);
	vec_for_each (sum, &sums) {
		const struct gomoments *m = t->groups->moments.items[sum->process];
		const union table_cell row[] = {
			{ .integer = process_of(t, sum->process)->tgid },
			{ .integer = (int64_t)sum->n },
			{ .integer = (int64_t)sum->waiting },
			{ .integer = (int64_t)sum->first },
			{ .integer = (int64_t)sum->middle },
			{ .integer = (int64_t)sum->least },
			{ .integer = (int64_t)sum->most },
			{ .real = growth_of(sum, m) },
			{ .integer = (int64_t)sum->bytes },
			{ .integer = gogroups_copy_frame(t->groups, t->profile, sum->site) },
		};

		if (sum->n || sum->most)
			table_add(table, row);
	}
	vec_done(&sums);
	return table;
}

/* --- over time --- */

static void add_times(const struct gotables *t, struct table *table, uint32_t process)
{
	const struct gomoments *m = t->groups->moments.items[process];
	size_t shown = m && m->n < MOST_TIMES ? m->n : MOST_TIMES;
	uint64_t start = world_start_ns(t->groups->in->world);

	for (size_t i = 0; m && i < shown; i++) {
		size_t at = shown > 1 ? i * (m->n - 1) / (shown - 1) : 0;
		const union table_cell row[] = {
			{ .integer = process_of(t, process)->tgid },
			{ .integer = (int64_t)(m->ns[at] - start) },
			{ .integer = (int64_t)m->alive[at] },
		};

		table_add(table, row);
	}
}

struct table *gotables_time(const struct gotables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "at", "ns", TABLE_INTEGER },
		{ "goroutines", "count", TABLE_INTEGER },
	};
	struct table *table = table_new("time", "Goroutines over the run", columns,
					sizeof(columns) / sizeof(*columns));

	for (uint32_t i = 0; i < t->groups->moments.n; i++)
		add_times(t, table, i);
	return table;
}

/* --- one by one --- */

/* "goroutine 18 [chan receive, 2 minutes]:", as runtime.goroutineheader() has it. */
static void write_heading(const struct gotables *t, const struct gomember *member, char *text,
			  size_t size)
{
	const struct goroutine *at = member->goroutine;
	const struct gogroup *group = t->groups->list.items[at->group];
	uint32_t process = member->process->index;
	struct gotext state = group->waits ? gogroups_reason(t->groups, process, at->wait_reason)
					   : gogroups_status(t->groups, process, at->status);
	uint64_t since = gogroups_since(at), last = member->process->last_ns;
	uint64_t minutes = last > since ? (last - since) / MINUTE_NS : 0;
	char waited[48] = "";

	if (minutes && group->waits)
		snprintf(waited, sizeof(waited), ", %" PRIu64 " minutes", minutes);
	snprintf(text, size, "goroutine %" PRIu64 " [%s%s]:", at->goid, state.text, waited);
}

struct table *gotables_dump(const struct gotables *t)
{
	static const struct table_column columns[] = {
		{ "goroutine", "", TABLE_TEXT },    { "stack", "", TABLE_STACK },
		{ "created by", "", TABLE_FRAME },  { "creator", "goid", TABLE_INTEGER },
		{ "goid", "goid", TABLE_INTEGER },  { "pid", "", TABLE_INTEGER },
		{ "object", "hex", TABLE_INTEGER }, { "stack size", "bytes", TABLE_INTEGER },
		{ "since", "ns", TABLE_INTEGER },
	};
	struct table *table =
		table_new("dump", "Goroutines", columns, sizeof(columns) / sizeof(*columns));

	table_set_profile(table, t->profile);
	table_set_layout(table, TABLE_DUMP);
	for (size_t i = 0; i < t->n_members; i++) {
		const struct goroutine *at = t->members[i].goroutine;
		uint64_t since = gogroups_since(at), last = t->members[i].process->last_ns;
		int64_t site = t->groups->list.items[at->group]->site;
		char heading[160];
		const union table_cell row[] = {
			{ .text = heading },
			{ .integer = gogroups_copy_stack(t->groups, t->profile, at->stack) },
			/* As the runtime has it: nobody made the first one. */
			{ .integer = at->goid == 1
					     ? -1
					     : gogroups_copy_frame(t->groups, t->profile, site) },
			{ .integer = (int64_t)at->creator },
			{ .integer = (int64_t)at->goid },
			{ .integer = t->members[i].process->tgid },
			{ .integer = (int64_t)at->wait_object },
			{ .integer = (int64_t)at->stack_bytes },
			{ .integer = (int64_t)(last > since ? last - since : 0) },
		};

		if (at->flags & EV_GO_SYSTEM && !t->groups->in->options.all)
			continue;
		write_heading(t, &t->members[i], heading, sizeof(heading));
		table_add(table, row);
	}
	return table;
}

/* When the stretch was over: the next one begins, or the last snapshot was taken. */
static uint64_t end_of(const struct gotables *t, size_t index)
{
	const struct gogroups *g = t->groups;
	const struct golife *life = &g->life.items[index];

	if (life->gone)
		return life->ns;
	for (size_t i = index + 1; i < g->life.n; i++) {
		if (g->life.items[i].process == life->process)
			return g->life.items[i].ns;
	}
	return process_of(t, life->process)->last_ns;
}

static void add_life(const struct gotables *t, struct table *table, size_t index)
{
	const struct gogroups *g = t->groups;
	const struct golife *life = &g->life.items[index];
	const struct gogroup *group = g->list.items[life->was.group];
	struct gotext status = gogroups_status(g, life->process, life->was.status);
	struct gotext reason = gogroups_reason(g, life->process, life->was.wait_reason);
	uint64_t start = world_start_ns(g->in->world), end = end_of(t, index);
	uint32_t stack = gogroups_copy_stack(g, t->profile, life->was.stack);
	const union table_cell row[] = {
		{ .integer = process_of(t, life->process)->tgid },
		{ .integer = (int64_t)(life->ns - start) },
		{ .integer = (int64_t)(end > life->ns ? end - life->ns : 0) },
		{ .integer = life->was.thread },
		{ .integer = (int64_t)life->was.wait_object },
		{ .text = life->gone ? "ended" : status.text },
		{ .text = group->waits && !life->gone ? reason.text : "" },
		{ .integer = gogroups_copy_frame(g, t->profile, group->site) },
		{ .integer = life->gone ? PROFILE_ROOT : stack },
	};

	table_add(table, row);
}

struct table *gotables_life(const struct gotables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	    { "from", "ns", TABLE_INTEGER },
		{ "for", "ns", TABLE_INTEGER },	    { "thread", "", TABLE_INTEGER },
		{ "object", "hex", TABLE_INTEGER }, { "state", "", TABLE_TEXT },
		{ "waiting for", "", TABLE_TEXT },  { "created by", "", TABLE_FRAME },
		{ "in", "", TABLE_STACK },
	};
	struct table *table = table_new("life", "What the goroutine was found at", columns,
					sizeof(columns) / sizeof(*columns));

	table_set_profile(table, t->profile);
	for (size_t i = 0; i < t->groups->life.n; i++)
		add_life(t, table, i);
	return table;
}
