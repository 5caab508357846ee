// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "goroutines": a Go program at one moment, as its runtime would show it, and
 * how its goroutines came and went over the run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/gogroups.h"
#include "analyze/analyses/gotables.h"

struct view {
	struct gogroups groups;
	struct profile *profile;
};

static void view_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "goroutine",
		.title = "Goroutines",
		.n_types = 1,
		.types = { { "goroutine", "count" } },
		.period_type = { "goroutine", "count" },
		.period = 1,
		.as_go = true,
	};
	struct view *v = state;

	v->profile = profile_new(&head);
	gogroups_begin(&v->groups, in);
}

static void view_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
			  const struct ev_header *event)
{
	struct view *v = state;

	gogroups_event(&v->groups, in, thread, event);
}

static void add_sample(struct view *v, const struct gomember *member)
{
	static const int64_t one[PROFILE_MAX_VALUES] = { 1 };
	const struct gogroups *g = &v->groups;
	const struct goroutine *at = member->goroutine;
	const struct gogroup *group = g->list.items[at->group];
	struct gotext status = gogroups_status(g, member->process->index, at->status);
	struct gotext reason = gogroups_reason(g, member->process->index, at->wait_reason);
	const struct profile_label labels[] = {
		{ .key = "pid", .number = member->process->tgid },
		{ .key = "comm", .text = tasks_name(&g->in->world->tasks, member->process->name) },
		{ .key = "state", .text = status.text },
		{ .key = "wait", .text = reason.text },
	};
	uint32_t set = profile_labels(v->profile, labels, group->waits ? 4 : 3);
	uint32_t stack = gogroups_copy_stack(g, v->profile, at->stack);

	const char *why = at->flags & EV_GO_TORN ? "[changed while it was read]"
			  : at->thread		 ? "[running]"
						 : "[no stack]";

	if (stack == PROFILE_ROOT)
		stack = profile_stack(v->profile, PROFILE_ROOT, profile_mark(v->profile, why));
	profile_add(v->profile, stack, set, one);
}

static void take_profile(struct view *v, const struct gomember *members, size_t n,
			 struct result *ret)
{
	bool all = v->groups.in->options.all;
	uint64_t system = 0, last = 0;
	char text[160];

	for (size_t i = 0; i < n; i++) {
		bool own = members[i].goroutine->flags & EV_GO_SYSTEM;

		system += own;
		if (all || !own)
			add_sample(v, &members[i]);
		if (members[i].process->last_ns > last)
			last = members[i].process->last_ns;
	}
	if (system && !all) {
		snprintf(text, sizeof(text),
			 "the profile leaves %" PRIu64 " of the runtime's own out: see --all",
			 system);
		result_add_note(ret, text);
	}
	if (last)
		profile_set_time(v->profile, world_wall_ns(v->groups.in->world, last), 0);
	result_take_profile(ret, v->profile);
	v->profile = NULL;
}

/* Each one, or one alone: what the table shows is all. */
static void take_single(struct view *v, const struct gotables *t, struct result *ret)
{
	struct table *table = t->groups->in->options.dump ? gotables_dump(t) : gotables_life(t);

	table_take_profile(table, v->profile);
	v->profile = NULL;
	result_take_table(ret, table);
}

static void take_all(struct view *v, const struct gotables *t, struct result *ret)
{
	result_take_table(ret, gotables_states(t));
	result_take_table(ret, gotables_sites(t));
	if (!t->groups->in->options.at)
		result_take_table(ret, gotables_time(t));
	result_take_table(ret, gogroups_health(t->groups));
	take_profile(v, t->members, t->n_members, ret);
}

static void view_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct view *v = state;
	struct gotables t = { .groups = &v->groups, .profile = v->profile };
	struct gomember *members;

	v->groups.in = in;
	t.members = members = gogroups_members(&v->groups, &t.n_members);
	if (in->options.dump || in->options.goid)
		take_single(v, &t, ret);
	else
		take_all(v, &t, ret);
	gogroups_notes(&v->groups, ret);
	free(members);
}

static void view_done(void *state)
{
	struct view *v = state;

	profile_free(v->profile);
	gogroups_done(&v->groups);
}

extern const struct analysis analysis_goroutines;

static const uint16_t wants[] = { GOROUTINES_WANTS, 0 };

const struct analysis analysis_goroutines = {
	.name = "goroutines",
	.help = "goroutines of Go programs: how many, in which states, made by whom",
	.title = "What goroutines there are",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.state_size = sizeof(struct view),
	.begin = view_begin,
	.on_event = view_on_event,
	.finish = view_finish,
	.done = view_done,
};
