// SPDX-License-Identifier: BSD-2-Clause
/* What record/jit.h promises: whose files count, and what of them is written. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tape/reader.h>

#include "record/jit.h"
#include "record/modules.h"
#include "tests/support/test.h"

struct fixture {
	char path[64];
	char map[64]; /* our own perf map */
	struct records records;
	struct modules *modules;
	struct jit *jit;
	uint32_t module;
};

static int begin(void **state)
{
	static const struct tape_writer_options options;
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->path, "/tmp/test_jit.XXXXXX");
	close(mkstemp(f->path));
	snprintf(f->map, sizeof(f->map), "/tmp/perf-%d.map", (int)getpid());
	unlink(f->map);
	assert_int_equal(tape_writer_open(f->path, &options, &f->records.writer, NULL), 0);
	assert_int_equal(tape_writer_begin_epoch(f->records.writer, 1, 1, 1, NULL), 0);
	assert_int_equal(modules_new(true, &f->modules), 0);
	assert_int_equal(jit_new(&f->jit), 0);
	f->module = modules_of_memory(f->modules, (uint32_t)getpid());
	jit_add(f->jit, f->module, (uint32_t)getpid());
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	jit_free(f->jit);
	modules_free(f->modules);
	tape_writer_close(f->records.writer);
	unlink(f->path);
	unlink(f->map);
	free(f);
	return 0;
}

static void write_map(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->map, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void hit(const struct fixture *f, uint64_t address)
{
	jit_hit(f->jit, f->module, address, records_now());
}

/* All symbols that are in the tape then: "start+size name" and a newline each. Lent. */
static const char *symbols(struct fixture *f)
{
	static char text[4096];
	struct tape_reader *r;
	struct tape_block *b;

	assert_int_equal(jit_write(f->jit, f->modules, &f->records, false, NULL), 0);
	assert_int_equal(tape_writer_finish(f->records.writer, EV_END_ASKED, NULL), 0);
	assert_int_equal(tape_reader_open(f->path, 0, &r, NULL), 0);
	text[0] = 0;
	while (tape_reader_next(r, &b, NULL) == 1) {
		tape_block_for_each (b, h) {
			const struct ev_symbol *s = (const void *)h;

			if (h->type == EV_SYMBOL)
				sprintf(text + strlen(text), "%llx+%llx %s\n",
					(unsigned long long)s->start, (unsigned long long)s->size,
					s->name);
		}
		tape_block_free(b);
	}
	tape_reader_close(r);
	return text;
}

static void only_what_was_hit_is_written(void **state)
{
	struct fixture *f = *state;

	write_map(f, "1000 10 f\n2000 10 g\n3000 10 h\n");
	hit(f, 0x1004);
	hit(f, 0x1008);
	hit(f, 0x3000);
	assert_string_equal(symbols(f), "1000+10 f\n3000+10 h\n");
}

static void a_map_that_is_written_after_the_hits_is_read(void **state)
{
	struct fixture *f = *state;

	hit(f, 0x1004);
	write_map(f, "1000 10 f\n");
	assert_string_equal(symbols(f), "1000+10 f\n");
}

static void a_map_that_is_gone_by_then_is_read_all_the_same(void **state)
{
	struct fixture *f = *state;

	write_map(f, "1000 10 f\n");
	hit(f, 0x1004);
	jit_end(f->jit, f->module);
	unlink(f->map);
	assert_string_equal(symbols(f), "1000+10 f\n");
}

static void a_map_that_was_replaced_is_read_too(void **state)
{
	struct fixture *f = *state;

	write_map(f, "1000 10 old\n2000 10 only\n");
	hit(f, 0x1004);
	hit(f, 0x2004);
	jit_end(f->jit, f->module);
	unlink(f->map);
	write_map(f, "1000 10 new\n");
	assert_string_equal(symbols(f), "1000+10 new\n2000+10 only\n");
}

static void ranges_of_code_that_overlapped_are_cut(void **state)
{
	struct fixture *f = *state;

	write_map(f, "1000 100 under\n1040 20 over\n");
	hit(f, 0x1010);
	hit(f, 0x1044);
	hit(f, 0x1080);
	assert_string_equal(symbols(f), "1000+40 under\n1040+20 over\n1060+a0 under\n");
}

static void a_map_older_than_the_process_is_another_ones(void **state)
{
	struct fixture *f = *state;
	const struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };

	write_map(f, "1000 10 f\n");
	assert_int_equal(utimensat(AT_FDCWD, f->map, times, 0), 0);
	hit(f, 0x1004);
	assert_string_equal(symbols(f), "");
}

static void a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	char other[80];

	snprintf(other, sizeof(other), "%s.other", f->map);
	write_map(f, "1000 10 f\n");
	assert_int_equal(rename(f->map, other), 0);
	assert_int_equal(symlink(other, f->map), 0);
	hit(f, 0x1004);
	assert_string_equal(symbols(f), "");
	unlink(other);
}

static void a_fifo_does_not_keep_us_waiting(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkfifo(f->map, 0600), 0);
	hit(f, 0x1004);
	assert_string_equal(symbols(f), "");
}

static void a_stranger_s_map_is_not_believed(void **state)
{
	struct fixture *f = *state;

	if (getuid() != 0)
		skip();
	write_map(f, "1000 10 f\n");
	assert_int_equal(chown(f->map, 12345, 12345), 0);
	hit(f, 0x1004);
	assert_string_equal(symbols(f), "");
}

static void a_jitdump_s_name_is_told_from_others(void **state)
{
	(void)state;
	assert_true(jit_is_dump("/tmp/.debug/jit/java.1/jit-4711.dump"));
	assert_false(jit_is_dump("/tmp/jit-4711.dump.so"));
	assert_false(jit_is_dump("/tmp/jit-.dump"));
	assert_false(jit_is_dump("//anon"));
}

static void memory_of_a_process_is_a_module_of_its_own_each_time(void **state)
{
	struct fixture *f = *state;
	uint32_t a = modules_of_memory(f->modules, 77), b = modules_of_memory(f->modules, 77);

	assert_string_equal(modules_get(f->modules, a)->path, "[anon 77]");
	assert_string_equal(modules_get(f->modules, b)->path, "[anon 77, 2]");
	assert_int_equal(modules_get(f->modules, a)->kind, EV_MODULE_ANON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_was_hit_is_written, begin, end),
		cmocka_unit_test_setup_teardown(a_map_that_is_written_after_the_hits_is_read, begin,
						end),
		cmocka_unit_test_setup_teardown(a_map_that_is_gone_by_then_is_read_all_the_same,
						begin, end),
		cmocka_unit_test_setup_teardown(a_map_that_was_replaced_is_read_too, begin, end),
		cmocka_unit_test_setup_teardown(ranges_of_code_that_overlapped_are_cut, begin, end),
		cmocka_unit_test_setup_teardown(a_map_older_than_the_process_is_another_ones, begin,
						end),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, begin, end),
		cmocka_unit_test_setup_teardown(a_fifo_does_not_keep_us_waiting, begin, end),
		cmocka_unit_test_setup_teardown(a_stranger_s_map_is_not_believed, begin, end),
		cmocka_unit_test(a_jitdump_s_name_is_told_from_others),
		cmocka_unit_test_setup_teardown(
			memory_of_a_process_is_a_module_of_its_own_each_time, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
