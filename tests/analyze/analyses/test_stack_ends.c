// SPDX-License-Identifier: BSD-2-Clause
/*
 * Copies of stacks in the view cpu: what the profile has of them, and what the
 * report says of those that were not unwound to their root.
 */
#include <dwarf.h>
#include <stdio.h>
#include <string.h>

#include "tests/analyze/view_runner.h"
#include "tests/support/stack_maker.h"

#define SP 0x7ffc00000000ull

/* Functions of process 7, and how much is known of them stands in end_with_cfi(). */
enum { LEAF = 0x1100, MAIN = 0x1200, BARE = 0x1300 };

/* A sample whose stack is LEAF, called from here. */
static void put_sample(struct made_world *w, uint64_t id, uint64_t caller)
{
	struct made_copy copy = {
		.pid = 7, .id = id, .sp = SP, .in_use = 64, .words = &caller, .n_words = 1
	};

	copy.registers[16] = LEAF;
	made_world_copy(w, 1000, &copy);
	made_world_walk(w, 7, id, (uint64_t[]){ LEAF }, 1);
	made_world_sample(w, 2000 + id, 7, id);
}

/* As the recorder does: behind the run, with the modules. */
static void end_with_cfi(struct made_world *w)
{
	static const uint8_t root[] = { DW_CFA_undefined, 16 };

	made_world_block_of(w, TAPE_BLOCK_SYMBOLS, 1);
	made_world_module(w, 1, "/bin/one");
	made_world_cfi(w, &(struct made_cfi){ 1, LEAF - 0x1000, 0x100, 0, NULL, 0 });
	made_world_cfi(w, &(struct made_cfi){ 1, MAIN - 0x1000, 0x100, 0, root, sizeof(root) });
}

/* The offsets of a sample's frames, from its leaf on; "-" where it is a mark. Lent. */
static const char *frames_of(const struct profile *p, size_t sample)
{
	static char text[200];
	uint32_t stack = profile_get_sample(p, sample)->stack;

	*text = '\0';
	for (; stack != PROFILE_ROOT; stack = profile_get_stack(p, stack)->parent) {
		const struct profile_frame *f =
			profile_get_frame(p, profile_get_stack(p, stack)->frame);
		const struct module *m = profile_get_module(p, f->module);
		size_t n = strlen(text);

		if (m->kind == MODULE_MARK)
			snprintf(text + n, sizeof(text) - n, "%s ", m->path);
		else
			snprintf(text + n, sizeof(text) - n, "%llx ",
				 (unsigned long long)f->offset);
	}
	return text;
}

static const struct table *ends_of(const struct pipeline_report *report)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape == RESULT_TABLE &&
		    strcmp(table_name(item->table), "stack_ends") == 0)
			return item->table;
	}
	return NULL;
}

static void a_copy_is_unwound_by_what_stands_at_the_end_of_the_tape(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	put_sample(&w, 90, MAIN + 9);
	end_with_cfi(&w);
	report = run(&w);
	assert_string_equal(frames_of(profile_of(&report), 0), "100 208 ");
	pipeline_report_done(&report);
}

static void copies_that_unwind_to_the_same_are_one_sample(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	put_sample(&w, 90, MAIN + 9);
	put_sample(&w, 91, MAIN + 9);
	end_with_cfi(&w);
	report = run(&w);
	assert_int_equal(profile_n_samples(profile_of(&report)), 1);
	assert_int_equal(profile_total(profile_of(&report), 0), 2);
	pipeline_report_done(&report);
}

static void the_report_says_where_stacks_ended_and_why(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct table *ends;

	(void)state;
	put_sample(&w, 90, MAIN + 9);
	put_sample(&w, 91, MAIN + 17);
	put_sample(&w, 92, BARE + 9);
	end_with_cfi(&w);
	report = run(&w);
	assert_string_equal(frames_of(profile_of(&report), 2), "100 308 [incomplete] ");
	assert_string_equal(result_note(report.result, 0),
			    "stacks: 66.6 % of 3 copied ones reach their root; "
			    "33.3 % end in one (no call frame information)");
	ends = ends_of(&report);
	assert_int_equal(table_n_rows(ends), 2);
	assert_null(table_row(ends, 0)[1].text);
	assert_int_equal(table_row(ends, 0)[2].integer, 2);
	assert_string_equal(table_row(ends, 1)[1].text, "/bin/one");
	assert_int_equal(table_row(ends, 1)[2].integer, 1);
	pipeline_report_done(&report);
}

static void a_tape_without_copies_has_nothing_to_say(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 2000, 7, 70);
	report = run(&w);
	assert_null(ends_of(&report));
	assert_int_equal(result_n_notes(report.result), 0);
	pipeline_report_done(&report);
}

static void a_caller_that_a_walk_missed_is_in_the_profile(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_walk(&w, 7, 90, (uint64_t[]){ LEAF, MAIN + 9 }, 2);
	made_world_top(&w, 1500, 7, 90, (uint64_t[]){ BARE + 9, 0 });
	made_world_sample(&w, 2000, 7, 90);
	end_with_cfi(&w);
	report = run(&w);
	assert_string_equal(frames_of(profile_of(&report), 0), "100 308 208 ");
	assert_null(ends_of(&report));
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_unwound_by_what_stands_at_the_end_of_the_tape),
		cmocka_unit_test(copies_that_unwind_to_the_same_are_one_sample),
		cmocka_unit_test(the_report_says_where_stacks_ended_and_why),
		cmocka_unit_test(a_tape_without_copies_has_nothing_to_say),
		cmocka_unit_test(a_caller_that_a_walk_missed_is_in_the_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
