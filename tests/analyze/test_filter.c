// SPDX-License-Identifier: BSD-2-Clause
/* How the texts of --from, --pid and the like are understood: filter.h. */
#include <errno.h>

#include "analyze/filter.h"
#include "tests/support/test.h"

static uint64_t span(const char *text)
{
	struct filter_time t = { 0 };
	struct tape_error err;

	assert_int_equal(filter_parse_time(text, "--from", &t, &err), 0);
	assert_true(t.given);
	assert_false(t.wall);
	return t.ns;
}

static uint64_t wall(const char *text)
{
	struct filter_time t = { 0 };
	struct tape_error err;

	assert_int_equal(filter_parse_time(text, "--from", &t, &err), 0);
	assert_true(t.wall);
	return t.ns;
}

static void times_count_from_the_start_in_any_unit(void **state)
{
	(void)state;
	assert_int_equal(span("2"), 2000000000);
	assert_int_equal(span("1.5s"), 1500000000);
	assert_int_equal(span("200ms"), 200000000);
	assert_int_equal(span("7us"), 7000);
	assert_int_equal(span("9ns"), 9);
	assert_int_equal(span("2m"), 120000000000);
	assert_int_equal(span("1h"), 3600000000000);
	assert_int_equal(span("0"), 0);
}

static void rfc_3339_times_are_wall_clock_times(void **state)
{
	(void)state;
	assert_int_equal(wall("2026-01-01T00:00:00Z"), 1767225600000000000);
	assert_int_equal(wall("2026-01-01T00:00:00.25Z"), 1767225600250000000);
	assert_int_equal(wall("2026-01-01T01:30:00+01:30"), 1767225600000000000);
	assert_int_equal(wall("2025-12-31T19:00:00-05:00"), 1767225600000000000);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "x",
					     "-1s",
					     "1x",
					     "1s2",
					     "1e300",
					     "nan",
					     "inf",
					     ".",
					     "T",
					     "2026-01-01T00:00:00",
					     "2026-01-01T00:00:00+1",
					     "2026-01-01T00:00:00Zx" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct filter_time t = { 0 };
		struct tape_error err;
		int rc = filter_parse_time(texts[i], "--from", &t, &err);

		if (rc != -EINVAL || t.given)
			fail_msg("'%s' was taken for a time", texts[i]);
	}
}

static void a_wrong_time_is_named_with_what_would_be_right(void **state)
{
	struct filter_time t;
	struct tape_error err;

	(void)state;
	assert_int_equal(filter_parse_time("soon", "--to", &t, &err), -EINVAL);
	assert_string_equal(err.text, "--to: 'soon' is not a time; "
				      "write 1.5s, 200ms, 2m, or 2026-01-31T12:00:00Z");
}

static void lists_of_ids_add_up(void **state)
{
	struct filter_ids ids = { 0 };
	struct tape_error err;

	(void)state;
	assert_int_equal(filter_parse_ids("12,34", "--pid", &ids, &err), 0);
	assert_int_equal(filter_parse_ids("5", "--pid", &ids, &err), 0);
	assert_int_equal(ids.n, 3);
	assert_int_equal(ids.items[1], 34);
	assert_int_equal(ids.items[2], 5);
}

static void what_is_no_list_of_ids_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "x", "1,", ",1", "1,,2", "-1", "1 2", "4294967296"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct filter_ids ids = { 0 };
		struct tape_error err;

		assert_int_equal(filter_parse_ids(texts[i], "--pid", &ids, &err), -EINVAL);
		assert_int_equal(ids.n, 0);
	}
}

static void a_filter_is_described_as_it_was_asked_for(void **state)
{
	struct filter f = { .from = { .given = true, .ns = 1500000000 },
			    .to = { .given = true, .wall = true, .ns = 1767225600000000000 },
			    .pids = { 2, { 1, 2 } },
			    .cgroup = "/a" };
	char text[256];

	(void)state;
	filter_describe(&f, text, sizeof(text));
	assert_string_equal(text, "--from 1.5s --to 2026-01-01T00:00:00Z --pid 1,2 --cgroup /a");
}

static void a_filter_of_nothing_is_not_active(void **state)
{
	struct filter f = { 0 };

	(void)state;
	assert_false(filter_is_active(&f));
	f.comm = "x";
	assert_true(filter_is_active(&f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_count_from_the_start_in_any_unit),
		cmocka_unit_test(rfc_3339_times_are_wall_clock_times),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_wrong_time_is_named_with_what_would_be_right),
		cmocka_unit_test(lists_of_ids_add_up),
		cmocka_unit_test(what_is_no_list_of_ids_is_refused),
		cmocka_unit_test(a_filter_is_described_as_it_was_asked_for),
		cmocka_unit_test(a_filter_of_nothing_is_not_active),
	};

	return cmocka_run_group_tests_name("analyze/filter", tests, NULL, NULL);
}
