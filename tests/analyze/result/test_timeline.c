// SPDX-License-Identifier: BSD-2-Clause
/* What timeline.h promises. */
#include <string.h>

#include "analyze/result/timeline.h"
#include "tests/support/test.h"

static struct timeline *with_tracks(uint32_t n)
{
	const struct timeline_track track = { .name = "t", .parent = TIMELINE_NO_PARENT };
	struct timeline *t = timeline_new("sched", "Scheduling");

	for (uint32_t i = 0; i < n; i++)
		timeline_add_track(t, &track);
	return t;
}

static void add(struct timeline *t, uint32_t track, uint64_t start_ns, uint64_t end_ns,
		const char *name)
{
	timeline_add_slice(
		t, &(struct timeline_slice){
			   .track = track, .start_ns = start_ns, .end_ns = end_ns, .name = name });
}

/* The names of a track's slices, one behind the other. */
static void assert_names(const struct timeline *t, uint32_t track, const char *names)
{
	char all[256] = "";
	size_t n;
	const struct timeline_span *spans = timeline_spans(t, track, &n);

	for (size_t i = 0; i < n; i++)
		strcat(all, timeline_text(t, spans[i].name));
	assert_string_equal(all, names);
}

static void slices_come_by_start_then_as_added(void **state)
{
	struct timeline *t = with_tracks(2);

	(void)state;
	add(t, 1, 5, 6, "z");
	add(t, 0, 9, 9, "e");
	add(t, 0, 2, 4, "b");
	add(t, 0, 2, 3, "c");
	add(t, 0, 1, 1, "a");
	add(t, 0, 2, 2, "d");
	assert_names(t, 0, "abcde");
	assert_names(t, 1, "z");
	assert_int_equal(timeline_n_slices(t), 6);
	timeline_free(t);
}

static void slices_of_equal_time_keep_their_order_however_many(void **state)
{
	struct timeline *t = with_tracks(1);
	const struct timeline_span *spans;
	size_t n;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		add(t, 0, 1000 - i / 10, 2000 + i, "s");
	spans = timeline_spans(t, 0, &n);
	assert_int_equal(n, 1000);
	for (size_t i = 1; i < n; i++) {
		assert_true(spans[i - 1].start_ns <= spans[i].start_ns);
		if (spans[i - 1].start_ns == spans[i].start_ns)
			assert_int_equal(spans[i].end_ns, spans[i - 1].end_ns + 1);
	}
	timeline_free(t);
}

static void slices_added_after_reading_are_sorted_in(void **state)
{
	struct timeline *t = with_tracks(1);

	(void)state;
	add(t, 0, 5, 6, "late");
	assert_names(t, 0, "late");
	add(t, 0, 1, 2, "early");
	assert_names(t, 0, "earlylate");
	timeline_free(t);
}

static void slice_never_ends_before_it_starts(void **state)
{
	struct timeline *t = with_tracks(1);
	size_t n;

	(void)state;
	add(t, 0, 9, 1, "x");
	assert_int_equal(timeline_spans(t, 0, &n)->end_ns, 9);
	timeline_free(t);
}

static void slice_keeps_its_category_and_detail(void **state)
{
	struct timeline *t = with_tracks(1);
	const struct timeline_span *s;
	size_t n;

	(void)state;
	timeline_add_slice(t, &(struct timeline_slice){ .name = "futex",
							.category = TIMELINE_LOST,
							.detail = "wait" });
	add(t, 0, 1, 2, "plain");
	s = timeline_spans(t, 0, &n);
	assert_string_equal(timeline_text(t, s[0].detail), "wait");
	assert_int_equal(s[0].category, TIMELINE_LOST);
	assert_int_equal(s[1].detail, TIMELINE_NO_TEXT);
	assert_int_equal(s[1].category, TIMELINE_NONE);
	timeline_free(t);
}

static void equal_texts_are_kept_once(void **state)
{
	struct timeline *t = with_tracks(1);
	size_t n, before;

	(void)state;
	add(t, 0, 1, 2, "futex");
	before = timeline_n_texts(t);
	add(t, 0, 2, 3, "futex");
	assert_int_equal(timeline_n_texts(t), before);
	assert_int_equal(timeline_spans(t, 0, &n)[0].name, timeline_spans(t, 0, &n)[1].name);
	timeline_free(t);
}

static void points_come_in_order_of_time(void **state)
{
	struct timeline *t = with_tracks(2);
	const struct timeline_point *points;
	size_t n;

	(void)state;
	timeline_add_point(t, 1, 20, -7);
	timeline_add_point(t, 1, 10, 3);
	timeline_add_point(t, 1, 20, 8);
	points = timeline_points(t, 1, &n);
	assert_int_equal(n, 3);
	assert_int_equal(points[0].value, 3);
	assert_int_equal(points[1].value, -7);
	assert_int_equal(points[2].value, 8);
	timeline_points(t, 0, &n);
	assert_int_equal(n, 0);
	timeline_free(t);
}

static void links_come_by_track_then_time_then_as_added(void **state)
{
	static const struct timeline_link added[] = {
		{ 1, 0, 5, 6, "d" }, { 0, 1, 9, 9, "c" }, { 0, 1, 2, 4, "a" }, { 0, 1, 2, 3, "b" }
	};
	struct timeline *t = with_tracks(2);
	char names[5] = "";

	(void)state;
	for (size_t i = 0; i < 4; i++)
		timeline_add_link(t, &added[i]);
	for (size_t i = 0; i < timeline_n_links(t); i++)
		strcat(names, timeline_link(t, i).name);
	assert_string_equal(names, "abcd");
	assert_int_equal(timeline_link(t, 0).to_ns, 4);
	assert_int_equal(timeline_link(t, 0).to_track, 1);
	timeline_free(t);
}

static void bounds_hold_slices_and_points(void **state)
{
	struct timeline *t = with_tracks(2);
	uint64_t first, last;

	(void)state;
	timeline_bounds(t, &first, &last);
	assert_int_equal(first, 0);
	assert_int_equal(last, 0);
	add(t, 0, 50, 60, "s");
	timeline_add_point(t, 1, 40, 1);
	timeline_add_point(t, 1, 70, 1);
	timeline_bounds(t, &first, &last);
	assert_int_equal(first, 40);
	assert_int_equal(last, 70);
	timeline_free(t);
}

static void clock_pair_gives_wall_time_on_both_sides(void **state)
{
	struct timeline *t = with_tracks(0);

	(void)state;
	assert_int_equal(timeline_wall_ns(t, 5), 0);
	timeline_set_clock(t, 100, 1000);
	assert_int_equal(timeline_wall_ns(t, 150), 1050);
	assert_int_equal(timeline_wall_ns(t, 50), 950);
	timeline_free(t);
}

static void slices_that_come_together_are_like_those_that_come_alone(void **state)
{
	struct timeline *t = with_tracks(1);
	struct timeline_span both[] = { { .start_ns = 5, .end_ns = 6 },
					{ .start_ns = 2, .end_ns = 1 } };
	size_t n;

	(void)state;
	add(t, 0, 3, 4, "b");
	both[0].name = timeline_add_text(t, "c");
	both[1].name = timeline_add_text(t, "a");
	timeline_add_spans(t, 0, both, 2);
	assert_names(t, 0, "abc");
	assert_int_equal(timeline_spans(t, 0, &n)->end_ns, 2);
	assert_int_equal(timeline_n_slices(t), 3);
	timeline_free(t);
}

static void texts_that_end_in_names_get_them_later(void **state)
{
	struct timeline *t = with_tracks(1);
	uint32_t one = timeline_add_text_at(t, "in ", 5), other = timeline_add_text_at(t, "in ", 6);

	(void)state;
	timeline_set_track_at(t, 0, 7);
	assert_int_not_equal(one, other);
	assert_string_equal(timeline_text(t, one), "in ");
	assert_int_equal(timeline_n_names(t), 3);
	assert_int_equal(timeline_name_stack(t, 1), 6);
	timeline_set_name(t, 0, "work");
	timeline_set_name(t, 1, "wait");
	timeline_set_name(t, 2, "main");
	assert_string_equal(timeline_text(t, one), "in work");
	assert_string_equal(timeline_text(t, other), "in wait");
	assert_string_equal(timeline_track(t, 0)->name, "t main");
	assert_int_not_equal(timeline_add_text(t, "in "), one);
	timeline_free(t);
}

static void a_timeline_may_be_renamed(void **state)
{
	struct timeline *t = with_tracks(0);

	(void)state;
	timeline_rename(t, "other", "Another one");
	assert_string_equal(timeline_name(t), "other");
	assert_string_equal(timeline_title(t), "Another one");
	timeline_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_come_by_start_then_as_added),
		cmocka_unit_test(slices_that_come_together_are_like_those_that_come_alone),
		cmocka_unit_test(slices_of_equal_time_keep_their_order_however_many),
		cmocka_unit_test(slices_added_after_reading_are_sorted_in),
		cmocka_unit_test(slice_never_ends_before_it_starts),
		cmocka_unit_test(slice_keeps_its_category_and_detail),
		cmocka_unit_test(equal_texts_are_kept_once),
		cmocka_unit_test(points_come_in_order_of_time),
		cmocka_unit_test(links_come_by_track_then_time_then_as_added),
		cmocka_unit_test(bounds_hold_slices_and_points),
		cmocka_unit_test(texts_that_end_in_names_get_them_later),
		cmocka_unit_test(a_timeline_may_be_renamed),
		cmocka_unit_test(clock_pair_gives_wall_time_on_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
