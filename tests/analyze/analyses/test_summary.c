// SPDX-License-Identifier: BSD-2-Clause
/* What the view summary shows of tapes of different probe groups. */
#include "analyze/analyses/summary_threads.h"
#include "tests/analyze/table_cells.h"

static const struct analysis_options nothing_asked;

/* A tape of these probe groups (NULL: whose CONFIG is lost), sched from START to SCHED_END. */
static struct made_world begin_of(const char *probes)
{
	struct made_world w = made_world_begin(START);
	char text[64];

	snprintf(text, sizeof(text), "probes=%s", probes ? probes : "");
	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_text(&w, EV_HOST, "uname.machine=x86_64");
	if (probes) {
		made_world_text(&w, EV_CONFIG, "cpu.period_ns=100");
		made_world_text(&w, EV_CONFIG, text);
	}
	made_world_epoch(&w, 1, START, MADE_WORLD_WALL_NS);
	made_world_block(&w, 1, 1);
	made_world_usual(&w, START);
	made_world_task(&w, START, 7, 71, "seventy-one");
	sched_watch(&w, START, 1);
	sched_watch(&w, SCHED_END, 0);
	return w;
}

static struct pipeline_report summarize(struct made_world *w)
{
	return sched_run(w, "summary", NULL, nothing_asked);
}

static bool has_profile(const struct pipeline_report *r)
{
	return result_first(r->result, RESULT_PROFILE) != NULL;
}

static const char *value_of(const struct pipeline_report *r, const char *table, const char *what)
{
	const struct table *t = table_of(r, table);

	return cell_at(t, row_of(t, "what", what), "value").text;
}

/* --- which groups --- */

static void the_probe_groups_are_told(void **state)
{
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r = summarize(&w);

	(void)state;
	assert_string_equal(value_of(&r, "recording", "probes"), "cpu,sched");
	pipeline_report_done(&r);
}

static void a_tape_of_samples_has_no_word_of_waits(void **state)
{
	struct made_world w = begin_of("cpu");
	struct pipeline_report r;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	r = summarize(&w);
	assert_int_equal(result_n_items(r.result), 4);
	assert_null(table_of(&r, "answers"));
	assert_null(table_of(&r, "scheduling"));
	assert_int_equal(result_n_notes(r.result), 0);
	pipeline_report_done(&r);
}

static void a_tape_of_samples_that_met_none_still_says_so(void **state)
{
	struct made_world w = begin_of("cpu");
	struct pipeline_report r = summarize(&w);

	(void)state;
	assert_int_equal(profile_n_samples(profile_of(&r)), 0);
	pipeline_report_done(&r);
}

static void a_tape_of_switches_has_no_word_of_cpu_time(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = summarize(&w);
	assert_false(has_profile(&r));
	assert_null(table_of(&r, "processes"));
	assert_null(table_of(&r, "threads"));
	assert_non_null(table_of(&r, "scheduling"));
	pipeline_report_done(&r);
}

static void a_tape_whose_options_are_lost_shows_what_it_has(void **state)
{
	struct made_world w = begin_of(NULL);
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = summarize(&w);
	assert_false(has_profile(&r));
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	pipeline_report_done(&r);
}

static void a_tape_that_does_not_list_its_groups_is_one_of_sched_by_its_options(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = summarize(&w);
	assert_false(has_profile(&r));
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	pipeline_report_done(&r);
}

static void a_tape_of_both_shows_both(void **state)
{
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	made_world_sample(&w, 4100, 7, 70);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	assert_int_equal(n_rows(&r, "processes"), 1);
	assert_int_equal(profile_total(profile_of(&r), 0), 1);
	pipeline_report_done(&r);
}

static void without_any_switch_there_is_no_word_of_waits(void **state)
{
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	for (uint32_t pid = 1; pid <= 9; pid++)
		made_world_sample(&w, 1100 + pid, pid, 0);
	r = summarize(&w);
	assert_null(table_of(&r, "answers"));
	assert_null(table_of(&r, "scheduling"));
	assert_int_equal(n_rows(&r, "processes"), 5);
	assert_int_equal(result_n_notes(r.result), 0);
	pipeline_report_done(&r);
}

static void switches_of_a_tape_that_claims_to_have_none_are_not_looked_at(void **state)
{
	struct made_world w = begin_of("cpu");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = summarize(&w);
	assert_null(table_of(&r, "scheduling"));
	assert_int_equal(result_n_notes(r.result), 0);
	pipeline_report_done(&r);
}

/* --- what threads' time passed with --- */

static void put_wait(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint16_t how,
		     int32_t call)
{
	sched_out(w, from_ns, 7, how, call);
	if (how != EV_SCHED_RUNNING)
		sched_wake(w, to_ns, 7, 0);
	sched_in(w, to_ns, 7);
}

static void each_state_has_its_column(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 2100, EV_SCHED_RUNNING, -1);
	put_wait(&w, 3000, 3200, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	put_wait(&w, 4000, 4300, EV_SCHED_UNINTERRUPTIBLE, CALL_READ);
	put_wait(&w, 5000, 5400, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	put_wait(&w, 6000, 6500, EV_SCHED_STOPPED, -1);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "queued").integer, 100);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 200);
	assert_int_equal(cell(&r, "scheduling", 0, "disk").integer, 300);
	assert_int_equal(cell(&r, "scheduling", 0, "lock").integer, 400);
	assert_int_equal(cell(&r, "scheduling", 0, "stopped").integer, 500);
	assert_int_equal(cell(&r, "scheduling", 0, "running").integer, 10000 - 1500);
	assert_int_equal(cell(&r, "scheduling", 0, "unknown").integer, 0);
	pipeline_report_done(&r);
}

static void a_wait_that_began_before_the_tape_is_blocked(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_wake(&w, 4000, 7, 0);
	sched_in(&w, 4500, 7);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "blocked").integer, 3000);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 0);
	assert_int_equal(cell(&r, "scheduling", 0, "queued").integer, 500);
	pipeline_report_done(&r);
}

static void a_process_is_the_sum_of_its_threads(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_sleep(&w, 2000, 3000, 71);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	assert_string_equal(cell(&r, "scheduling", 0, "process").text, "seven");
	assert_int_equal(cell(&r, "scheduling", 0, "threads").integer, 2);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 3000);
	assert_int_equal(cell(&r, "scheduling", 0, "running").integer, 17000);
	pipeline_report_done(&r);
}

static void waits_for_a_cpu_have_their_mean_and_the_worst(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 2100, EV_SCHED_RUNNING, -1);
	sched_out(&w, 3000, 71, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(&w, 4000, 71, 0);
	sched_in(&w, 4300, 71);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "mean").integer, 200);
	assert_int_equal(cell(&r, "scheduling", 0, "worst").integer, 300);
	pipeline_report_done(&r);
}

static void the_process_that_was_kept_waiting_longest_comes_before_sleepers(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	put_wait(&w, 5000, 6000, EV_SCHED_RUNNING, -1);
	sched_sleep(&w, 2000, 5500, 8);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "pid").integer, 7);
	assert_int_equal(cell(&r, "scheduling", 1, "pid").integer, 8);
	pipeline_report_done(&r);
}

static void five_processes_are_shown_and_of_how_many(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	for (uint32_t tid = 1; tid <= 9; tid++)
		sched_sleep(&w, 2000, 2100 + tid, tid);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "scheduling"), 5);
	assert_string_equal(table_title(table_of(&r, "scheduling")),
			    "What threads' time passed with, by process, 5 of 9 rows");
	pipeline_report_done(&r);
}

static void a_process_has_the_name_that_it_had_last(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	made_world_exec(&w, 5000, 7, "tool");
	sched_sleep(&w, 6000, 7000, 7);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	assert_string_equal(cell(&r, "scheduling", 0, "process").text, "tool");
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 3000);
	pipeline_report_done(&r);
}

static void a_thread_begins_with_nothing_of_one_that_ended(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_wake(&w, 2000, 71, EV_SCHED_NEW);
	sched_in(&w, 2100, 71);
	sched_out(&w, 3000, 71, EV_SCHED_DEAD, -1);
	sched_wake(&w, 4000, 81, EV_SCHED_NEW);
	sched_in(&w, 4500, 81);
	sched_out(&w, 5000, 81, EV_SCHED_DEAD, -1);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "scheduling"), 2);
	assert_int_equal(cell(&r, "scheduling", 0, "pid").integer, 8);
	assert_int_equal(cell(&r, "scheduling", 0, "queued").integer, 500);
	assert_int_equal(cell(&r, "scheduling", 0, "running").integer, 500);
	assert_int_equal(cell(&r, "scheduling", 1, "queued").integer, 100);
	assert_int_equal(cell(&r, "scheduling", 1, "running").integer, 900);
	pipeline_report_done(&r);
}

static void memory_grows_with_the_threads_that_live_at_one_time(void **state)
{
	struct process process = { .tgid = 7, .name = 1 };
	struct thread thread = { .tid = 7, .process = &process };
	struct summary_threads t = { 0 };

	(void)state;
	for (uint64_t life = 1; life <= 3; life++) {
		summary_threads_span(&t, &(struct span){ .tgid = 7,
							 .life = life,
							 .thread = &thread,
							 .state = SPAN_RUNNING,
							 .to_ns = 10 });
		summary_threads_life(&t, &(struct span_life){ .life = life });
	}
	assert_int_equal(t.by_life.n, 0);
	assert_int_equal(t.lives.n, 1);
	assert_int_equal(summary_threads_ns(&t, SUMMARY_RUNNING), 30);
	summary_threads_done(&t);
}

/* --- what is not known --- */

static void time_over_which_records_were_lost_is_unknown(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 5000, 7000, 7);
	sched_lose(&w, 5500, 5600);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "unknown").integer, 2000);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 0);
	assert_non_null(strstr(value_of(&r, "answers", "waits for a CPU"), "unknown: 20.00 %"));
	assert_true(has_note(&r, "not known for 2.000 us of 10.000 us"));
	pipeline_report_done(&r);
}

static void a_loss_that_is_told_later_counts_from_its_beginning(void **state)
{
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 3000, 7);
	sched_sleep(&w, 4000, 5000, 7);
	sched_lose(&w, 2500, 9000);
	r = summarize(&w);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 0);
	pipeline_report_done(&r);
}

/* --- filters --- */

static void filters_are_heeded_by_samples_and_by_waits(void **state)
{
	const struct filter filter = { .pids = { .items = { 8 }, .n = 1 } };
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_sleep(&w, 2000, 5000, 8);
	made_world_sample(&w, 4100, 7, 70);
	made_world_sample(&w, 5100, 8, 80);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_int_equal(n_rows(&r, "scheduling"), 1);
	assert_int_equal(cell(&r, "scheduling", 0, "pid").integer, 8);
	assert_int_equal(n_rows(&r, "processes"), 1);
	assert_int_equal(cell(&r, "processes", 0, "pid").integer, 8);
	assert_true(result_get_coverage(r.result)->filtered);
	pipeline_report_done(&r);
}

static void the_time_that_was_asked_for_cuts_samples_and_waits(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 2000 },
				       .to = { .given = true, .ns = 3000 } };
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	made_world_sample(&w, 2999, 7, 70);
	made_world_sample(&w, 3000, 7, 70);
	sched_sleep(&w, 3500, 8000, 7);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_int_equal(profile_total(profile_of(&r), 0), 1);
	assert_int_equal(cell(&r, "scheduling", 0, "running").integer, 500);
	assert_int_equal(cell(&r, "scheduling", 0, "sleep").integer, 500);
	pipeline_report_done(&r);
}

static void a_sample_passes_by_the_control_group_that_it_was_taken_in(void **state)
{
	const struct ev_cpu_sample in_group = { .h = { .time_ns = 1300, .tgid = 8, .tid = 8 },
						.ustack = 80,
						.cgroup = 5 };
	const struct filter filter = { .cgroup = "/a" };
	struct made_world w = begin_of("cpu,sched");
	struct pipeline_report r;

	(void)state;
	made_world_cgroup(&w, 5, "/a/b");
	made_world_sample(&w, 1200, 8, 80);
	made_world_put_sample(&w, in_group);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_int_equal(profile_total(profile_of(&r), 0), 1);
	pipeline_report_done(&r);
}

static void filters_that_leave_nothing_say_so(void **state)
{
	const struct filter filter = { .pids = { .items = { 9 }, .n = 1 } };
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_null(table_of(&r, "answers"));
	assert_null(table_of(&r, "scheduling"));
	assert_true(has_note(&r, "the filters leave nothing"));
	pipeline_report_done(&r);
}

/* --- answers in a line --- */

static void the_answer_is_how_long_threads_waited_for_a_cpu(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	put_wait(&w, 2000, 2100, EV_SCHED_RUNNING, -1);
	put_wait(&w, 3000, 3400, EV_SCHED_RUNNING, -1);
	r = summarize(&w);
	assert_string_equal(value_of(&r, "answers", "waits for a CPU"),
			    "0.500 us in all, 5.00 % of the time wanted; p99 0.400 us, "
			    "longest 0.400 us; unknown: 0.00 %");
	pipeline_report_done(&r);
}

static struct ev_header of_seven(uint16_t type, uint64_t time_ns)
{
	return (struct ev_header){ .type = type, .time_ns = time_ns, .tgid = 7, .tid = 7 };
}

/* Five calls of which two failed, two starts, and two waits for a lock. */
static void put_others(struct made_world *w)
{
	struct ev_syscall call = { .h = of_seven(EV_SYSCALL, 2000), .ret = -2 };
	struct ev_syscall_count calls = {
		.h = of_seven(EV_SYSCALL_COUNT, 3000), .from_ns = 2500, .count = 4, .errors = 1
	};
	struct ev_exec_args start = { .h = of_seven(EV_EXEC_ARGS, 4000) };
	struct ev_lock_contended lock = { .h = of_seven(EV_LOCK_CONTENDED, 5000), .wait_ns = 700 };

	made_world_put(w, &call.h, sizeof(call), NULL, 0);
	made_world_put(w, &calls.h, sizeof(calls), NULL, 0);
	made_world_put(w, &start.h, sizeof(start), "/bin/a", 7);
	start.h.time_ns++;
	made_world_put(w, &start.h, sizeof(start), "/bin/b", 7);
	made_world_put(w, &lock.h, sizeof(lock), NULL, 0);
	lock.h.time_ns++;
	made_world_put(w, &lock.h, sizeof(lock), NULL, 0);
}

static void the_other_groups_have_a_line_each(void **state)
{
	struct made_world w = begin_of("syscall,exec,lock");
	struct pipeline_report r;

	(void)state;
	put_others(&w);
	r = summarize(&w);
	assert_int_equal(n_rows(&r, "answers"), 3);
	assert_string_equal(value_of(&r, "answers", "system calls"), "5, 2 errors");
	assert_string_equal(value_of(&r, "answers", "programs"), "2 started");
	assert_string_equal(value_of(&r, "answers", "kernel locks"), "2 waits, 1.400 us in all");
	assert_false(has_profile(&r));
	pipeline_report_done(&r);
}

static void the_other_groups_heed_the_filters(void **state)
{
	const struct filter filter = { .pids = { .items = { 8 }, .n = 1 } };
	struct made_world w = begin_of("syscall,exec,lock");
	struct pipeline_report r;

	(void)state;
	put_others(&w);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_null(table_of(&r, "answers"));
	pipeline_report_done(&r);
}

static void the_other_groups_heed_the_time(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 3500 - START } };
	struct made_world w = begin_of("syscall,exec,lock");
	struct pipeline_report r;

	(void)state;
	put_others(&w);
	r = sched_run(&w, "summary", &filter, nothing_asked);
	assert_int_equal(n_rows(&r, "answers"), 2);
	assert_string_equal(value_of(&r, "answers", "programs"), "2 started");
	pipeline_report_done(&r);
}

/* --- where to look next --- */

static void the_last_note_names_the_views_that_the_tape_has_data_for(void **state)
{
	struct made_world w = begin_of("sched");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	r = summarize(&w);
	assert_string_equal(result_note(r.result, result_n_notes(r.result) - 1),
			    "see also: analyze offcpu | sched | wakeups | timeline -f html");
	pipeline_report_done(&r);
}

static void a_tape_of_all_groups_has_all_views(void **state)
{
	struct made_world w = begin_of("cpu,sched,syscall,exec,lock");
	struct pipeline_report r;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	made_world_sample(&w, 4100, 7, 70);
	put_others(&w);
	r = summarize(&w);
	assert_string_equal(result_note(r.result, result_n_notes(r.result) - 1),
			    "see also: analyze cpu | offcpu | wall | sched | wakeups | locks | "
			    "syscalls | execs | timeline -f html");
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_probe_groups_are_told),
		cmocka_unit_test(a_tape_of_samples_has_no_word_of_waits),
		cmocka_unit_test(a_tape_of_samples_that_met_none_still_says_so),
		cmocka_unit_test(a_tape_of_switches_has_no_word_of_cpu_time),
		cmocka_unit_test(a_tape_whose_options_are_lost_shows_what_it_has),
		cmocka_unit_test(
			a_tape_that_does_not_list_its_groups_is_one_of_sched_by_its_options),
		cmocka_unit_test(a_tape_of_both_shows_both),
		cmocka_unit_test(without_any_switch_there_is_no_word_of_waits),
		cmocka_unit_test(switches_of_a_tape_that_claims_to_have_none_are_not_looked_at),
		cmocka_unit_test(each_state_has_its_column),
		cmocka_unit_test(a_wait_that_began_before_the_tape_is_blocked),
		cmocka_unit_test(a_process_is_the_sum_of_its_threads),
		cmocka_unit_test(waits_for_a_cpu_have_their_mean_and_the_worst),
		cmocka_unit_test(the_process_that_was_kept_waiting_longest_comes_before_sleepers),
		cmocka_unit_test(five_processes_are_shown_and_of_how_many),
		cmocka_unit_test(a_process_has_the_name_that_it_had_last),
		cmocka_unit_test(a_thread_begins_with_nothing_of_one_that_ended),
		cmocka_unit_test(memory_grows_with_the_threads_that_live_at_one_time),
		cmocka_unit_test(time_over_which_records_were_lost_is_unknown),
		cmocka_unit_test(a_loss_that_is_told_later_counts_from_its_beginning),
		cmocka_unit_test(filters_are_heeded_by_samples_and_by_waits),
		cmocka_unit_test(the_time_that_was_asked_for_cuts_samples_and_waits),
		cmocka_unit_test(a_sample_passes_by_the_control_group_that_it_was_taken_in),
		cmocka_unit_test(filters_that_leave_nothing_say_so),
		cmocka_unit_test(the_answer_is_how_long_threads_waited_for_a_cpu),
		cmocka_unit_test(the_other_groups_have_a_line_each),
		cmocka_unit_test(the_other_groups_heed_the_filters),
		cmocka_unit_test(the_other_groups_heed_the_time),
		cmocka_unit_test(the_last_note_names_the_views_that_the_tape_has_data_for),
		cmocka_unit_test(a_tape_of_all_groups_has_all_views),
	};

	return cmocka_run_group_tests_name("analyze/analyses/summary", tests, NULL, NULL);
}
