// SPDX-License-Identifier: BSD-2-Clause
/*
 * What <tape/writer.h> promises of files and pipes, and what is left where they
 * fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"
#include "tests/support/writer_bench.h"

static struct tape_file_header file_header(struct bench *b)
{
	const struct tape_file_header *lent;
	struct tape_file_header h;
	struct tape_reader *r;
	bool known;

	load(b);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	lent = tape_reader_header(r, &known);
	assert_true(known);
	h = *lent;
	tape_reader_close(r);
	return h;
}

static void a_tape_without_a_uuid_gets_a_random_one(void **state)
{
	struct bench *b = *state;
	struct tape_writer_options options = { 0 };
	struct tape_file_header first = file_header(b), second;

	tape_writer_close(b->w);
	assert_int_equal(tape_writer_open(b->path, &options, &b->w, NULL), 0);
	second = file_header(b);
	assert_int_equal(first.uuid[6] >> 4, 4);
	assert_memory_not_equal(first.uuid, second.uuid, sizeof(first.uuid));
}

static void a_tape_is_private_even_where_it_replaces_a_public_file(void **state)
{
	struct bench *b = *state;
	struct tape_writer_options options = { 0 };
	struct stat st;

	assert_int_equal(chmod(b->path, 0666), 0);
	tape_writer_close(b->w);
	assert_int_equal(tape_writer_open(b->path, &options, &b->w, NULL), 0);
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void assert_refused(struct bench *b, int rc, const struct tape_error *err, const char *why)
{
	char expected[300];

	snprintf(expected, sizeof(expected), "%s: %s", b->path, why);
	assert_int_equal(rc, -EINVAL);
	assert_string_equal(err->text, expected);
}

static void what_no_tape_can_hold_is_refused(void **state)
{
	struct bench *b = *state;
	struct ev_cpu_sample sample = made_sample(1);
	struct ev_module module = { .h = { .type = EV_MODULE, .units = sizeof(module) / EV_UNIT },
				    .module = UINT32_MAX };
	struct ev_header none = { .units = 2 };
	struct tape_error err;

	assert_refused(b, tape_writer_add_constant(b->w, &none, &err), &err,
		       "a constant record has an impossible size");
	begin(b, 1);
	assert_refused(b, tape_writer_put(b->w, 65536, 1, &sample.h, &err), &err,
		       "ring 65536 is beyond 65535");
	assert_refused(b, tape_writer_put_symbol(b->w, &module.h, &err), &err,
		       "module 4294967295: Invalid argument");
}

static void a_tape_that_cannot_be_made_is_named(void **state)
{
	struct tape_writer_options options = { 0 };
	struct tape_writer *w = NULL;
	struct tape_error err;

	(void)state;
	assert_int_equal(tape_writer_open("/nowhere/a.tape", &options, &w, &err), -ENOENT);
	assert_string_equal(err.text, "/nowhere/a.tape: No such file or directory");
	assert_null(w);
}

static void a_full_disk_is_named_at_once_and_ever_after(void **state)
{
	struct tape_writer_options options = { 0 };
	struct tape_writer *w = NULL;
	struct tape_error err;

	(void)state;
	assert_int_equal(tape_writer_open("/dev/full", &options, &w, &err), -ENOSPC);
	assert_string_equal(err.text, "/dev/full: No space left on device");
	assert_null(w);
}

/* A limit of the file's size fails like a full disk, after a part of the block. */
static void a_failure_leaves_the_whole_blocks_and_is_remembered(void **state)
{
	struct bench *b = *state;
	struct rlimit old, limit;
	struct ev_cpu_sample sample = made_sample(1);
	struct tape_error first, second;
	size_t whole;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);

	begin(b, 1);
	load(b);
	whole = b->tape.size;
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = whole + 50;
	setrlimit(RLIMIT_FSIZE, &limit);
	put(b, 1, 1, 1);
	assert_int_equal(tape_writer_flush(b->w, &first), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, handler);
	load(b);
	assert_int_equal(b->tape.size, whole);
	assert_int_equal(tape_writer_bytes(b->w), whole);
	assert_int_equal(tape_writer_put(b->w, 1, 1, &sample.h, &second), -EFBIG);
	assert_string_equal(second.text, first.text);
	assert_int_equal(tape_writer_flush(b->w, &second), -EFBIG);
	assert_int_equal(tape_writer_begin_epoch(b->w, 2, 1, 1, &second), -EFBIG);
	assert_int_equal(tape_writer_finish(b->w, EV_END_FAILED, &second), -EFBIG);
	assert_string_equal(second.text, first.text);
}

/* A child reads the pipe slowly, and gives back what it read as a file. */
static pid_t drain_slowly(int from, int not_this, const char *path)
{
	pid_t child = fork();
	char buffer[777];
	int to;

	if (child)
		return child;
	close(not_this);
	to = open(path, O_WRONLY | O_TRUNC);
	for (ssize_t n; (n = read(from, buffer, sizeof(buffer))) > 0;) {
		(void)!write(to, buffer, (size_t)n);
		poll(NULL, 0, 1);
	}
	_exit(0);
}

static void a_tape_goes_into_a_pipe_that_is_slow_and_does_not_block(void **state)
{
	struct bench *b = *state;
	int ends[2], old = dup(STDOUT_FILENO);
	struct tape_writer_options options = { .no_compression = true };
	struct tape_reader *r;
	struct tape_health h;
	pid_t child;

	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	child = drain_slowly(ends[0], ends[1], b->path);
	close(ends[0]);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	tape_writer_close(b->w);
	b->w = NULL;
	assert_int_equal(tape_writer_open("-", &options, &b->w, NULL), 0);
	begin(b, 1);
	for (uint64_t i = 0; i < 5000; i++)
		put(b, i % 3, 1, i);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	tape_writer_close(b->w);
	b->w = NULL;
	dup2(old, STDOUT_FILENO);
	close(old);
	waitpid(child, NULL, 0);
	assert_int_equal(tape_reader_open(b->path, 0, &r, NULL), 0);
	tape_reader_health(r, &h);
	assert_true(h.complete);
	assert_int_equal(h.blocks, 6);
	tape_reader_close(r);
}

static void a_pipe_that_is_closed_fails_by_its_name(void **state)
{
	struct bench *b = *state;
	int ends[2], old = dup(STDOUT_FILENO);
	struct tape_writer_options options = { 0 };
	void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
	struct tape_error err;

	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	tape_writer_close(b->w);
	b->w = NULL;
	assert_int_equal(tape_writer_open("-", &options, &b->w, NULL), 0);
	close(ends[0]);
	assert_int_equal(tape_writer_begin_epoch(b->w, 1, 1, 1, &err), -EPIPE);
	dup2(old, STDOUT_FILENO);
	close(old);
	signal(SIGPIPE, handler);
	assert_string_equal(err.text, "standard output: Broken pipe");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tape_without_a_uuid_gets_a_random_one),
		TEST(a_tape_is_private_even_where_it_replaces_a_public_file),
		TEST(what_no_tape_can_hold_is_refused),
		TEST(a_tape_that_cannot_be_made_is_named),
		TEST(a_full_disk_is_named_at_once_and_ever_after),
		TEST(a_failure_leaves_the_whole_blocks_and_is_remembered),
		TEST(a_tape_goes_into_a_pipe_that_is_slow_and_does_not_block),
		TEST(a_pipe_that_is_closed_fails_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
