// SPDX-License-Identifier: BSD-2-Clause
/* From tapes to results: what pipeline.h, the view cpu and the filters promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/pipeline.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

#define START 1000

/*
 * Process 7 "seven" runs /bin/one at 0x1000, process 8 "eight" /bin/two at
 * 0x1000; stacks 70 and 80 are theirs. Both are stated in this epoch.
 */
static void put_world(struct made_world *w, uint64_t time_ns)
{
	made_world_module(w, 1, "/bin/one");
	made_world_module(w, 2, "/bin/two");
	made_world_process(w, time_ns, 7, "seven");
	made_world_map(w, time_ns, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_process(w, time_ns, 8, "eight");
	made_world_map(w, time_ns, (struct made_mapping){ 8, 2, 0x1000, 0x2000, 0x500 });
	made_world_stack(w, time_ns, 7, 70, (uint64_t[]){ 0x1010, 0x1101 });
	made_world_stack(w, time_ns, 8, 80, (uint64_t[]){ 0x1020, 0x1201 });
}

static void put_epoch(struct made_world *w, uint32_t epoch, uint64_t time_ns)
{
	made_world_block_of(w, TAPE_BLOCK_EPOCH, epoch);
	made_world_text(w, EV_CONFIG, "cpu.period_ns=100");
	made_world_epoch(w, epoch, time_ns, MADE_WORLD_WALL_NS + time_ns - START);
	made_world_block(w, epoch, 1);
	put_world(w, time_ns);
}

static struct made_world begin(void)
{
	struct made_world w = made_world_begin(START);

	put_epoch(&w, 1, START);
	return w;
}

static struct pipeline_report run_view(struct made_world *w, const char *view,
				       const struct filter *filter)
{
	struct pipeline_options options = { .analysis = analysis_by_name(view), .filter = filter };
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	assert_int_equal(tape_reader_open_memory(w->tape.data, w->tape.size, 0, &reader, NULL), 0);
	assert_int_equal(pipeline_run(reader, &options, &report, NULL), 0);
	tape_reader_close(reader);
	made_world_free(w);
	return report;
}

static struct pipeline_report run(struct made_world *w)
{
	static const struct filter everything;

	made_world_end(w);
	return run_view(w, "cpu", &everything);
}

static struct pipeline_report run_filtered(struct made_world *w, struct filter filter)
{
	made_world_end(w);
	return run_view(w, "cpu", &filter);
}

static const struct profile *profile_of(const struct pipeline_report *report)
{
	return result_first(report->result, RESULT_PROFILE)->profile;
}

/* A sample's stack from the root on, "one+10;one+100"; marks as they are. */
static char *stack_text(const struct profile *p, size_t sample, char text[256])
{
	uint32_t stack = profile_get_sample(p, sample)->stack;
	char copy[256];

	*text = '\0';
	while (stack != PROFILE_ROOT) {
		const struct profile_stack *s = profile_get_stack(p, stack);
		const struct profile_frame *f = profile_get_frame(p, s->frame);
		const struct module *m = profile_get_module(p, f->module);

		strcpy(copy, text);
		if (m->kind == MODULE_MARK)
			snprintf(text, 256, "%.100s%s%.100s", m->path, *copy ? ";" : "", copy);
		else
			snprintf(text, 256, "%.60s+%llx%s%.100s", module_short_name(m),
				 (unsigned long long)f->offset, *copy ? ";" : "", copy);
		stack = s->parent;
	}
	return text;
}

static const char *label(const struct profile *p, size_t sample, const char *key)
{
	const struct profile_label *found =
		profile_find_label(p, profile_get_sample(p, sample)->labels, key);

	return found ? found->text : NULL;
}

static int64_t samples_in(const struct pipeline_report *report)
{
	return profile_total(profile_of(report), 0);
}

/* --- the view cpu --- */

static void a_sample_is_its_stack_from_root_to_leaf(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 8, 80);
	report = run(&w);
	/* The caller's address is the one before its return address, as a file offset. */
	assert_string_equal(stack_text(profile_of(&report), 0, text), "two+700;two+520");
	pipeline_report_done(&report);
}

static void kernel_frames_stand_on_top_of_user_frames(void **state)
{
	struct ev_cpu_sample sample = { .h = { .time_ns = 1100, .tgid = 7, .tid = 7 },
					.ustack = 70,
					.kstack = 90 };
	struct ev_module kernel = { .h = { .type = EV_MODULE },
				    .module = 3,
				    .kind = EV_MODULE_KERNEL };
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_put(&w, &kernel.h, sizeof(kernel), "[kernel]", 9);
	made_world_map(&w, START,
		       (struct made_mapping){ 0, 3, 0xffffffff81000000, 0xffffffff82000000, 0 });
	made_world_stack(&w, 1050, 0, 90, (uint64_t[]){ 0xffffffff81000010, 0xffffffff81000031 });
	made_world_put_sample(&w, sample);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text),
			    "one+100;one+10;[kernel]+30;[kernel]+10");
	pipeline_report_done(&report);
}

static void a_sample_stands_for_one_period_of_cpu_time(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	report = run(&w);
	assert_int_equal(profile_total(profile_of(&report), 0), 2);
	assert_int_equal(profile_total(profile_of(&report), 1), 200);
	assert_int_equal(profile_head(profile_of(&report))->period, 100);
	pipeline_report_done(&report);
}

static void equal_stacks_of_one_thread_are_one_sample(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	made_world_sample(&w, 1300, 8, 80);
	report = run(&w);
	assert_int_equal(profile_n_samples(profile_of(&report)), 2);
	pipeline_report_done(&report);
}

static void labels_say_whose_a_sample_was(void **state)
{
	struct ev_cpu_sample sample = { .h = { .time_ns = 1100, .tgid = 7, .tid = 71 },
					.ustack = 70,
					.cgroup = 5 };
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_cgroup(&w, 5, "/service");
	made_world_task(&w, START, 7, 71, "worker");
	made_world_put_sample(&w, sample);
	report = run(&w);
	assert_string_equal(label(profile_of(&report), 0, "comm"), "seven");
	assert_string_equal(label(profile_of(&report), 0, "thread"), "worker");
	assert_string_equal(label(profile_of(&report), 0, "cgroup"), "/service");
	pipeline_report_done(&report);
}

static void a_stack_that_is_not_defined_is_marked_and_counted(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 999);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[stack lost]");
	assert_int_equal(result_get_coverage(report.result)->unknown_stacks, 1);
	pipeline_report_done(&report);
}

static void a_sample_without_a_stack_is_marked(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 0);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[no stack]");
	assert_int_equal(result_get_coverage(report.result)->unknown_stacks, 0);
	pipeline_report_done(&report);
}

static void a_stack_that_was_cut_says_so_at_its_root(void **state)
{
	struct ev_stack stack = { .h = { .type = EV_STACK, .tgid = 7, .tid = 7 },
				  .id = 71,
				  .flags = EV_STACK_CUT };
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_put(&w, &stack.h, sizeof(stack), NULL, 0);
	made_world_sample(&w, 1100, 7, 71);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[cut]");
	pipeline_report_done(&report);
}

static void a_process_without_a_name_is_counted(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 99, 70);
	report = run(&w);
	assert_string_equal(label(profile_of(&report), 0, "comm"), "[unknown]");
	assert_int_equal(result_get_coverage(report.result)->unknown_names, 1);
	pipeline_report_done(&report);
}

static void the_same_stack_after_a_new_mapping_is_resolved_anew(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_map(&w, 1200, (struct made_mapping){ 7, 2, 0x1000, 0x2000, 0 });
	made_world_sample(&w, 1300, 7, 70);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "one+100;one+10");
	assert_string_equal(stack_text(profile_of(&report), 1, text), "two+100;two+10");
	pipeline_report_done(&report);
}

static void a_tape_without_a_period_counts_samples_and_says_so(void **state)
{
	struct made_world w = made_world_begin(START);
	struct pipeline_report report;

	(void)state;
	made_world_block(&w, 1, 1);
	put_world(&w, START);
	made_world_sample(&w, 1100, 7, 70);
	report = run(&w);
	assert_int_equal(profile_head(profile_of(&report))->default_type, 0);
	assert_string_equal(result_note(report.result, 0),
			    "the tape does not say how often it sampled: samples are counted, "
			    "CPU time is not known");
	pipeline_report_done(&report);
}

/* --- what is lost --- */

static struct made_world two_epochs(void)
{
	struct made_world w = begin();

	made_world_sample(&w, 1100, 7, 70);
	put_epoch(&w, 2, 2000);
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

	made_world_cgroup(&w, 5, "/a/b");
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
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/b" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/" }), 1);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/bc" }), 0);
	assert_int_equal(samples_left((struct filter){ .cgroup = "/a/b/c" }), 0);
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

/* --- other views --- */

/* The cell of the row whose first cell is key. */
static const char *value_of(const struct pipeline_report *report, const char *table,
			    const char *key)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape != RESULT_TABLE || strcmp(table_name(item->table), table) != 0)
			continue;
		for (size_t row = 0; row < table_n_rows(item->table); row++) {
			if (strcmp(table_row(item->table, row)[0].text, key) == 0)
				return table_row(item->table, row)[1].text;
		}
	}
	return "no such row";
}

static void summary_tells_when_it_was_recorded(void **state)
{
	struct made_world w = three_samples();
	struct pipeline_report report;

	(void)state;
	made_world_text(&w, EV_HOST, "uname.nodename=box");
	made_world_end(&w);
	report = run_view(&w, "summary", &(struct filter){ 0 });
	assert_string_equal(value_of(&report, "recording", "host"), "box");
	assert_string_equal(value_of(&report, "recording", "started"), "2026-01-01 00:00:00 UTC");
	assert_string_equal(value_of(&report, "recording", "duration"), "0.300 us");
	pipeline_report_done(&report);
}

static const struct table *table_called(const struct pipeline_report *report, const char *name)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape == RESULT_TABLE && strcmp(table_name(item->table), name) == 0)
			return item->table;
	}
	return NULL;
}

static void processes_are_listed_by_their_share(void **state)
{
	struct made_world w = three_samples();
	struct pipeline_report report = run(&w);
	const struct table *t = table_called(&report, "processes");

	(void)state;
	assert_int_equal(table_n_rows(t), 2);
	assert_int_equal(table_row(t, 0)[0].integer, 7);
	assert_string_equal(table_row(t, 0)[1].text, "seven");
	assert_int_equal(table_row(t, 0)[2].integer, 2);
	assert_int_equal(table_row(t, 0)[3].integer, 200);
	assert_float_equal(table_row(t, 0)[4].real, 66.67, 0.01);
	pipeline_report_done(&report);
}

static void summary_sums_up_the_processes_that_it_leaves_out(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	for (uint32_t pid = 100; pid < 120; pid++) {
		made_world_process(&w, START, pid, "many");
		made_world_sample(&w, 1100 + pid, pid, 0);
	}
	made_world_end(&w);
	report = run_view(&w, "summary", &(struct filter){ 0 });
	t = table_called(&report, "processes");
	assert_int_equal(table_n_rows(t), 6);
	assert_string_equal(table_row(t, 5)[1].text, "(15 others)");
	assert_int_equal(table_row(t, 5)[2].integer, 15);
	pipeline_report_done(&report);
}

static void info_lists_a_process_of_many_epochs_once(void **state)
{
	struct ev_process idle = { .h = { .type = EV_PROCESS, .tgid = 5, .tid = 5 },
				   .start_ns = 77000000000,
				   .comm = "rare" };
	struct made_world w = begin();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	for (uint32_t epoch = 2; epoch < 20; epoch++) {
		put_epoch(&w, epoch, epoch * 1000);
		idle.h.time_ns = epoch * 1000;
		if (epoch == 2 || epoch == 12)
			made_world_put(&w, &idle.h, sizeof(idle), "", 1);
	}
	made_world_end(&w);
	report = run_view(&w, "info", &(struct filter){ 0 });
	t = table_called(&report, "processes");
	assert_int_equal(table_n_rows(t), 3);
	assert_int_equal(table_row(t, 2)[0].integer, 5);
	pipeline_report_done(&report);
}

static void timeline_has_a_slice_from_fork_to_exit(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct timeline *t;

	(void)state;
	made_world_fork(&w, 1100, 7, 9);
	made_world_exec(&w, 1150, 9, "tool");
	made_world_exit(&w, 1300, 9, 9);
	made_world_sample(&w, 1500, 7, 70);
	made_world_end(&w);
	report = run_view(&w, "timeline", &(struct filter){ 0 });
	t = result_first(report.result, RESULT_TIMELINE)->timeline;
	assert_int_equal(timeline_n_slices(t), 3);
	assert_string_equal(timeline_slice(t, 2)->name, "tool");
	assert_int_equal(timeline_slice(t, 2)->start_ns, 1100);
	assert_int_equal(timeline_slice(t, 2)->end_ns, 1300);
	assert_int_equal(timeline_slice(t, 0)->end_ns, 1500);
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_is_its_stack_from_root_to_leaf),
		cmocka_unit_test(kernel_frames_stand_on_top_of_user_frames),
		cmocka_unit_test(a_sample_stands_for_one_period_of_cpu_time),
		cmocka_unit_test(equal_stacks_of_one_thread_are_one_sample),
		cmocka_unit_test(labels_say_whose_a_sample_was),
		cmocka_unit_test(a_stack_that_is_not_defined_is_marked_and_counted),
		cmocka_unit_test(a_sample_without_a_stack_is_marked),
		cmocka_unit_test(a_stack_that_was_cut_says_so_at_its_root),
		cmocka_unit_test(a_process_without_a_name_is_counted),
		cmocka_unit_test(the_same_stack_after_a_new_mapping_is_resolved_anew),
		cmocka_unit_test(a_tape_without_a_period_counts_samples_and_says_so),
		cmocka_unit_test(a_tape_that_lost_its_first_epoch_still_names_everything),
		cmocka_unit_test(a_block_that_was_hit_costs_its_samples_and_is_reported),
		cmocka_unit_test(the_period_is_known_though_the_first_epoch_block_is_lost),
		cmocka_unit_test(a_tape_without_its_end_is_incomplete_and_not_damaged),
		cmocka_unit_test(losses_and_pauses_are_in_the_coverage),
		cmocka_unit_test(a_loss_outside_of_the_time_asked_for_does_not_count),
		cmocka_unit_test(remarks_of_the_recorder_are_notes),
		cmocka_unit_test(an_unknown_event_leaves_the_others_intact),
		cmocka_unit_test(symbols_of_the_tape_are_in_the_bundle),
		cmocka_unit_test(pid_leaves_the_samples_of_those_processes),
		cmocka_unit_test(tid_leaves_the_samples_of_those_threads),
		cmocka_unit_test(comm_is_a_pattern),
		cmocka_unit_test(cgroup_holds_the_groups_below_it),
		cmocka_unit_test(from_is_within_and_to_is_not),
		cmocka_unit_test(wall_clock_times_are_those_of_the_recorded_machine),
		cmocka_unit_test(a_filter_that_nothing_matches_is_said_in_a_note),
		cmocka_unit_test(summary_tells_when_it_was_recorded),
		cmocka_unit_test(processes_are_listed_by_their_share),
		cmocka_unit_test(summary_sums_up_the_processes_that_it_leaves_out),
		cmocka_unit_test(info_lists_a_process_of_many_epochs_once),
		cmocka_unit_test(timeline_has_a_slice_from_fork_to_exit),
	};

	return cmocka_run_group_tests_name("analyze/pipeline", tests, NULL, NULL);
}
