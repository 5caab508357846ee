/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of views of scheduling: tapes of switches and wake-ups, a line each.
 * Thread 71 is one of process 7; every thread has a CPU of its own, idle in between.
 */
#ifndef TESTS_ANALYZE_SCHED_TAPE_H
#define TESTS_ANALYZE_SCHED_TAPE_H

#include <stdio.h>
#include <string.h>

#include "tests/analyze/view_runner.h"

#define SCHED_END  11000
#define CALL_READ  0   /* x86-64 */
#define CALL_WRITE 1   /* x86-64 */
#define CALL_FUTEX 202 /* x86-64 */

static inline struct ev_header sched_header(uint16_t type, uint64_t time_ns, uint32_t tid)
{
	return (struct ev_header){ .type = type,
				   .time_ns = time_ns,
				   .cpu = (uint16_t)tid,
				   .tgid = tid > 10 ? tid / 10 : tid,
				   .tid = tid };
}

static inline void sched_watch(struct made_world *w, uint64_t time_ns, uint32_t on)
{
	struct ev_watch ev = { .h = { .type = EV_WATCH, .time_ns = time_ns }, .on = on };

	made_world_put(w, &ev.h, sizeof(ev), "sched", sizeof("sched"));
}

/* A tape of an x86-64 machine whose waits of 1000 ns and more have stacks. */
static inline struct made_world sched_begin(void)
{
	struct made_world w = made_world_begin(START);

	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_text(&w, EV_HOST, "uname.machine=x86_64");
	made_world_text(&w, EV_CONFIG, "cpu.period_ns=100");
	made_world_text(&w, EV_CONFIG, "sched.min_block_ns=1000");
	made_world_text(&w, EV_CONFIG, "sched.sample_every=128");
	made_world_epoch(&w, 1, START, MADE_WORLD_WALL_NS);
	made_world_block(&w, 1, 1);
	made_world_usual(&w, START);
	made_world_task(&w, START, 7, 71, "seventy-one");
	return w;
}

/* The same, with the probe group on from START to SCHED_END. */
static inline struct made_world sched_begin_watched(void)
{
	struct made_world w = sched_begin();

	sched_watch(&w, START, 1);
	sched_watch(&w, SCHED_END, 0);
	return w;
}

/* A thread leaves its CPU, in a call or outside (-1). */
static inline void sched_out(struct made_world *w, uint64_t time_ns, uint32_t tid, uint16_t state,
			     int32_t call)
{
	struct ev_sched_switch ev = { .h = sched_header(EV_SCHED_SWITCH, time_ns, tid),
				      .state = state,
				      .flags = EV_SCHED_PREV_WATCHED,
				      .syscall = call };

	if (state == EV_SCHED_RUNNING)
		ev.flags |= EV_SCHED_PREEMPTED;
	if (call >= 0)
		ev.flags |= EV_SCHED_IN_CALL;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static inline void sched_in(struct made_world *w, uint64_t time_ns, uint32_t tid)
{
	struct ev_sched_switch ev = { .h = sched_header(EV_SCHED_SWITCH, time_ns, tid),
				      .next_tid = tid,
				      .flags = EV_SCHED_NEXT_WATCHED,
				      .syscall = -1 };

	ev.next_tgid = ev.h.tgid;
	ev.h.tid = ev.h.tgid = 0;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static inline void sched_wake(struct made_world *w, uint64_t time_ns, uint32_t tid, uint16_t flags)
{
	struct ev_sched_wakeup ev = { .h = sched_header(EV_SCHED_WAKEUP, time_ns, tid),
				      .flags = flags };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* The stacks of a wait that ended at until_ns; they come 1 ns later. */
static inline void sched_stacks(struct made_world *w, uint64_t until_ns, uint32_t tid,
				uint64_t ustack, uint32_t weight)
{
	struct ev_sched_wait ev = { .h = sched_header(EV_SCHED_WAIT, until_ns + 1, tid),
				    .until_ns = until_ns,
				    .ustack = ustack,
				    .weight = weight };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* Waits from one time to another, and runs at once. */
static inline void sched_sleep(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint32_t tid)
{
	sched_out(w, from_ns, tid, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(w, to_ns, tid, 0);
	sched_in(w, to_ns, tid);
}

static inline void sched_lose(struct made_world *w, uint64_t from_ns, uint64_t to_ns)
{
	struct ev_loss ev = { .h = { .type = EV_LOSS, .time_ns = to_ns },
			      .count = 1,
			      .from_ns = from_ns,
			      .to_ns = to_ns,
			      .of_type = EV_SCHED_SWITCH };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* Ends the tape and runs a view over it. */
static inline struct pipeline_report sched_run(struct made_world *w, const char *view,
					       const struct filter *filter,
					       struct analysis_options asked)
{
	static const struct filter everything;
	struct pipeline_options options = { .analysis = analysis_by_name(view),
					    .filter = filter ? filter : &everything,
					    .options = asked };
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	made_world_end(w);
	assert_int_equal(tape_reader_open_memory(w->tape.data, w->tape.size, 0, &reader, NULL), 0);
	assert_int_equal(pipeline_run(reader, &options, &report, NULL), 0);
	tape_reader_close(reader);
	made_world_free(w);
	return report;
}

static inline const char *sched_label(const struct profile *p, const struct profile_sample *s,
				      const char *key)
{
	const struct profile_label *label = profile_find_label(p, s->labels, key);

	return label ? label->text : "";
}

/*
 * Every sample as a line, "71 sleep read one+10 2 1500": thread, state, call, leaf,
 * values; in the order of the profile. To be freed.
 */
static inline char *sched_lines(const struct profile *p)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);
		const struct profile_stack *stack = profile_get_stack(p, s->stack);
		const struct profile_frame *f = profile_get_frame(p, stack->frame);
		const struct module *m = profile_get_module(p, f->module);

		fprintf(out, "%d %s %s ", (int)profile_find_label(p, s->labels, "tid")->number,
			sched_label(p, s, "state"), sched_label(p, s, "syscall"));
		if (m->kind == MODULE_MARK)
			fprintf(out, "%s", m->path);
		else
			fprintf(out, "%s+%llx", module_short_name(m),
				(unsigned long long)f->offset);
		fprintf(out, " %lld %lld\n", (long long)s->values[0], (long long)s->values[1]);
	}
	fclose(out);
	return text;
}

static inline void expect_lines(struct pipeline_report *report, const char *expected)
{
	char *lines = sched_lines(profile_of(report));

	assert_string_equal(lines, expected);
	free(lines);
	pipeline_report_done(report);
}

static inline bool has_note(const struct pipeline_report *report, const char *part)
{
	for (size_t i = 0; i < result_n_notes(report->result); i++) {
		if (strstr(result_note(report->result, i), part))
			return true;
	}
	return false;
}

static inline const struct table *table_of(const struct pipeline_report *report, const char *name)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape == RESULT_TABLE && strcmp(table_name(item->table), name) == 0)
			return item->table;
	}
	return NULL;
}

#endif
