// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "wall" by goroutine: what the time passed with that goroutines lived. Threads
 * are another matter: a goroutine that waits has none.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyses/gowall_tables.h"
#include "analyze/analyses/words.h"
#include "analyze/base/sum.h"

struct gowall {
	struct gotime time;
	struct profile *profile;
};

static void wall_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "wall",
		.title = "Time of goroutines",
		.n_types = 1,
		.types = { { "time", "nanoseconds" } },
		.period_type = { "time", "nanoseconds" },
	};
	struct gowall *w = state;

	w->profile = profile_new(&head);
	gotime_begin(&w->time, in);
}

static struct gotime_met met_of(const struct world *world, const struct ev_header *event)
{
	uint64_t goid = running_goid(&world->running, event);

	return goid == RUNNING_UNKNOWN || goid == RUNNING_NO_GO ? (struct gotime_met){ 0 }
								: (struct gotime_met){ goid, true };
}

static void wall_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
			  const struct ev_header *event)
{
	struct gowall *w = state;

	if (event->type == EV_CPU_SAMPLE)
		gotime_sample(&w->time, in, thread, (const struct ev_cpu_sample *)event,
			      met_of(in->world, event));
	else
		gotime_event(&w->time, in, thread, event);
}

/* --- the profile --- */

struct what {
	uint32_t process;
	const char *state;
	const char *wait; /* NULL: it does not wait */
	uint64_t goid;	  /* 0: of several */
	uint32_t stack;	  /* in the groups' profile, */
	const char *mark; /* or what stands in its place */
};

static void add(struct gowall *w, const struct what *what, int64_t ns)
{
	const struct gogroups *groups = &w->time.groups;
	const struct goroutines_process *p = groups->goroutines.processes.items[what->process];
	const int64_t values[PROFILE_MAX_VALUES] = { ns };
	struct profile_label labels[5] = {
		{ .key = "pid", .number = p->tgid },
		{ .key = "comm", .text = tasks_name(&groups->in->world->tasks, p->name) },
		{ .key = "state", .text = what->state },
	};
	uint32_t stack = gogroups_copy_stack(groups, w->profile, what->stack);
	size_t n = 3;

	if (ns <= 0)
		return;
	if (what->wait)
		labels[n++] = (struct profile_label){ .key = "wait", .text = what->wait };
	if (what->goid)
		labels[n++] =
			(struct profile_label){ .key = "goid", .number = (int64_t)what->goid };
	if (stack == PROFILE_ROOT)
		stack = profile_stack(w->profile, PROFILE_ROOT,
				      profile_mark(w->profile, what->mark));
	profile_add(w->profile, stack, profile_labels(w->profile, labels, n), values);
}

static const char *mark_of(const struct gotime *g, const struct gotime_sum *sum)
{
	if (sum->rest)
		return "[too many groups]";
	if (sum->torn)
		return "[changed while it was read]";
	if (!sum->runs)
		return "[no stack]";
	return g->processes.items[sum->process]->samples ? "[running, no sample]" : "[running]";
}

static void add_place(struct gowall *w, const struct gotime_sum *sum)
{
	const struct gogroups *groups = &w->time.groups;
	struct gotext status = gogroups_status(groups, sum->process, sum->status);
	struct gotext reason = gogroups_reason(groups, sum->process, sum->reason);
	struct what what = {
		.process = sum->process,
		.state = sum->rest ? "[others]" : status.text,
		.wait = sum->waits ? reason.text : NULL,
		.goid = sum->goid,
		.stack = sum->stack,
		.mark = mark_of(&w->time, sum),
	};

	add(w, &what, gotime_ns(&w->time, sum));
	what = (struct what){
		.process = sum->process, .state = "unknown", .goid = sum->goid, .mark = "[unknown]"
	};
	add(w, &what, tally_unknown_ns(&sum->tally));
}

static void add_run(struct gowall *w, const struct gotime_run *run)
{
	struct what what = { .process = run->process,
			     .state = "running",
			     .goid = run->goid,
			     .stack = run->stack,
			     .mark = "[no stack]" };

	add(w, &what, sum_times(w->time.period_ns, run->samples));
}

static void fill_profile(struct gowall *w)
{
	const struct world *world = w->time.groups.in->world;
	uint64_t first = UINT64_MAX, last = 0;

	vec_for_each (sum, &w->time.sums) {
		if (sum->kind == GOTIME_PLACE)
			add_place(w, sum);
	}
	vec_for_each (run, &w->time.runs)
		add_run(w, run);
	vec_for_each (p, &w->time.groups.goroutines.processes) {
		if ((*p)->first_ns && (*p)->first_ns < first)
			first = (*p)->first_ns;
		if ((*p)->last_ns > last)
			last = (*p)->last_ns;
	}
	if (first < w->time.groups.in->from_ns)
		first = w->time.groups.in->from_ns;
	if (first < last)
		profile_set_time(w->profile, world_wall_ns(world, first), last - first);
}

/* --- notes --- */

struct totals {
	uint64_t steps, known_ns, samples, unseen, nobody, untold, system;
	int64_t unknown_ns, all_ns;
};

static struct totals totals_of(const struct gotime *g)
{
	struct totals t = { 0 };

	vec_for_each (at, &g->processes) {
		const struct gotime_process *of = *at;

		if (!of)
			continue;
		t.steps += of->clock.steps;
		t.known_ns += of->clock.known_ns;
		t.samples += of->samples;
		t.unseen += of->unseen;
		t.nobody += of->nobody;
		t.untold += of->untold;
		t.system += of->system;
		if (!of->all)
			continue;
		t.all_ns = sum_add(t.all_ns, tally_ns(&g->sums.items[of->all - 1].tally));
		t.unknown_ns =
			sum_add(t.unknown_ns, tally_unknown_ns(&g->sums.items[of->all - 1].tally));
	}
	return t;
}

static void note_method(const struct totals *t, struct result *ret)
{
	char text[400];

	if (!t->steps) {
		result_add_note(ret, "there are no two snapshots of goroutines that follow each "
				     "other: their time is not known");
		return;
	}
	snprintf(text, sizeof(text),
		 "times are by snapshots, %s apart: who lives for less may be in none, and is "
		 "stood for by those that are; errors are one standard error",
		 words_duration(t->known_ns / t->steps).text);
	result_add_note(ret, text);
	if (t->unknown_ns > 0) {
		snprintf(text, sizeof(text),
			 "what goroutines did is not known for %s of %s that they lived: "
			 "snapshots are missing",
			 words_duration((uint64_t)t->unknown_ns).text,
			 words_duration((uint64_t)sum_add(t->unknown_ns, t->all_ns)).text);
		result_add_note(ret, text);
	}
}

static void note_samples(const struct gotime *g, const struct totals *t, struct result *ret)
{
	uint64_t told = t->samples + t->nobody + t->system;
	char text[400];

	if (t->steps && !told) {
		result_add_note(ret, "the tape does not tell which goroutine a CPU sample met: "
				     "running time is by snapshots too; record with --probes "
				     "cpu,go");
		return;
	}
	if (t->untold) {
		snprintf(text, sizeof(text),
			 "of %s of CPU time it is not known which goroutine ran",
			 words_share(t->untold, t->untold + told).text);
		result_add_note(ret, text);
	}
	if (t->nobody) {
		snprintf(text, sizeof(text),
			 "%s of CPU time was no goroutine's: the scheduler, or C of its own",
			 words_share(t->nobody, told).text);
		result_add_note(ret, text);
	}
	if (t->unseen) {
		snprintf(text, sizeof(text), "goroutines that are in no snapshot ran for %s",
			 words_duration((uint64_t)sum_times(g->period_ns, t->unseen)).text);
		result_add_note(ret, text);
	}
}

static void note_left_out(const struct gotime *g, const struct analysis_options *asked,
			  struct result *ret)
{
	uint64_t system = 0;
	char text[200];

	vec_for_each (p, &g->groups.goroutines.processes) {
		vec_for_each (at, &(*p)->list)
			system += (at->flags & EV_GO_SYSTEM) != 0;
	}
	if (!system || asked->all || asked->goid)
		return;
	snprintf(text, sizeof(text), "%s of the runtime's own are left out: see --all",
		 words_count(system, "goroutine").text);
	result_add_note(ret, text);
}

/* --- the end --- */

static void wall_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct gowall *w = state;
	struct gowall_tables tables = { &w->time, w->profile };
	struct totals totals;

	w->time.groups.in = in;
	gotime_finish(&w->time);
	totals = totals_of(&w->time);
	result_take_table(ret, gowall_tables_states(&tables));
	result_take_table(ret, gowall_tables_makers(&tables));
	result_take_table(ret, gowall_tables_places(&tables));
	result_take_table(ret, gogroups_health(&w->time.groups));
	fill_profile(w);
	note_method(&totals, ret);
	note_samples(&w->time, &totals, ret);
	note_left_out(&w->time, &in->options, ret);
	gogroups_notes(&w->time.groups, ret);
	result_take_profile(ret, w->profile);
	w->profile = NULL;
}

static void wall_done(void *state)
{
	struct gowall *w = state;

	profile_free(w->profile);
	gotime_done(&w->time);
}

extern const struct analysis analysis_wall_goroutines;

static const uint16_t wants[] = { GOROUTINES_WANTS, EV_CPU_SAMPLE, 0 };

const struct analysis analysis_wall_goroutines = {
	.name = "wall",
	.help = "what goroutines' time passed with",
	.title = "What goroutines' time passed with",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct gowall),
	.begin = wall_begin,
	.on_event = wall_on_event,
	.finish = wall_finish,
	.done = wall_done,
};
