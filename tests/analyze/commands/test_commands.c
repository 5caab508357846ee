// SPDX-License-Identifier: BSD-2-Clause
/* What verify, repair and dump say of tapes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/commands/command.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

static struct made_world two_samples(void)
{
	struct made_world w = made_world_begin(1000000000);

	made_world_block(&w, 1, 1);
	made_world_sample(&w, 1000000100, 7, 70);
	made_world_block(&w, 1, 2);
	made_world_sample(&w, 2500000000, 7, 70);
	return w;
}

struct outcome {
	int status;
	char *text;
	char path[64]; /* of the tape */
	struct tape_error err;
};

/* Runs a command on the tape's bytes and takes the tape. */
static struct outcome run_job(const char *name, struct made_world *w, struct command_job job)
{
	struct outcome o = { 0 };
	char *path;
	size_t size;

	made_world_close(w);
	path = made_tape_save(&w->tape);

	snprintf(o.path, sizeof(o.path), "%s", path);
	job.tape = path;
	job.out = open_memstream(&o.text, &size);
	o.status = command_by_name(name)->run(&job, &o.err);
	fclose(job.out);
	unlink(path);
	free(path);
	made_world_free(w);
	return o;
}

static struct outcome run_on(const char *name, struct made_world *w)
{
	return run_job(name, w, (struct command_job){ 0 });
}

static void assert_says(struct outcome *o, int status, const char *format)
{
	char expected[1024];

	snprintf(expected, sizeof(expected), format, o->path);
	assert_string_equal(o->text, expected);
	assert_int_equal(o->status, status);
	free(o->text);
}

static void verify_says_that_a_whole_tape_is_whole(void **state)
{
	struct made_world w = two_samples();
	struct outcome o;

	(void)state;
	made_world_end(&w);
	o = run_on("verify", &w);
	assert_says(&o, 0, "%s: whole: 3 blocks and 3 records can be read\n");
}

static void verify_names_each_damaged_place(void **state)
{
	struct made_world w = two_samples();
	struct tape_block_header h;
	struct outcome o;

	(void)state;
	made_world_end(&w);
	w.tape.data[made_tape_block(&w.tape, 1, &h) + sizeof(h) + 8] ^= 1;
	o = run_on("verify", &w);
	assert_says(
		&o, 1,
		"%s: damaged: 2 blocks and 2 records can be read\n"
		"1 place not as written: 1 block lost, 136 bytes unreadable; "
		"analyze repair writes what is left to a new tape\n"
		"  altered   at byte 200, 136 bytes, 1 block lost, between 1.500s and 1.500s\n");
}

static void verify_tells_a_missing_end_from_damage(void **state)
{
	struct made_world w = two_samples();
	struct outcome o;

	(void)state;
	made_world_block(&w, 2, 1);
	o = run_on("verify", &w);
	assert_says(&o, 1,
		    "%s: incomplete: 2 blocks and 2 records can be read\n"
		    "no end mark: the recorder did not finish, or the end is lost\n");
}

static void verify_repeats_what_the_recorder_lost(void **state)
{
	struct made_world w = two_samples();
	struct outcome o;

	(void)state;
	made_world_loss(&w, 2500000000, 2500000001, 17);
	made_world_end(&w);
	o = run_on("verify", &w);
	assert_says(&o, 0,
		    "%s: whole: 3 blocks and 4 records can be read\n"
		    "the tape itself says that 17 records were lost\n");
}

static void verify_takes_a_block_of_an_unknown_kind_for_whole(void **state)
{
	struct made_world w = two_samples();
	struct outcome o;

	(void)state;
	made_world_block_of(&w, 77, 1);
	made_world_loss(&w, 0, 0, 1);
	made_world_end(&w);
	o = run_on("verify", &w);
	assert_says(&o, 0,
		    "%s: whole: 3 blocks and 3 records can be read\n"
		    "  unknown   at byte 336, 136 bytes, a block of a kind that this version does "
		    "not know; not read\n");
}

static void verify_writes_json(void **state)
{
	struct made_world w = two_samples();
	struct outcome o;

	(void)state;
	made_world_end(&w);
	o = run_job("verify", &w, (struct command_job){ .json = true });
	assert_non_null(strstr(o.text, "\"verdict\": \"whole\""));
	assert_int_equal(o.status, 0);
	free(o.text);
}

static void verify_of_what_is_no_tape_fails(void **state)
{
	struct made_world w = { 0 };
	struct outcome o;

	(void)state;
	made_tape_append(&w.tape, "hello, this is no tape", 22);
	o = run_on("verify", &w);
	assert_int_equal(o.status, -EBADMSG);
	free(o.text);
}

static void dump_prints_every_record_with_its_fields(void **state)
{
	struct made_world w = made_world_begin(1000);
	struct outcome o;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_comm(&w, 1000000100, 7, "a\"b\n");
	made_world_stack(&w, 2000, 7, 5, (uint64_t[]){ 0x10, 0x20 });
	made_world_loss(&w, 1, 2, 3);
	o = run_on("dump", &w);
	assert_says(&o, 0,
		    "1.000000100 cpu=0 pid=7 tid=7 comm comm=\"a\\\"b\\x0a\"\n"
		    "0.000002000 cpu=0 pid=7 tid=7 stack id=0x5 kind=0 flags=0x0 ip=[0x10 0x20]\n"
		    "0.000000002 cpu=0 pid=0 tid=0 loss count=3 from_ns=1 ns to_ns=2 ns "
		    "of_type=128 source=0\n");
}

static void dump_prints_events_that_it_has_no_code_for(void **state)
{
	static const char text[] = "coffee\ncups u32 24 4 count\nbrand char[] 28 0 text\n";
	struct ev_layout layout = { .h = { .type = EV_LAYOUT }, .of_type = 200, .fixed_size = 28 };
	struct made_world w = made_world_begin(1000);
	struct ev_header coffee = { .type = 200, .time_ns = 5 };
	struct outcome o;
	const char *line;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_put(&w, &layout.h, sizeof(layout), text, sizeof(text));
	made_world_put(&w, &coffee, sizeof(coffee), "\3\0\0\0abc", 8);
	o = run_on("dump", &w);
	line = strchr(o.text, '\n') + 1;
	assert_string_equal(line, "0.000000005 cpu=0 pid=0 tid=0 coffee cups=3 brand=\"abc\"\n");
	free(o.text);
}

static void dump_prints_what_nobody_explains_as_such(void **state)
{
	struct made_world w = made_world_begin(1000);
	struct ev_header unknown = { .type = 201, .time_ns = 5 };
	struct outcome o;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_put(&w, &unknown, sizeof(unknown), "12345678", 8);
	o = run_on("dump", &w);
	assert_says(&o, 0, "0.000000005 cpu=0 pid=0 tid=0 type201 32 bytes\n");
}

static void dump_writes_a_json_object_for_each_record(void **state)
{
	struct made_world w = made_world_begin(1000);
	struct outcome o;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_sample(&w, 5, 7, 70);
	o = run_job("dump", &w, (struct command_job){ .json = true });
	assert_says(&o, 0,
		    "{\"type\":128,\"name\":\"cpu_sample\",\"time_ns\":5,\"cpu\":0,\"epoch\":0,"
		    "\"pid\":7,\"tid\":7,\"fields\":{\"kstack\":\"0x0\",\"ustack\":\"0x46\","
		    "\"cgroup\":0,\"script\":0}}\n");
}

static void dump_lists_blocks(void **state)
{
	struct made_world w = made_world_begin(1000);
	struct outcome o;

	(void)state;
	made_world_block(&w, 3, 2);
	made_world_sample(&w, 5, 7, 70);
	o = run_job("dump", &w, (struct command_job){ .blocks = true });
	assert_says(&o, 0,
		    "block 1 at 64 events epoch=3 ring=2 records=1 packed=56 plain=56 codec=0 "
		    "first_ns=5 last_ns=5\n");
}

static void repair_needs_a_place_for_the_new_tape(void **state)
{
	struct made_world w = two_samples();
	struct outcome o = run_on("repair", &w);

	(void)state;
	assert_int_equal(o.status, -EINVAL);
	assert_string_equal(o.err.text, "repair: say with -o where the new tape shall be");
	free(o.text);
}

static void a_repaired_tape_verifies_clean(void **state)
{
	struct made_world w = two_samples(), repaired = { 0 };
	char *path = made_tape_name();
	struct outcome o;

	(void)state;
	made_world_block(&w, 1, 1);
	w.tape.size -= 8;
	o = run_job("repair", &w, (struct command_job){ .path = path });
	assert_int_equal(o.status, 0);
	free(o.text);
	repaired.tape = made_tape_load(path);
	o = run_on("verify", &repaired);
	assert_int_equal(o.status, 0);
	free(o.text);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify_says_that_a_whole_tape_is_whole),
		cmocka_unit_test(verify_names_each_damaged_place),
		cmocka_unit_test(verify_tells_a_missing_end_from_damage),
		cmocka_unit_test(verify_repeats_what_the_recorder_lost),
		cmocka_unit_test(verify_takes_a_block_of_an_unknown_kind_for_whole),
		cmocka_unit_test(verify_writes_json),
		cmocka_unit_test(verify_of_what_is_no_tape_fails),
		cmocka_unit_test(dump_prints_every_record_with_its_fields),
		cmocka_unit_test(dump_prints_events_that_it_has_no_code_for),
		cmocka_unit_test(dump_prints_what_nobody_explains_as_such),
		cmocka_unit_test(dump_writes_a_json_object_for_each_record),
		cmocka_unit_test(dump_lists_blocks),
		cmocka_unit_test(repair_needs_a_place_for_the_new_tape),
		cmocka_unit_test(a_repaired_tape_verifies_clean),
	};

	return cmocka_run_group_tests_name("analyze/commands", tests, NULL, NULL);
}
