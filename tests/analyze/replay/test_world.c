// SPDX-License-Identifier: BSD-2-Clause
/* What replay/world.h promises about the moment of the last record. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/world.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

/* A tape that is played record by record. */
struct player {
	struct made_world tape;
	struct tape_reader *reader;
	struct order *order;
	struct order_batch batch;
	size_t at;
	struct world *world;
};

static struct player play(struct made_world *tape)
{
	struct player p = { .world = world_new() };

	made_world_end(tape);
	p.tape = *tape;
	assert_int_equal(
		tape_reader_open_memory(tape->tape.data, tape->tape.size, 0, &p.reader, NULL), 0);
	p.order = order_new(p.reader, ORDER_LIMIT);
	return p;
}

/* Applies all records of times before until_ns. */
static void play_to(struct player *p, uint64_t until_ns)
{
	for (;;) {
		const struct ev_header *next;

		if (p->at == p->batch.n_records) {
			p->at = 0;
			p->batch.n_records = 0;
			if (order_next(p->order, &p->batch, NULL) <= 0)
				return;
			world_begin_batch(p->world, &p->batch);
			continue;
		}
		next = p->batch.records[p->at].record;
		if (next->time_ns >= until_ns)
			return;
		world_apply(p->world, next);
		p->at++;
	}
}

static void play_done(struct player *p)
{
	order_free(p->order);
	tape_reader_close(p->reader);
	world_free(p->world);
	made_world_free(&p->tape);
}

static struct made_world begin(void)
{
	struct made_world w = made_world_begin(10);

	made_world_block(&w, 1, 0);
	made_world_module(&w, 1, "/bin/one");
	made_world_module(&w, 2, "/bin/two");
	return w;
}

static const struct thread *thread_at(struct player *p, uint64_t time_ns, uint32_t pid,
				      uint32_t tid)
{
	struct ev_header event = {
		.type = EV_CPU_SAMPLE, .time_ns = time_ns, .tgid = pid, .tid = tid
	};

	play_to(p, time_ns + 1);
	return tasks_thread(&p->world->tasks, &event);
}

static const char *comm_at(struct player *p, uint64_t time_ns, uint32_t pid)
{
	return tasks_name(&p->world->tasks, thread_at(p, time_ns, pid, pid)->process->name);
}

/* The path of the module at an address, or "". */
static const char *path_at(struct player *p, uint64_t time_ns, uint32_t pid, uint64_t address)
{
	const struct process *process = thread_at(p, time_ns, pid, pid)->process;
	struct world_place place = world_resolve(p->world, process, address);

	return place.module == MODULES_NONE ? ""
					    : modules_get(&p->world->modules, place.module)->path;
}

static void a_process_keeps_its_name_and_mappings(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "seven");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0x500 });
	p = play(&w);
	assert_string_equal(comm_at(&p, 200, 7), "seven");
	assert_string_equal(path_at(&p, 200, 7, 0x1800), "/bin/one");
	play_done(&p);
}

static void an_offset_of_a_file_is_the_offset_in_the_file(void **state)
{
	struct made_world w = begin();
	struct world_place place;
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "seven");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0x500 });
	p = play(&w);
	place = world_resolve(p.world, thread_at(&p, 200, 7, 7)->process, 0x1234);
	assert_int_equal(place.offset, 0x734);
	play_done(&p);
}

static void an_offset_of_anonymous_memory_is_the_address(void **state)
{
	struct ev_module anon = { .h = { .type = EV_MODULE }, .module = 9, .kind = EV_MODULE_ANON };
	struct made_world w = begin();
	struct world_place place;
	struct player p;

	(void)state;
	made_world_put(&w, &anon.h, sizeof(anon), "[anon]", 7);
	made_world_process(&w, 100, 7, "seven");
	made_world_map(&w, 100, (struct made_mapping){ 7, 9, 0x1000, 0x2000, 0 });
	p = play(&w);
	place = world_resolve(p.world, thread_at(&p, 200, 7, 7)->process, 0x1234);
	assert_int_equal(place.offset, 0x1234);
	play_done(&p);
}

static void kernel_mappings_hold_for_every_process(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_map(&w, 50, (struct made_mapping){ 0, 2, 0xffff0000, 0xffff1000, 0 });
	made_world_process(&w, 100, 7, "seven");
	p = play(&w);
	assert_string_equal(path_at(&p, 200, 7, 0xffff0010), "/bin/two");
	play_done(&p);
}

static void an_unmapped_address_is_not_known(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "seven");
	p = play(&w);
	assert_string_equal(path_at(&p, 200, 7, 0x1800), "");
	play_done(&p);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	struct made_world w = begin();
	uint64_t first, second;
	struct player p;

	(void)state;
	made_world_process(&w, 50, 1, "init");
	made_world_fork(&w, 100, 1, 7);
	made_world_exec(&w, 110, 7, "old");
	made_world_exit(&w, 200, 7, 7);
	made_world_fork(&w, 300, 1, 7);
	made_world_exec(&w, 310, 7, "new");
	p = play(&w);
	first = thread_at(&p, 150, 7, 7)->process->number;
	assert_string_equal(comm_at(&p, 150, 7), "old");
	second = thread_at(&p, 350, 7, 7)->process->number;
	assert_string_equal(comm_at(&p, 350, 7), "new");
	assert_true(first != second);
	play_done(&p);
}

static void a_pid_that_is_used_again_inherits_nothing_of_its_first_life(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 50, 1, "init");
	made_world_process(&w, 100, 7, "old");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_fork(&w, 300, 1, 7);
	p = play(&w);
	assert_string_equal(path_at(&p, 200, 7, 0x1800), "/bin/one");
	assert_string_equal(path_at(&p, 350, 7, 0x1800), "");
	play_done(&p);
}

static void a_start_time_that_differs_means_another_life(void **state)
{
	struct ev_process first = {
		.h = { .type = EV_PROCESS, .time_ns = 100, .tgid = 7, .tid = 7 },
		.start_ns = 1000000000,
		.comm = "old"
	};
	struct ev_process second = first;
	struct made_world w = begin();
	uint64_t number;
	struct player p;

	(void)state;
	second.h.time_ns = 300;
	second.start_ns = 9000000000;
	strcpy(second.comm, "new");
	made_world_put(&w, &first.h, sizeof(first), "", 1);
	made_world_put(&w, &second.h, sizeof(second), "", 1);
	p = play(&w);
	number = thread_at(&p, 200, 7, 7)->process->number;
	assert_true(thread_at(&p, 400, 7, 7)->process->number != number);
	play_done(&p);
}

static void a_child_begins_with_its_parents_name_and_mappings(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "parent");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_fork(&w, 200, 7, 8);
	made_world_map(&w, 250, (struct made_mapping){ 7, 2, 0x1000, 0x2000, 0 });
	p = play(&w);
	assert_string_equal(comm_at(&p, 300, 8), "parent");
	assert_string_equal(path_at(&p, 300, 8, 0x1800), "/bin/one");
	assert_string_equal(path_at(&p, 300, 7, 0x1800), "/bin/two");
	play_done(&p);
}

static void exec_clears_mappings_and_gives_the_new_name(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "shell");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_exec(&w, 200, 7, "tool");
	made_world_map(&w, 210, (struct made_mapping){ 7, 2, 0x8000, 0x9000, 0 });
	p = play(&w);
	assert_string_equal(path_at(&p, 150, 7, 0x1800), "/bin/one");
	assert_string_equal(path_at(&p, 250, 7, 0x1800), "");
	assert_string_equal(path_at(&p, 250, 7, 0x8800), "/bin/two");
	assert_string_equal(comm_at(&p, 250, 7), "tool");
	play_done(&p);
}

static void a_name_changes_when_its_record_says(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "before");
	made_world_comm(&w, 200, 7, "after");
	p = play(&w);
	assert_string_equal(comm_at(&p, 199, 7), "before");
	assert_string_equal(comm_at(&p, 200, 7), "after");
	play_done(&p);
}

static void a_thread_begins_with_its_creators_name(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "main");
	made_world_clone(&w, 200, 7, 70);
	made_world_task(&w, 300, 7, 70, "worker");
	p = play(&w);
	assert_string_equal(tasks_name(&p.world->tasks, thread_at(&p, 250, 7, 70)->name), "main");
	assert_string_equal(tasks_name(&p.world->tasks, thread_at(&p, 350, 7, 70)->name), "worker");
	assert_string_equal(comm_at(&p, 350, 7), "main");
	play_done(&p);
}

static void a_process_lives_until_its_last_thread_ends(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "main");
	made_world_clone(&w, 150, 7, 70);
	made_world_exit(&w, 200, 7, 7);
	made_world_exit(&w, 300, 7, 70);
	p = play(&w);
	play_to(&p, 250);
	assert_int_equal(tasks_find(&p.world->tasks, 7)->exit_ns, 0);
	play_to(&p, 350);
	assert_int_equal(tasks_find(&p.world->tasks, 7)->exit_ns, 300);
	play_done(&p);
}

static void an_ended_process_still_explains_events_of_the_same_epoch(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "gone");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_exit(&w, 200, 7, 7);
	p = play(&w);
	assert_string_equal(comm_at(&p, 205, 7), "gone");
	assert_string_equal(path_at(&p, 205, 7, 0x1800), "/bin/one");
	play_done(&p);
}

static void what_two_epochs_did_not_speak_of_is_forgotten(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "idle");
	for (uint32_t epoch = 2; epoch <= 4; epoch++) {
		made_world_block(&w, epoch, 0);
		made_world_process(&w, epoch * 1000, 8, "busy");
	}
	p = play(&w);
	play_to(&p, 2000); /* up to its records: the second epoch has begun */
	assert_non_null(tasks_find(&p.world->tasks, 7));
	play_to(&p, 3000);
	assert_null(tasks_find(&p.world->tasks, 7));
	assert_non_null(tasks_find(&p.world->tasks, 8));
	play_done(&p);
}

static void a_process_restated_in_each_epoch_stays_the_same(void **state)
{
	struct made_world w = begin();
	uint64_t number;
	struct player p;

	(void)state;
	for (uint32_t epoch = 1; epoch <= 5; epoch++) {
		made_world_block(&w, epoch, 0);
		made_world_process(&w, epoch * 1000, 8, "busy");
	}
	p = play(&w);
	number = thread_at(&p, 1500, 8, 8)->process->number;
	assert_int_equal(thread_at(&p, 5500, 8, 8)->process->number, number);
	play_done(&p);
}

static void a_statement_in_full_replaces_the_mappings(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_process(&w, 100, 7, "seven");
	made_world_map(&w, 100, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_process(&w, 200, 7, "seven");
	made_world_map(&w, 200, (struct made_mapping){ 7, 2, 0x5000, 0x6000, 0 });
	p = play(&w);
	assert_string_equal(path_at(&p, 300, 7, 0x1800), "");
	assert_string_equal(path_at(&p, 300, 7, 0x5800), "/bin/two");
	play_done(&p);
}

static void a_process_that_the_tape_does_not_tell_of_has_no_name(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_sample(&w, 100, 7, 0);
	p = play(&w);
	assert_string_equal(comm_at(&p, 200, 7), "[unknown]");
	play_done(&p);
}

static void a_stack_is_known_before_its_definition_in_the_same_epoch(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_sample(&w, 100, 7, 5);
	made_world_block(&w, 1, 2);
	made_world_stack(&w, 300, 7, 5, (uint64_t[]){ 1, 2 });
	p = play(&w);
	play_to(&p, 101);
	assert_non_null(stacks_find(&p.world->stacks, 5));
	play_done(&p);
}

static void stacks_of_the_epoch_before_are_kept_and_older_ones_are_not(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_stack(&w, 100, 7, 5, (uint64_t[]){ 1, 2 });
	made_world_block(&w, 2, 1);
	made_world_sample(&w, 2000, 7, 5);
	made_world_block(&w, 3, 1);
	made_world_sample(&w, 3000, 7, 5);
	p = play(&w);
	play_to(&p, 2000);
	assert_non_null(stacks_find(&p.world->stacks, 5));
	play_to(&p, 3000);
	assert_null(stacks_find(&p.world->stacks, 5));
	play_done(&p);
}

static void a_module_stated_under_two_numbers_is_one(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_module(&w, 77, "/bin/one");
	p = play(&w);
	play_to(&p, UINT64_MAX);
	assert_int_equal(p.world->modules.list.n, 2);
	assert_int_equal(modules_index(&p.world->modules, 77), modules_index(&p.world->modules, 1));
	play_done(&p);
}

static void wall_clock_follows_the_latest_pair(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_epoch(&w, 1, 1000, 500000);
	made_world_epoch(&w, 2, 2000, 700000);
	p = play(&w);
	play_to(&p, UINT64_MAX);
	assert_int_equal(world_wall_ns(p.world, 1500), 500500);
	assert_int_equal(world_wall_ns(p.world, 2500), 700500);
	assert_int_equal(world_mono_ns(p.world, 700100), 2100);
	play_done(&p);
}

static void a_wall_clock_time_before_all_is_the_beginning(void **state)
{
	struct world *w = world_new();

	(void)state;
	assert_int_equal(world_mono_ns(w, 5), 0);
	world_set_start(w, 1000, 500000);
	assert_int_equal(world_mono_ns(w, 5), 0);
	assert_int_equal(world_wall_ns(w, 900), 499900);
	world_free(w);
}

static void losses_that_overlap_count_their_time_once(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_loss(&w, 100, 200, 3);
	made_world_loss(&w, 150, 300, 4);
	made_world_loss(&w, 500, 600, 1);
	p = play(&w);
	play_to(&p, UINT64_MAX);
	assert_int_equal(gaps_lost_events(&p.world->gaps, 0, UINT64_MAX), 8);
	assert_int_equal(gaps_lost_events(&p.world->gaps, 250, 400), 4);
	assert_int_equal(gaps_covered_ns(&p.world->gaps, GAP_LOSS, 0, 1000), 300);
	assert_int_equal(gaps_covered_ns(&p.world->gaps, GAP_LOSS, 0, 550), 250);
	play_done(&p);
}

static void a_pause_lasts_until_recording_goes_on(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_pause(&w, 100, 1);
	made_world_pause(&w, 250, 0);
	made_world_pause(&w, 900, 1);
	p = play(&w);
	play_to(&p, UINT64_MAX);
	assert_int_equal(gaps_covered_ns(&p.world->gaps, GAP_PAUSE, 0, 1000), 250);
	play_done(&p);
}

static void the_last_value_of_a_fact_counts(void **state)
{
	struct made_world w = begin();
	struct player p;

	(void)state;
	made_world_text(&w, EV_HOST, "a=1");
	made_world_text(&w, EV_HOST, "b");
	made_world_text(&w, EV_HOST, "a=x=2");
	p = play(&w);
	play_to(&p, UINT64_MAX);
	assert_int_equal(facts_count(&p.world->host), 2);
	assert_string_equal(facts_find(&p.world->host, "a"), "x=2");
	assert_string_equal(facts_find(&p.world->host, "b"), "");
	assert_null(facts_find(&p.world->host, "c"));
	play_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_keeps_its_name_and_mappings),
		cmocka_unit_test(an_offset_of_a_file_is_the_offset_in_the_file),
		cmocka_unit_test(an_offset_of_anonymous_memory_is_the_address),
		cmocka_unit_test(kernel_mappings_hold_for_every_process),
		cmocka_unit_test(an_unmapped_address_is_not_known),
		cmocka_unit_test(a_pid_that_is_used_again_is_another_process),
		cmocka_unit_test(a_pid_that_is_used_again_inherits_nothing_of_its_first_life),
		cmocka_unit_test(a_start_time_that_differs_means_another_life),
		cmocka_unit_test(a_child_begins_with_its_parents_name_and_mappings),
		cmocka_unit_test(exec_clears_mappings_and_gives_the_new_name),
		cmocka_unit_test(a_name_changes_when_its_record_says),
		cmocka_unit_test(a_thread_begins_with_its_creators_name),
		cmocka_unit_test(a_process_lives_until_its_last_thread_ends),
		cmocka_unit_test(an_ended_process_still_explains_events_of_the_same_epoch),
		cmocka_unit_test(what_two_epochs_did_not_speak_of_is_forgotten),
		cmocka_unit_test(a_process_restated_in_each_epoch_stays_the_same),
		cmocka_unit_test(a_statement_in_full_replaces_the_mappings),
		cmocka_unit_test(a_process_that_the_tape_does_not_tell_of_has_no_name),
		cmocka_unit_test(a_stack_is_known_before_its_definition_in_the_same_epoch),
		cmocka_unit_test(stacks_of_the_epoch_before_are_kept_and_older_ones_are_not),
		cmocka_unit_test(a_module_stated_under_two_numbers_is_one),
		cmocka_unit_test(wall_clock_follows_the_latest_pair),
		cmocka_unit_test(a_wall_clock_time_before_all_is_the_beginning),
		cmocka_unit_test(losses_that_overlap_count_their_time_once),
		cmocka_unit_test(a_pause_lasts_until_recording_goes_on),
		cmocka_unit_test(the_last_value_of_a_fact_counts),
	};

	return cmocka_run_group_tests_name("analyze/replay/world", tests, NULL, NULL);
}
