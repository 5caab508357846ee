// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the flame graph's file holds. How it looks and whether zoom and search
 * work is for tests/live/flamegraph_browser.sh.
 */
#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

static void assert_holds(const char *text, const char *piece)
{
	if (!strstr(text, piece))
		fail_msg("not there: %s", piece);
}

static size_t count(const char *text, const char *piece)
{
	size_t n = 0;

	for (; (text = strstr(text, piece)); text++)
		n++;
	return n;
}

/* The element of a function: the text from its title to the end of the group. */
static void element(const char *svg, const char *name, char *ret, size_t size)
{
	char title[256];
	const char *begin, *end;

	snprintf(title, sizeof(title), "<title>%s\n", name);
	begin = strstr(svg, title);
	if (!begin)
		fail_msg("%s is not drawn", name);
	end = strstr(begin, "</g>");
	snprintf(ret, size, "%.*s", (int)(end - begin), begin);
}

static void widths_are_shares_and_the_root_is_at_the_bottom(void **state)
{
	char spin[512], all[512];
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main;spin", 25);
	maker_add(&m, "app", "main;a", 75);
	svg = maker_write(&m, "svg");
	element(svg, "spin", spin, sizeof(spin));
	element(svg, "all", all, sizeof(all));
	assert_holds(all, "x=\"10.00000\" y=\"119\" width=\"1180.00000\"");
	assert_holds(spin, "x=\"895.00000\" y=\"68\" width=\"295.00000\"");
	assert_holds(spin, "\n250ms, 25.00% of all</title>");
	free(svg);
	maker_done(&m);
}

static void names_cannot_become_markup(void **state)
{
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	maker_add(&m, "</script><script>alert(1)</script>\x01\xff",
		  "<img src=x onerror=\"alert('1')\">&x]]>", 1);
	result_add_note(m.result, "<b>");
	svg = maker_write(&m, "svg");
	assert_int_equal(count(svg, "<script"), 1);
	assert_int_equal(count(svg, "<img"), 0);
	assert_int_equal(count(svg, "<b>"), 0);
	assert_int_equal(count(svg, "]]>"), 1);
	assert_holds(svg, "&lt;img src=x onerror=&quot;alert('1')&quot;&gt;&amp;x]]&gt;\n");
	assert_holds(svg, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\x01\\xff\n");
	free(svg);
	maker_done(&m);
}

static void nothing_is_fetched_from_outside(void **state)
{
	struct maker m;
	char *svg;

	(void)state;
	maker_demo(&m);
	svg = maker_write(&m, "svg");
	/* The only addresses are the two names of XML namespaces, and the script's own one. */
	assert_int_equal(count(svg, "://"), 3);
	assert_int_equal(count(svg, "http://www.w3.org/"), 3);
	assert_int_equal(count(svg, "href"), 0);
	assert_int_equal(count(svg, "url("), 0);
	assert_int_equal(count(svg, "@import"), 0);
	free(svg);
	maker_done(&m);
}

static void foot_tells_total_coverage_and_notes(void **state)
{
	struct maker m;
	char *svg;

	(void)state;
	maker_demo(&m);
	result_coverage(m.result)->lost_events = 4;
	result_add_note(m.result, "the disk was slow");
	svg = maker_write(&m, "svg");
	assert_holds(svg, ">CPU time: 1.00s in 10.0s, 100 samples, 2 processes");
	assert_holds(svg, ">Note: the disk was slow</text>");
	assert_holds(svg, ">Coverage: incomplete: 4 events lost");
	free(svg);
	maker_done(&m);
}

static void what_is_too_narrow_is_not_drawn_but_told(void **state)
{
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main;wide", 99998);
	maker_add(&m, "app", "main;narrow_one;below", 1);
	maker_add(&m, "app", "main;narrow_two", 1);
	svg = maker_write(&m, "svg");
	assert_int_equal(count(svg, "narrow_"), 0);
	assert_holds(svg, ">Not drawn: 2 functions narrower than 0.1 pixels, 0.00% of all.<");
	free(svg);
	maker_done(&m);
}

static void colours_tell_the_kinds_of_code_apart(void **state)
{
	char kernel[512], unnamed[512], program[512];
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "f;g@kernel", 1);
	maker_add(&m, "app", "?@libfoo.so", 1);
	svg = maker_write(&m, "svg");
	element(svg, "g", kernel, sizeof(kernel));
	element(svg, "f", program, sizeof(program));
	element(svg, "[libfoo.so]", unnamed, sizeof(unnamed));
	assert_holds(unnamed, "fill=\"rgb(190,190,190)\"");
	assert_holds(kernel, ",24"); /* much blue: 240 to 249 */
	assert_holds(program, "fill=\"rgb(2");
	free(svg);
	maker_done(&m);
}

static void long_names_are_cut_to_their_frame(void **state)
{
	char narrow[2048];
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "abcdefghijklmnopqrstuvwxyz", 5);
	maker_add(&m, "app", "other", 95);
	svg = maker_write(&m, "svg");
	element(svg, "abcdefghijklmnopqrstuvwxyz", narrow, sizeof(narrow));
	assert_holds(narrow, ">abcdef…</text>"); /* 59 pixels */
	free(svg);
	maker_done(&m);
}

static void empty_profile_draws_nothing_and_says_so(void **state)
{
	struct maker m;
	char *svg;

	(void)state;
	maker_init(&m);
	svg = maker_write(&m, "svg");
	assert_holds(svg, ">No samples: there is nothing to draw.<");
	assert_int_equal(count(svg, "class=\"f\""), 0);
	assert_int_equal(count(svg, "<script"), 0);
	free(svg);
	maker_done(&m);
}

static void stack_of_4096_frames_is_drawn(void **state)
{
	struct maker m;
	uint32_t stack = PROFILE_ROOT;
	char *svg;

	(void)state;
	maker_init(&m);
	for (uint32_t i = 0; i < 4096; i++)
		stack = profile_stack(m.profile, stack, maker_frame(&m, "down", "app"));
	maker_add_stack(&m, maker_labels(&m, "app", 1, 1), stack, 1);
	svg = maker_write(&m, "svg");
	assert_int_equal(count(svg, "<title>down\n"), 4096);
	free(svg);
	maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_shares_and_the_root_is_at_the_bottom),
		cmocka_unit_test(names_cannot_become_markup),
		cmocka_unit_test(nothing_is_fetched_from_outside),
		cmocka_unit_test(foot_tells_total_coverage_and_notes),
		cmocka_unit_test(what_is_too_narrow_is_not_drawn_but_told),
		cmocka_unit_test(colours_tell_the_kinds_of_code_apart),
		cmocka_unit_test(long_names_are_cut_to_their_frame),
		cmocka_unit_test(empty_profile_draws_nothing_and_says_so),
		cmocka_unit_test(stack_of_4096_frames_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
