// SPDX-License-Identifier: BSD-2-Clause
/* Where tapes are read from, and what is said of files that are none. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format/input.h"
#include "tests/support/refusal.h"
#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static const struct tape_recipe small = { .epochs = 2, .rings = 2, .flushes = 2, .samples = 5 };

static void an_empty_file_is_not_a_tape(void **state)
{
	struct made_tape t = { 0 };

	(void)state;
	assert_refused(&t, -EBADMSG, "memory: not a tape: it is empty");
}

static void a_text_is_not_a_tape(void **state)
{
	struct made_tape t = { 0 };

	(void)state;
	made_tape_append(&t, "PERFILE2 is another format", 26);
	assert_refused(&t, -EBADMSG,
		       "memory: not a tape: it does not begin with PERFTAPE, and no block was "
		       "found in it");
	made_tape_free(&t);
}

static void a_part_of_a_file_header_is_not_a_tape(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);

	(void)state;
	for (t.size = 63; t.size > 0; t.size--)
		assert_refused(&t, -EBADMSG,
			       "memory: not a tape: it ends within its first 64 bytes");
	made_tape_free(&t);
}

static void a_damaged_header_without_a_block_is_not_a_tape(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);

	(void)state;
	t.data[30] ^= 4;
	assert_refused(&t, -EBADMSG,
		       "memory: not a tape: its header is damaged, and no block was found in it");
	made_tape_free(&t);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct tape_error err;
	struct tape_reader *r;

	(void)state;
	assert_int_equal(tape_reader_open("/nowhere/a.tape", 0, &r, &err), -ENOENT);
	assert_string_equal(err.text, "/nowhere/a.tape: No such file or directory");
}

static void a_folder_is_refused(void **state)
{
	struct tape_error err;
	struct tape_reader *r;

	(void)state;
	assert_int_equal(tape_reader_open("/tmp", 0, &r, &err), -EISDIR);
	assert_string_equal(err.text, "/tmp: Is a directory");
}

static void a_failure_may_go_without_a_text(void **state)
{
	struct tape_reader *r;

	(void)state;
	assert_int_equal(tape_reader_open("/nowhere/a.tape", 0, &r, NULL), -ENOENT);
}

static size_t samples_of_file(const char *path)
{
	struct tape_error err;
	struct tape_reader *r;
	size_t samples;

	if (tape_reader_open(path, 0, &r, &err) < 0)
		fail_msg("%s", err.text);
	made_tape_read_rest(r, &samples);
	tape_reader_close(r);
	return samples;
}

static void a_tape_is_read_from_a_file(void **state)
{
	struct made_tape t = made_tape_write(&small);
	char *path = made_tape_save(&t);

	(void)state;
	assert_int_equal(samples_of_file(path), MADE_TAPE_SAMPLES(&small));
	unlink(path);
	free(path);
	made_tape_free(&t);
}

/* Puts a pipe, into which a child writes the tape, in the place of standard input. */
static pid_t feed_standard_input(const struct made_tape *t)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		for (size_t at = 0; at < t->size; at += 1000)
			(void)!write(ends[1], t->data + at,
				     t->size - at < 1000 ? t->size - at : 1000);
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return child;
}

static void a_tape_is_read_from_a_pipe_at_standard_input(void **state)
{
	struct made_tape t = made_tape_write(&small);
	int old = dup(STDIN_FILENO);
	pid_t child = feed_standard_input(&t);

	(void)state;
	assert_int_equal(samples_of_file("-"), MADE_TAPE_SAMPLES(&small));
	waitpid(child, NULL, 0);
	dup2(old, STDIN_FILENO);
	close(old);
	made_tape_free(&t);
}

static void what_is_wrong_with_standard_input_is_said_of_standard_input(void **state)
{
	struct made_tape t = { 0 };
	int old = dup(STDIN_FILENO);
	pid_t child = feed_standard_input(&t);
	struct tape_error err;
	struct tape_reader *r;

	(void)state;
	assert_int_equal(tape_reader_open("-", 0, &r, &err), -EBADMSG);
	assert_string_equal(err.text, "standard input: not a tape: it is empty");
	waitpid(child, NULL, 0);
	dup2(old, STDIN_FILENO);
	close(old);
}

static void a_file_that_shrinks_while_it_is_read_is_damaged_and_no_more(void **state)
{
	struct made_tape t = made_tape_write(&small);
	char *path = made_tape_save(&t);
	struct tape_reader *r;
	struct tape_health h;
	size_t samples;

	(void)state;
	assert_int_equal(tape_reader_open(path, 0, &r, NULL), 0);
	assert_int_equal(truncate(path, (off_t)made_tape_block(&t, 2, NULL) + 90), 0);
	assert_int_equal(made_tape_read_rest(r, &samples), 2);
	assert_int_equal(samples, 5);
	tape_reader_health(r, &h);
	assert_int_equal(h.lost_blocks, made_tape_count(&t) - 2);
	tape_reader_close(r);
	unlink(path);
	free(path);
	made_tape_free(&t);
}

/* A process's own memory, read where nothing is mapped, fails as a bad disk does. */
static void what_a_disk_does_not_give_back_reads_as_zeros(void **state)
{
	struct tape_input in = { .fd = open("/proc/self/mem", O_RDONLY), .name = (char *)"memory" };
	const size_t page = 4096;
	uint8_t *pages =
		mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *buffer = malloc(3 * page);

	(void)state;
	assert_true(in.fd >= 0);
	memset(pages, 'x', 3 * page);
	assert_int_equal(munmap(pages + page, page), 0);
	memset(buffer, 'y', 3 * page);
	assert_int_equal(tape_input_read(&in, (uintptr_t)pages, buffer, 3 * page, NULL), 3 * page);
	for (size_t i = 0; i < 3 * page; i++)
		assert_int_equal(buffer[i], i / page == 1 ? 0 : 'x');
	munmap(pages, page);
	munmap(pages + 2 * page, page);
	free(buffer);
	close(in.fd);
}

/* --- what is opened, read from its beginning --- */

static void skip_passes_over_the_block_that_comes_next(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_block_header second;
	struct tape_reader *r;
	struct tape_block *b;

	(void)state;
	assert_int_equal(tape_reader_open_memory(t.data, t.size, 0, &r, NULL), 0);
	made_tape_block(&t, 1, &second);
	tape_reader_skip(r);
	assert_int_equal(tape_reader_next(r, &b, NULL), 1);
	assert_int_equal(b->header.sequence, second.sequence);
	tape_block_free(b);
	for (size_t i = 0; i < made_tape_count(&t); i++)
		tape_reader_skip(r);
	assert_int_equal(tape_reader_next(r, &b, NULL), 0);
	tape_reader_close(r);
	made_tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_not_a_tape),
		cmocka_unit_test(a_text_is_not_a_tape),
		cmocka_unit_test(a_part_of_a_file_header_is_not_a_tape),
		cmocka_unit_test(a_damaged_header_without_a_block_is_not_a_tape),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(a_folder_is_refused),
		cmocka_unit_test(a_failure_may_go_without_a_text),
		cmocka_unit_test(a_tape_is_read_from_a_file),
		cmocka_unit_test(a_tape_is_read_from_a_pipe_at_standard_input),
		cmocka_unit_test(what_is_wrong_with_standard_input_is_said_of_standard_input),
		cmocka_unit_test(a_file_that_shrinks_while_it_is_read_is_damaged_and_no_more),
		cmocka_unit_test(what_a_disk_does_not_give_back_reads_as_zeros),
		cmocka_unit_test(skip_passes_over_the_block_that_comes_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
