// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "leaks": goroutines that only grow in number or wait for ever, in grades
 * of evidence, strongest first. What is meant to wait is told apart, and shown
 * on request.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/gogroups.h"
#include "analyze/analyses/leaks_grade.h"
#include "analyze/analyses/words.h"

#define DEFAULT_AGE_NS ((uint64_t)60000000000)
#define MINUTE_NS      60e9

struct leaks {
	struct gogroups groups;
	uint64_t age_ns;
	struct gomember *members; /* at the end, by group, then goid */
	size_t n_members;
	VEC(struct leak) list;
	struct map waiters; /* process and object, to how many wait there */
	struct map peers;   /* process and goid that waits for the network, or made one that does */
	struct profile *profile;
};

/* --- the members --- */

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

/* Who waits where, and which goroutines belong to connections. */
static void look_around(struct leaks *l)
{
	for (size_t i = 0; i < l->n_members; i++) {
		const struct goroutine *at = l->members[i].goroutine;
		const struct goroutines_process *p = l->members[i].process;
		const char *reason;

		if (!l->groups.list.items[at->group]->waits)
			continue;
		if (at->wait_object)
			++*map_add(&l->waiters, key_of(p, at->wait_object), NULL);
		reason = goroutines_name(&l->groups.goroutines, p, EV_GO_NAMES_WAIT,
					 at->wait_reason);
		if (!reason || strcmp(reason, "IO wait") != 0)
			continue;
		map_add(&l->peers, key_of(p, at->goid), NULL);
		if (at->creator)
			map_add(&l->peers, key_of(p, at->creator), NULL);
	}
}

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
static void gather_old(const struct leaks *l, struct leak *leak)
{
	uint64_t *creators = memory_alloc((leak->n + 1) * sizeof(*creators)), first = 0;

	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;
		uint64_t since = gogroups_since(at);

		if (since > leak->process->last_ns || leak->process->last_ns - since < l->age_ns)
			continue;
		if (!leak->old)
			first = at->goid;
		leak->goids = at->goid - first + 1;
		creators[leak->old++] = at->creator;
	}
	leak->creators = count_different(creators, leak->old);
	free(creators);
}

/* Who made them, and whether that has to do with connections. */
static void gather_makers(const struct leaks *l, struct leak *leak)
{
	uint64_t *makers = memory_alloc((leak->n + 1) * sizeof(*makers));

	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;

		makers[i] = at->creator;
		leak->bound += at->creator &&
			       map_find(&l->peers, key_of(leak->process, at->creator)) != NULL;
	}
	leak->makers = count_different(makers, leak->n);
	free(makers);
}

static void gather(const struct leaks *l, struct leak *leak, const struct gomoments *m)
{
	const struct goroutine *first = l->members[leak->first].goroutine;
	uint64_t late_ns = m && m->n ? m->ns[m->n * 3 / 4] : 0;

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
		if (at->creator != leak->creator)
			leak->creator = 0;
		if (at->wait_object != leak->object)
			leak->object = 0;
	}
	gather_old(l, leak);
	gather_makers(l, leak);
	if (leak->object) {
		uint64_t *all = map_find(&l->waiters, key_of(leak->process, leak->object));

		leak->others = all && *all > leak->n ? *all - leak->n : 0;
	}
}

static bool is_leaked(const struct leaks *l, const struct gogroup *group)
{
	return strcmp(gogroups_status(&l->groups, group->process, group->status).text, "leaked") ==
	       0;
}

static void add_leak(struct leaks *l, size_t first, size_t n)
{
	const struct gomember *member = &l->members[first];
	const struct gogroup *group = l->groups.list.items[member->goroutine->group];
	const struct gomoments *m = l->groups.moments.items[group->process];
	struct leak leak = { .group = group, .process = member->process, .first = first, .n = n };

	if (group->rest || (!group->waits && !is_leaked(l, group)))
		return;
	gather(l, &leak, m);
	leaks_grade(&leak, m, gogroups_status(&l->groups, group->process, group->status).text,
		    gogroups_reason(&l->groups, group->process, group->reason).text);
	*vec_push(&l->list) = leak;
}

/* Strongest evidence first, then the most; what is meant to wait at the end. */
static int compare_leaks(const void *left, const void *right)
{
	const struct leak *a = left, *b = right;
	unsigned int x = a->grade ? a->grade : 100 + a->kind,
		     y = b->grade ? b->grade : 100 + b->kind;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return (a->first > b->first) - (a->first < b->first);
}

static void find_leaks(struct leaks *l)
{
	size_t begin = 0;

	l->members = gogroups_members(&l->groups, &l->n_members);
	if (l->n_members)
		qsort(l->members, l->n_members, sizeof(*l->members), compare_members);
	look_around(l);
	for (size_t i = 1; i <= l->n_members; i++) {
		if (i < l->n_members &&
		    l->members[i].goroutine->group == l->members[begin].goroutine->group)
			continue;
		add_leak(l, begin, i - begin);
		begin = i;
	}
	if (l->list.n)
		qsort(l->list.items, l->list.n, sizeof(*l->list.items), compare_leaks);
}

/* --- results --- */

struct text {
	char text[160];
};

/* "3 of 10, closed; 2 more wait there": what is known of the object that all of them wait for. */
static struct text describe_object(const struct leak *leak)
{
	const struct goroutine_channel *c = goroutines_channel(leak->process, leak->object);
	struct text text = { "" };
	int n = 0;

	if (!leak->object)
		return text;
	n = snprintf(text.text, sizeof(text.text), "0x%" PRIx64, leak->object);
	if (c)
		n += snprintf(text.text + n, sizeof(text.text) - (size_t)n,
			      " (channel, %" PRIu64 " of %" PRIu64 " in it%s)", c->count, c->room,
			      c->closed ? ", closed" : "");
	if (leak->others)
		snprintf(text.text + n, sizeof(text.text) - (size_t)n, ", %" PRIu64 " others too",
			 leak->others);
	return text;
}

static double growth_of(const struct leak *leak, const struct gomoments *m)
{
	const uint32_t *counts = leak->group->counts;

	if (!m || m->n < 2 || m->ns[m->n - 1] <= m->ns[0])
		return 0;
	return ((double)counts[m->n - 1] - (double)counts[0]) * MINUTE_NS /
	       (double)(m->ns[m->n - 1] - m->ns[0]);
}

/* What is known of the age: whether it is a lower bound, and of what. */
static const char *bound_of(const struct leaks *l, const struct leak *leak)
{
	for (size_t i = 0; i < leak->n; i++) {
		const struct goroutine *at = l->members[leak->first + i].goroutine;

		if (gogroups_since(at) != leak->since_ns)
			continue;
		if (at->wait_since_ns == leak->since_ns)
			return "at least: a collection saw it wait then";
		if (at->longer)
			return at->first_ns == at->since_ns
				       ? "at least: it was there when the tape began"
				       : "at least: records of before are missing";
	}
	return "by snapshots: it came to wait between two of them";
}

static struct text describe_creator(const struct leak *leak)
{
	struct text text = { "several" };

	if (leak->creator)
		snprintf(text.text, sizeof(text.text), "goroutine %" PRIu64, leak->creator);
	else if (leak->makers <= 1)
		snprintf(text.text, sizeof(text.text), "not known");
	return text;
}

static void add_row(struct leaks *l, struct table *t, const struct leak *leak)
{
	const struct gogroups *g = &l->groups;
	const struct gogroup *group = leak->group;
	struct gotext reason = gogroups_reason(g, group->process, group->reason);
	struct text object = describe_object(leak), creator = describe_creator(leak);
	uint64_t last = leak->process->last_ns;
	const union table_cell row[] = {
		{ .text = leak->grade ? leaks_grade_name(leak->grade)
				      : leaks_kind_name(leak->kind) },
		{ .integer = (int64_t)leak->n },
		{ .real = growth_of(leak, g->moments.items[group->process]) },
		{ .text = group->waits ? reason.text : "" },
		{ .integer = (int64_t)(last > leak->since_ns ? last - leak->since_ns : 0) },
		{ .text = bound_of(l, leak) },
		{ .integer = (int64_t)leak->stack_bytes },
		{ .text = object.text },
		{ .text = leak->why },
		{ .integer = leak->process->tgid },
		{ .text = tasks_name(&g->in->world->tasks, leak->process->name) },
		{ .text = creator.text },
		{ .integer = gogroups_copy_frame(g, l->profile, group->site) },
		{ .integer = gogroups_copy_stack(g, l->profile,
						 l->members[leak->first].goroutine->stack) },
	};

	table_add(t, row);
}

static struct table *leaks_table(struct leaks *l, bool meant)
{
	static const struct table_column columns[] = {
		{ "grade", "", TABLE_TEXT },	      { "goroutines", "count", TABLE_INTEGER },
		{ "a minute", "", TABLE_REAL },	      { "waiting for", "", TABLE_TEXT },
		{ "oldest", "ns", TABLE_INTEGER },    { "age known", "", TABLE_TEXT },
		{ "stacks", "bytes", TABLE_INTEGER }, { "all at", "", TABLE_TEXT },
		{ "because", "", TABLE_TEXT },	      { "pid", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },	      { "made by", "", TABLE_TEXT },
		{ "created by", "", TABLE_FRAME },    { "waits in", "", TABLE_STACK },
	};
	struct table *t = meant ? table_new("meant", "Goroutines that are meant to wait", columns,
					    sizeof(columns) / sizeof(*columns))
				: table_new("leaks", "Goroutines that leak", columns,
					    sizeof(columns) / sizeof(*columns));

	table_set_profile(t, l->profile);
	table_set_layout(t, TABLE_PARAGRAPHS);
	vec_for_each (leak, &l->list) {
		if (!leak->grade == meant)
			add_row(l, t, leak);
	}
	return t;
}

static void add_samples(struct leaks *l)
{
	static const int64_t one[PROFILE_MAX_VALUES] = { 1 };
	const struct gogroups *g = &l->groups;

	vec_for_each (leak, &l->list) {
		const struct gogroup *group = leak->group;
		struct gotext reason = gogroups_reason(g, group->process, group->reason);
		const struct profile_label labels[] = {
			{ .key = "pid", .number = leak->process->tgid },
			{ .key = "comm",
			  .text = tasks_name(&g->in->world->tasks, leak->process->name) },
			{ .key = "grade", .text = leaks_grade_name(leak->grade) },
			{ .key = "wait", .text = group->waits ? reason.text : "" },
		};
		uint32_t stack = gogroups_copy_stack(g, l->profile,
						     l->members[leak->first].goroutine->stack);
		uint32_t set = profile_labels(l->profile, labels, sizeof(labels) / sizeof(*labels));
		size_t sample;

		if (!leak->grade)
			continue;
		sample = profile_add(l->profile, stack, set, one);
		profile_add_again(l->profile, sample, one, leak->n - 1);
	}
}

static void leaks_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "goroutine",
		.title = "Leaked goroutines",
		.n_types = 1,
		.types = { { "goroutine", "count" } },
		.period_type = { "goroutine", "count" },
		.period = 1,
	};
	struct leaks *l = state;

	l->age_ns = in->options.age_ns ? in->options.age_ns : DEFAULT_AGE_NS;
	l->profile = profile_new(&head);
	gogroups_begin(&l->groups, in);
}

static void leaks_on_event(void *state, const struct analysis_input *in,
			   const struct thread *thread, const struct ev_header *event)
{
	struct leaks *l = state;

	gogroups_event(&l->groups, in, thread, event);
}

static void add_notes(const struct leaks *l, const struct analysis_input *in, struct result *ret)
{
	uint64_t meant = 0, longest = 0;
	char text[300];

	vec_for_each (leak, &l->list)
		meant += leak->grade ? 0 : leak->n;
	if (meant && !in->options.all) {
		snprintf(text, sizeof(text),
			 "%s that wait are meant to, or do so for less than %s: see --all",
			 words_count(meant, "goroutine").text, words_duration(l->age_ns).text);
		result_add_note(ret, text);
	}
	vec_for_each (p, &l->groups.goroutines.processes) {
		if ((*p)->last_ns - (*p)->first_ns > longest)
			longest = (*p)->last_ns - (*p)->first_ns;
	}
	if (longest && longest < l->age_ns) {
		snprintf(text, sizeof(text),
			 "snapshots cover %s only: who waits for --age (%s) is told by "
			 "collections alone; record for longer, or ask for less",
			 words_duration(longest).text, words_duration(l->age_ns).text);
		result_add_note(ret, text);
	}
}

static void leaks_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct leaks *l = state;

	l->groups.in = in;
	find_leaks(l);
	add_samples(l);
	result_take_table(ret, leaks_table(l, false));
	if (in->options.all)
		result_take_table(ret, leaks_table(l, true));
	result_take_table(ret, gogroups_health(&l->groups));
	add_notes(l, in, ret);
	gogroups_notes(&l->groups, ret);
	vec_for_each (leak, &l->list) {
		if (leak->grade && leak->grade <= in->options.fail)
			result_set_alarm(ret);
	}
	result_take_profile(ret, l->profile);
	l->profile = NULL;
}

static void leaks_done(void *state)
{
	struct leaks *l = state;

	free(l->members);
	vec_done(&l->list);
	map_done(&l->waiters);
	map_done(&l->peers);
	profile_free(l->profile);
	gogroups_done(&l->groups);
}

extern const struct analysis analysis_leaks;

static const uint16_t wants[] = { GOROUTINES_WANTS, 0 };

const struct analysis analysis_leaks = {
	.name = "leaks",
	.help = "which goroutines leak, since when, made by whom, waiting for what",
	.title = "Which goroutines leak",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.state_size = sizeof(struct leaks),
	.begin = leaks_begin,
	.on_event = leaks_on_event,
	.finish = leaks_finish,
	.done = leaks_done,
};
