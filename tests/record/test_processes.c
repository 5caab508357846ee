// SPDX-License-Identifier: BSD-2-Clause
/* What record/processes.h promises: who is written down, when, and as what. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tape/reader.h>

#include "record/processes.h"
#include "tests/support/test.h"

#define TGID 4000001 /* beyond pid_max: /proc knows nothing of it */

struct fixture {
	char path[64];
	struct records records;
	struct modules *modules;
	struct cgroups *cgroups;
	struct processes *processes;
	uint32_t ended; /* the last process that ended */
};

static void on_end(void *context, uint32_t tgid)
{
	((struct fixture *)context)->ended = tgid;
}

static int begin(void **state)
{
	static const struct tape_writer_options options;
	struct fixture *f = calloc(1, sizeof(*f));
	struct processes_tools tools = { .records = &f->records, .on_end = on_end, .context = f };

	strcpy(f->path, "/tmp/test_processes.XXXXXX");
	close(mkstemp(f->path));
	assert_int_equal(tape_writer_open(f->path, &options, &f->records.writer, NULL), 0);
	assert_int_equal(modules_new(true, &f->modules), 0);
	assert_int_equal(cgroups_new(&f->cgroups), 0);
	tools.modules = f->modules;
	tools.cgroups = f->cgroups;
	assert_int_equal(processes_new(&tools, &f->processes), 0);
	assert_int_equal(tape_writer_begin_epoch(f->records.writer, 1, 1, 1, NULL), 0);
	assert_int_equal(processes_begin_epoch(f->processes, 1, 1, NULL), 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	processes_free(f->processes);
	modules_free(f->modules);
	cgroups_free(f->cgroups);
	tape_writer_close(f->records.writer);
	unlink(f->path);
	free(f);
	return 0;
}

static void apply(struct fixture *f, struct sideband_event ev)
{
	assert_int_equal(processes_apply(f->processes, &ev, NULL), 0);
}

/* A process that forks off ours (which must be known) at a time, and calls itself comm. */
static void make_process(struct fixture *f, uint32_t tgid, uint64_t time_ns, const char *comm)
{
	uint32_t self = (uint32_t)getpid();

	apply(f, (struct sideband_event){ .kind = SIDEBAND_FORK,
					  .time_ns = time_ns,
					  .tid = tgid,
					  .tgid = tgid,
					  .parent_tid = self,
					  .parent_tgid = self });
	apply(f, (struct sideband_event){ .kind = SIDEBAND_EXEC,
					  .time_ns = time_ns,
					  .tid = tgid,
					  .tgid = tgid,
					  .text = comm });
}

static void use(struct fixture *f, uint32_t tgid, uint64_t time_ns, uint32_t epoch)
{
	const struct ev_header at = { .time_ns = time_ns, .tid = tgid, .tgid = tgid };

	assert_int_equal(processes_use(f->processes, &at, epoch, NULL), 0);
}

/* How many records of a type speak of a process; *last is the last of them (malloc'ed, or NULL). */
static size_t count(struct fixture *f, uint16_t type, uint32_t tgid, struct ev_header **last)
{
	struct tape_reader *r;
	struct tape_block *b;
	size_t n = 0;

	*last = NULL;
	assert_int_equal(tape_writer_flush(f->records.writer, NULL), 0);
	assert_int_equal(tape_reader_open(f->path, 0, &r, NULL), 0);
	while (tape_reader_next(r, &b, NULL) == 1) {
		tape_block_for_each (b, h) {
			if (h->type != type || h->tgid != tgid)
				continue;
			n++;
			free(*last);
			*last = malloc(ev_size(h));
			memcpy(*last, h, ev_size(h));
		}
		tape_block_free(b);
	}
	tape_reader_close(r);
	return n;
}

static size_t count_only(struct fixture *f, uint16_t type, uint32_t tgid)
{
	struct ev_header *last;
	size_t n = count(f, type, tgid, &last);

	free(last);
	return n;
}

static void a_process_that_no_event_speaks_of_is_not_written_down(void **state)
{
	struct fixture *f = *state;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "quiet");
	assert_int_equal(count_only(f, EV_PROCESS, TGID), 0);
	assert_int_equal(count_only(f, EV_EXEC, TGID), 0);
}

static void a_process_is_written_down_once_in_each_epoch_that_uses_it(void **state)
{
	struct fixture *f = *state;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "busy");
	use(f, TGID, 20, 1);
	use(f, TGID, 30, 1);
	assert_int_equal(count_only(f, EV_PROCESS, TGID), 1);
	assert_int_equal(count_only(f, EV_TASK, TGID), 1);
	assert_int_equal(tape_writer_begin_epoch(f->records.writer, 2, 40, 40, NULL), 0);
	assert_int_equal(processes_begin_epoch(f->processes, 2, 40, NULL), 0);
	use(f, TGID, 50, 2);
	assert_int_equal(count_only(f, EV_PROCESS, TGID), 2);
}

static void it_is_written_down_as_it_was_when_it_was_used(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "early");
	use(f, TGID, 20, 1);
	assert_int_equal(count(f, EV_PROCESS, TGID, &last), 1);
	assert_string_equal(((struct ev_process *)last)->comm, "early");
	assert_int_equal(last->time_ns, 20);
	assert_int_equal(((struct ev_process *)last)->ppid, getpid());
	free(last);
}

static void changes_behind_a_use_are_written_at_their_time(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "early");
	use(f, TGID, 20, 1);
	apply(f, (struct sideband_event){ .kind = SIDEBAND_COMM,
					  .time_ns = 30,
					  .tid = TGID,
					  .tgid = TGID,
					  .text = "late" });
	assert_int_equal(count(f, EV_COMM, TGID, &last), 1);
	assert_string_equal(((struct ev_comm *)last)->comm, "late");
	assert_int_equal(last->time_ns, 30);
	free(last);
}

static void an_exec_leaves_only_the_new_mappings(void **state)
{
	struct fixture *f = *state;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "new"); /* our own mappings went with the exec */
	apply(f, (struct sideband_event){ .kind = SIDEBAND_MMAP,
					  .time_ns = 11,
					  .tid = TGID,
					  .tgid = TGID,
					  .start = 4096,
					  .end = 8192,
					  .text = "/nowhere/at/all" });
	use(f, TGID, 20, 1);
	assert_int_equal(count_only(f, EV_MAPPING, TGID), 1);
}

static void a_child_begins_with_the_mappings_of_its_parent(void **state)
{
	struct fixture *f = *state;
	uint32_t self = (uint32_t)getpid();

	processes_scan(f->processes, getpid());
	apply(f, (struct sideband_event){ .kind = SIDEBAND_FORK,
					  .time_ns = 10,
					  .tid = TGID,
					  .tgid = TGID,
					  .parent_tid = self,
					  .parent_tgid = self });
	use(f, self, 20, 1);
	use(f, TGID, 20, 1);
	assert_true(count_only(f, EV_MAPPING, self) > 0);
	assert_int_equal(count_only(f, EV_MAPPING, TGID), count_only(f, EV_MAPPING, self));
}

static void a_process_that_nobody_announced_is_marked_late(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;

	use(f, TGID, 20, 1);
	assert_int_equal(count(f, EV_PROCESS, TGID, &last), 1);
	assert_int_equal(((struct ev_process *)last)->flags, EV_PROCESS_LATE);
	free(last);
}

static void a_process_ends_with_its_last_thread_and_not_with_its_first(void **state)
{
	struct fixture *f = *state;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "two");
	apply(f, (struct sideband_event){ .kind = SIDEBAND_FORK,
					  .time_ns = 11,
					  .tid = TGID + 1,
					  .tgid = TGID,
					  .parent_tid = TGID,
					  .parent_tgid = TGID });
	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_EXIT, .time_ns = 12, .tid = TGID, .tgid = TGID });
	assert_int_equal(f->ended, 0);
	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_EXIT, .time_ns = 13, .tid = TGID + 1, .tgid = TGID });
	assert_int_equal(f->ended, TGID);
}

static void a_loss_of_the_side_band_is_written_with_its_time(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;
	struct ev_loss *loss;

	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_LOST, .time_ns = 99, .lost = 7, .lost_since_ns = 50 });
	assert_int_equal(count(f, EV_LOSS, 0, &last), 1);
	loss = (struct ev_loss *)last;
	assert_int_equal(loss->count, 7);
	assert_int_equal(loss->from_ns, 50);
	assert_int_equal(loss->to_ns, 99);
	assert_int_equal(loss->source, EV_LOSS_SIDEBAND);
	free(last);
}

static void a_second_process_of_the_same_id_in_an_epoch_is_written_down_too(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "first");
	use(f, TGID, 20, 1);
	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_EXIT, .time_ns = 30, .tid = TGID, .tgid = TGID });
	make_process(f, TGID, 40, "second");
	/* No other use: the drain tells of the first in an epoch only. */
	assert_int_equal(count(f, EV_PROCESS, TGID, &last), 2);
	assert_int_equal(last->time_ns, 40);
	free(last);
	assert_int_equal(count(f, EV_EXEC, TGID, &last), 1);
	assert_string_equal(((struct ev_comm *)last)->comm, "second");
	free(last);
}

static void a_process_whose_fork_was_lost_is_known_by_its_exec(void **state)
{
	const uint32_t stranger = TGID + 7;
	struct fixture *f = *state;
	struct ev_header *last;

	apply(f, (struct sideband_event){ .kind = SIDEBAND_LOST, .time_ns = 5, .lost = 1 });
	apply(f, (struct sideband_event){ .kind = SIDEBAND_EXEC,
					  .time_ns = 10,
					  .tid = stranger,
					  .tgid = stranger,
					  .text = "orphan" });
	use(f, stranger, 20, 1);
	assert_int_equal(count(f, EV_PROCESS, stranger, &last), 1);
	assert_string_equal(((struct ev_process *)last)->comm, "orphan");
	assert_int_equal(((struct ev_process *)last)->flags, EV_PROCESS_LATE);
	free(last);
}

static void a_child_of_an_unknown_parent_has_nothing_of_who_had_its_id_before(void **state)
{
	struct fixture *f = *state;
	struct ev_header *last;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "before");
	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_EXIT, .time_ns = 30, .tid = TGID, .tgid = TGID });
	apply(f, (struct sideband_event){ .kind = SIDEBAND_FORK,
					  .time_ns = 40,
					  .tid = TGID,
					  .tgid = TGID,
					  .parent_tid = TGID + 1,
					  .parent_tgid = TGID + 1 });
	use(f, TGID, 50, 1);
	assert_int_equal(count(f, EV_PROCESS, TGID, &last), 1);
	assert_string_equal(((struct ev_process *)last)->comm, "");
	free(last);
}

static void map_memory(struct fixture *f, uint32_t tgid, uint64_t time_ns)
{
	apply(f, (struct sideband_event){ .kind = SIDEBAND_MMAP,
					  .time_ns = time_ns,
					  .tid = tgid,
					  .tgid = tgid,
					  .start = 0x7000,
					  .end = 0x9000,
					  .text = "//anon" });
}

/* Of the memory without a file that this process was last told to have. */
static uint32_t memory_module(struct fixture *f, uint32_t tgid)
{
	struct ev_header *last;
	uint32_t module;

	assert_true(count(f, EV_MAPPING, tgid, &last) > 0);
	assert_int_equal(((struct ev_mapping *)last)->file_offset, 0x7000);
	module = ((struct ev_mapping *)last)->module;
	free(last);
	return module;
}

static void memory_without_a_file_is_of_one_program_alone(void **state)
{
	struct fixture *f = *state;
	uint32_t first, second, third;

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "one");
	map_memory(f, TGID, 20);
	use(f, TGID, 30, 1);
	first = memory_module(f, TGID);
	make_process(f, TGID + 1, 40, "two");
	map_memory(f, TGID + 1, 50);
	use(f, TGID + 1, 60, 1);
	second = memory_module(f, TGID + 1);
	apply(f, (struct sideband_event){ .kind = SIDEBAND_EXEC,
					  .time_ns = 70,
					  .tid = TGID,
					  .tgid = TGID,
					  .text = "next" });
	map_memory(f, TGID, 80);
	third = memory_module(f, TGID);
	assert_int_not_equal(first, second);
	assert_int_not_equal(first, third);
	assert_string_equal(modules_get(f->modules, first)->path, "[anon 4000001]");
}

static void words_of_stack_memory_are_hits_as_return_addresses_are(void **state)
{
	struct fixture *f = *state;
	const struct ev_header stack = { .type = EV_STACK, .tgid = TGID };
	const struct ev_header part = { .type = EV_STACK_PART, .tgid = TGID };
	const uint64_t of_stack[] = { 0x1010, 0x1020 }, of_part[] = { 0x1030, 7, 0x1041 };
	static const uint64_t wanted[] = { 0x1010, 0x101f, 0x102f, 0x1040 };
	struct module *m;

	assert_int_equal(processes_scan(f->processes, getpid()), 0);
	make_process(f, TGID, 20, "one");
	apply(f, (struct sideband_event){ .kind = SIDEBAND_MMAP,
					  .time_ns = 30,
					  .tid = TGID,
					  .tgid = TGID,
					  .start = 0x1000,
					  .end = 0x2000,
					  .text = "//anon" });
	processes_hit(f->processes, &stack, of_stack, 2);
	processes_hit(f->processes, &part, of_part, 3);
	m = modules_get(f->modules, (uint32_t)modules_count(f->modules));
	hits_settle(&m->hits);
	assert_int_equal(m->hits.n, 4);
	assert_memory_equal(m->hits.offsets, wanted, sizeof(wanted));
}

static int find_view(void *context, const struct process_view *view)
{
	struct process_view *wanted = context;

	if (view->tgid != wanted->tgid)
		return 0;
	*wanted = *view;
	return 1;
}

static void processes_that_live_are_listed_with_their_execs(void **state)
{
	struct fixture *f = *state;
	struct process_view view = { .tgid = TGID };

	processes_scan(f->processes, getpid());
	make_process(f, TGID, 10, "one");
	apply(f, (struct sideband_event){ .kind = SIDEBAND_EXEC,
					  .time_ns = 11,
					  .tid = TGID,
					  .tgid = TGID,
					  .text = "two" });
	assert_int_equal(processes_each(f->processes, find_view, &view), 1);
	assert_int_equal(view.execs, 2);
	apply(f, (struct sideband_event){
			 .kind = SIDEBAND_EXIT, .time_ns = 12, .tid = TGID, .tgid = TGID });
	assert_int_equal(processes_each(f->processes, find_view, &view), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_that_no_event_speaks_of_is_not_written_down),
		TEST(a_process_is_written_down_once_in_each_epoch_that_uses_it),
		TEST(it_is_written_down_as_it_was_when_it_was_used),
		TEST(changes_behind_a_use_are_written_at_their_time),
		TEST(an_exec_leaves_only_the_new_mappings),
		TEST(memory_without_a_file_is_of_one_program_alone),
		TEST(a_child_begins_with_the_mappings_of_its_parent),
		TEST(a_process_that_nobody_announced_is_marked_late),
		TEST(a_process_ends_with_its_last_thread_and_not_with_its_first),
		TEST(a_loss_of_the_side_band_is_written_with_its_time),
		TEST(a_second_process_of_the_same_id_in_an_epoch_is_written_down_too),
		TEST(a_process_whose_fork_was_lost_is_known_by_its_exec),
		TEST(words_of_stack_memory_are_hits_as_return_addresses_are),
		TEST(a_child_of_an_unknown_parent_has_nothing_of_who_had_its_id_before),
		TEST(processes_that_live_are_listed_with_their_execs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
