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

#include "analyze/analyses/golocks.h"
#include "analyze/analyses/leaks_look.h"
#include "analyze/analyses/words.h"

#define DEFAULT_AGE_NS ((uint64_t)60000000000)
#define MINUTE_NS      60e9

struct leaks {
	struct gogroups groups;
	struct leaks_look look; /* at the end */
	uint64_t age_ns;
	VEC(struct leak) list;
	struct profile *profile;
};

/* --- the list --- */

static bool is_leaked(const struct leaks *l, const struct gogroup *group)
{
	return strcmp(gogroups_status(&l->groups, group->process, group->status).text, "leaked") ==
	       0;
}

static void add_leak(struct leaks *l, size_t first, size_t n)
{
	const struct goroutine *at = l->look.members[first].goroutine;
	const struct gogroup *group = l->groups.list.items[at->group];
	const struct gomoments *m = l->groups.moments.items[group->process];
	struct leak leak;

	if (group->rest || (!group->waits && !is_leaked(l, group)))
		return;
	leak = leaks_look_at(&l->look, first, n);
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
	const struct gomember *members;
	size_t begin = 0;

	leaks_look_begin(&l->look, &l->groups, l->age_ns);
	members = l->look.members;
	for (size_t i = 1; i <= l->look.n_members; i++) {
		if (i < l->look.n_members &&
		    members[i].goroutine->group == members[begin].goroutine->group)
			continue;
		add_leak(l, begin, i - begin);
		begin = i;
	}
	if (l->list.n)
		qsort(l->list.items, l->list.n, sizeof(*l->list.items), compare_leaks);
}

/* --- results --- */

struct text {
	char text[256];
};

struct fill {
	char text[128];
};

/* "channel, 3 of 10 in it, closed": what is known of what they wait for. */
static struct fill describe_fill(const struct leak *leak, uint64_t object, const char *reason)
{
	const struct goroutine_channel *c = goroutines_channel(leak->process, object);
	const struct goroutine_lock *lock = goroutines_lock(leak->process, object);
	struct fill text = { "" };

	if (c)
		snprintf(text.text, sizeof(text.text),
			 " (channel, %" PRIu64 " of %" PRIu64 " in it%s%s)", c->count, c->room,
			 c->closed ? ", closed" : "", c->timed ? ", of a timer" : "");
	else if (lock)
		snprintf(text.text, sizeof(text.text), " (%s)",
			 golocks_describe(lock, reason).text);
	return text;
}

/* One object of all, or that each has its own; empty: not known. */
static struct text describe_object(const struct leaks *l, const struct leak *leak,
				   const char *reason)
{
	uint64_t first = l->look.members[leak->first].goroutine->wait_object;
	struct fill fill = describe_fill(leak, first, reason);
	struct text text = { "" };
	int n;

	if (leak->object) {
		n = snprintf(text.text, sizeof(text.text), "0x%" PRIx64 "%s", leak->object,
			     fill.text);
		if (leak->others)
			snprintf(text.text + n, sizeof(text.text) - (size_t)n,
				 ", %" PRIu64 " %s too, such as goroutine %" PRIu64, leak->others,
				 leak->others == 1 ? "other" : "others", leak->other);
	} else if (first && leak->n > 1) {
		snprintf(text.text, sizeof(text.text), "several, such as 0x%" PRIx64 "%s", first,
			 fill.text);
	}
	return text;
}

static bool has_object(const char *reason)
{
	return strcmp(reason, "chan receive") == 0 || strcmp(reason, "chan send") == 0 ||
	       strcmp(reason, "semacquire") == 0 || strncmp(reason, "sync.", 5) == 0;
}

/* What nobody can tell of them from this tape. */
static struct text describe_unknown(const struct leaks *l, const struct leak *leak,
				    const char *reason)
{
	uint64_t object = l->look.members[leak->first].goroutine->wait_object;
	struct text text = { "" };

	if (!leak->makers || (leak->makers == 1 && !leak->creator))
		strcat(text.text, "who made them; ");
	if (leak->group->site < 0)
		strcat(text.text, "where they were made; ");
	if (leak->group->stack == PROFILE_ROOT)
		strcat(text.text, "where they wait; ");
	if (strcmp(reason, "select") == 0)
		strcat(text.text, "which channels they select from; ");
	else if (!object && has_object(reason))
		strcat(text.text, "what they wait for; ");
	if (strncmp(reason, "sync.Mutex", 10) == 0 || strncmp(reason, "sync.RWMutex", 12) == 0)
		strcat(text.text, "who has the lock; ");
	if (text.text[0])
		text.text[strlen(text.text) - 2] = '\0';
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
		const struct goroutine *at = l->look.members[leak->first + i].goroutine;

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
	struct text object = describe_object(l, leak, reason.text);
	struct text creator = describe_creator(leak);
	struct text unknown = describe_unknown(l, leak, group->waits ? reason.text : "");
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
		{ .text = unknown.text },
		{ .integer = leak->process->tgid },
		{ .text = tasks_name(&g->in->world->tasks, leak->process->name) },
		{ .text = creator.text },
		{ .integer = gogroups_copy_frame(g, l->profile, group->site) },
		{ .integer = gogroups_copy_stack(g, l->profile,
						 l->look.members[leak->first].goroutine->stack) },
	};

	table_add(t, row);
}

static struct table *leaks_table(struct leaks *l, bool meant)
{
	static const struct table_column columns[] = {
		{ "grade", "", TABLE_TEXT },	      { "goroutines", "count", TABLE_INTEGER },
		{ "a minute", "", TABLE_REAL },	      { "waiting for", "", TABLE_TEXT },
		{ "oldest", "ns", TABLE_INTEGER },    { "age known", "", TABLE_TEXT },
		{ "stacks", "bytes", TABLE_INTEGER }, { "at", "", TABLE_TEXT },
		{ "because", "", TABLE_TEXT },	      { "not known", "", TABLE_TEXT },
		{ "pid", "", TABLE_INTEGER },	      { "process", "", TABLE_TEXT },
		{ "made by", "", TABLE_TEXT },	      { "created by", "", TABLE_FRAME },
		{ "waits in", "", TABLE_STACK },
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
						     l->look.members[leak->first].goroutine->stack);
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

	leaks_look_done(&l->look);
	vec_done(&l->list);
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
