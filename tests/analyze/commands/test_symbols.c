// SPDX-License-Identifier: BSD-2-Clause
/* What symbols list, add and strip make of a tape, with files made to order below a symfs. */
#include "tests/support/elf_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/commands/command.h"
#include "analyze/options.h"
#include "analyze/run.h"
#include "tests/support/world_maker.h"

static const struct made_symbol functions[] = {
	FUNC("leaf", TEXT, 0x10, STB_GLOBAL),
	FUNC("root", TEXT + 0x20, 0x10, STB_GLOBAL),
	FUNC("never_hit", TEXT + 0x40, 0x10, STB_GLOBAL),
};

/* A folder with /bin/one below it, and a tape whose process 7 was seen there twice. */
struct fixture {
	char folder[64];
	char tape[128];
	char other[128]; /* where -o writes */
	char *text;	 /* what the last command said */
	struct tape_error err;
};

static void put_elf(const struct fixture *f)
{
	const struct elf_plan plan = { .symbols = functions, .n = 3 };
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/bin", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/bin/one", f->folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	write_elf(&plan, fd);
	close(fd);
}

static void put_tape(const char *path, const struct made_tape *t)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(t->data, 1, t->size, out), t->size);
	fclose(out);
}

static struct made_world make_world(void)
{
	struct made_world w = made_world_begin(1000);

	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_epoch(&w, 1, 1000, MADE_WORLD_WALL_NS);
	made_world_block(&w, 1, 1);
	made_world_module(&w, 1, "/bin/one");
	made_world_process(&w, 1000, 7, "seven");
	made_world_map(&w, 1000, (struct made_mapping){ 7, 1, 0x401000, 0x402000, TEXT });
	made_world_stack(&w, 1000, 7, 70, (uint64_t[]){ 0x401004, 0x401025 });
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	return w;
}

static int make_files(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct made_world w = make_world();

	strcpy(f->folder, "/tmp/symbols.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->tape, sizeof(f->tape), "%s/t.tape", f->folder);
	snprintf(f->other, sizeof(f->other), "%s/o.tape", f->folder);
	put_elf(f);
	made_world_end(&w);
	put_tape(f->tape, &w.tape);
	made_world_free(&w);
	*state = f;
	return 0;
}

static int drop_files(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f->text);
	free(f);
	return 0;
}

static int run_command(struct fixture *f, const char *name, struct command_job job)
{
	size_t size;
	int rc;

	free(f->text);
	f->text = NULL;
	job.tape = job.tape ? job.tape : f->tape;
	job.out = open_memstream(&f->text, &size);
	rc = command_by_name(name)->run(&job, &f->err);
	fclose(job.out);
	return rc;
}

static void assert_says(const struct fixture *f, const char *text)
{
	if (!strstr(f->text, text))
		fail_msg("'%s' is not in:\n%s", text, f->text);
}

static void add(struct fixture *f)
{
	assert_int_equal(run_command(f, "symbols add", (struct command_job){ .symfs = f->folder }),
			 0);
}

static void list_tells_names_of_the_tape_from_those_of_files(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_command(f, "symbols list", (struct command_job){ .symfs = f->folder }),
			 0);
	assert_says(f, "4 frames in stacks, 100.00% named\n");
	assert_says(f, "100.00%  100.00%  one     file");
	assert_says(f, "  /bin/one: 'analyze symbols add' puts these names into the tape\n");
	add(f);
	assert_int_equal(run_command(f, "symbols list", (struct command_job){ .symfs = f->folder }),
			 0);
	assert_says(f, "100.00%  100.00%  one     tape");
	assert_null(strstr(f->text, "What would help"));
}

static void list_says_what_would_name_the_rest(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		run_command(f, "symbols list", (struct command_job){ .symfs = "/nowhere" }), 0);
	assert_says(f, "4 frames in stacks, 0.00% named\n");
	assert_says(f, "  /bin/one: not on this machine (build-id not known): "
		       "'analyze symbols add' where it is, or --symfs DIR\n");
}

static void list_writes_json(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_command(f, "symbols list",
				     (struct command_job){ .json = true, .no_files = true }),
			 0);
	assert_says(f, "\"frames\": 4,\n  \"named\": 0,");
	assert_says(f, "\"names_from\": [],");
}

static void list_shows_the_share_with_lines_if_asked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_command(f, "symbols list",
				     (struct command_job){ .symfs = f->folder, .lines = true }),
			 0);
	assert_says(f, "frames%   named%  lines%  module");
}

static void add_puts_in_what_was_hit_and_no_more(void **state)
{
	struct fixture *f = *state;

	add(f);
	assert_says(f, ": names added: 2, lines: 0, to modules: 1\n");
	assert_int_equal(run_command(f, "verify", (struct command_job){ 0 }), 0);
	assert_int_equal(run_command(f, "dump", (struct command_job){ 0 }), 0);
	assert_says(f, "name=\"leaf\"\n");
	assert_says(f, "name=\"root\"\n");
	assert_null(strstr(f->text, "never_hit"));
}

static void add_again_finds_nothing_to_add(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;

	add(f);
	assert_int_equal(stat(f->tape, &before), 0);
	add(f);
	assert_says(f, ": nothing to add\n");
	assert_int_equal(stat(f->tape, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void add_to_another_file_leaves_the_tape(void **state)
{
	struct fixture *f = *state;
	struct made_tape before = made_tape_load(f->tape), after;

	assert_int_equal(run_command(f, "symbols add",
				     (struct command_job){ .symfs = f->folder, .path = f->other }),
			 0);
	after = made_tape_load(f->tape);
	assert_int_equal(before.size, after.size);
	assert_memory_equal(before.data, after.data, before.size);
	assert_int_equal(run_command(f, "symbols list",
				     (struct command_job){ .tape = f->other, .no_files = true }),
			 0);
	assert_says(f, "4 frames in stacks, 100.00% named\n");
	made_tape_free(&before);
	made_tape_free(&after);
}

static void a_damaged_tape_stays_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct made_tape before = made_tape_load(f->tape), after;
	char command[256];

	made_tape_hit(&before, 0);
	put_tape(f->tape, &before);
	assert_int_equal(run_command(f, "symbols strip", (struct command_job){ 0 }), -EBADMSG);
	assert_non_null(strstr(f->err.text, ": is damaged; repair it first"));
	after = made_tape_load(f->tape);
	assert_memory_equal(before.data, after.data, before.size);
	snprintf(command, sizeof(command), "test $(ls %s | wc -l) = 2", f->folder);
	assert_int_equal(system(command), 0); /* nothing is left beside it */
	made_tape_free(&before);
	made_tape_free(&after);
}

static void strip_takes_all_names_out(void **state)
{
	struct fixture *f = *state;

	add(f);
	assert_int_equal(run_command(f, "symbols strip", (struct command_job){ 0 }), 0);
	assert_says(f, ": has no names any more\n");
	assert_int_equal(run_command(f, "verify", (struct command_job){ 0 }), 0);
	assert_int_equal(run_command(f, "symbols list", (struct command_job){ .no_files = true }),
			 0);
	assert_says(f, "4 frames in stacks, 0.00% named\n");
}

static void a_tape_keeps_its_mode(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(chmod(f->tape, 0640), 0);
	add(f);
	assert_int_equal(stat(f->tape, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void behind_a_link_the_tape_is_rewritten_and_the_link_stays(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(symlink(f->tape, f->other), 0);
	assert_int_equal(run_command(f, "symbols add",
				     (struct command_job){ .tape = f->other, .symfs = f->folder }),
			 0);
	assert_int_equal(lstat(f->other, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	add(f);
	assert_says(f, ": nothing to add\n");
}

static void what_is_no_file_cannot_be_rewritten(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_command(f, "symbols add", (struct command_job){ .tape = "-" }),
			 -EINVAL);
	assert_string_equal(f->err.text, "symbols add: needs a file, not standard input");
	assert_int_equal(run_command(f, "symbols strip", (struct command_job){ .to_stdout = true }),
			 -EINVAL);
	assert_string_equal(f->err.text, "symbols strip: -o needs a file's name");
	assert_int_equal(run_command(f, "symbols strip",
				     (struct command_job){ .path = "/dev/null" }),
			 -EINVAL);
	assert_string_equal(f->err.text, "/dev/null: is no regular file");
}

/* What view cpu says of the tape. */
static void report(struct fixture *f)
{
	char *argv[] = { "analyze", "cpu", "--symfs", f->folder, f->tape, NULL };
	struct options o;
	size_t size;
	FILE *out;

	free(f->text);
	out = open_memstream(&f->text, &size);
	assert_int_equal(options_parse(5, argv, &o, &f->err), 0);
	assert_int_equal(run(&o, out, &f->err), 0);
	fclose(out);
}

static void a_report_says_which_names_are_not_the_tapes(void **state)
{
	struct fixture *f = *state;

	report(f);
	assert_says(f, "\nNames: 100.00% of files of this machine\n");
	add(f);
	report(f);
	assert_null(strstr(f->text, "\nNames: "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_files, drop_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list_tells_names_of_the_tape_from_those_of_files),
		TEST(list_says_what_would_name_the_rest),
		TEST(list_writes_json),
		TEST(list_shows_the_share_with_lines_if_asked),
		TEST(add_puts_in_what_was_hit_and_no_more),
		TEST(add_again_finds_nothing_to_add),
		TEST(add_to_another_file_leaves_the_tape),
		TEST(a_damaged_tape_stays_as_it_is),
		TEST(strip_takes_all_names_out),
		TEST(a_tape_keeps_its_mode),
		TEST(behind_a_link_the_tape_is_rewritten_and_the_link_stays),
		TEST(what_is_no_file_cannot_be_rewritten),
		TEST(a_report_says_which_names_are_not_the_tapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
