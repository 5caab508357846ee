// SPDX-License-Identifier: BSD-2-Clause
/* What the command line means, and what is said where it means nothing: options.h. */
#include <errno.h>
#include <string.h>

#include "analyze/options.h"
#include "tests/support/test.h"

#define MOST_WORDS 16

/* Splits words at blanks and parses them. */
static int parse(const char *line, struct options *ret, struct tape_error *err)
{
	static char copy[512];
	char *argv[MOST_WORDS] = { "analyze" };
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return options_parse(argc, argv, ret, err);
}

static struct options parsed(const char *line)
{
	struct tape_error err = { 0 };
	struct options o;

	if (parse(line, &o, &err) < 0)
		fail_msg("'%s' was refused: %s", line, err.text);
	return o;
}

static const char *refused(const char *line)
{
	static struct tape_error err;
	struct options o;

	assert_int_equal(parse(line, &o, &err), -EINVAL);
	return err.text;
}

static void a_file_alone_means_its_summary(void **state)
{
	struct options o = parsed("some.tape");

	(void)state;
	assert_string_equal(o.analysis->name, "summary");
	assert_string_equal(o.tape, "some.tape");
	assert_string_equal(o.output->name, "text");
}

static void a_dash_alone_is_a_tape_from_standard_input(void **state)
{
	struct options o = parsed("-");

	(void)state;
	assert_string_equal(o.analysis->name, "summary");
	assert_string_equal(o.tape, "-");
}

static void the_first_word_is_the_view(void **state)
{
	struct options o = parsed("cpu some.tape");

	(void)state;
	assert_string_equal(o.analysis->name, "cpu");
	assert_string_equal(o.tape, "some.tape");
}

static void options_may_stand_anywhere(void **state)
{
	struct options o = parsed("--top 7 cpu -p 12 some.tape --no-files");

	(void)state;
	assert_int_equal(o.options.top, 7);
	assert_int_equal(o.filter.pids.items[0], 12);
	assert_true(o.no_files);
	assert_string_equal(o.tape, "some.tape");
}

static void the_files_ending_chooses_the_format(void **state)
{
	(void)state;
	assert_string_equal(parsed("cpu -o x.folded t.tape").output->name, "folded");
	assert_string_equal(parsed("cpu -o x.pb.gz t.tape").output->name, "pprof");
	assert_string_equal(parsed("cpu -o x t.tape").output->name, "text");
}

static void a_format_that_is_named_beats_the_ending(void **state)
{
	(void)state;
	assert_string_equal(parsed("cpu -o x.folded -f text t.tape").output->name, "text");
}

static void a_dash_is_standard_output(void **state)
{
	(void)state;
	assert_null(parsed("cpu -o - t.tape").path);
}

static void a_command_is_no_view(void **state)
{
	struct options o = parsed("verify -f json t.tape");

	(void)state;
	assert_null(o.analysis);
	assert_string_equal(o.command->name, "verify");
}

static void an_unknown_view_is_named(void **state)
{
	(void)state;
	assert_string_equal(refused("cpx t.tape"), "unknown view 'cpx'; try 'analyze --help'");
}

static void a_single_unknown_word_is_named(void **state)
{
	(void)state;
	assert_string_equal(refused("summray"),
			    "'summray' is neither a view nor a file; try 'analyze --help'");
}

static void a_view_without_a_tape_asks_for_it(void **state)
{
	(void)state;
	assert_string_equal(refused("cpu"), "cpu of which tape? try 'analyze cpu FILE'");
	assert_string_equal(refused(""), "no tape is named; try 'analyze --help'");
}

static void a_second_tape_is_refused(void **state)
{
	(void)state;
	assert_string_equal(refused("cpu a.tape b.tape"),
			    "one tape at a time: 'b.tape' is too many; try 'analyze --help'");
}

static void an_unknown_option_is_named(void **state)
{
	(void)state;
	assert_string_equal(refused("--speed t.tape"),
			    "unknown option '--speed'; try 'analyze --help'");
	assert_string_equal(refused("-X t.tape"), "unknown option '-X'; try 'analyze --help'");
}

static void an_option_without_its_value_is_named(void **state)
{
	(void)state;
	assert_string_equal(refused("cpu t.tape --top"), "--top needs a value");
	assert_string_equal(refused("cpu t.tape -f"), "-f needs a value");
	assert_string_equal(refused("cpu --no-files=1 t.tape"), "--no-files takes no value");
}

static void an_unknown_format_is_named_with_those_that_exist(void **state)
{
	(void)state;
	assert_int_equal(strncmp(refused("cpu -f word t.tape"),
				 "unknown format 'word'; cpu has: text, folded", 43),
			 0);
}

static void a_format_that_cannot_show_the_view_is_refused(void **state)
{
	(void)state;
	assert_int_equal(strncmp(refused("info -f folded t.tape"),
				 "info cannot be written as folded; use one of: text", 50),
			 0);
}

static void a_command_refuses_what_it_would_ignore(void **state)
{
	(void)state;
	assert_string_equal(refused("verify --pid 3 t.tape"),
			    "verify looks at the whole tape; leave out the filters");
	assert_string_equal(refused("dump -f svg t.tape"),
			    "dump cannot be written as 'svg'; it has: text json");
}

static void top_is_a_number(void **state)
{
	(void)state;
	assert_string_equal(refused("cpu --top ten t.tape"),
			    "--top: 'ten' is not a number from 1 to 1000000");
	assert_string_equal(refused("cpu --top -1 t.tape"),
			    "--top: '-1' is not a number from 1 to 1000000");
}

static void states_of_waits_are_named_in_a_list(void **state)
{
	struct options o = parsed("offcpu --state disk,preempted --min 2ms t.tape");

	(void)state;
	assert_int_equal(o.options.states, ANALYSIS_DISK | ANALYSIS_PREEMPTED);
	assert_int_equal(o.options.min_ns, 2000000);
	assert_string_equal(refused("offcpu --state disk,idle t.tape"),
			    "--state: 'idle' is none of sleep, disk, lock, stopped, preempted");
}

static void a_moment_is_the_end_of_what_is_looked_at(void **state)
{
	struct options o = parsed("goroutines --at 2s t.tape");

	(void)state;
	assert_true(o.options.at);
	assert_true(o.filter.to.given);
	assert_int_equal(o.filter.to.ns, 2000000000);
}

static void a_goroutine_has_a_number(void **state)
{
	(void)state;
	assert_int_equal(parsed("goroutines --goid 18446744073709551615 t.tape").options.goid,
			 UINT64_MAX);
	assert_string_equal(refused("goroutines --goid 0 t.tape"),
			    "--goid: '0' is not a goroutine's number");
	assert_string_equal(refused("goroutines --goid 18446744073709551616 t.tape"),
			    "--goid: '18446744073709551616' is not a goroutine's number");
}

static void an_age_is_a_length_of_time(void **state)
{
	(void)state;
	assert_int_equal(parsed("leaks --age 2m t.tape").options.age_ns, 120000000000);
	assert_string_equal(refused("leaks --age 0 t.tape"), "--age: '0' is not a length of time");
}

static void what_fails_is_a_grade(void **state)
{
	(void)state;
	assert_int_equal(parsed("leaks --fail stuck t.tape").options.fail, ANALYSIS_STUCK);
	assert_int_equal(parsed("leaks --fail reported t.tape").options.fail, ANALYSIS_REPORTED);
	assert_string_equal(refused("leaks --fail all t.tape"),
			    "--fail: 'all' is none of reported, growing, stuck, old");
}

static void a_chain_has_a_length(void **state)
{
	(void)state;
	assert_int_equal(parsed("wakeups --chain 8 t.tape").options.chain, 8);
	assert_string_equal(refused("wakeups --chain 65 t.tape"),
			    "--chain: '65' is not a number from 1 to 64");
}

static void wall_is_of_threads_unless_goroutines_are_asked_for(void **state)
{
	const struct analysis *threads = analysis_by_name("wall");

	(void)state;
	assert_ptr_equal(parsed("wall t.tape").analysis, threads);
	assert_ptr_equal(parsed("wall --by thread t.tape").analysis, threads);
	assert_ptr_equal(parsed("wall --by goroutine t.tape").analysis, threads->by_goroutine);
	assert_int_equal(parsed("wall --by goid t.tape").options.by, ANALYSIS_BY_GOID);
	assert_ptr_equal(parsed("wall --goid 17 t.tape").analysis, threads->by_goroutine);
	assert_string_equal(refused("wall --by colour t.tape"),
			    "--by: 'colour' is none of thread, goroutine, goid");
	assert_string_equal(refused("locks --by goroutine t.tape"),
			    "--by goroutine: only cpu, offcpu and wall know it");
}

static void help_needs_no_tape(void **state)
{
	(void)state;
	assert_true(parsed("--help").help);
	assert_true(parsed("--version").version);
}

static void symbols_is_a_command_of_two_words(void **state)
{
	(void)state;
	assert_string_equal(parsed("symbols list t.tape").command->name, "symbols list");
	assert_string_equal(parsed("symbols add --lines t.tape").command->name, "symbols add");
	assert_string_equal(parsed("symbols strip t.tape -o x.tape").tape, "t.tape");
}

static void symbols_without_what_to_do_is_refused(void **state)
{
	(void)state;
	assert_string_equal(refused("symbols t.tape"),
			    "symbols: say what to do, list, add or strip: "
			    "'analyze symbols list FILE'");
	assert_string_equal(refused("symbols remove t.tape"),
			    "symbols: say what to do, list, add or strip: "
			    "'analyze symbols list FILE'");
	assert_string_equal(refused("symbols add"),
			    "symbols add of which tape? try 'analyze symbols add FILE'");
}

static void lines_and_inlines_are_asked_for(void **state)
{
	struct options none = parsed("cpu t.tape"), both = parsed("cpu --lines --inlines t.tape");

	(void)state;
	assert_false(none.lines || none.inlines);
	assert_true(both.lines && both.inlines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_alone_means_its_summary),
		cmocka_unit_test(a_dash_alone_is_a_tape_from_standard_input),
		cmocka_unit_test(the_first_word_is_the_view),
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(the_files_ending_chooses_the_format),
		cmocka_unit_test(a_format_that_is_named_beats_the_ending),
		cmocka_unit_test(a_dash_is_standard_output),
		cmocka_unit_test(a_command_is_no_view),
		cmocka_unit_test(an_unknown_view_is_named),
		cmocka_unit_test(a_single_unknown_word_is_named),
		cmocka_unit_test(a_view_without_a_tape_asks_for_it),
		cmocka_unit_test(a_second_tape_is_refused),
		cmocka_unit_test(an_unknown_option_is_named),
		cmocka_unit_test(an_option_without_its_value_is_named),
		cmocka_unit_test(an_unknown_format_is_named_with_those_that_exist),
		cmocka_unit_test(a_format_that_cannot_show_the_view_is_refused),
		cmocka_unit_test(a_command_refuses_what_it_would_ignore),
		cmocka_unit_test(top_is_a_number),
		cmocka_unit_test(states_of_waits_are_named_in_a_list),
		cmocka_unit_test(a_moment_is_the_end_of_what_is_looked_at),
		cmocka_unit_test(a_goroutine_has_a_number),
		cmocka_unit_test(an_age_is_a_length_of_time),
		cmocka_unit_test(what_fails_is_a_grade),
		cmocka_unit_test(a_chain_has_a_length),
		cmocka_unit_test(wall_is_of_threads_unless_goroutines_are_asked_for),
		cmocka_unit_test(help_needs_no_tape),
		cmocka_unit_test(symbols_is_a_command_of_two_words),
		cmocka_unit_test(symbols_without_what_to_do_is_refused),
		cmocka_unit_test(lines_and_inlines_are_asked_for),
	};

	return cmocka_run_group_tests_name("analyze/options", tests, NULL, NULL);
}
