// SPDX-License-Identifier: BSD-2-Clause
/*
 * See gotime.h. Between two snapshots nothing is summed up: what is told of a snapshot
 * that turns out not to be known must leave no trace but in the numbers of the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/cpu.h"
#include "analyze/analyses/gotime.h"
#include "analyze/base/sum.h"

#define MOST_PENDING ((size_t)1 << 20) /* samples between two snapshots */
#define MOST_STATUS  64
#define RUNNING	     2 /* runtime._Grunning, in all versions; for tapes that do not name it */

/* --- sums and groups --- */

static uint64_t key_of(const struct gotime_sum *like)
{
	uint64_t key = map_mix((uint64_t)like->kind << 32 | like->process);

	key = map_mix(key + ((uint64_t)like->status << 32 | like->reason));
	key = map_mix(key + ((uint64_t)like->stack << 32 | like->maker));
	key = map_mix(key + (uint64_t)like->site);
	key = map_mix(key + like->goid);
	return map_mix(key + like->waits * 8u + like->runs * 4u + like->rest * 2u + like->torn);
}

static uint32_t find_sum(struct gotime *g, struct gotime_sum like)
{
	bool added;
	uint64_t *slot = map_add(&g->by_key, key_of(&like), &added);

	if (added) {
		*slot = g->sums.n;
		like.running = GOTIME_NONE;
		*vec_push(&g->sums) = like;
	}
	return (uint32_t)*slot;
}

static uint32_t new_group(struct gotime *g, const struct gotime_sum *like)
{
	struct gotime_sum sum = { .kind = GOTIME_ALL, .process = like->process, .site = -1 };
	struct gotime_group group = { .runs = like->runs };

	group.sums[GOTIME_ALL] = find_sum(g, sum);
	sum.rest = like->rest;
	sum.kind = GOTIME_MAKER;
	sum.site = like->site;
	sum.goid = like->goid;
	group.sums[GOTIME_MAKER] = find_sum(g, sum);
	sum.site = -1;
	sum.kind = GOTIME_STATE;
	sum.goid = 0;
	sum.status = like->status;
	sum.reason = like->reason;
	sum.waits = like->waits;
	sum.runs = like->runs;
	group.sums[GOTIME_STATE] = find_sum(g, sum);
	sum.kind = GOTIME_PLACE;
	sum.goid = like->goid;
	sum.stack = like->stack;
	sum.torn = like->torn;
	if (like->runs)
		sum.maker = group.sums[GOTIME_MAKER] + 1;
	group.sums[GOTIME_PLACE] = find_sum(g, sum);
	if (like->runs)
		g->sums.items[group.sums[GOTIME_MAKER]].running = group.sums[GOTIME_PLACE];
	*vec_push(&g->list) = group;
	return (uint32_t)g->list.n - 1;
}

static uint32_t find_group(struct gotime *g, struct gotime_sum like)
{
	uint64_t *slot = map_find(&g->groups_by_key, key_of(&like));
	bool added;

	if (slot)
		return (uint32_t)*slot;
	if (g->list.n >= GOTIME_MOST)
		like = (struct gotime_sum){ .process = like.process, .site = -1, .rest = true };
	slot = map_add(&g->groups_by_key, key_of(&like), &added);
	if (added)
		*slot = new_group(g, &like);
	return (uint32_t)*slot;
}

static struct gotime_process *process_of(struct gotime *g, uint32_t index)
{
	while (g->processes.n <= index)
		*vec_push(&g->processes) = NULL;
	if (!g->processes.items[index])
		g->processes.items[index] = memory_alloc(sizeof(struct gotime_process));
	return g->processes.items[index];
}

static bool runs(const struct gotime *g, const struct goroutines_process *p, uint32_t status)
{
	const char *name = goroutines_name(&g->groups.goroutines, p, EV_GO_NAMES_STATUS, status);

	return name ? strcmp(name, "running") == 0 : status == RUNNING;
}

static uint32_t group_of(struct gotime *g, const struct goroutines_process *p,
			 struct goroutine *now)
{
	struct gotime_sum like = {
		.process = p->index,
		.status = now->status,
		.waits = goroutines_waits(&g->groups.goroutines, p, now),
		.runs = runs(g, p, now->status),
		.site = gogroups_site(&g->groups, now),
		.goid = g->each ? now->goid : 0,
	};

	now->stack = like.runs ? PROFILE_ROOT : gogroups_stack(&g->groups, now);
	like.stack = now->stack;
	like.torn = like.stack == PROFILE_ROOT && now->flags & EV_GO_TORN;
	if (like.waits)
		like.reason = now->wait_reason;
	return find_group(g, like);
}

/* --- snapshots --- */

static void change(struct gotime *g, uint32_t process, uint32_t index, int more)
{
	struct gotime_group *group = &g->list.items[index];

	group->more += more;
	if (!group->changed)
		*vec_push(&process_of(g, process)->changed) = index;
	group->changed = true;
}

static bool is_left_out(const struct gotime *g, const struct goroutine *at)
{
	const struct analysis_options *asked = &g->groups.in->options;

	if (asked->goid)
		return at->goid != asked->goid;
	return at->flags & EV_GO_SYSTEM && !asked->all;
}

static void on_change(void *arg, struct goroutines_process *p, const struct goroutine *before,
		      struct goroutine *now)
{
	struct gotime *g = arg;

	/* Where it stands may be told anew in each epoch: it has not moved. */
	if (before && now && before->grouped && before->status == now->status &&
	    before->ustack == now->ustack && before->wait_reason == now->wait_reason &&
	    before->flags == now->flags)
		return;
	if (before && before->grouped)
		change(g, p->index, before->group, -1);
	if (!now)
		return;
	now->grouped = !is_left_out(g, now);
	if (!now->grouped)
		return;
	now->group = group_of(g, p, now);
	change(g, p->index, now->group, 1);
}

static void apply(struct gotime *g, struct gotime_group *group)
{
	for (size_t i = 0; i < sizeof(group->sums) / sizeof(*group->sums); i++) {
		struct gotime_sum *sum = &g->sums.items[group->sums[i]];

		sum->tally.now += (uint64_t)group->more;
		sum->changed = true;
	}
	group->more = 0;
	group->changed = false;
}

static void settle(struct gotime *g, const struct gotime_group *group,
		   const struct tally_clock *clock, int64_t all)
{
	for (size_t i = 0; i < sizeof(group->sums) / sizeof(*group->sums); i++) {
		struct gotime_sum *sum = &g->sums.items[group->sums[i]];

		if (sum->changed)
			tally_settle(&sum->tally, clock, all);
		sum->changed = false;
	}
}

static struct gotime_run *find_run(struct gotime *g, uint32_t process, uint32_t stack,
				   uint64_t goid)
{
	uint64_t key, *slot;
	bool added;

	if (g->runs.n >= GOTIME_MOST)
		stack = PROFILE_ROOT, goid = 0;
	key = map_mix(((uint64_t)process << 32 | stack) + map_mix(goid));
	slot = map_add(&g->runs_by_key, key, &added);
	if (added) {
		*slot = g->runs.n;
		*vec_push(&g->runs) = (struct gotime_run){ process, stack, goid, 0 };
	}
	return &g->runs.items[*slot];
}

static void count_sample(struct gotime *g, const struct goroutines_process *p,
			 const struct gotime_sample *s)
{
	struct gotime_process *of = g->processes.items[p->index];
	const struct goroutine *at = goroutines_find(p, s->goid);
	uint32_t index = s->group;
	struct gotime_group *group;
	struct gotime_sum *maker;

	if (index == GOTIME_NONE && at && !at->grouped) {
		of->system++;
		return;
	}
	find_run(g, p->index, s->stack, g->each ? s->goid : 0)->samples++;
	of->samples++;
	if (index == GOTIME_NONE && !at) {
		of->unseen++;
		return;
	}
	group = &g->list.items[index == GOTIME_NONE ? at->group : index];
	maker = &g->sums.items[group->sums[GOTIME_MAKER]];
	maker->samples++;
	maker->elsewhere += !group->runs;
	group->samples += !group->runs;
}

static void on_snapshot(void *arg, struct goroutines_process *p, uint64_t ns)
{
	struct gotime *g = arg;
	struct gotime_process *of = process_of(g, p->index);
	bool follows = !of->clock.last_ns || p->last_number == of->number + 1;
	uint64_t all = 0;
	int64_t more;

	tally_clock_step(&of->clock, ns, follows, g->groups.in->from_ns);
	of->number = p->last_number;
	vec_for_each (index, &of->changed) {
		apply(g, &g->list.items[*index]);
	}
	if (of->changed.n)
		of->all = g->list.items[of->changed.items[0]].sums[GOTIME_ALL] + 1;
	if (of->all)
		all = g->sums.items[of->all - 1].tally.now;
	more = (int64_t)(all - of->all_before);
	of->all_before = all;
	vec_for_each (index, &of->changed) {
		settle(g, &g->list.items[*index], &of->clock, more);
	}
	of->changed.n = 0;
	vec_for_each (sample, &of->pending) {
		if (follows)
			count_sample(g, p, sample);
	}
	of->pending.n = 0;
}

/* --- events --- */

void gotime_begin(struct gotime *g, const struct analysis_input *in)
{
	gogroups_begin(&g->groups, in);
	g->groups.goroutines.watcher = (struct goroutines_watcher){ g, on_change, on_snapshot };
	g->period_ns = cpu_period_ns(in->world);
	g->each = in->options.goid || in->options.by == ANALYSIS_BY_GOID;
}

void gotime_event(struct gotime *g, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event)
{
	gogroups_event(&g->groups, in, thread, event);
}

/* Of a process whose goroutines are known at the moment; NULL. */
static struct goroutines_process *find_known(const struct gotime *g, const struct thread *thread)
{
	const struct goroutines *all = &g->groups.goroutines;
	const uint64_t *slot = map_find(&all->by_number, thread->process->number);
	struct goroutines_process *p = slot && *slot ? all->processes.items[*slot - 1] : NULL;

	if (!p || !p->known || p->index >= g->processes.n || !g->processes.items[p->index])
		return NULL;
	return g->processes.items[p->index]->number == p->last_number ? p : NULL;
}

void gotime_sample(struct gotime *g, const struct analysis_input *in, const struct thread *thread,
		   const struct ev_cpu_sample *sample, struct gotime_met met)
{
	const struct goroutines_process *p = find_known(g, thread);
	struct gotime_sample pending = { .goid = met.goid, .group = GOTIME_NONE };
	struct gotime_process *of;
	const struct goroutine *at;

	if (!p || sample->h.time_ns < in->from_ns || sample->h.time_ns >= in->until_ns ||
	    !in->passes(in, thread))
		return;
	of = g->processes.items[p->index];
	of->untold += !met.known;
	of->nobody += met.known && !met.goid;
	if (!met.goid || (in->options.goid && met.goid != in->options.goid) ||
	    of->pending.n >= MOST_PENDING)
		return;
	at = goroutines_find(p, met.goid);
	if (at && !at->grouped) {
		of->system++;
		return;
	}
	if (at)
		pending.group = at->group;
	pending.stack = frames_stack(&g->groups.frames, in->world, thread->process, sample->ustack,
				     sample->kstack);
	*vec_push(&of->pending) = pending;
}

void gotime_done(struct gotime *g)
{
	vec_for_each (of, &g->processes) {
		if (!*of)
			continue;
		vec_done(&(*of)->changed);
		vec_done(&(*of)->pending);
		free(*of);
	}
	vec_done(&g->processes);
	vec_done(&g->sums);
	vec_done(&g->list);
	vec_done(&g->runs);
	map_done(&g->by_key);
	map_done(&g->groups_by_key);
	map_done(&g->runs_by_key);
	gogroups_done(&g->groups);
}

/* --- what samples say --- */

static int64_t part_of(int64_t amount, uint64_t part, uint64_t whole)
{
	return whole ? (int64_t)((__int128)amount * part / whole) : 0;
}

static uint32_t find_running(struct gotime *g, uint32_t process)
{
	const struct goroutines_process *p = g->groups.goroutines.processes.items[process];
	struct gotime_sum like = { .kind = GOTIME_STATE,
				   .process = process,
				   .status = RUNNING,
				   .runs = true,
				   .site = -1 };

	for (uint32_t status = 0; status < MOST_STATUS; status++) {
		if (runs(g, p, status)) {
			like.status = status;
			break;
		}
	}
	return find_sum(g, like);
}

/* What snapshots met running, as far as samples say the same. */
static int64_t take_running(struct gotime *g, const struct gotime_sum *maker)
{
	int64_t ran = sum_times(g->period_ns, maker->samples), same = 0;

	if (maker->running != GOTIME_NONE) {
		struct gotime_sum *place = &g->sums.items[maker->running];

		same = tally_ns(&place->tally);
		same = ran < same ? ran : same;
		place->minus_ns = same;
	}
	return same;
}

static int64_t left_of(const struct gotime_sum *sum)
{
	return tally_ns(&sum->tally) - sum->minus_ns;
}

static int64_t take(struct gotime_sum *sum, int64_t ns)
{
	int64_t left = left_of(sum);

	ns = ns < left ? ns : left;
	sum->minus_ns += ns;
	return ns;
}

/* What they ran while snapshots did not meet them running goes off what they did else. */
static void take_elsewhere(struct gotime *g)
{
	vec_for_each (group, &g->list) {
		const struct gotime_sum *maker = &g->sums.items[group->sums[GOTIME_MAKER]];
		struct gotime_sum *place = &g->sums.items[group->sums[GOTIME_PLACE]];
		struct gotime_sum *state = &g->sums.items[group->sums[GOTIME_STATE]];
		struct gotime_process *of = g->processes.items[maker->process];
		int64_t more, taken;

		if (!group->samples)
			continue;
		more = part_of(maker->plus_ns, group->samples, maker->elsewhere);
		taken = take(place, more);
		state->minus_ns += taken;
		of->extra_ns += more - taken;
	}
}

/* Goroutines that no snapshot met ran in the place of those that it met in theirs. */
static void take_unseen(struct gotime *g)
{
	vec_for_each (sum, &g->sums) {
		struct gotime_process *of = g->processes.items[sum->process];
		int64_t most, taken;

		if (sum->kind != GOTIME_PLACE || !sum->runs || !of->running)
			continue;
		most = sum_times(g->period_ns, of->unseen);
		most = most < of->left_ns ? most : of->left_ns;
		taken = part_of(most, (uint64_t)left_of(sum), (uint64_t)of->left_ns);
		sum->minus_ns += taken;
		g->sums.items[of->running - 1].minus_ns += taken;
		of->extra_ns -= taken;
	}
}

static void settle_makers(struct gotime *g)
{
	vec_for_each (sum, &g->sums) {
		struct gotime_process *of = g->processes.items[sum->process];
		int64_t same;

		if (sum->kind != GOTIME_MAKER || !of->running)
			continue;
		same = take_running(g, sum);
		sum->plus_ns = sum_times(g->period_ns, sum->samples) - same;
		g->sums.items[of->running - 1].minus_ns += same;
		if (sum->running != GOTIME_NONE)
			of->left_ns = sum_add(of->left_ns, left_of(&g->sums.items[sum->running]));
	}
}

void gotime_finish(struct gotime *g)
{
	vec_for_each (sum, &g->sums) {
		tally_finish(&sum->tally, &g->processes.items[sum->process]->clock);
	}
	for (uint32_t i = 0; i < g->processes.n; i++) {
		struct gotime_process *of = g->processes.items[i];
		uint32_t running;

		if (!of || !of->samples)
			continue;
		running = find_running(g, i);
		of->running = running + 1;
		of->extra_ns = sum_times(g->period_ns, of->unseen);
		g->sums.items[running].plus_ns = sum_times(g->period_ns, of->samples);
		g->sums.items[running].samples = of->samples;
	}
	settle_makers(g);
	take_unseen(g);
	take_elsewhere(g);
}

/* --- questions --- */

static const struct gotime_process *owner_of(const struct gotime *g, const struct gotime_sum *sum)
{
	return g->processes.items[sum->process];
}

int64_t gotime_ns(const struct gotime *g, const struct gotime_sum *sum)
{
	int64_t ns = tally_ns(&sum->tally);

	if (sum->kind == GOTIME_ALL)
		return sum_add(ns, owner_of(g, sum)->extra_ns);
	if (sum->kind == GOTIME_MAKER)
		return ns;
	return sum_add(ns - sum->minus_ns, sum->plus_ns);
}

int64_t gotime_error_ns(const struct gotime *g, const struct gotime_sum *sum)
{
	int64_t error = tally_error_ns(&sum->tally, &owner_of(g, sum)->clock), of_samples;

	if (sum->kind != GOTIME_STATE || !sum->samples)
		return error;
	of_samples = tally_samples_error_ns(sum->samples, g->period_ns);
	return left_of(sum) > 0 ? tally_both(error, of_samples) : of_samples;
}

static const struct gotime_sum *all_of(const struct gotime *g, uint32_t process)
{
	const struct gotime_process *of = g->processes.items[process];

	return of && of->all ? &g->sums.items[of->all - 1] : NULL;
}

int64_t gotime_share_error(const struct gotime *g, const struct gotime_sum *sum)
{
	const struct gotime_sum *all = all_of(g, sum->process);

	if (!all)
		return 0;
	if (sum->kind == GOTIME_STATE && sum->samples)
		return tally_share(gotime_error_ns(g, sum), gotime_ns(g, all));
	return tally_share_error(&sum->tally, &all->tally, &owner_of(g, sum)->clock);
}

int64_t gotime_all_ns(const struct gotime *g, uint32_t process)
{
	const struct gotime_sum *all = all_of(g, process);

	return all ? gotime_ns(g, all) : 0;
}
