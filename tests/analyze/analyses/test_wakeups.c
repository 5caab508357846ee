// SPDX-License-Identifier: BSD-2-Clause
/* What the view wakeups says of who ended whose waits. */
#include <stdlib.h>

#include "tests/analyze/sched_cells.h"

static const struct analysis_options nothing_asked;

/* A wait of thread 7 from one time to another, which 8 ends; both have stacks. */
static void wait_for_eight(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint16_t flags)
{
	struct ev_sched_waker waker = { .h = sched_header(EV_SCHED_WAKER, to_ns, 8),
					.woken_tid = 7,
					.woken_tgid = 7,
					.ustack = 80 };
	struct ev_sched_wakeup wakeup = { .h = sched_header(EV_SCHED_WAKEUP, to_ns, 7),
					  .waker_tid = 8,
					  .waker_tgid = 8,
					  .flags = flags };

	sched_out(w, from_ns, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	made_world_put(w, &waker.h, sizeof(waker), NULL, 0);
	made_world_put(w, &wakeup.h, sizeof(wakeup), NULL, 0);
	sched_in(w, to_ns, 7);
	sched_stacks(w, to_ns, 7, 70, 1);
}

/* The only sample's stack from the root on, "one+10;[woken by]". */
static void expect_stack(struct pipeline_report *report, const char *expected)
{
	const struct profile *p = profile_of(report);
	uint32_t stack = profile_get_sample(p, 0)->stack;
	char text[512] = "", copy[512];

	assert_int_equal(profile_n_samples(p), 1);
	while (stack != PROFILE_ROOT) {
		const struct profile_stack *s = profile_get_stack(p, stack);
		const struct profile_frame *f = profile_get_frame(p, s->frame);
		const struct module *m = profile_get_module(p, f->module);

		strcpy(copy, text);
		if (m->kind == MODULE_MARK)
			snprintf(text, sizeof(text), "%.60s%s%.400s", m->path, *copy ? ";" : "",
				 copy);
		else
			snprintf(text, sizeof(text), "%.60s+%llx%s%.400s", module_short_name(m),
				 (unsigned long long)f->offset, *copy ? ";" : "", copy);
		stack = s->parent;
	}
	assert_string_equal(text, expected);
	pipeline_report_done(report);
}

static void who_woke_whom_is_counted_and_timed(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	wait_for_eight(&w, 2000, 3000, 0);
	wait_for_eight(&w, 4000, 7000, 0);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	t = table_of(&report, "wakers");
	assert_int_equal(table_n_rows(t), 1);
	assert_string_equal(cell_at(t, 0, "waker").text, "eight");
	assert_string_equal(cell_at(t, 0, "woken").text, "seven");
	assert_int_equal(cell_at(t, 0, "waits").integer, 2);
	assert_int_equal(cell_at(t, 0, "mean").integer, 2000);
	assert_int_equal(cell_at(t, 0, "time").integer, 4000);
	pipeline_report_done(&report);
}

static void interrupts_are_told_from_threads(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	wait_for_eight(&w, 2000, 3000, 0);
	wait_for_eight(&w, 4000, 4500, EV_SCHED_IRQ);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	t = table_of(&report, "wakers");
	assert_int_equal(cell_at(t, row_of(t, "by", "thread"), "time").integer, 1000);
	assert_int_equal(cell_at(t, row_of(t, "by", "interrupt in"), "time").integer, 500);
	pipeline_report_done(&report);
}

static void a_waker_that_the_tape_does_not_tell_is_not_known(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 3000, 7);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	assert_string_equal(cell_at(table_of(&report, "wakers"), 0, "waker").text, "not known");
	pipeline_report_done(&report);
}

static void only_threads_that_pass_were_woken(void **state)
{
	const struct filter filter = { .pids = { .n = 1, .items = { 8 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_eight(&w, 2000, 3000, 0);
	sched_sleep(&w, 2000, 2500, 8);
	report = sched_run(&w, "wakeups", &filter, nothing_asked);
	assert_int_equal(sum_of(table_of(&report, "wakers"), "time"), 500);
	pipeline_report_done(&report);
}

static void shorter_waits_than_asked_for_are_left_out(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 2999, 7);
	sched_sleep(&w, 4000, 5000, 7);
	report = sched_run(&w, "wakeups", NULL, (struct analysis_options){ .min_ns = 1000 });
	assert_int_equal(sum_of(table_of(&report, "wakers"), "time"), 1000);
	pipeline_report_done(&report);
}

static void a_wait_in_which_something_was_lost_is_unknown_time(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	wait_for_eight(&w, 2000, 3000, 0);
	sched_lose(&w, 2500, 2600);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	t = table_of(&report, "endings");
	assert_int_equal(table_n_rows(table_of(&report, "wakers")), 0);
	assert_int_equal(cell_at(t, row_of(t, "waits that", "(unknown time)"), "time").integer,
			 1000);
	pipeline_report_done(&report);
}

static void a_wait_that_did_not_end_has_no_waker(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	t = table_of(&report, "endings");
	assert_int_equal(cell_at(t, row_of(t, "waits that", "did not end"), "time").integer,
			 SCHED_END - 2000);
	assert_int_equal(profile_n_samples(profile_of(&report)), 0);
	pipeline_report_done(&report);
}

static void the_waker_s_stack_stands_upside_down_on_the_waiter_s(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_eight(&w, 2000, 4000, 0);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	expect_stack(&report, "one+100;one+10;[woken by];two+520;two+700;[eight]");
}

static void a_wake_up_by_an_interrupt_is_marked(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_eight(&w, 2000, 4000, EV_SCHED_IRQ);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	expect_stack(&report, "one+100;one+10;[woken by];[interrupt];two+520;two+700;[in eight]");
}

static void a_short_wait_without_stacks_is_marked(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake_by(&w, 2900, 7, 8, 0);
	sched_in(&w, 3000, 7);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	expect_stack(&report, "[short wait];[woken by];[eight]");
}

static void put_module(struct made_world *w, uint32_t number, uint16_t kind, uint64_t start)
{
	struct ev_module ev = { .h = { .type = EV_MODULE }, .module = number };
	const char *name = kind == EV_MODULE_BPF ? "prog" : "[kernel]";

	ev.kind = (uint8_t)kind;
	made_world_put(w, &ev.h, sizeof(ev), name, strlen(name) + 1);
	made_world_map(w, START, (struct made_mapping){ 0, number, start, start + 0x1000, 0 });
}

static void frames_of_the_recorder_s_own_program_are_left_out(void **state)
{
	/* A helper, the program, the tracepoint, and what woke. */
	const uint64_t ip[] = { 0xffffffff81000010, 0xffffffffc0000020, 0xffffffff81000030,
				0xffffffff81000040 };
	struct ev_stack stack = { .h = { .type = EV_STACK }, .id = 99, .kind = EV_STACK_KERNEL };
	struct ev_sched_waker waker = { .h = sched_header(EV_SCHED_WAKER, 4000, 8),
					.woken_tid = 7,
					.woken_tgid = 7,
					.kstack = 99 };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	put_module(&w, 3, EV_MODULE_KERNEL, 0xffffffff81000000);
	put_module(&w, 4, EV_MODULE_BPF, 0xffffffffc0000000);
	made_world_put(&w, &stack.h, sizeof(stack), ip, sizeof(ip));
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	made_world_put(&w, &waker.h, sizeof(waker), NULL, 0);
	sched_wake_by(&w, 4000, 7, 8, 0);
	sched_in(&w, 4000, 7);
	sched_stacks(&w, 4000, 7, 70, 1);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	expect_stack(&report, "one+100;one+10;[woken by];[kernel]+3f;[eight]");
}

static void the_waker_is_a_label(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct profile *p;
	uint32_t set;

	(void)state;
	wait_for_eight(&w, 2000, 4000, 0);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	p = profile_of(&report);
	set = profile_get_sample(p, 0)->labels;
	assert_string_equal(profile_find_label(p, set, "comm")->text, "seven");
	assert_string_equal(profile_find_label(p, set, "waker")->text, "eight");
	assert_int_equal(profile_find_label(p, set, "waker_tid")->number, 8);
	pipeline_report_done(&report);
}

static void the_profile_holds_waits_and_their_time(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_eight(&w, 2000, 3000, 0);
	wait_for_eight(&w, 4000, 7000, 0);
	report = sched_run(&w, "wakeups", NULL, nothing_asked);
	assert_int_equal(profile_total(profile_of(&report), 0), 2);
	assert_int_equal(profile_total(profile_of(&report), 1), 4000);
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_woke_whom_is_counted_and_timed),
		cmocka_unit_test(interrupts_are_told_from_threads),
		cmocka_unit_test(a_waker_that_the_tape_does_not_tell_is_not_known),
		cmocka_unit_test(only_threads_that_pass_were_woken),
		cmocka_unit_test(shorter_waits_than_asked_for_are_left_out),
		cmocka_unit_test(a_wait_in_which_something_was_lost_is_unknown_time),
		cmocka_unit_test(a_wait_that_did_not_end_has_no_waker),
		cmocka_unit_test(the_waker_s_stack_stands_upside_down_on_the_waiter_s),
		cmocka_unit_test(a_wake_up_by_an_interrupt_is_marked),
		cmocka_unit_test(a_short_wait_without_stacks_is_marked),
		cmocka_unit_test(frames_of_the_recorder_s_own_program_are_left_out),
		cmocka_unit_test(the_waker_is_a_label),
		cmocka_unit_test(the_profile_holds_waits_and_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
