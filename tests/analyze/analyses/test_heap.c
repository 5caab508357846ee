// SPDX-License-Identifier: BSD-2-Clause
/* What the view heap shows of a Go program's own heap profile. */
#include "tests/analyze/heap_tape.h"

static const struct analysis_options nothing;

#define OTHER 71 /* a stack that the usual epoch has not got */

/* Three readings: what one stack holds grows from 10 to 30 objects of 1000 bytes. */
static struct go_tape *begin_growing(uint64_t rate)
{
	struct go_tape *t = go_begin();

	for (uint64_t i = 1; i <= 3; i++) {
		heap_begin(t, true, 0, rate);
		heap_put(t, GO_STACK, 1000, i * 20, i * 10);
		heap_put(t, GO_STACK, 48, 5, 5);
		heap_end(t, true);
	}
	return t;
}

static void a_site_is_what_its_stack_holds(void **state)
{
	struct pipeline_report r = go_run(begin_growing(1), "heap", nothing);

	(void)state;
	assert_int_equal(n_rows(&r, "sites"), 1);
	assert_int_equal(cell(&r, "sites", 0, "in use").integer, 30000);
	assert_int_equal(cell(&r, "sites", 0, "objects").integer, 30);
	assert_int_equal(cell(&r, "sites", 0, "allocated").integer, 60240);
	assert_int_equal(cell(&r, "sites", 0, "allocations").integer, 65);
	assert_int_equal((int)cell(&r, "sites", 0, "share").real, 100);
	pipeline_report_done(&r);
}

static void it_grows_from_the_first_reading_on(void **state)
{
	struct pipeline_report r = go_run(begin_growing(1), "heap", nothing);

	(void)state;
	assert_int_equal(cell(&r, "sites", 0, "growth").integer, 20000);
	assert_int_equal(cell(&r, "sites", 0, "a minute").integer, 600000);
	assert_int_equal(cell(&r, "programs", 0, "growth").integer, 20000);
	assert_int_equal(cell(&r, "programs", 0, "readings").integer, 3);
	assert_int_equal(n_rows(&r, "time"), 3);
	assert_int_equal(cell(&r, "time", 0, "in use").integer, 10000);
	assert_int_equal(cell(&r, "time", 2, "in use").integer, 30000);
	pipeline_report_done(&r);
}

static void growth_may_be_that_of_a_part_of_the_run(void **state)
{
	const struct filter part = { .from = { .given = true, .ns = GO_SECOND + GO_SECOND / 2 } };
	struct go_tape *t = begin_growing(1);
	struct pipeline_report r = sched_run(&t->w, "heap", &part, nothing);

	(void)state;
	free(t);
	assert_int_equal(cell(&r, "sites", 0, "growth").integer, 10000);
	assert_int_equal(cell(&r, "sites", 0, "in use").integer, 30000);
	pipeline_report_done(&r);
}

static void what_comes_behind_to_is_not_looked_at(void **state)
{
	const struct filter part = { .to = { .given = true, .ns = 2 * GO_SECOND + 1 } };
	struct go_tape *t = begin_growing(1);
	struct pipeline_report r = sched_run(&t->w, "heap", &part, nothing);

	(void)state;
	free(t);
	assert_int_equal(cell(&r, "sites", 0, "in use").integer, 20000);
	pipeline_report_done(&r);
}

static void the_profile_is_as_the_runtimes(void **state)
{
	struct pipeline_report r = go_run(begin_growing(1), "heap", nothing);
	const struct profile *p = profile_of(&r);
	const struct profile_head *head = profile_head(p);

	(void)state;
	assert_int_equal(head->n_types, 4);
	assert_string_equal(head->types[0].type, "alloc_objects");
	assert_string_equal(head->types[0].unit, "count");
	assert_string_equal(head->types[1].type, "alloc_space");
	assert_string_equal(head->types[1].unit, "bytes");
	assert_string_equal(head->types[2].type, "inuse_objects");
	assert_string_equal(head->types[3].type, "inuse_space");
	assert_int_equal(head->default_type, 3);
	assert_string_equal(head->period_type.type, "space");
	assert_string_equal(head->period_type.unit, "bytes");
	assert_int_equal(head->period, 1);
	assert_int_equal(profile_total(p, 0), 65);
	assert_int_equal(profile_total(p, 3), 30000);
	assert_int_equal(profile_n_samples(p), 2);
	pipeline_report_done(&r);
}

/* 512 KiB once in 512 KiB: 1 / (1 - 1/e) of what was seen. */
static void what_was_sampled_is_scaled_to_what_there_was(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, true, 0, 524288);
	heap_put(t, GO_STACK, 524288, 1000, 0);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_int_equal(cell(&r, "sites", 0, "objects").integer, 1581);
	assert_int_equal(cell(&r, "sites", 0, "in use").integer, 829411403);
	pipeline_report_done(&r);
}

static void with_growth_the_profile_is_what_came(void **state)
{
	struct pipeline_report r =
		go_run(begin_growing(1), "heap", (struct analysis_options){ .growth = true });

	(void)state;
	assert_int_equal(profile_total(profile_of(&r), 3), 20000);
	assert_int_equal(profile_total(profile_of(&r), 1), 40000);
	pipeline_report_done(&r);
}

static void what_is_new_grows_from_nothing(void **state)
{
	struct go_tape *t = begin_growing(1);
	struct pipeline_report r;

	(void)state;
	heap_begin(t, false, 0, 0);
	heap_put(t, OTHER, 500, 4, 0);
	heap_end(t, false);
	r = go_run(t, "heap", nothing);
	assert_int_equal(n_rows(&r, "sites"), 2);
	assert_int_equal(cell(&r, "sites", 1, "growth").integer, 2000);
	assert_int_equal(cell(&r, "programs", 0, "readings").integer, 4);
	pipeline_report_done(&r);
}

static void a_profile_that_is_off_is_named(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, true, EV_GO_NO_HEAP | EV_GO_HEAP_RATE_0, 0);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_true(
		has_note(&r, "process 7 has no heap profile: off: runtime.MemProfileRate is 0"));
	assert_int_equal(n_rows(&r, "programs"), 1);
	pipeline_report_done(&r);
}

static void so_is_one_that_is_not_linked(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, true, EV_GO_NO_HEAP | EV_GO_HEAP_NOT_LINKED, 0);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_true(has_note(&r, "process 7 has no heap profile: not linked into the program"));
	pipeline_report_done(&r);
}

static void without_go_programs_it_says_so(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	made_world_usual_epoch(&t->w, 1, t->now_ns);
	r = go_run(t, "heap", nothing);
	assert_true(has_note(&r, "no Go program was read"));
	pipeline_report_done(&r);
}

static void counts_that_lie_do_not_overflow(void **state)
{
	struct go_tape *t = go_begin();
	struct ev_go_heap ev = { .h = { .type = EV_GO_HEAP },
				 .ustack = GO_STACK,
				 .allocs = UINT64_MAX,
				 .alloc_bytes = UINT64_MAX,
				 .frees = 1,
				 .free_bytes = UINT64_MAX,
				 .object_bytes = UINT64_MAX };
	struct pipeline_report r;

	(void)state;
	heap_begin(t, true, 0, 524288);
	go_put(t, &ev.h, sizeof(ev), NULL, 0);
	ev.free_bytes = 0;
	ev.object_bytes = 1;
	go_put(t, &ev.h, sizeof(ev), NULL, 0);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_int_equal(cell(&r, "sites", 0, "allocated").integer, INT64_MAX);
	pipeline_report_done(&r);
}

static void another_program_in_the_process_is_another_one(void **state)
{
	struct ev_exec exec = { .h = { .type = EV_EXEC } };
	struct go_tape *t = begin_growing(1);
	struct pipeline_report r;

	(void)state;
	t->now_ns += GO_SECOND;
	go_put(t, &exec.h, sizeof(exec), "/x", sizeof("/x"));
	heap_begin(t, true, 0, 1);
	heap_put(t, GO_STACK, 8, 1, 0);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_int_equal(n_rows(&r, "programs"), 2);
	assert_int_equal(cell(&r, "programs", 0, "in use").integer, 30000);
	assert_int_equal(cell(&r, "programs", 1, "in use").integer, 8);
	pipeline_report_done(&r);
}

/* Nothing in an epoch between is about the process. */
static void a_process_that_an_epoch_does_not_name_stays_the_same(void **state)
{
	struct go_tape *t = begin_growing(1);
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		t->now_ns += GO_SECOND;
		made_world_block_of(&t->w, TAPE_BLOCK_EPOCH, ++t->epoch);
		made_world_epoch(&t->w, t->epoch, t->now_ns, MADE_WORLD_WALL_NS);
		made_world_block(&t->w, t->epoch, 1);
		made_world_process(&t->w, t->now_ns, 8, "eight");
		made_world_sample(&t->w, t->now_ns, 8, 0);
	}
	heap_begin(t, true, 0, 1);
	heap_put(t, GO_STACK, 1000, 100, 10);
	heap_end(t, true);
	r = go_run(t, "heap", nothing);
	assert_int_equal(n_rows(&r, "programs"), 1);
	assert_int_equal(cell(&r, "sites", 0, "in use").integer, 90000);
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_what_its_stack_holds),
		cmocka_unit_test(it_grows_from_the_first_reading_on),
		cmocka_unit_test(growth_may_be_that_of_a_part_of_the_run),
		cmocka_unit_test(what_comes_behind_to_is_not_looked_at),
		cmocka_unit_test(the_profile_is_as_the_runtimes),
		cmocka_unit_test(what_was_sampled_is_scaled_to_what_there_was),
		cmocka_unit_test(with_growth_the_profile_is_what_came),
		cmocka_unit_test(what_is_new_grows_from_nothing),
		cmocka_unit_test(a_profile_that_is_off_is_named),
		cmocka_unit_test(so_is_one_that_is_not_linked),
		cmocka_unit_test(without_go_programs_it_says_so),
		cmocka_unit_test(counts_that_lie_do_not_overflow),
		cmocka_unit_test(a_process_that_an_epoch_does_not_name_stays_the_same),
		cmocka_unit_test(another_program_in_the_process_is_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
