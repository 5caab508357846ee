// SPDX-License-Identifier: BSD-2-Clause
/* What run.h promises about reports, the files of -o, and failures. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/run.h"
#include "tests/support/test.h"
#include "tests/support/tape_maker.h"

/* A folder with a tape in it. */
struct place {
	char folder[64];
	char tape[128];
	char out[128];
};

static struct place place_new(void)
{
	const struct tape_recipe recipe = { .epochs = 2, .rings = 1, .flushes = 1, .samples = 5 };
	struct made_tape tape = made_tape_write(&recipe);
	struct place p = { .folder = "/tmp/perftape-run-XXXXXX" };
	FILE *f;

	assert_non_null(mkdtemp(p.folder));
	snprintf(p.tape, sizeof(p.tape), "%s/t.tape", p.folder);
	snprintf(p.out, sizeof(p.out), "%s/out.folded", p.folder);
	f = fopen(p.tape, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(tape.data, 1, tape.size, f), tape.size);
	fclose(f);
	made_tape_free(&tape);
	return p;
}

/* Files in the folder. */
static size_t count_files(const struct place *p)
{
	DIR *d = opendir(p->folder);
	size_t n = 0;

	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void place_done(const struct place *p)
{
	unlink(p->tape);
	unlink(p->out);
	assert_int_equal(rmdir(p->folder), 0);
}

static struct options options_of(const struct place *p, const char *view, const char *path)
{
	struct options o = { .analysis = analysis_by_name(view),
			     .command = command_by_name(view),
			     .output = output_by_name("folded"),
			     .tape = p->tape,
			     .path = path,
			     .no_files = true };

	return o;
}

/* Runs with standard output into *text (freed by the caller). */
static int run_into(const struct options *o, char **text, struct tape_error *err)
{
	size_t size;
	FILE *out = open_memstream(text, &size);
	int rc = run(o, out, err);

	fclose(out);
	return rc;
}

static void a_report_goes_to_standard_output(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", NULL);
	struct tape_error err;
	char *text;

	(void)state;
	assert_int_equal(run_into(&o, &text, &err), 0);
	assert_true(strlen(text) > 0);
	free(text);
	place_done(&p);
}

static void a_report_into_a_file_leaves_nothing_else(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", p.out);
	struct tape_error err;
	struct stat st;
	char *text;

	(void)state;
	assert_int_equal(run_into(&o, &text, &err), 0);
	assert_string_equal(text, "");
	assert_int_equal(stat(p.out, &st), 0);
	assert_true(st.st_size > 0);
	assert_int_equal(count_files(&p), 2);
	free(text);
	place_done(&p);
}

static void a_failure_leaves_no_file(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", p.out);
	struct tape_error err;
	char *text;

	(void)state;
	o.tape = "/dev/null";
	assert_int_equal(run_into(&o, &text, &err), -EBADMSG);
	assert_int_equal(count_files(&p), 1);
	free(text);
	place_done(&p);
}

static void the_tape_is_not_written_over(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", p.tape);
	struct tape_error err;
	char *text, expected[256];

	(void)state;
	snprintf(expected, sizeof(expected), "%s: is the tape itself; give -o another name",
		 p.tape);
	assert_int_equal(run_into(&o, &text, &err), -EEXIST);
	assert_string_equal(err.text, expected);
	free(text);
	place_done(&p);
}

static void a_folder_that_does_not_exist_is_named(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", "/nonexistent/x");
	struct tape_error err;
	char *text;

	(void)state;
	assert_int_equal(run_into(&o, &text, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/x: cannot write: No such file or directory");
	free(text);
	place_done(&p);
}

static void a_filter_that_nothing_matches_is_a_failure(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", NULL);
	struct tape_error err;
	char *text, expected[256];

	(void)state;
	o.filter.pids = (struct filter_ids){ 1, { 4000000 } };
	snprintf(expected, sizeof(expected),
		 "%s: no sample matches --pid 4000000; 'analyze info' shows what there is", p.tape);
	assert_int_equal(run_into(&o, &text, &err), -ENODATA);
	assert_string_equal(err.text, expected);
	free(text);
	place_done(&p);
}

static void a_format_that_can_show_nothing_of_a_view_is_a_failure(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "execs", NULL);
	struct tape_error err;
	char *text;

	(void)state;
	o.output = output_by_name("perfetto");
	assert_int_equal(run_into(&o, &text, &err), -ENODATA);
	assert_non_null(strstr(err.text, "view execs finds nothing there that format perfetto"));
	assert_string_equal(text, "");
	free(text);
	place_done(&p);
}

/* A view that finds what --fail asks for. */
static void alarm_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	static const struct table_column column = { "n", "count", TABLE_INTEGER };

	(void)state;
	(void)in;
	result_take_table(ret, table_new("t", "T", &column, 1));
	result_set_alarm(ret);
}

static void an_alarm_is_told_when_the_report_is_written(void **state)
{
	static const uint16_t wants[] = { 0 };
	const struct analysis alarm = { .name = "alarm",
					.title = "Alarm",
					.wants = wants,
					.shapes = RESULT_TABLE,
					.state_size = 1,
					.finish = alarm_finish };
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", p.out);
	struct tape_error err;
	char *text;

	(void)state;
	o.analysis = &alarm;
	o.output = output_by_name("text");
	assert_int_equal(run_into(&o, &text, &err), RUN_ALARM);
	assert_int_equal(count_files(&p), 2);
	free(text);
	place_done(&p);
}

static void a_full_device_is_a_failure(void **state)
{
	struct place p = place_new();
	struct options o = options_of(&p, "cpu", "/dev/full");
	struct tape_error err;
	char *text;

	(void)state;
	assert_true(run_into(&o, &text, &err) < 0);
	assert_non_null(strstr(err.text, "No space left on device"));
	free(text);
	place_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_goes_to_standard_output),
		cmocka_unit_test(a_report_into_a_file_leaves_nothing_else),
		cmocka_unit_test(a_failure_leaves_no_file),
		cmocka_unit_test(the_tape_is_not_written_over),
		cmocka_unit_test(a_folder_that_does_not_exist_is_named),
		cmocka_unit_test(a_filter_that_nothing_matches_is_a_failure),
		cmocka_unit_test(a_format_that_can_show_nothing_of_a_view_is_a_failure),
		cmocka_unit_test(an_alarm_is_told_when_the_report_is_written),
		cmocka_unit_test(a_full_device_is_a_failure),
	};

	return cmocka_run_group_tests_name("analyze/run", tests, NULL, NULL);
}
