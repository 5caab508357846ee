// SPDX-License-Identifier: BSD-2-Clause
/* From tapes to results: what pipeline.h and the filters promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/pipeline.h"
#include "tests/analyze/view_runner.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

static struct pipeline_report run_filtered(struct made_world *w, struct filter filter)
{
	made_world_end(w);
	return run_view(w, "cpu", &filter);
}

static int64_t samples_in(const struct pipeline_report *report)
{
	return profile_total(profile_of(report), 0);
}

/* --- what is lost --- */

static struct made_world two_epochs(void)
{
	struct made_world w = begin();

	made_world_sample(&w, 1100, 7, 70);
	made_world_usual_epoch(&w, 2, 2000);
	made_world_sample(&w, 2100, 7, 70);
	made_world_sample(&w, 2200, 8, 80);
	return w;
}

static void a_tape_that_lost_its_first_epoch_still_names_everything(void **state)
{
	struct made_world w = two_epochs();
	struct tape_block_header h;
	struct pipeline_report report;
	const struct coverage *c;
	size_t second;

	(void)state;
	made_world_end(&w);
	second = made_tape_block(&w.tape, 2, &h);
	assert_int_equal(h.epoch, 2);
	memmove(w.tape.data + 64, w.tape.data + second, w.tape.size - second);
	w.tape.size -= second - 64;
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	c = result_get_coverage(report.result);
	assert_int_equal(samples_in(&report), 2);
	assert_int_equal(c->unknown_stacks + c->unknown_names, 0);
	assert_int_equal(profile_total(profile_of(&report), 1), 200);
	pipeline_report_done(&report);
}

static void a_block_that_was_hit_costs_its_samples_and_is_reported(void **state)
{
	struct made_world w = two_epochs();
	struct tape_block_header h;
	struct pipeline_report report;
	const struct coverage *c;

	(void)state;
	made_world_end(&w);
	w.tape.data[made_tape_block(&w.tape, 1, &h) + sizeof(h) + 8] ^= 1;
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	c = result_get_coverage(report.result);
	assert_int_equal(samples_in(&report), 2);
	assert_int_equal(c->damaged_places, 1);
	assert_int_equal(c->lost_blocks, 1);
	assert_true(c->complete);
	pipeline_report_done(&report);
}

static void the_period_is_known_though_the_first_epoch_block_is_lost(void **state)
{
	struct made_world w = two_epochs();
	struct tape_block_header h;
	struct pipeline_report report;

	(void)state;
	made_world_end(&w);
	w.tape.data[made_tape_block(&w.tape, 0, &h) + sizeof(h) + 8] ^= 1;
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	assert_int_equal(profile_total(profile_of(&report), 1), 300);
	pipeline_report_done(&report);
}

static void a_tape_without_its_end_is_incomplete_and_not_damaged(void **state)
{
	struct made_world w = two_epochs();
	struct tape_block_header h;
	struct pipeline_report report;

	(void)state;
	made_world_end(&w);
	w.tape.size = made_tape_block(&w.tape, 4, &h);
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	assert_false(result_get_coverage(report.result)->complete);
	assert_int_equal(result_get_coverage(report.result)->damaged_places, 0);
	assert_int_equal(samples_in(&report), 3);
	pipeline_report_done(&report);
}

static void losses_and_pauses_are_in_the_coverage(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct coverage *c;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_loss(&w, 1200, 1300, 12);
	made_world_pause(&w, 1400, 1);
	made_world_pause(&w, 1450, 0);
	made_world_sample(&w, 1500, 7, 70);
	report = run(&w);
	c = result_get_coverage(report.result);
	assert_int_equal(c->lost_events, 12);
	assert_int_equal(c->lost_ns, 100);
	assert_int_equal(c->paused_ns, 50);
	assert_int_equal(c->first_ns, 1100);
	assert_int_equal(c->last_ns, 1500);
	pipeline_report_done(&report);
}

static void a_loss_outside_of_the_time_asked_for_does_not_count(void **state)
{
	struct made_world w = begin();
	struct filter filter = { .from = { .given = true, .ns = 400 } };
	struct pipeline_report report;

	(void)state;
	made_world_loss(&w, 1200, 1300, 12);
	made_world_loss(&w, 1350, 1450, 3);
	made_world_sample(&w, 1500, 7, 70);
	report = run_filtered(&w, filter);
	assert_int_equal(result_get_coverage(report.result)->lost_events, 3);
	assert_int_equal(result_get_coverage(report.result)->lost_ns, 50);
	pipeline_report_done(&report);
}

static void remarks_of_the_recorder_are_notes(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_text(&w, EV_NOTE, "no hardware counter: used cpu-clock");
	report = run(&w);
	assert_string_equal(result_note(report.result, 0), "no hardware counter: used cpu-clock");
	pipeline_report_done(&report);
}

static void an_unknown_event_leaves_the_others_intact(void **state)
{
	struct ev_header unknown = { .type = 200, .time_ns = 1150, .tgid = 7, .tid = 7 };
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_put(&w, &unknown, sizeof(unknown), "whatever", 8);
	made_world_sample(&w, 1200, 7, 70);
	report = run(&w);
	assert_int_equal(samples_in(&report), 2);
	assert_int_equal(result_get_coverage(report.result)->unknown_records, 1);
	pipeline_report_done(&report);
}

static void what_is_read_twice_to_learn_the_period_counts_once(void **state)
{
	struct ev_header unknown = { .type = 200, .time_ns = 1150, .tgid = 7, .tid = 7 };
	struct made_world w = made_world_begin(START);
	struct pipeline_report report;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_put(&w, &unknown, sizeof(unknown), "whatever", 8);
	report = run(&w);
	assert_int_equal(result_get_coverage(report.result)->unknown_records, 1);
	pipeline_report_done(&report);
}

static void a_block_of_an_unknown_kind_is_no_damage_but_is_said(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_block_of(&w, 77, 1);
	made_world_sample(&w, 1200, 7, 70);
	report = run(&w);
	assert_int_equal(samples_in(&report), 1);
	assert_int_equal(result_get_coverage(report.result)->damaged_places, 0);
	assert_string_equal(result_note(report.result, 0),
			    "parts of the tape are of kinds that this version does not know "
			    "(blocks: 1); a newer analyze can read them");
	pipeline_report_done(&report);
}

/* --- names --- */

static void symbols_of_the_tape_are_in_the_bundle(void **state)
{
	struct module two = { .kind = MODULE_FILE, .path = "/bin/two" };
	struct made_world w = begin();
	struct pipeline_report report;
	struct symbol symbol;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_SYMBOLS, 1);
	made_world_module(&w, 2, "/bin/two");
	made_world_symbol(&w, 2, 0x500, "main");
	report = run(&w);
	assert_int_equal(bundle_find(report.bundle, &two, 0x520, &symbol), 1);
	assert_string_equal(symbol.name, "main");
	pipeline_report_done(&report);
}

/* --- filters --- */

static struct made_world three_samples(void)
{
	struct ev_cpu_sample in_group = { .h = { .time_ns = 1300, .tgid = 8, .tid = 8 },
					  .ustack = 80,
					  .cgroup = 5 };
	struct made_world w = begin();

	made_world_cgroup(&w, 5, "/a/bee");
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	made_world_put_sample(&w, in_group);
	return w;
}

static int64_t samples_left(struct filter filter)
{
	struct made_world w = three_samples();
	struct pipeline_report report = run_filtered(&w, filter);
	int64_t samples = samples_in(&report);

	assert_int_equal(report.events, 3);
	assert_int_equal(report.passed, samples);
	assert_int_equal(result_get_coverage(report.result)->filtered, samples != 3);
	pipeline_report_done(&report);
	return samples;
}

static void pid_leaves_the_samples_of_those_processes(void **state)
{
	(void)state;
	assert_int_equal(samples_left((struct filter){ .pids = { 1, { 7 } } }), 2);
	assert_int_equal(samples_left((struct filter){ .pids = { 2, { 7, 8 } } }), 3);
}

static void tid_leaves_the_samples_of_those_threads(void **state)
{
	(void)state;
	assert_int_equal(samples_left((struct filter){ .tids = { 1, { 8 } } }), 1);
}

static void comm_is_a_pattern(void **state)
{
	(void)state;
	assert_int_equal(samples_left((struct filter){ .comm = "se*" }), 2);
	assert_int_equal(samples_left((struct filter){ .comm = "eight" }), 1);
	assert_int_equal(samples_left((struct filter){ .comm = "eigh" }), 0);
}

static void cgroup_holds_the_groups_below_it(void **state)
{
	(void)state;
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/bee" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/" }), 1);
}

static void cgroup_does_not_hold_groups_whose_name_only_begins_alike(void **state)
{
	(void)state;
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/be" }), 0);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/beer" }), 0);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/bee/c" }), 0);
}

static void from_is_within_and_to_is_not(void **state)
{
	struct filter filter = { .from = { .given = true, .ns = 200 },
				 .to = { .given = true, .ns = 300 } };

	(void)state;
	assert_int_equal(samples_left(filter), 1);
}

static void wall_clock_times_are_those_of_the_recorded_machine(void **state)
{
	struct filter filter = {
		.from = { .given = true, .wall = true, .ns = MADE_WORLD_WALL_NS + 250 }
	};

	(void)state;
	assert_int_equal(samples_left(filter), 1);
}

static void a_filter_that_nothing_matches_is_said_in_a_note(void **state)
{
	struct made_world w = three_samples();
	struct pipeline_report report =
		run_filtered(&w, (struct filter){ .pids = { 2, { 99, 98 } }, .comm = "x*" });

	(void)state;
	assert_string_equal(result_note(report.result, 0),
			    "no sample matches --pid 99,98 --comm x*");
	pipeline_report_done(&report);
}

/* --- names --- */

static void put_lines(struct made_world *w, uint32_t module, const char *text)
{
	struct ev_line ev = { .h = { .type = EV_LINE },
			      .start = 0x10,
			      .size = 0x10,
			      .module = module,
			      .origin = EV_SYMBOL_DWARF };

	made_world_put(w, &ev.h, sizeof(ev), text, strlen(text) + 1);
}

static void lines_of_the_tape_are_in_the_bundle(void **state)
{
	const struct module one = { .path = "/bin/one" };
	struct made_world w = begin();
	struct pipeline_report report;
	struct lines found;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_SYMBOLS, 1);
	made_world_module(&w, 1, "/bin/one");
	put_lines(&w, 1, "work\ta.c\t7\t1\n");
	made_world_end(&w);
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	assert_int_equal(bundle_lines(report.bundle, &one, 0x11, &found), 1);
	assert_string_equal(found.at[0].file, "a.c");
	assert_int_equal(found.origin, EV_SYMBOL_DWARF);
	pipeline_report_done(&report);
}

static void lines_that_make_no_sense_are_none(void **state)
{
	const struct module one = { .path = "/bin/one" };
	struct made_world w = begin();
	struct pipeline_report report;
	struct lines found;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_SYMBOLS, 1);
	made_world_module(&w, 1, "/bin/one");
	put_lines(&w, 1, "work a.c 7 1");
	put_lines(&w, 99, "work\ta.c\t7\t1\n");
	made_world_end(&w);
	report = run_view(&w, "cpu", &(struct filter){ 0 });
	assert_int_equal(bundle_lines(report.bundle, &one, 0x11, &found), 0);
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tape_that_lost_its_first_epoch_still_names_everything),
		cmocka_unit_test(a_block_that_was_hit_costs_its_samples_and_is_reported),
		cmocka_unit_test(the_period_is_known_though_the_first_epoch_block_is_lost),
		cmocka_unit_test(a_tape_without_its_end_is_incomplete_and_not_damaged),
		cmocka_unit_test(losses_and_pauses_are_in_the_coverage),
		cmocka_unit_test(a_loss_outside_of_the_time_asked_for_does_not_count),
		cmocka_unit_test(remarks_of_the_recorder_are_notes),
		cmocka_unit_test(an_unknown_event_leaves_the_others_intact),
		cmocka_unit_test(what_is_read_twice_to_learn_the_period_counts_once),
		cmocka_unit_test(a_block_of_an_unknown_kind_is_no_damage_but_is_said),
		cmocka_unit_test(symbols_of_the_tape_are_in_the_bundle),
		cmocka_unit_test(pid_leaves_the_samples_of_those_processes),
		cmocka_unit_test(tid_leaves_the_samples_of_those_threads),
		cmocka_unit_test(comm_is_a_pattern),
		cmocka_unit_test(cgroup_holds_the_groups_below_it),
		cmocka_unit_test(cgroup_does_not_hold_groups_whose_name_only_begins_alike),
		cmocka_unit_test(from_is_within_and_to_is_not),
		cmocka_unit_test(wall_clock_times_are_those_of_the_recorded_machine),
		cmocka_unit_test(a_filter_that_nothing_matches_is_said_in_a_note),
		cmocka_unit_test(lines_of_the_tape_are_in_the_bundle),
		cmocka_unit_test(lines_that_make_no_sense_are_none),
	};

	return cmocka_run_group_tests_name("analyze/pipeline", tests, NULL, NULL);
}
