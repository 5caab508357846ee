// SPDX-License-Identifier: BSD-2-Clause
/* What the view syscalls makes of calls that were counted, and of single ones. */
#include "analyze/pipeline.h"
#include "tests/analyze/table_cells.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

enum { READ = 0, OPEN = 2, FUTEX = 202 };

static struct made_world begin_x86(void)
{
	struct made_world w = begin();

	made_world_text(&w, EV_HOST, "uname.machine=x86_64");
	return w;
}

static void put_call(struct made_world *w, uint64_t time_ns, int32_t number, uint64_t duration_ns,
		     int64_t ret)
{
	struct ev_syscall ev = {
		.h = { .type = EV_SYSCALL, .time_ns = time_ns, .tgid = 7, .tid = 7 },
		.duration_ns = duration_ns,
		.ret = ret,
		.syscall = number,
	};

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* So many calls from time 1200 on, half of which took 1000 ns and half 3000. */
static void put_count(struct made_world *w, uint64_t time_ns, uint32_t count)
{
	struct ev_syscall_count ev = {
		.h = { .type = EV_SYSCALL_COUNT, .time_ns = time_ns, .tgid = 7, .tid = 7 },
		.from_ns = 1200,
		.count = count,
		.errors = 1,
		.total_ns = count * 2000ull,
		.max_ns = 3000,
		.syscall = READ,
	};

	ev.slots[9] = count / 2;
	ev.slots[11] = count / 2;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static struct pipeline_report finish(struct made_world *w, const struct filter *filter)
{
	static const struct filter everything;

	made_world_end(w);
	return run_view(w, "syscalls", filter ? filter : &everything);
}

static void single_calls_are_summed_by_number(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, FUTEX, 10, 0);
	put_call(&w, 1200, FUTEX, 30, 0);
	put_call(&w, 1300, READ, 5, 0);
	r = finish(&w, NULL);
	assert_string_equal(cell(&r, "calls", 0, "call").text, "futex");
	assert_int_equal(cell(&r, "calls", 0, "calls").integer, 2);
	assert_int_equal(cell(&r, "calls", 0, "total").integer, 40);
	assert_int_equal(cell(&r, "calls", 0, "mean").integer, 20);
	assert_int_equal(cell(&r, "calls", 0, "longest").integer, 30);
	pipeline_report_done(&r);
}

static void calls_of_32_bit_programs_are_others(void **state)
{
	struct ev_syscall ev = { .h = { .type = EV_SYSCALL, .time_ns = 1150, .tgid = 7, .tid = 7 },
				 .duration_ns = 5,
				 .syscall = FUTEX,
				 .flags = EV_SYSCALL_32BIT };
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, FUTEX, 10, 0);
	made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
	r = finish(&w, NULL);
	assert_int_equal(n_rows(&r, "calls"), 2);
	assert_string_equal(cell(&r, "calls", 1, "call").text, "32-bit call 202");
	assert_int_equal(n_rows(&r, "threads"), 2);
	pipeline_report_done(&r);
}

static void returns_from_minus_1_to_minus_4095_are_errors(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, OPEN, 10, -1);
	put_call(&w, 1200, OPEN, 10, -4095);
	put_call(&w, 1300, OPEN, 10, -4096);
	put_call(&w, 1400, OPEN, 10, 3);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "calls", 0, "errors").integer, 2);
	pipeline_report_done(&r);
}

static void errors_of_single_calls_have_names(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, OPEN, 10, -2);
	put_call(&w, 1200, OPEN, 10, -2);
	put_call(&w, 1300, READ, 10, -512);
	r = finish(&w, NULL);
	assert_string_equal(cell(&r, "errors", 0, "error").text, "ENOENT");
	assert_int_equal(cell(&r, "errors", 0, "calls").integer, 2);
	assert_string_equal(cell(&r, "errors", 1, "error").text, "ERESTARTSYS");
	pipeline_report_done(&r);
}

static void an_error_without_a_name_is_a_number(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, OPEN, 10, -4000);
	r = finish(&w, NULL);
	assert_string_equal(cell(&r, "errors", 0, "error").text, "4000");
	pipeline_report_done(&r);
}

static void counted_and_single_calls_add_up(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1200, READ, 4000, -2);
	put_count(&w, 1900, 10);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "calls", 0, "calls").integer, 11);
	assert_int_equal(cell(&r, "calls", 0, "errors").integer, 2);
	assert_int_equal(cell(&r, "calls", 0, "total").integer, 24000);
	assert_int_equal(cell(&r, "calls", 0, "longest").integer, 4000);
	pipeline_report_done(&r);
}

static void percentiles_of_counted_calls_are_ends_of_powers_of_two(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_count(&w, 1900, 10);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "calls", 0, "p50").integer, 1023);
	assert_true(has_note(&r, "upper ends of powers of two"));
	pipeline_report_done(&r);
}

static void no_percentile_is_longer_than_the_longest_call(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_count(&w, 1900, 10);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "calls", 0, "p99").integer, 3000);
	pipeline_report_done(&r);
}

static void percentiles_of_few_single_calls_are_exact(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	for (uint64_t i = 1; i <= 10; i++)
		put_call(&w, 1100 + i, READ, 1000 + i, 0);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "calls", 0, "p50").integer, 1005);
	pipeline_report_done(&r);
}

static void a_count_is_its_threads(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_count(&w, 1900, 10);
	r = finish(&w, NULL);
	assert_int_equal(cell(&r, "threads", 0, "tid").integer, 7);
	assert_string_equal(cell(&r, "threads", 0, "thread").text, "seven");
	assert_int_equal(cell(&r, "threads", 0, "calls").integer, 10);
	pipeline_report_done(&r);
}

static void a_reused_tid_is_another_thread(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, READ, 50, 0);
	made_world_exit(&w, 1200, 7, 7);
	made_world_fork(&w, 1300, 8, 7);
	put_call(&w, 1400, READ, 20, 0);
	r = finish(&w, NULL);
	assert_int_equal(n_rows(&r, "threads"), 2);
	assert_string_equal(cell(&r, "threads", 1, "thread").text, "eight");
	pipeline_report_done(&r);
}

static void counts_of_another_time_are_left_out(void **state)
{
	static const struct filter later = { .from = { .given = true, .ns = 1000 } };
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_count(&w, 1900, 10);
	put_call(&w, 2100, FUTEX, 10, 0);
	r = finish(&w, &later);
	assert_int_equal(n_rows(&r, "calls"), 1);
	assert_string_equal(cell(&r, "calls", 0, "call").text, "futex");
	pipeline_report_done(&r);
}

static void counts_that_reach_out_of_the_time_are_there_and_said(void **state)
{
	static const struct filter later = { .from = { .given = true, .ns = 500 } };
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_count(&w, 1900, 10);
	r = finish(&w, &later);
	assert_int_equal(cell(&r, "calls", 0, "calls").integer, 10);
	assert_true(has_note(&r, "counts cannot be cut"));
	pipeline_report_done(&r);
}

static void sums_stop_at_the_end_of_their_range(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	put_call(&w, 1100, READ, UINT64_MAX, 0);
	put_call(&w, 1200, READ, UINT64_MAX, 0);
	r = finish(&w, NULL);
	assert_true(cell(&r, "calls", 0, "total").integer == INT64_MAX);
	pipeline_report_done(&r);
}

static void calls_beyond_those_told_apart_are_one_row(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	for (int32_t i = 0; i < 1030; i++)
		put_call(&w, 1100 + (uint64_t)i, 1000 + i, 10, 0);
	r = finish(&w, NULL);
	assert_int_equal(n_rows(&r, "calls"), 1025);
	assert_string_equal(cell(&r, "calls", 0, "call").text, "(others)");
	assert_int_equal(cell(&r, "calls", 0, "calls").integer, 6);
	pipeline_report_done(&r);
}

static void a_tape_without_calls_says_what_to_record(void **state)
{
	struct made_world w = begin_x86();
	struct pipeline_report r;

	(void)state;
	r = finish(&w, NULL);
	assert_true(has_note(&r, "--probes syscall"));
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_calls_are_summed_by_number),
		cmocka_unit_test(calls_of_32_bit_programs_are_others),
		cmocka_unit_test(returns_from_minus_1_to_minus_4095_are_errors),
		cmocka_unit_test(errors_of_single_calls_have_names),
		cmocka_unit_test(an_error_without_a_name_is_a_number),
		cmocka_unit_test(counted_and_single_calls_add_up),
		cmocka_unit_test(percentiles_of_counted_calls_are_ends_of_powers_of_two),
		cmocka_unit_test(no_percentile_is_longer_than_the_longest_call),
		cmocka_unit_test(percentiles_of_few_single_calls_are_exact),
		cmocka_unit_test(a_count_is_its_threads),
		cmocka_unit_test(a_reused_tid_is_another_thread),
		cmocka_unit_test(counts_of_another_time_are_left_out),
		cmocka_unit_test(counts_that_reach_out_of_the_time_are_there_and_said),
		cmocka_unit_test(sums_stop_at_the_end_of_their_range),
		cmocka_unit_test(calls_beyond_those_told_apart_are_one_row),
		cmocka_unit_test(a_tape_without_calls_says_what_to_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
