// SPDX-License-Identifier: BSD-2-Clause
/* What record/options.h promises of the command line. */
#include <errno.h>
#include <string.h>

#include "record/options.h"
#include "tests/support/test.h"

#define PARSE(o, err, ...) parse((char *[]){ "record", __VA_ARGS__, NULL }, (o), (err))

static int parse(char **argv, struct options *o, struct tape_error *err)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return options_parse(argc, argv, o, err);
}

static void what_stands_behind_the_command_belongs_to_it(void **state)
{
	struct options o;
	struct tape_error err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "-F", "49", "--", "ls", "-F", "-a"), 0);
	assert_int_equal(o.target, TARGET_COMMAND);
	assert_int_equal(o.hz, 49);
	assert_string_equal(o.command[0], "ls");
	assert_string_equal(o.command[1], "-F");
	assert_string_equal(o.command[2], "-a");
	assert_null(o.command[3]);
}

static void several_pids_are_taken_from_one_list_and_from_several(void **state)
{
	struct options o;
	struct tape_error err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "-p", "1,2", "-p", "3"), 0);
	assert_int_equal(o.n_pids, 3);
	assert_int_equal(o.pids[2], 3);
}

static void the_defaults_are_those_of_the_manual(void **state)
{
	struct options o;
	struct tape_error err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "-a"), 0);
	assert_int_equal(o.hz, 99);
	assert_int_equal(o.epoch_ns, 10000000000);
	assert_int_equal(o.max_bytes, 0);
	assert_true(o.names);
	assert_string_equal(o.probes, "cpu,go");
	assert_int_equal(o.min_block_ns, 20000);
	assert_int_equal(o.go_interval_ns, 1000000000);
	assert_false(o.trace_calls);
	assert_string_equal(o.command_line, "record -a");
}

static void all_stacks_means_waits_of_any_length(void **state)
{
	struct options o;
	struct tape_error err;

	(void)state;
	assert_int_equal(
		PARSE(&o, &err, "-a", "--min-block", "1ms", "--stacks=all", "--syscalls=trace"), 0);
	assert_int_equal(o.min_block_ns, 0);
	assert_true(o.trace_calls);
}

struct refusal {
	char *argv[6];
	const char *text;
};

static void each_usage_error_has_its_own_line(void **state)
{
	static const struct refusal refusals[] = {
		{ { "record", NULL },
		  "nothing to record: give -p PID, -a, --cgroup PATH or -- COMMAND" },
		{ { "record", "-p", "1x", NULL }, "-p 1x: not a process id" },
		{ { "record", "-p", "0", NULL }, "-p 0: not a process id" },
		{ { "record", "-a", "-p", "1", NULL },
		  "choose one of -p, -a, --cgroup and -- COMMAND" },
		{ { "record", "-a", "-F", "1001", NULL },
		  "-F 1001: a number from 1 to 1000 is needed" },
		{ { "record", "-a", "-d", "soon", NULL },
		  "-d soon: a time like 30s, 500ms or 2m is needed" },
		{ { "record", "-a", "--max-size", "1K", NULL },
		  "--max-size 1K: at least 256K is needed" },
		{ { "record", "-a", "--ring-size", "5000", NULL },
		  "--ring-size 5000: a power of two from 4K to 1G is needed" },
		{ { "record", "-a", "--stacks", "some", NULL },
		  "--stacks some: after-wait or all is needed" },
		{ { "record", "-a", "--go-interval", "1ms", NULL },
		  "--go-interval 1ms: at least 10ms is needed" },
		{ { "record", "-a", "--min-block", "soon", NULL },
		  "--min-block soon: a time like 20us or 1ms is needed" },
		{ { "record", "-a", "--symbols", "all", NULL },
		  "--symbols all: none, names or lines is needed" },
		{ { "record", "-a", "--unwind", "orc", NULL },
		  "--unwind orc: auto, fp or dwarf is needed" },
		{ { "record", "-a", "--probes", "cpu,nosuch", NULL },
		  "--probes nosuch: there is no such group; record --list shows them" },
		{ { "record", "-a", "--frob", NULL },
		  "--frob: not an option, or its value is missing; see record --help" },
		{ { "record", "-a", "-o", NULL },
		  "-o: not an option, or its value is missing; see record --help" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct options o;
		struct tape_error err;

		assert_int_equal(parse((char **)refusals[i].argv, &o, &err), -EINVAL);
		assert_string_equal(err.text, refusals[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_behind_the_command_belongs_to_it),
		cmocka_unit_test(several_pids_are_taken_from_one_list_and_from_several),
		cmocka_unit_test(the_defaults_are_those_of_the_manual),
		cmocka_unit_test(all_stacks_means_waits_of_any_length),
		cmocka_unit_test(each_usage_error_has_its_own_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
