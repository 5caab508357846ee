// SPDX-License-Identifier: BSD-2-Clause
/* Where the frames of scripts stand in the profile of the view cpu. */
#include <stdio.h>
#include <string.h>

#include "analyze/symbolize/symbolizer.h"
#include "tests/analyze/view_runner.h"
#include "tests/support/stack_maker.h"

/* A process whose interpreter has its loop at LOOP, cold parts at COLD, and a function at CALL. */
enum { LOOP = 0x1100, COLD = 0x1800, CALL = 0x1500, MAIN = 0x1600, BASE = 0x1000 };

#define ENTRY EV_SCRIPT_ENTRY

static void put_code(struct made_world *w, uint64_t id, const char *text)
{
	struct ev_script_code ev = {
		.h = { .type = EV_SCRIPT_CODE, .time_ns = 1000, .tgid = 7 },
		.id = id,
		.language = EV_SCRIPT_PYTHON,
		.version = 310,
		.first_line = 10,
		.text_bytes = (uint32_t)strlen(text),
		.lines_bytes = 2,
	};
	uint8_t tail[64] = { 0 };

	memcpy(tail, text, strlen(text));
	memcpy(tail + strlen(text), "\x0a\x05", 2); /* the first ten bytes are of line 15 */
	made_world_put(w, &ev.h, sizeof(ev), tail, strlen(text) + 3);
}

static void put_script(struct made_world *w, uint64_t id, uint32_t flags, const uint64_t *words,
		       size_t n)
{
	struct ev_script_stack ev = {
		.h = { .type = EV_SCRIPT_STACK, .time_ns = 1000, .tgid = 7 },
		.id = id,
		.language = EV_SCRIPT_PYTHON,
		.flags = flags,
	};

	made_world_put(w, &ev.h, sizeof(ev), words, n * sizeof(*words));
}

static struct made_world begin_script(void)
{
	struct ev_script_runtime ev = {
		.h = { .type = EV_SCRIPT_RUNTIME },
		.module = 1,
		.language = EV_SCRIPT_PYTHON,
		.version = 310,
		.start = LOOP - BASE,
		.size = 0x100,
		.cold_start = COLD - BASE,
		.cold_size = 0x10,
	};
	struct made_world w = begin();

	made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
	put_code(&w, 11, "f\tdir/f.py");
	put_code(&w, 12, "g\tg.py");
	return w;
}

static void put_sample(struct made_world *w, uint64_t ustack, uint64_t script)
{
	made_world_put_sample(
		w, (struct ev_cpu_sample){
			   .h = { .type = EV_CPU_SAMPLE, .time_ns = 2000, .tid = 7, .tgid = 7 },
			   .ustack = ustack,
			   .script = script,
		   });
}

static void add_name(char *text, size_t room, const struct profile *p, uint32_t stack)
{
	const struct profile_frame *f = profile_get_frame(p, profile_get_stack(p, stack)->frame);
	const struct module *m = profile_get_module(p, f->module);
	size_t n = strlen(text);

	if (m->kind == MODULE_MARK)
		snprintf(text + n, room - n, " %s", m->path);
	else if (m->kind == MODULE_SCRIPT)
		snprintf(text + n, room - n, " %.1s:%u", m->path, (unsigned int)f->offset);
	else
		snprintf(text + n, room - n, " %llx", (unsigned long long)f->offset);
}

/* The frames of the only sample, leaf first, each behind a blank. Ends the tape. */
static void assert_frames(struct made_world *w, const char *expected)
{
	struct pipeline_report report = run(w);
	const struct profile *p = profile_of(&report);
	uint32_t stack = profile_get_sample(p, 0)->stack;
	char text[256] = "";

	for (; stack != PROFILE_ROOT; stack = profile_get_stack(p, stack)->parent)
		add_name(text, sizeof(text), p, stack);
	assert_string_equal(text, expected);
	pipeline_report_done(&report);
}

static const uint64_t one_call[] = { 11, 0, 12, 0 | ENTRY };
static const uint64_t two_calls[] = { 11, 0 | ENTRY, 12, 0 | ENTRY };

/* A sample of this native stack (leaf first) and this script. */
static void put(struct made_world *w, const uint64_t *native, size_t n, const uint64_t *script,
		size_t words)
{
	put_script(w, 50, 0, script, words);
	if (n)
		made_world_walk(w, 7, 90, native, n);
	put_sample(w, n ? 90 : 0, 50);
}

static void frames_of_a_script_take_the_place_of_the_loop(void **state)
{
	static const uint64_t native[] = { CALL, LOOP + 9, MAIN };
	struct made_world w = begin_script();

	(void)state;
	put(&w, native, 3, one_call, 4);
	assert_frames(&w, " 500 f:15 g:15 5ff");
}

static void each_call_of_the_loop_has_its_own(void **state)
{
	static const uint64_t native[] = { LOOP + 4, CALL + 1, COLD + 9, MAIN };
	struct made_world w = begin_script();

	(void)state;
	put(&w, native, 4, two_calls, 4);
	assert_frames(&w, " f:15 500 g:15 5ff");
}

static void a_loop_that_has_just_begun_stays(void **state)
{
	static const uint64_t native[] = { LOOP + 4, CALL + 1, LOOP + 9, MAIN };
	struct made_world w = begin_script();

	(void)state;
	put(&w, native, 4, one_call, 4);
	assert_frames(&w, " 104 500 f:15 g:15 5ff");
}

static void calls_that_the_native_stack_lacks_stand_at_the_root(void **state)
{
	static const uint64_t native[] = { LOOP + 4, CALL + 1 };
	struct made_world w = begin_script();

	(void)state;
	put(&w, native, 2, two_calls, 4);
	assert_frames(&w, " f:15 500 g:15");
}

static void without_a_loop_the_script_stands_before_all_native_frames(void **state)
{
	static const uint64_t native[] = { CALL };
	struct made_world w = begin_script();

	(void)state;
	put(&w, native, 1, one_call, 4);
	assert_frames(&w, " 500 f:15 g:15");
}

static void without_a_native_stack_the_script_is_all(void **state)
{
	struct made_world w = begin_script();

	(void)state;
	put(&w, NULL, 0, one_call, 4);
	assert_frames(&w, " f:15 g:15");
}

static void a_cut_script_belongs_to_the_loops_nearest_to_the_leaf(void **state)
{
	static const uint64_t native[] = { LOOP + 4, LOOP + 9, MAIN };
	struct made_world w = begin_script();

	(void)state;
	put_script(&w, 50, EV_SCRIPT_CUT, (const uint64_t[]){ 11, 0 }, 2);
	made_world_walk(&w, 7, 90, native, 3);
	put_sample(&w, 90, 50);
	assert_frames(&w, " f:15 [script cut] 108 5ff");
}

static void a_torn_script_without_a_frame_says_so(void **state)
{
	static const uint64_t native[] = { LOOP + 4, MAIN };
	struct made_world w = begin_script();

	(void)state;
	put_script(&w, 50, EV_SCRIPT_TORN, NULL, 0);
	made_world_walk(&w, 7, 90, native, 2);
	put_sample(&w, 90, 50);
	assert_frames(&w, " [script torn] 5ff");
}

static void a_place_without_a_line_has_none(void **state)
{
	struct made_world w = begin_script();

	(void)state;
	put(&w, NULL, 0, (const uint64_t[]){ 11, 400 | ENTRY }, 2);
	assert_frames(&w, " f:0");
}

static void a_function_that_is_not_defined_is_told(void **state)
{
	struct made_world w = begin_script();

	(void)state;
	put(&w, NULL, 0, (const uint64_t[]){ 99, 0, 12, ENTRY }, 4);
	assert_frames(&w, " [function lost] g:15");
}

static void a_script_that_is_not_defined_is_told_and_counted(void **state)
{
	struct made_world w = begin_script();
	struct pipeline_report report;

	(void)state;
	made_world_walk(&w, 7, 90, (const uint64_t[]){ MAIN }, 1);
	put_sample(&w, 90, 51);
	report = run(&w);
	assert_int_equal(result_coverage(report.result)->unknown_stacks, 1);
	pipeline_report_done(&report);
}

static void a_function_is_shown_with_its_file(void **state)
{
	const struct symbolizer_options options = { .no_files = true };
	const struct module m = { .kind = MODULE_SCRIPT, .path = "C.f\t10\t/dir/f.py" };
	struct symbolizer *s = symbolizer_new(&options);
	struct frame_lines lines;

	(void)state;
	symbolizer_lines(s, &m, 15, &lines);
	assert_int_equal(lines.n, 1);
	assert_string_equal(lines.at[0].name, "C.f (f.py)");
	assert_string_equal(lines.at[0].file, "/dir/f.py");
	assert_int_equal(lines.at[0].line, 15);
	assert_int_equal(lines.at[0].first_line, 10);
	symbolizer_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_a_script_take_the_place_of_the_loop),
		cmocka_unit_test(each_call_of_the_loop_has_its_own),
		cmocka_unit_test(a_loop_that_has_just_begun_stays),
		cmocka_unit_test(calls_that_the_native_stack_lacks_stand_at_the_root),
		cmocka_unit_test(without_a_loop_the_script_stands_before_all_native_frames),
		cmocka_unit_test(without_a_native_stack_the_script_is_all),
		cmocka_unit_test(a_cut_script_belongs_to_the_loops_nearest_to_the_leaf),
		cmocka_unit_test(a_torn_script_without_a_frame_says_so),
		cmocka_unit_test(a_place_without_a_line_has_none),
		cmocka_unit_test(a_function_that_is_not_defined_is_told),
		cmocka_unit_test(a_script_that_is_not_defined_is_told_and_counted),
		cmocka_unit_test(a_function_is_shown_with_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
