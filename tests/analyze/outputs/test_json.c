// SPDX-License-Identifier: BSD-2-Clause
/* The JSON output is read back by jansson and followed from samples to names. */
#include <math.h>

#include <jansson.h>

#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

static json_t *written(struct maker *m)
{
	char *text = maker_write(m, "json");
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!root)
		fail_msg("%s at line %d", error.text, error.line);
	free(text);
	return root;
}

static json_t *item_of(json_t *root, size_t index)
{
	return json_array_get(json_object_get(root, "items"), index);
}

static const char *text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_int_t number_of(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* "leaf<caller<root" of a sample, by following the tables' indexes. */
static void spell_stack(json_t *profile, size_t sample, char *text, size_t size)
{
	json_t *s = json_array_get(json_object_get(profile, "samples"), sample);
	size_t at = (size_t)number_of(s, "stack");

	for (*text = '\0'; at;) {
		json_t *stack = json_array_get(json_object_get(profile, "stacks"), at);
		json_t *frame = json_array_get(json_object_get(profile, "frames"),
					       (size_t)number_of(stack, "frame"));
		json_t *name = json_array_get(json_object_get(profile, "functions"),
					      (size_t)number_of(frame, "function"));

		snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? "<" : "",
			 json_string_value(name));
		at = (size_t)number_of(stack, "parent");
	}
}

static void samples_lead_to_names(void **state)
{
	struct maker m;
	json_t *root, *profile, *sample;
	char text[256];

	(void)state;
	maker_demo(&m);
	root = written(&m);
	profile = item_of(root, 0);
	spell_stack(profile, 3, text, sizeof(text));
	assert_string_equal(text, "vfs_read<read<foo::bar(int)<main<_start");
	sample = json_array_get(json_object_get(profile, "samples"), 3);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(sample, "values"), 1)),
			 80000000);
	json_decref(root);
	maker_done(&m);
}

static void labels_keep_their_kinds(void **state)
{
	struct maker m;
	json_t *root, *labels;

	(void)state;
	maker_demo(&m);
	root = written(&m);
	labels = json_array_get(json_object_get(item_of(root, 0), "label_sets"), 1);
	assert_string_equal(text_of(labels, "comm"), "worker");
	assert_int_equal(number_of(labels, "tid"), 'w');
	json_decref(root);
	maker_done(&m);
}

static void head_says_what_it_is(void **state)
{
	struct maker m;
	json_t *root, *profile;

	(void)state;
	maker_demo(&m);
	root = written(&m);
	profile = item_of(root, 0);
	assert_string_equal(text_of(root, "format"), "perftape.result");
	assert_int_equal(number_of(root, "version"), 1);
	assert_string_equal(text_of(root, "tape"), "demo.tape");
	assert_string_equal(text_of(profile, "shape"), "profile");
	assert_string_equal(text_of(profile, "start"), "2026-01-01T00:00:00.000000000Z");
	assert_int_equal(number_of(profile, "default_type"), 1);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(profile, "totals"), 0)),
			 100);
	json_decref(root);
	maker_done(&m);
}

static void coverage_is_in_numbers_and_in_words(void **state)
{
	struct maker m;
	json_t *root, *coverage;

	(void)state;
	maker_demo(&m);
	result_coverage(m.result)->lost_events = 9;
	result_add_note(m.result, "a \"note\"");
	root = written(&m);
	coverage = json_object_get(root, "coverage");
	assert_int_equal(number_of(coverage, "lost_events"), 9);
	assert_true(json_is_true(json_object_get(coverage, "complete")));
	assert_non_null(strstr(text_of(coverage, "text"), "incomplete: 9 events lost"));
	assert_string_equal(json_string_value(json_array_get(json_object_get(root, "notes"), 0)),
			    "a \"note\"");
	json_decref(root);
	maker_done(&m);
}

static void hostile_names_are_valid_texts(void **state)
{
	struct maker m;
	json_t *root;
	char text[256];

	(void)state;
	maker_init(&m);
	maker_add(&m, "\"},\033", "a\"\\\xff\n@x\".so", 1);
	root = written(&m);
	spell_stack(item_of(root, 0), 0, text, sizeof(text));
	assert_non_null(strstr(text, "a\"\\"));
	json_decref(root);
	maker_done(&m);
}

static void empty_profile_is_whole(void **state)
{
	struct maker m;
	json_t *root;

	(void)state;
	maker_init(&m);
	root = written(&m);
	assert_int_equal(json_array_size(json_object_get(item_of(root, 0), "samples")), 0);
	assert_int_equal(json_array_size(json_object_get(item_of(root, 0), "stacks")), 1);
	json_decref(root);
	maker_done(&m);
}

static void table_has_its_cells_in_their_kinds(void **state)
{
	const struct table_column columns[] = {
		{ "name", "", TABLE_TEXT },
		{ "n", "count", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	struct maker m;
	struct table *t = table_new("t", "T", columns, 3);
	json_t *root, *rows, *row;

	(void)state;
	table_add(t, (union table_cell[]){
			     { .text = "a" }, { .integer = INT64_MIN }, { .real = 0.1 } });
	table_add(t, (union table_cell[]){ { .text = NULL }, { .integer = 0 }, { .real = NAN } });
	maker_init(&m);
	result_take_table(m.result, t);
	root = written(&m);
	rows = json_object_get(item_of(root, 1), "rows");
	row = json_array_get(rows, 0);
	assert_true(json_integer_value(json_array_get(row, 1)) == INT64_MIN);
	assert_true(json_real_value(json_array_get(row, 2)) == 0.1);
	row = json_array_get(rows, 1);
	assert_true(json_is_null(json_array_get(row, 0)));
	assert_true(json_is_null(json_array_get(row, 2)));
	json_decref(root);
	maker_done(&m);
}

static void cells_of_code_are_names(void **state)
{
	const struct table_column columns[] = { { "by", "", TABLE_FRAME },
						{ "in", "", TABLE_STACK } };
	struct maker m;
	struct table *t = table_new("t", "T", columns, 2);
	json_t *root, *row;

	(void)state;
	maker_init(&m);
	table_set_profile(t, m.profile);
	table_add(t, (union table_cell[]){ { .integer = maker_frame(&m, "main.f", "app") },
					   { .integer = maker_stack(&m, "main.a;main.b") } });
	table_add(t, (union table_cell[]){ { .integer = -1 }, { .integer = PROFILE_ROOT } });
	result_take_table(m.result, t);
	root = written(&m);
	row = json_array_get(json_object_get(item_of(root, 1), "rows"), 0);
	assert_string_equal(json_string_value(json_array_get(row, 0)), "main.f");
	assert_string_equal(json_string_value(json_array_get(json_array_get(row, 1), 0)), "main.b");
	assert_string_equal(json_string_value(json_array_get(json_array_get(row, 1), 1)), "main.a");
	row = json_array_get(json_object_get(item_of(root, 1), "rows"), 1);
	assert_true(json_is_null(json_array_get(row, 0)));
	assert_int_equal(json_array_size(json_array_get(row, 1)), 0);
	json_decref(root);
	maker_done(&m);
}

static void reals_hide_their_last_bits(void **state)
{
	const struct table_column column = { "share", "percent", TABLE_REAL };
	struct maker m;
	struct table *t = table_new("t", "T", &column, 1);
	char *text;

	(void)state;
	table_add(t, (union table_cell[]){ { .real = 0.1 + 0.2 } });
	maker_init(&m);
	result_take_table(m.result, t);
	text = maker_write(&m, "json");
	assert_non_null(strstr(text, "[0.3]"));
	free(text);
	maker_done(&m);
}

static void timeline_has_tracks_slices_points_and_links(void **state)
{
	const struct timeline_track root_track = { .name = "app", .parent = TIMELINE_NO_PARENT };
	const struct timeline_track track = {
		.name = "main", .parent = 0, .tid = 7, .kind = TIMELINE_TRACK_THREAD
	};
	const struct timeline_track counter = {
		.name = "queue", .parent = 0, .kind = TIMELINE_TRACK_COUNTER, .unit = "count"
	};
	struct timeline *t = timeline_new("sched", "Scheduling");
	struct maker m;
	json_t *root, *item, *slice, *link;

	(void)state;
	timeline_set_clock(t, 1000, 5000);
	timeline_add_track(t, &root_track);
	timeline_add_track(t, &track);
	timeline_add_track(t, &counter);
	timeline_add_slice(t, &(struct timeline_slice){ .track = 1,
							.start_ns = 10,
							.end_ns = 20,
							.name = "futex",
							.category = TIMELINE_BLOCKED,
							.detail = "wait" });
	timeline_add_point(t, 2, 15, -3);
	timeline_add_link(t, &(struct timeline_link){ 0, 1, 11, 12, "wakes" });
	maker_init(&m);
	result_take_timeline(m.result, t);
	root = written(&m);
	item = item_of(root, 1);
	assert_int_equal(number_of(item, "wall_minus_mono_ns"), 4000);
	assert_true(json_is_null(
		json_object_get(json_array_get(json_object_get(item, "tracks"), 0), "parent")));
	assert_int_equal(number_of(json_array_get(json_object_get(item, "tracks"), 1), "parent"),
			 0);
	slice = json_array_get(json_object_get(item, "slices"), 0);
	assert_int_equal(number_of(slice, "end_ns"), 20);
	assert_string_equal(text_of(slice, "name"), "futex");
	assert_string_equal(text_of(slice, "category"), "blocked");
	assert_string_equal(text_of(slice, "detail"), "wait");
	assert_string_equal(text_of(json_array_get(json_object_get(item, "tracks"), 1), "kind"),
			    "thread");
	assert_string_equal(text_of(json_array_get(json_object_get(item, "tracks"), 2), "unit"),
			    "count");
	assert_int_equal(number_of(json_array_get(json_object_get(item, "points"), 0), "value"),
			 -3);
	link = json_array_get(json_object_get(item, "links"), 0);
	assert_int_equal(number_of(link, "to_track"), 1);
	assert_int_equal(number_of(link, "from_ns"), 11);
	json_decref(root);
	maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_lead_to_names),
		cmocka_unit_test(labels_keep_their_kinds),
		cmocka_unit_test(head_says_what_it_is),
		cmocka_unit_test(coverage_is_in_numbers_and_in_words),
		cmocka_unit_test(hostile_names_are_valid_texts),
		cmocka_unit_test(empty_profile_is_whole),
		cmocka_unit_test(table_has_its_cells_in_their_kinds),
		cmocka_unit_test(cells_of_code_are_names),
		cmocka_unit_test(reals_hide_their_last_bits),
		cmocka_unit_test(timeline_has_tracks_slices_points_and_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
