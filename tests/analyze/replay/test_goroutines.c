// SPDX-License-Identifier: BSD-2-Clause
/* What replay/goroutines.h promises: who there is after snapshots, whole or with holes. */
#include <string.h>

#include "analyze/replay/goroutines.h"
#include "tests/support/test.h"

struct bench {
	struct goroutines g;
	uint64_t time_ns;
	size_t snapshots; /* that were known */
	size_t born, gone;
};

static void on_change(void *arg, struct goroutines_process *p, const struct goroutine *before,
		      struct goroutine *now)
{
	struct bench *b = arg;

	(void)p;
	b->born += !before;
	b->gone += !now;
}

static void on_snapshot(void *arg, struct goroutines_process *p, uint64_t ns)
{
	struct bench *b = arg;

	assert_true(p->known);
	assert_int_equal(ns, b->time_ns);
	b->snapshots++;
}

static void bench_init(struct bench *b)
{
	*b = (struct bench){ .time_ns = 1000 };
	b->g.watcher = (struct goroutines_watcher){ b, on_change, on_snapshot };
}

static void put(struct bench *b, struct ev_header *h, uint16_t type, size_t size)
{
	h->type = type;
	h->units = (uint16_t)(size / EV_UNIT);
	h->time_ns = b->time_ns;
	h->tgid = h->tid = 7;
	goroutines_event(&b->g, 1, 0, h);
}

/* A goroutine that waits in a stack. */
static void state(struct bench *b, uint64_t goid, uint64_t stack)
{
	struct ev_go_goroutine ev = { .goid = goid, .status = 4, .ustack = stack };

	put(b, &ev.h, EV_GO_GOROUTINE, sizeof(ev));
}

static void end(struct bench *b, uint64_t goid)
{
	_Alignas(8) char room[sizeof(struct ev_go_ended) + 8] = { 0 };
	struct ev_go_ended *ev = (struct ev_go_ended *)room;

	ev->goids[0] = goid;
	put(b, &ev->h, EV_GO_ENDED, sizeof(room));
}

struct made_snapshot {
	uint64_t number, alive, changed;
	uint32_t whole, unread;
};

static void snapshot(struct bench *b, struct made_snapshot s)
{
	struct ev_go_snapshot ev = { .number = s.number,
				     .alive = s.alive,
				     .changed = s.changed,
				     .whole = s.whole,
				     .unread = s.unread };

	put(b, &ev.h, EV_GO_SNAPSHOT, sizeof(ev));
	b->time_ns += 1000;
}

static struct goroutines_process *process(const struct bench *b)
{
	return b->g.processes.items[b->g.processes.n - 1];
}

/* Two goroutines, stated by a whole snapshot at 1000. */
static void begin_two(struct bench *b)
{
	bench_init(b);
	state(b, 1, 10);
	state(b, 2, 20);
	snapshot(b, (struct made_snapshot){ 1, .alive = 2, .changed = 2, .whole = 1 });
}

static void what_did_not_change_is_still_there(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2 });
	assert_int_equal(process(&b)->list.n, 2);
	assert_int_equal(goroutines_find(process(&b), 2)->since_ns, 1000);
	assert_int_equal(b.snapshots, 2);
	goroutines_done(&b.g);
}

static void who_ended_is_gone(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	end(&b, 1);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 1 });
	assert_null(goroutines_find(process(&b), 1));
	assert_int_equal(goroutines_find(process(&b), 2)->ustack, 20);
	assert_int_equal(b.gone, 1);
	goroutines_done(&b.g);
}

static void who_a_whole_snapshot_does_not_state_is_gone(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 2, 20);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 1, .changed = 1, .whole = 1 });
	assert_null(goroutines_find(process(&b), 1));
	assert_int_equal(goroutines_find(process(&b), 2)->since_ns, 1000);
	goroutines_done(&b.g);
}

static void who_moved_stands_there_since_then(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 2, 21);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2, .changed = 1 });
	assert_int_equal(goroutines_find(process(&b), 2)->since_ns, 2000);
	assert_int_equal(goroutines_find(process(&b), 2)->first_ns, 1000);
	goroutines_done(&b.g);
}

static void state_since(struct bench *b, uint64_t goid, uint64_t wait_since_ns)
{
	struct ev_go_goroutine ev = {
		.goid = goid, .status = 4, .ustack = 20, .wait_since_ns = wait_since_ns
	};

	put(b, &ev.h, EV_GO_GOROUTINE, sizeof(ev));
}

static void a_collection_that_sees_a_wait_does_not_end_it(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state_since(&b, 2, 1500);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2, .changed = 1 });
	assert_int_equal(goroutines_find(process(&b), 2)->since_ns, 1000);
	goroutines_done(&b.g);
}

static void a_wait_that_began_anew_is_another_one(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state_since(&b, 2, 1500);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2, .changed = 1 });
	state_since(&b, 2, 0);
	snapshot(&b, (struct made_snapshot){ 3, .alive = 2, .changed = 1 });
	assert_int_equal(goroutines_find(process(&b), 2)->since_ns, 3000);
	goroutines_done(&b.g);
}

static void who_was_not_in_the_snapshot_before_is_born(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 3, 30);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 3, .changed = 1 });
	assert_true(goroutines_find(process(&b), 3)->born);
	assert_false(goroutines_find(process(&b), 1)->born);
	goroutines_done(&b.g);
}

static void a_missing_snapshot_makes_all_unknown_until_a_whole_one(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	snapshot(&b, (struct made_snapshot){ 3, .alive = 2 });
	assert_false(process(&b)->known);
	snapshot(&b, (struct made_snapshot){ 4, .alive = 2 });
	assert_false(process(&b)->known);
	state(&b, 1, 10);
	state(&b, 2, 20);
	snapshot(&b, (struct made_snapshot){ 5, .alive = 2, .changed = 2, .whole = 1 });
	assert_true(process(&b)->known);
	assert_int_equal(goroutines_find(process(&b), 1)->since_ns, 4000);
	assert_int_equal(process(&b)->health.unknown, 2);
	goroutines_done(&b.g);
}

static void records_that_are_missing_are_noticed(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 1, 11);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2, .changed = 2 });
	assert_false(process(&b)->known);
	goroutines_done(&b.g);
}

static void an_end_that_is_missing_is_noticed(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 1 });
	assert_false(process(&b)->known);
	goroutines_done(&b.g);
}

static void a_tape_that_begins_with_changes_is_not_known(void **unused)
{
	struct bench b;

	(void)unused;
	bench_init(&b);
	state(&b, 1, 10);
	snapshot(&b, (struct made_snapshot){ 9, .alive = 5, .changed = 1 });
	assert_false(process(&b)->known);
	assert_int_equal(b.snapshots, 0);
	goroutines_done(&b.g);
}

static void who_could_not_be_read_is_not_taken_for_gone(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 1, 10);
	snapshot(&b,
		 (struct made_snapshot){ 2, .alive = 1, .changed = 1, .whole = 1, .unread = 1 });
	assert_true(process(&b)->known);
	assert_non_null(goroutines_find(process(&b), 2));
	goroutines_done(&b.g);
}

static void a_snapshot_without_its_end_counts_with_the_next(void **unused)
{
	struct bench b;

	(void)unused;
	begin_two(&b);
	state(&b, 1, 11);
	b.time_ns += 1000;
	state(&b, 2, 21);
	snapshot(&b, (struct made_snapshot){ 2, .alive = 2, .changed = 1 });
	assert_true(process(&b)->known);
	assert_int_equal(goroutines_find(process(&b), 1)->ustack, 11);
	goroutines_done(&b.g);
}

static void an_exec_begins_another_program(void **unused)
{
	struct ev_exec ev = { 0 };
	struct bench b;

	(void)unused;
	begin_two(&b);
	put(&b, &ev.h, EV_EXEC, sizeof(ev));
	state(&b, 1, 50);
	snapshot(&b, (struct made_snapshot){ 1, .alive = 1, .changed = 1, .whole = 1 });
	assert_int_equal(b.g.processes.n, 2);
	assert_true(process(&b)->known);
	assert_int_equal(process(&b)->list.n, 1);
	assert_int_equal(b.g.processes.items[0]->list.n, 2);
	goroutines_done(&b.g);
}

static void processes_beyond_the_limit_are_counted(void **unused)
{
	struct ev_go_snapshot ev = {
		.h = { .type = EV_GO_SNAPSHOT, .units = sizeof(ev) / EV_UNIT, .time_ns = 1000 }
	};
	struct goroutines g = { 0 };

	(void)unused;
	for (uint64_t i = 1; i <= GOROUTINES_MOST_PROCESSES + 5; i++)
		goroutines_event(&g, i, 0, &ev.h);
	assert_int_equal(g.processes.n, GOROUTINES_MOST_PROCESSES);
	assert_int_equal(g.beyond_processes, 5);
	goroutines_done(&g);
}

/* The same random program, with a whole snapshot every so many: the sum of all that is known. */
static uint64_t run_random(uint32_t per_epoch)
{
	uint64_t stack[64] = { 0 }, told[64] = { 0 }, x = 12345, sum = 0;
	struct bench b;

	bench_init(&b);
	for (uint64_t number = 1; number <= 500; number++) {
		bool whole = number % per_epoch == 1 || per_epoch == 1;
		struct made_snapshot s = { number, .whole = whole };

		for (size_t i = 0; i < 10; i++) {
			x = x * 6364136223846793005ull + 1442695040888963407ull;
			stack[x >> 40 & 63] = x >> 50 & 3;
		}
		for (size_t i = 0; i < 64; i++) {
			if (stack[i] && (whole || stack[i] != told[i])) {
				state(&b, i + 1, stack[i]);
				s.changed++;
			} else if (!stack[i] && told[i] && !whole) {
				end(&b, i + 1);
			}
			told[i] = stack[i];
			s.alive += stack[i] != 0;
		}
		snapshot(&b, s);
		assert_true(process(&b)->known);
	}
	for (size_t i = 0; i < 64; i++) {
		const struct goroutine *at = goroutines_find(process(&b), i + 1);

		assert_int_equal(at ? at->ustack : 0, stack[i]);
		sum = sum * 31 + (at ? at->since_ns + at->first_ns : 0);
	}
	goroutines_done(&b.g);
	return sum;
}

static void where_epochs_begin_changes_nothing(void **unused)
{
	uint64_t sum = run_random(500);

	(void)unused;
	assert_int_equal(run_random(1), sum);
	assert_int_equal(run_random(7), sum);
	assert_int_equal(run_random(10), sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_did_not_change_is_still_there),
		cmocka_unit_test(who_ended_is_gone),
		cmocka_unit_test(who_a_whole_snapshot_does_not_state_is_gone),
		cmocka_unit_test(who_moved_stands_there_since_then),
		cmocka_unit_test(a_collection_that_sees_a_wait_does_not_end_it),
		cmocka_unit_test(a_wait_that_began_anew_is_another_one),
		cmocka_unit_test(who_was_not_in_the_snapshot_before_is_born),
		cmocka_unit_test(a_missing_snapshot_makes_all_unknown_until_a_whole_one),
		cmocka_unit_test(records_that_are_missing_are_noticed),
		cmocka_unit_test(an_end_that_is_missing_is_noticed),
		cmocka_unit_test(a_tape_that_begins_with_changes_is_not_known),
		cmocka_unit_test(who_could_not_be_read_is_not_taken_for_gone),
		cmocka_unit_test(a_snapshot_without_its_end_counts_with_the_next),
		cmocka_unit_test(an_exec_begins_another_program),
		cmocka_unit_test(processes_beyond_the_limit_are_counted),
		cmocka_unit_test(where_epochs_begin_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
