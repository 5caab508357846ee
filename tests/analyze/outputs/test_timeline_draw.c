// SPDX-License-Identifier: BSD-2-Clause
/* What the pictures of a timeline hold: svg and html. How they look is for the eye. */
#include "analyze/outputs/timeline_layout.h"
#include "tests/analyze/outputs/timeline_maker.h"
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

static void boxes_stand_where_their_time_is(void **state)
{
	struct timeline_maker m;
	char *svg;

	(void)state;
	timeline_maker_demo(&m);
	svg = maker_write(&m.maker, "svg");
	assert_holds(svg, "viewBox=\"0 0 1128000 ");
	assert_holds(svg, "<rect class=\"b runnable\" x=\"451200\" y=\"98\" width=\"112800\" "
			  "height=\"16\"><title>runnable\nleaf\nrunnable 100ns\nat +400ns</title>");
	assert_holds(svg, ">app (7)<title>");
	assert_holds(svg, "<title>queue\n0 to 1</title>");
	assert_int_equal(count(svg, "class=\"link\""), 1);
	free(svg);
	timeline_maker_done(&m);
}

static void narrow_slices_are_drawn_together_and_told(void **state)
{
	struct timeline_maker m;
	uint32_t track;
	char *svg;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, TIMELINE_NO_PARENT);
	timeline_maker_slice(&m, track, 0, 1000000, "wide");
	for (uint64_t i = 0; i < 10; i++)
		timeline_maker_state(&m, track, (uint64_t[]){ 1000 + i, 1001 + i },
				     i < 3 ? TIMELINE_RUNNING : TIMELINE_BLOCKED);
	svg = maker_write(&m.maker, "svg");
	assert_int_equal(count(svg, "class=\"b "), 2);
	assert_holds(svg, "<rect class=\"b blocked\"");
	assert_holds(svg, "<title>10 slices: running 3ns, blocked 7ns\nat +1.00us</title>");
	assert_holds(svg, ">Drawn together: 9 slices");
	free(svg);
	timeline_maker_done(&m);
}

static void boxes_are_bounded_whatever_the_slices(void **state)
{
	struct timeline_layout l;
	struct timeline_maker m;
	uint32_t track;

	(void)state;
	timeline_maker_init(&m);
	for (int i = 0; i < 3; i++)
		track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, TIMELINE_NO_PARENT);
	for (uint64_t i = 0; i < 3000; i++) {
		timeline_maker_slice(&m, track, i * 100, i * 100 + 90, "s");
		timeline_maker_slice(&m, track - 1, 0, 300000, "over all");
		timeline_maker_slice(&m, track - 2, i * 100, i * 100, "instant");
	}
	timeline_layout_init(&l, m.timeline, 100000, 50);
	assert_in_range(l.boxes.n, 3, 50);
	assert_int_equal(l.boxes.n + l.slices_merged, 9000);
	timeline_layout_done(&l);
	timeline_maker_done(&m);
}

static void busiest_tracks_have_rows_below_their_parents(void **state)
{
	struct timeline_layout l;
	struct timeline_maker m;
	uint32_t track;

	(void)state;
	timeline_maker_init(&m);
	for (uint64_t i = 0; i < 1000; i++) {
		track = timeline_maker_track(&m, "p", TIMELINE_TRACK_PROCESS, TIMELINE_NO_PARENT);
		track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, track);
		timeline_maker_state(&m, track, (uint64_t[]){ 0, i }, TIMELINE_RUNNING);
		timeline_maker_state(&m, track, (uint64_t[]){ i, 5000 }, TIMELINE_BLOCKED);
	}
	timeline_layout_init(&l, m.timeline, 1000, 5000);
	assert_int_equal(l.rows.n, TIMELINE_LAYOUT_ROWS);
	assert_int_equal(l.rows_left_out, 2000 - TIMELINE_LAYOUT_ROWS);
	assert_int_equal(l.rows.items[0].track, 1800);
	assert_int_equal(l.rows.items[1].track, 1801);
	assert_int_equal(l.rows.items[1].depth, 1);
	timeline_layout_done(&l);
	timeline_maker_done(&m);
}

static void hostile_names_cannot_become_markup(void **state)
{
	static const char *const outputs[] = { "svg", "html" };
	static const char name[] = "</title></svg><script>alert('1')</script>\"\x01\xff";
	struct timeline_maker m;
	uint32_t track;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, name, TIMELINE_TRACK_THREAD, TIMELINE_NO_PARENT);
	timeline_add_slice(m.timeline,
			   &(struct timeline_slice){
				   .track = track, .end_ns = 9, .name = name, .detail = name });
	result_add_note(m.maker.result, name);
	for (size_t i = 0; i < 2; i++) {
		char *text = maker_write(&m.maker, outputs[i]);

		assert_int_equal(count(text, "<script"), i);
		assert_int_equal(count(text, "alert('1')&lt;/script&gt;&quot;\\x01\\xff"),
				 count(text, "alert("));
		assert_in_range(count(text, "alert("), 4, 8);
		free(text);
	}
	timeline_maker_done(&m);
}

static void nothing_is_fetched_from_outside(void **state)
{
	struct timeline_maker m;
	char *html;

	(void)state;
	timeline_maker_demo(&m);
	html = maker_write(&m.maker, "html");
	/* The only address is the name of SVG: in the drawing and in the script. */
	assert_int_equal(count(html, "://"), 2);
	assert_int_equal(count(html, "http://www.w3.org/2000/svg"), 2);
	assert_holds(html, "default-src 'none'");
	assert_int_equal(count(html, "href"), 0);
	assert_int_equal(count(html, "src="), 0);
	assert_int_equal(count(html, "url("), 0);
	free(html);
	timeline_maker_done(&m);
}

static void foot_tells_coverage_and_notes(void **state)
{
	struct timeline_maker m;
	char *svg;

	(void)state;
	timeline_maker_demo(&m);
	result_coverage(m.maker.result)->lost_events = 4;
	result_add_note(m.maker.result, "the disk was slow");
	svg = maker_write(&m.maker, "svg");
	assert_holds(svg, ">Note: the disk was slow</text>");
	assert_holds(svg, ">Coverage: incomplete: 4 events lost");
	assert_holds(svg, ">Scheduling: 8 slices, 1 links, 2 values on 5 tracks</text>");
	free(svg);
	timeline_maker_done(&m);
}

static void times_at_the_ends_of_their_range_are_drawn(void **state)
{
	static const char *const outputs[] = { "svg", "html", "perfetto", "text", "json" };
	struct timeline_maker m;
	uint32_t track;

	(void)state;
	timeline_maker_demo(&m);
	track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, 2);
	timeline_maker_state(&m, track, (uint64_t[]){ 0, UINT64_MAX }, TIMELINE_RUNNING);
	timeline_maker_state(&m, track, (uint64_t[]){ 0, UINT64_MAX }, TIMELINE_RUNNING);
	timeline_maker_state(&m, track, (uint64_t[]){ UINT64_MAX, UINT64_MAX }, TIMELINE_LOST);
	timeline_add_point(m.timeline, 1, UINT64_MAX, INT64_MIN);
	timeline_add_point(m.timeline, 1, 0, INT64_MAX);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		size_t size;
		char *text = NULL;

		assert_int_equal(maker_write_with(&m.maker, outputs[i],
						  (struct output_options){ 0 }, &text, &size),
				 0);
		assert_true(size > 300);
		free(text);
	}
	timeline_maker_done(&m);
}

static void full_disk_is_an_error_with_its_reason(void **state)
{
	static const char *const outputs[] = { "svg", "html", "perfetto" };
	struct timeline_maker m;
	struct tape_error err;

	(void)state;
	timeline_maker_demo(&m);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		err = (struct tape_error){ 0 };
		assert_int_equal(maker_write_to_full(&m.maker, outputs[i], &err), -ENOSPC);
		assert_string_equal(err.text, "output: cannot write: No space left on device");
	}
	timeline_maker_done(&m);
}

static void endings_choose_the_outputs(void **state)
{
	(void)state;
	assert_string_equal(output_by_suffix("a.pftrace")->name, "perfetto");
	assert_string_equal(output_by_suffix("a.perfetto-trace")->name, "perfetto");
	assert_string_equal(output_by_suffix("a.html")->name, "html");
}

static void empty_timeline_draws_nothing_and_says_so(void **state)
{
	struct timeline_maker m;
	char *html;

	(void)state;
	timeline_maker_init(&m);
	html = maker_write(&m.maker, "html");
	assert_holds(html, ">There is nothing to draw.<");
	assert_int_equal(count(html, "class=\"b "), 0);
	free(html);
	timeline_maker_done(&m);
}

static size_t place_of(const char *text, const char *piece)
{
	size_t place = 0;

	assert_holds(text, piece);
	while (strncmp(text + place, piece, strlen(piece)) != 0)
		place++;
	return place;
}

static void narrow_slices_are_drawn_on_top_of_their_neighbours(void **state)
{
	struct timeline_maker m;
	uint32_t track;
	char *svg;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, TIMELINE_NO_PARENT);
	timeline_maker_state(&m, track, (uint64_t[]){ 0, 10 }, TIMELINE_RUNNING);
	timeline_maker_state(&m, track, (uint64_t[]){ 10, 1000000 }, TIMELINE_BLOCKED);
	svg = maker_write(&m.maker, "svg");
	assert_true(place_of(svg, "b blocked") < place_of(svg, "b running"));
	free(svg);
	timeline_maker_done(&m);
}

static void a_counter_falls_again_after_a_peak_that_is_narrow(void **state)
{
	struct timeline_maker m;
	uint32_t track;
	char *svg;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "c", TIMELINE_TRACK_COUNTER, TIMELINE_NO_PARENT);
	timeline_add_point(m.timeline, track, 0, 0);
	timeline_add_point(m.timeline, track, 500000, 4);
	timeline_add_point(m.timeline, track, 500010, 1);
	timeline_add_point(m.timeline, track, 1000000, 1);
	svg = maker_write(&m.maker, "svg");
	assert_holds(svg, "H564000V2H564011V26H");
	free(svg);
	timeline_maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_stand_where_their_time_is),
		cmocka_unit_test(narrow_slices_are_drawn_on_top_of_their_neighbours),
		cmocka_unit_test(a_counter_falls_again_after_a_peak_that_is_narrow),
		cmocka_unit_test(narrow_slices_are_drawn_together_and_told),
		cmocka_unit_test(boxes_are_bounded_whatever_the_slices),
		cmocka_unit_test(busiest_tracks_have_rows_below_their_parents),
		cmocka_unit_test(hostile_names_cannot_become_markup),
		cmocka_unit_test(nothing_is_fetched_from_outside),
		cmocka_unit_test(foot_tells_coverage_and_notes),
		cmocka_unit_test(times_at_the_ends_of_their_range_are_drawn),
		cmocka_unit_test(full_disk_is_an_error_with_its_reason),
		cmocka_unit_test(endings_choose_the_outputs),
		cmocka_unit_test(empty_timeline_draws_nothing_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
