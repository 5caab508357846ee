// SPDX-License-Identifier: BSD-2-Clause
/* What the view locks makes of futex waits and of waits for the kernel's locks. */
#include "analyze/pipeline.h"
#include "tests/analyze/table_cells.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

#define MUTEX 0x5000
#define LOCK  0x7000

static const struct analysis_options nothing;

static void put_stacks(struct made_world *w, uint64_t until_ns, uint32_t tid, uint64_t object)
{
	struct ev_sched_wait ev = { .h = sched_header(EV_SCHED_WAIT, until_ns + 1, tid),
				    .until_ns = until_ns,
				    .ustack = 70,
				    .object = object,
				    .weight = 1 };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* A thread of process 7 waits in a futex call until 8 ends it, and has stacks. */
static void put_wait(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint32_t tid)
{
	sched_out(w, from_ns, tid, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake_by(w, to_ns, tid, 8, 0);
	sched_in(w, to_ns, tid);
	put_stacks(w, to_ns, tid, MUTEX);
}

static void put_contended(struct made_world *w, uint64_t time_ns, uint64_t wait_ns, uint32_t flags)
{
	struct ev_lock_contended ev = {
		.h = { .type = EV_LOCK_CONTENDED, .time_ns = time_ns, .tgid = 7, .tid = 7 },
		.lock = LOCK,
		.wait_ns = wait_ns,
		.flags = flags,
	};

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static void futex_waits_are_summed_by_address(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	put_wait(&w, 5000, 6500, 71);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_int_equal(n_rows(&r, "user_locks"), 1);
	assert_int_equal(cell(&r, "user_locks", 0, "address").integer, MUTEX);
	assert_int_equal(cell(&r, "user_locks", 0, "waits").integer, 2);
	assert_int_equal(cell(&r, "user_locks", 0, "total").integer, 3500);
	assert_int_equal(cell(&r, "user_locks", 0, "longest").integer, 2000);
	assert_int_equal(cell(&r, "user_locks", 0, "threads").integer, 2);
	pipeline_report_done(&r);
}

static void the_thread_that_ended_waits_released_the_lock(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_string_equal(cell(&r, "user_locks", 0, "released by").text, "eight (8)");
	assert_int_equal(cell(&r, "user_locks", 0, "by one").integer, 1);
	pipeline_report_done(&r);
}

static void an_interrupt_that_ends_a_wait_released_nothing(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake(&w, 4000, 7, EV_SCHED_IRQ);
	sched_in(&w, 4000, 7);
	put_stacks(&w, 4000, 7, MUTEX);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_string_equal(cell(&r, "user_locks", 0, "released by").text, "");
	assert_int_equal(cell(&r, "user_locks", 0, "by interrupt").integer, 1);
	pipeline_report_done(&r);
}

static void other_waits_are_not_for_locks(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_int_equal(n_rows(&r, "user_locks"), 0);
	pipeline_report_done(&r);
}

static void a_wait_has_its_stack_in_the_profile(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	expect_lines(&r, "7   one+10 1 2000\n");
}

static void a_wait_is_labelled_with_its_lock(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;
	const struct profile *p;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	p = profile_of(&r);
	assert_string_equal(sched_label(p, profile_get_sample(p, 0), "lock"), "0x5000");
	assert_string_equal(sched_label(p, profile_get_sample(p, 0), "kind"), "futex");
	pipeline_report_done(&r);
}

static void a_short_wait_has_a_mark_and_no_address(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake_by(&w, 2500, 7, 8, 0);
	sched_in(&w, 2500, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_int_equal(cell(&r, "user_locks", 0, "address").integer, 0);
	assert_true(has_note(&r, "the others stand at address 0"));
	expect_lines(&r, "7   [short wait] 1 500\n");
}

static void a_long_wait_whose_stack_is_missing_says_so(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake_by(&w, 4000, 7, 8, 0);
	sched_in(&w, 4000, 7);
	r = sched_run(&w, "locks", NULL, nothing);
	expect_lines(&r, "7   [stack lost] 1 2000\n");
}

static void a_wait_that_a_loss_lies_in_is_not_told(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	sched_lose(&w, 3000, 3100);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_int_equal(n_rows(&r, "user_locks"), 0);
	assert_true(has_note(&r, "what threads did is not known for"));
	pipeline_report_done(&r);
}

static void waits_for_kernel_locks_are_summed_by_address(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_contended(&w, 2000, 100, EV_LOCK_MUTEX | EV_LOCK_SPIN);
	put_contended(&w, 3000, 300, EV_LOCK_MUTEX);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_int_equal(n_rows(&r, "kernel_locks"), 1);
	assert_string_equal(cell(&r, "kernel_locks", 0, "kind").text, "mutex");
	assert_int_equal(cell(&r, "kernel_locks", 0, "waits").integer, 2);
	assert_int_equal(cell(&r, "kernel_locks", 0, "total").integer, 400);
	assert_int_equal(cell(&r, "kernel_locks", 0, "longest").integer, 300);
	pipeline_report_done(&r);
}

static void assert_kind(uint32_t flags, const char *kind)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	put_contended(&w, 2000, 100, flags);
	r = sched_run(&w, "locks", NULL, nothing);
	assert_string_equal(cell(&r, "kernel_locks", 0, "kind").text, kind);
	pipeline_report_done(&r);
}

static void flags_say_the_kind_of_a_lock(void **state)
{
	(void)state;
	assert_kind(EV_LOCK_SPIN, "spinlock");
	assert_kind(EV_LOCK_SPIN | EV_LOCK_READ, "rwlock");
	assert_kind(EV_LOCK_WRITE, "rwsem");
	assert_kind(EV_LOCK_PERCPU | EV_LOCK_READ, "percpu-rwsem");
	assert_kind(EV_LOCK_RT, "rt-mutex");
	assert_kind(0, "semaphore");
}

static void shorter_waits_than_asked_for_are_left_out(void **state)
{
	const struct analysis_options asked = { .min_ns = 1000 };
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_contended(&w, 2000, 999, EV_LOCK_SPIN);
	put_contended(&w, 3000, 1000, EV_LOCK_SPIN);
	r = sched_run(&w, "locks", NULL, asked);
	assert_int_equal(cell(&r, "kernel_locks", 0, "waits").integer, 1);
	pipeline_report_done(&r);
}

static void threads_that_do_not_pass_the_filter_are_left_out(void **state)
{
	static const struct filter other = { .tids = { .n = 1, .items = { 71 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 4000, 7);
	put_contended(&w, 4500, 100, EV_LOCK_SPIN);
	put_wait(&w, 5000, 6500, 71);
	r = sched_run(&w, "locks", &other, nothing);
	assert_int_equal(cell(&r, "user_locks", 0, "total").integer, 1500);
	assert_int_equal(n_rows(&r, "kernel_locks"), 0);
	pipeline_report_done(&r);
}

static void a_tape_without_switches_says_what_to_record(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	r = sched_run(&w, "locks", NULL, nothing);
	assert_true(has_note(&r, "record with --probes cpu,sched"));
	assert_true(has_note(&r, "--probes lock"));
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(futex_waits_are_summed_by_address),
		cmocka_unit_test(the_thread_that_ended_waits_released_the_lock),
		cmocka_unit_test(an_interrupt_that_ends_a_wait_released_nothing),
		cmocka_unit_test(other_waits_are_not_for_locks),
		cmocka_unit_test(a_wait_has_its_stack_in_the_profile),
		cmocka_unit_test(a_wait_is_labelled_with_its_lock),
		cmocka_unit_test(a_short_wait_has_a_mark_and_no_address),
		cmocka_unit_test(a_long_wait_whose_stack_is_missing_says_so),
		cmocka_unit_test(a_wait_that_a_loss_lies_in_is_not_told),
		cmocka_unit_test(waits_for_kernel_locks_are_summed_by_address),
		cmocka_unit_test(flags_say_the_kind_of_a_lock),
		cmocka_unit_test(shorter_waits_than_asked_for_are_left_out),
		cmocka_unit_test(threads_that_do_not_pass_the_filter_are_left_out),
		cmocka_unit_test(a_tape_without_switches_says_what_to_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
