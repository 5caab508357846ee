// SPDX-License-Identifier: BSD-2-Clause
/* See summary_counts.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/summary_counts.h"
#include "analyze/analyses/words.h"
#include "analyze/base/sum.h"

#define MAX_ERRNO 4095

static int64_t clamp(uint64_t value)
{
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

/* --- events --- */

static void add_call(struct summary_counts *c, const struct ev_syscall *ev)
{
	c->calls = sum_add(c->calls, 1);
	c->errors = sum_add(c->errors, ev->ret < 0 && ev->ret >= -MAX_ERRNO);
}

static void add_calls(struct summary_counts *c, const struct ev_syscall_count *ev)
{
	c->calls = sum_add(c->calls, clamp(ev->count));
	c->errors = sum_add(c->errors, clamp(ev->errors));
}

static void add_lock(struct summary_counts *c, const struct ev_lock_contended *ev)
{
	c->lock_waits++;
	c->lock_ns = sum_add(c->lock_ns, clamp(ev->wait_ns));
}

/* Counts of calls pass if any of them may lie in the time that is looked at. */
static bool is_in_time(const struct analysis_input *in, const struct ev_header *event)
{
	uint64_t from_ns = event->time_ns;

	if (event->type == EV_SYSCALL_COUNT)
		from_ns = ((const struct ev_syscall_count *)event)->from_ns;
	return event->time_ns >= in->from_ns && from_ns <= in->until_ns;
}

void summary_counts_event(struct summary_counts *c, const struct analysis_input *in,
			  const struct thread *thread, const struct ev_header *event)
{
	if (event->type == EV_EXEC_ARGS) {
		c->programs++;
		return;
	}
	if (!is_in_time(in, event) || !in->passes(in, thread))
		return;
	if (event->type == EV_SYSCALL)
		add_call(c, (const struct ev_syscall *)event);
	else if (event->type == EV_SYSCALL_COUNT)
		add_calls(c, (const struct ev_syscall_count *)event);
	else if (event->type == EV_LOCK_CONTENDED)
		add_lock(c, (const struct ev_lock_contended *)event);
}

/* --- what the tape has --- */

static bool has_calls(const struct world *w)
{
	return w->counts[EV_SYSCALL] || w->counts[EV_SYSCALL_COUNT];
}

bool summary_counts_other(const struct world *w)
{
	return w->counts[EV_SCHED_SWITCH] || w->counts[EV_LOCK_CONTENDED] || has_calls(w) ||
	       w->counts[EV_EXEC_ARGS] || w->counts[EV_EXEC_EXIT];
}

/* --- answers --- */

static void say(struct table *t, const char *what, const char *value)
{
	table_add(t, (union table_cell[]){ { .text = what }, { .text = value } });
}

static void say_waits(struct table *t, const struct summary_threads *threads)
{
	const struct histogram *h = &threads->latency;
	uint64_t queued = (uint64_t)summary_threads_ns(threads, SUMMARY_QUEUED);
	uint64_t wanted = queued + (uint64_t)summary_threads_ns(threads, SUMMARY_RUNNING);
	uint64_t total = (uint64_t)summary_threads_total_ns(threads);
	uint64_t unknown = (uint64_t)summary_threads_ns(threads, SUMMARY_UNKNOWN);
	char text[512];

	if (!total)
		return;
	snprintf(text, sizeof(text),
		 "%s in all, %s of the time wanted; p99 %s, longest %s; unknown: %s",
		 words_duration(queued).text, wanted ? words_share(queued, wanted).text : "nothing",
		 words_duration(histogram_percentile(h, 9900)).text, words_duration(h->max).text,
		 words_share(unknown, total).text);
	say(t, "waits for a CPU", text);
}

struct table *summary_counts_table(const struct summary_counts *c,
				   const struct summary_threads *threads)
{
	static const struct table_column columns[] = { { "what", "", TABLE_TEXT },
						       { "value", "", TABLE_TEXT } };
	struct table *t = table_new("answers", "In short", columns, 2);
	char text[256];

	if (threads)
		say_waits(t, threads);
	if (c->calls) {
		snprintf(text, sizeof(text), "%" PRId64 ", %s", c->calls,
			 words_count((uint64_t)c->errors, "error").text);
		say(t, "system calls", text);
	}
	if (c->programs) {
		snprintf(text, sizeof(text), "%" PRId64 " started", c->programs);
		say(t, "programs", text);
	}
	if (c->lock_waits) {
		snprintf(text, sizeof(text), "%s, %s in all",
			 words_count((uint64_t)c->lock_waits, "wait").text,
			 words_duration((uint64_t)c->lock_ns).text);
		say(t, "kernel locks", text);
	}
	return t;
}

/* --- where to look next --- */

void summary_counts_note(const struct world *w, const struct summary_threads *threads,
			 struct result *ret)
{
	const bool locks = w->counts[EV_LOCK_CONTENDED] ||
			   (threads && summary_threads_ns(threads, SUMMARY_LOCK));
	const bool go = w->counts[EV_GO_SNAPSHOT];
	const struct {
		const char *view;
		bool has;
	} views[] = {
		{ "cpu", w->counts[EV_CPU_SAMPLE] },
		{ "offcpu", threads },
		{ "wall", threads && w->counts[EV_CPU_SAMPLE] },
		{ "sched", threads },
		{ "wakeups", threads && w->counts[EV_SCHED_WAKEUP] },
		{ "locks", locks },
		{ "syscalls", has_calls(w) },
		{ "execs", w->counts[EV_EXEC_ARGS] || w->counts[EV_EXEC_EXIT] },
		{ "goroutines", go },
		{ "leaks", go },
		{ "heap", w->counts[EV_GO_HEAP] },
		{ "gc", w->counts[EV_GO_FIGURE] },
		{ "timeline -f html", threads },
	};
	char text[256] = "";
	size_t length = 0;

	if (!summary_counts_other(w) && !go)
		return;
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		if (!views[i].has)
			continue;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   length ? " | " : "see also: analyze ", views[i].view);
	}
	if (length)
		result_add_note(ret, text);
}
