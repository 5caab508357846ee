// SPDX-License-Identifier: BSD-2-Clause
/* What replay/spans.h promises: lives without holes, and never a wrong span. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/spans.h"
#include "tests/support/sched_maker.h"
#include "tests/support/test.h"

#define MOST_SPANS 20000

/* A replay of records, and what was told of it. */
struct bench {
	struct world *world;
	struct spans *spans;
	struct span list[MOST_SPANS];
	size_t n;
	struct span_life lives[256];
	size_t n_lives;
};

static void on_span(void *arg, const struct span *span)
{
	struct bench *b = arg;

	assert_true(b->n < MOST_SPANS);
	b->list[b->n++] = *span;
}

static void on_life(void *arg, const struct span_life *life)
{
	struct bench *b = arg;

	if (b->n_lives < 256)
		b->lives[b->n_lives++] = *life;
}

static void watch(struct bench *b, uint64_t from_ns, uint64_t to_ns)
{
	_Alignas(8) char room[sizeof(struct ev_watch) + 8] = { 0 };
	struct ev_watch *ev = (struct ev_watch *)room;

	ev->h.type = EV_WATCH;
	ev->h.units = sizeof(room) / EV_UNIT;
	strcpy(ev->group, "sched");
	ev->h.time_ns = from_ns;
	ev->on = 1;
	world_preview_gap(b->world, &ev->h);
	if (!to_ns)
		return;
	ev->h.time_ns = to_ns;
	ev->on = 0;
	world_preview_gap(b->world, &ev->h);
}

static void lose(struct bench *b, uint64_t from_ns, uint64_t to_ns)
{
	const struct ev_loss record = {
		.h = { .type = EV_LOSS, .units = sizeof(record) / EV_UNIT, .time_ns = to_ns },
		.count = 1,
		.from_ns = from_ns,
		.to_ns = to_ns,
		.of_type = EV_SCHED_SWITCH
	};

	world_preview_gap(b->world, &record.h);
}

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->world = world_new();
	return b;
}

static void bench_begin(struct bench *b, uint64_t from_ns, uint64_t to_ns)
{
	const struct spans_options options = {
		.from_ns = from_ns, .to_ns = to_ns, .on_span = on_span, .on_life = on_life, .arg = b
	};

	b->spans = spans_new(b->world, &options);
}

static void bench_free(struct bench *b)
{
	spans_free(b->spans);
	world_free(b->world);
	free(b);
}

static void play(struct bench *b, const struct sched_maker *m)
{
	for (size_t i = 0; i < m->n_events; i++)
		spans_event(b->spans, &m->events[i].h);
	spans_finish(b->spans, true);
}

static struct sched_maker *made(uint64_t seed)
{
	struct sched_maker *m = malloc(sizeof(*m));

	assert_non_null(m);
	sched_maker_run(m, seed);
	return m;
}

static bool same_state(enum span_state state, enum made_state truth)
{
	return (state == SPAN_RUNNING && truth == MADE_RUNNING) ||
	       (state == SPAN_RUNNABLE && truth == MADE_RUNNABLE) ||
	       (state == SPAN_BLOCKED && truth == MADE_BLOCKED);
}

/* Each span that is known is one stretch of the truth. */
static void expect_true(const struct bench *b, const struct sched_maker *m)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct span *span = &b->list[i];
		bool found = span->state == SPAN_UNKNOWN;

		for (size_t k = 0; k < m->n_truth && !found; k++)
			found = m->truth[k].tid == span->tid &&
				m->truth[k].from_ns == span->from_ns &&
				m->truth[k].to_ns == span->to_ns &&
				same_state(span->state, m->truth[k].state);
		assert_true(found);
	}
}

/* Spans of a life follow each other, and its account is their sum. */
static void expect_whole(const struct bench *b)
{
	for (size_t i = 0; i < b->n_lives; i++) {
		const struct span_life *life = &b->lives[i];
		uint64_t at = life->from_ns, ns[SPAN_N_STATES] = { 0 }, sum = 0;

		for (size_t k = 0; k < b->n; k++) {
			if (b->list[k].life != life->life)
				continue;
			assert_int_equal(b->list[k].from_ns, at);
			at = b->list[k].to_ns;
			ns[b->list[k].state] += b->list[k].to_ns - b->list[k].from_ns;
		}
		assert_int_equal(at, life->to_ns);
		for (int state = 0; state < SPAN_N_STATES; state++) {
			assert_int_equal(ns[state], life->ns[state]);
			sum += ns[state];
		}
		assert_int_equal(sum, life->to_ns - life->from_ns);
	}
}

static void every_stretch_of_a_whole_recording_comes_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct sched_maker *m = made(seed);
		struct bench *b = bench_new();
		struct spans_counts counts;

		watch(b, m->begin_ns, m->now_ns);
		bench_begin(b, 0, UINT64_MAX);
		play(b, m);
		expect_true(b, m);
		expect_whole(b);
		spans_get_counts(b->spans, &counts);
		assert_int_equal(counts.unknown_ns, 0);
		assert_int_equal(counts.broken, 0);
		assert_int_equal(b->n_lives, SCHED_MAKER_THREADS);
		assert_int_equal(counts.total_ns, SCHED_MAKER_THREADS * (m->now_ns - m->begin_ns));
		bench_free(b);
		free(m);
	}
}

/* Drops runs of records, as a full ring does, and tells of each. */
static void drop_some(struct bench *b, struct sched_maker *m, uint64_t seed)
{
	size_t kept = 0, i = 0;

	while (i < m->n_events) {
		size_t run = sched_maker_random(&seed) % 200 == 0
				     ? 1 + sched_maker_random(&seed) % 30
				     : 0;

		if (run && i + run < m->n_events) {
			lose(b, m->events[i].h.time_ns, m->events[i + run - 1].h.time_ns);
			i += run;
		}
		m->events[kept++] = m->events[i++];
	}
	m->n_events = kept;
}

static void what_was_lost_makes_spans_unknown_and_never_wrong(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct sched_maker *m = made(seed);
		struct bench *b = bench_new();
		struct spans_counts counts;

		watch(b, m->begin_ns, m->now_ns);
		drop_some(b, m, seed);
		bench_begin(b, 0, UINT64_MAX);
		play(b, m);
		expect_true(b, m);
		expect_whole(b);
		spans_get_counts(b->spans, &counts);
		assert_true(counts.unknown_ns > 0);
		assert_true(counts.unknown_ns < counts.total_ns / 2);
		assert_int_equal(counts.broken, 0);
		bench_free(b);
		free(m);
	}
}

static void a_switch_that_is_missing_without_a_word_makes_spans_unknown(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct sched_maker *m = made(seed);
		struct bench *b = bench_new();
		struct spans_counts counts;
		size_t at = 1000 + seed;

		while (m->events[at].h.type != EV_SCHED_SWITCH || !m->events[at].h.tid ||
		       !m->events[at].sw.next_tid)
			at++;
		memmove(&m->events[at], &m->events[at + 1],
			(--m->n_events - at) * sizeof(*m->events));
		watch(b, m->begin_ns, m->now_ns);
		bench_begin(b, 0, UINT64_MAX);
		play(b, m);
		expect_true(b, m);
		expect_whole(b);
		spans_get_counts(b->spans, &counts);
		assert_true(counts.broken > 0);
		bench_free(b);
		free(m);
	}
}

static void a_window_cuts_spans_and_lives_at_its_ends(void **state)
{
	struct sched_maker *m = made(3);
	struct bench *b = bench_new();
	struct spans_counts counts;
	uint64_t third = (m->now_ns - m->begin_ns) / 3;

	(void)state;
	watch(b, m->begin_ns, m->now_ns);
	bench_begin(b, m->begin_ns + third, m->begin_ns + 2 * third);
	play(b, m);
	expect_whole(b);
	spans_get_counts(b->spans, &counts);
	assert_int_equal(counts.total_ns, SCHED_MAKER_THREADS * third);
	bench_free(b);
	free(m);
}

static void fill_at_random(union made_event *ev, uint64_t *seed, uint64_t now_ns)
{
	static const uint16_t types[] = { EV_SCHED_SWITCH, EV_SCHED_WAKEUP, EV_SCHED_SWITCH };
	uint64_t a = sched_maker_random(seed), c = sched_maker_random(seed);

	memset(ev, 0, sizeof(*ev));
	ev->h.type = types[a % 3];
	ev->h.units = 5;
	ev->h.cpu = (uint16_t)(a >> 8) % 3;
	ev->h.time_ns = now_ns;
	ev->h.tid = (uint32_t)(a >> 24) % 5;
	ev->h.tgid = ev->h.tid / 2;
	if (ev->h.type == EV_SCHED_SWITCH) {
		ev->sw.next_tid = (uint32_t)c % 5;
		ev->sw.next_tgid = ev->sw.next_tid / 2;
		ev->sw.state = (uint16_t)(1 << (c >> 16) % 9) & 0xff;
		ev->sw.flags = (uint16_t)(c >> 32) % 32;
	} else {
		ev->wakeup.flags = (uint16_t)(c % 8 == 0);
	}
}

static void records_without_sense_still_give_whole_lives(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct bench *b = bench_new();
		uint64_t random = seed, now = 1000;

		watch(b, 1000, 0);
		bench_begin(b, 0, UINT64_MAX);
		for (size_t i = 0; i < 3000; i++) {
			union made_event ev;

			now += sched_maker_random(&random) % 50;
			fill_at_random(&ev, &random, now);
			spans_event(b->spans, &ev.h);
			if (b->n_lives > 200)
				break;
		}
		spans_finish(b->spans, true);
		expect_whole(b);
		bench_free(b);
	}
}

/* --- by hand --- */

static void put_switch(struct bench *b, uint64_t ns, uint32_t prev, uint32_t next, uint16_t state)
{
	const struct ev_sched_switch ev = {
		.h = { EV_SCHED_SWITCH, sizeof(ev) / EV_UNIT, 0, 1, ns, prev, prev ? 9 : 0 },
		.next_tid = next,
		.next_tgid = next ? 9 : 0,
		.state = state,
		.flags = EV_SCHED_PREV_WATCHED | EV_SCHED_NEXT_WATCHED | EV_SCHED_IN_CALL,
		.syscall = 35,
	};

	spans_event(b->spans, &ev.h);
}

static void put_wakeup(struct bench *b, uint64_t ns, uint32_t tid, uint16_t flags)
{
	const struct ev_sched_wakeup ev = {
		.h = { EV_SCHED_WAKEUP, sizeof(ev) / EV_UNIT, 0, 1, ns, tid, 9 },
		.waker_tid = 77,
		.waker_tgid = 7,
		.waking_ns = 3,
		.flags = flags,
	};

	spans_event(b->spans, &ev.h);
}

static void the_stacks_of_a_wait_go_to_both_of_its_spans(void **state)
{
	const struct ev_sched_wait wait = {
		.h = { EV_SCHED_WAIT, sizeof(wait) / EV_UNIT, 0, 1, 350, 1, 9 },
		.until_ns = 300,
		.kstack = 11,
		.ustack = 12,
		.weight = 1,
	};
	struct bench *b = bench_new();

	(void)state;
	watch(b, 100, 500);
	bench_begin(b, 0, UINT64_MAX);
	put_switch(b, 150, 1, 0, EV_SCHED_INTERRUPTIBLE);
	put_wakeup(b, 250, 1, 0);
	put_switch(b, 300, 0, 1, 0);
	spans_event(b->spans, &wait.h);
	spans_finish(b->spans, true);
	assert_int_equal(b->n, 4);
	assert_int_equal(b->list[1].state, SPAN_BLOCKED);
	assert_int_equal(b->list[1].ustack, 12);
	assert_int_equal(b->list[1].syscall, 35);
	assert_int_equal(b->list[1].waker.tid, 77);
	assert_int_equal(b->list[2].state, SPAN_RUNNABLE);
	assert_int_equal(b->list[2].cause, SPAN_WOKEN);
	assert_int_equal(b->list[2].kstack, 11);
	assert_int_equal(b->list[3].state, SPAN_RUNNING);
	assert_true(b->list[3].open);
	bench_free(b);
}

static void a_tid_that_is_used_again_is_another_life(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	watch(b, 100, 900);
	bench_begin(b, 0, UINT64_MAX);
	put_switch(b, 150, 1, 0, EV_SCHED_DEAD);
	put_wakeup(b, 400, 1, EV_SCHED_NEW);
	put_switch(b, 450, 0, 1, 0);
	put_switch(b, 600, 1, 0, EV_SCHED_DEAD);
	spans_finish(b->spans, true);
	assert_int_equal(b->n_lives, 2);
	assert_false(b->lives[0].born);
	assert_true(b->lives[0].ended);
	assert_int_equal(b->lives[0].ns[SPAN_RUNNING], 50);
	assert_true(b->lives[1].born);
	assert_int_equal(b->lives[1].from_ns, 400);
	assert_int_equal(b->lives[1].to_ns, 600);
	bench_free(b);
}

static void a_thread_that_waits_to_the_end_has_an_open_span(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	watch(b, 100, 900);
	bench_begin(b, 0, UINT64_MAX);
	put_switch(b, 150, 1, 0, EV_SCHED_UNINTERRUPTIBLE);
	spans_finish(b->spans, true);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->list[1].state, SPAN_BLOCKED);
	assert_int_equal(b->list[1].wait, SPAN_WAIT_DISK);
	assert_true(b->list[1].open);
	assert_int_equal(b->list[1].to_ns, 900);
	bench_free(b);
}

static void whom_another_thread_replaced_on_its_cpu_was_not_running_all_the_time(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	watch(b, 100, 900);
	bench_begin(b, 0, UINT64_MAX);
	put_switch(b, 150, 0, 1, 0);
	/* 1 gave way to 2, and 3 to 1: neither is here. */
	put_switch(b, 200, 2, 3, EV_SCHED_INTERRUPTIBLE);
	put_switch(b, 300, 1, 0, EV_SCHED_INTERRUPTIBLE);
	spans_finish(b->spans, true);
	for (size_t i = 0; i < b->n; i++)
		assert_true(b->list[i].tid != 1 || b->list[i].state != SPAN_RUNNING);
	bench_free(b);
}

static void a_thread_that_is_only_named_as_the_other_one_has_no_spans(void **state)
{
	struct bench *b = bench_new();
	struct ev_sched_switch ev = { .h = { EV_SCHED_SWITCH, 5, 0, 1, 200, 1, 9 },
				      .next_tid = 2,
				      .next_tgid = 9,
				      .flags = EV_SCHED_PREV_WATCHED };

	(void)state;
	watch(b, 100, 900);
	bench_begin(b, 0, UINT64_MAX);
	spans_event(b->spans, &ev.h);
	spans_finish(b->spans, true);
	assert_int_equal(b->n_lives, 1);
	assert_int_equal(b->lives[0].tid, 1);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stretch_of_a_whole_recording_comes_back),
		cmocka_unit_test(what_was_lost_makes_spans_unknown_and_never_wrong),
		cmocka_unit_test(a_switch_that_is_missing_without_a_word_makes_spans_unknown),
		cmocka_unit_test(a_window_cuts_spans_and_lives_at_its_ends),
		cmocka_unit_test(records_without_sense_still_give_whole_lives),
		cmocka_unit_test(the_stacks_of_a_wait_go_to_both_of_its_spans),
		cmocka_unit_test(a_tid_that_is_used_again_is_another_life),
		cmocka_unit_test(a_thread_that_waits_to_the_end_has_an_open_span),
		cmocka_unit_test(
			whom_another_thread_replaced_on_its_cpu_was_not_running_all_the_time),
		cmocka_unit_test(a_thread_that_is_only_named_as_the_other_one_has_no_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
