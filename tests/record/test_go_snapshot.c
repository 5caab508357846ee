// SPDX-License-Identifier: BSD-2-Clause
/* What a snapshot gathers: what has changed, all of it in a new epoch, and what is gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/go_snapshot.h"
#include "tests/support/go_image.h"
#include "tests/support/test.h"

struct fixture {
	struct go_image image;
	struct go_process process;
	struct go_goroutines *reader;
	struct go_stacks stacks;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *why = NULL;

	go_image_make(&f->image, 124);
	for (uint32_t i = 1; i <= 3; i++)
		go_image_park(&f->image, i, 2);
	f->process.tgid = 77;
	f->process.program = &f->image.program;
	assert_int_equal(
		go_live_open(&f->image.program, 0, &f->image.memory, &f->process.live, &why), 0);
	assert_int_equal(go_goroutines_new(&f->reader), 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	go_process_done(&f->process);
	go_goroutines_free(f->reader);
	go_known_clear(&f->stacks.ids);
	free(f);
	return 0;
}

static const struct go_gathered *take(struct fixture *f, uint32_t epoch)
{
	int rc;

	assert_int_equal(go_snapshot_begin(&f->process, f->reader, epoch), 0);
	do
		rc = go_snapshot_step(&f->process, f->reader, &f->stacks);
	while (rc > 0);
	assert_int_equal(rc, 0);
	return &f->process.now;
}

static void the_first_states_all_and_each_stack_once(void **state)
{
	const struct go_gathered *g = take(*state, 1);

	assert_true(g->whole);
	assert_int_equal(g->n_goroutines, 3);
	assert_int_equal(g->alive, 3);
	assert_int_equal(g->n_stacks, 1);
	assert_int_equal(g->n_channels, 1);
	assert_int_equal(g->goroutines[0].ustack, g->stacks[0].id);
	assert_int_equal(g->goroutines[0].wait_object, g->channels[0].address);
}

static void what_has_not_changed_is_not_told_again(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	take(f, 1);
	g = take(f, 1);
	assert_false(g->whole);
	assert_int_equal(g->n_goroutines + g->n_stacks + g->n_channels + g->n_ended, 0);
	assert_int_equal(g->alive, 3);
	assert_int_equal(f->process.number, 2);
}

static void what_has_changed_is_told(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	take(f, 1);
	go_image_park(&f->image, 2, 5);
	go_image_put(&f->image, go_image_channel() + f->image.offsets->hchan_count, 3);
	g = take(f, 1);
	assert_int_equal(g->n_goroutines, 1);
	assert_int_equal(g->goroutines[0].goid, 2);
	assert_int_equal(g->n_stacks, 1);
	assert_int_equal(g->stacks[0].n, 6);
	assert_int_equal(g->n_channels, 1);
	assert_int_equal(g->channels[0].count, 3);
}

static void those_that_are_gone_are_told(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	take(f, 1);
	go_image_put32(&f->image, go_image_g(2) + f->image.offsets->g_status, GO_DEAD);
	g = take(f, 1);
	assert_int_equal(g->n_ended, 1);
	assert_int_equal(g->ended[0], 2);
	assert_int_equal(take(f, 1)->n_ended, 0);
}

static void nobody_is_gone_while_some_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	take(f, 1);
	go_image_put(&f->image, GO_IMAGE_BASE + 0x200 + 8, 0x123456789000);
	g = take(f, 1);
	assert_int_equal(g->unread, 1);
	assert_int_equal(g->n_ended, 0);
}

/* A collection has seen number i wait; what stands on its stack changes. */
static void wait_since(struct fixture *f, uint32_t i, uint64_t time)
{
	go_image_put(&f->image, go_image_g(i) + f->image.offsets->g_waitsince, time);
	go_image_put(&f->image, go_image_stack_end(i) - 8, GO_IMAGE_TEXT + 0x2000 + time);
}

static void of_one_that_has_not_run_nothing_is_read_but_its_state(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	for (uint32_t i = 1; i <= 3; i++)
		wait_since(f, i, 1000);
	take(f, 1);
	go_image_put(&f->image, go_image_stack_end(2) - 8, GO_IMAGE_TEXT + 0x3000);
	go_image_put(&f->image, go_image_channel() + f->image.offsets->hchan_count, 3);
	g = take(f, 1);
	assert_int_equal(g->n_goroutines + g->n_stacks + g->n_channels + g->n_ended, 0);
	assert_int_equal(g->alive, 3);
	g = take(f, 1);
	assert_int_equal(g->n_goroutines + g->n_ended, 0);
}

static void one_that_has_run_is_read_again(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	wait_since(f, 2, 1000);
	take(f, 1);
	wait_since(f, 2, 2000);
	g = take(f, 1);
	assert_int_equal(g->n_goroutines, 1);
	assert_int_equal(g->goroutines[0].goid, 2);
	assert_int_equal(g->n_stacks, 1);
}

static void a_new_epoch_reads_those_that_have_not_run(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	for (uint32_t i = 1; i <= 3; i++)
		wait_since(f, i, 1000);
	take(f, 1);
	g = take(f, 2);
	assert_int_equal(g->n_goroutines, 3);
	assert_int_equal(g->n_stacks, 1);
	assert_int_equal(g->n_channels, 1);
}

static void a_lock_is_read_again_while_who_waits_has_not_run(void **state)
{
	struct fixture *f = *state;
	const struct go_offsets *o = f->image.offsets;
	uint64_t g = go_image_g(1), sudog, lock = go_image_channel() + 0x40;
	uint8_t *reason = &f->image.bytes[g + o->g_waitreason - GO_IMAGE_BASE];
	const struct go_gathered *now;

	while (strcmp(o->wait_reasons[*reason], "sync.Mutex.Lock") != 0)
		(*reason)++;
	sudog = go_u64(&f->image.bytes[g + o->g_waiting - GO_IMAGE_BASE]);
	go_image_put(&f->image, sudog, g);
	go_image_put(&f->image, sudog + o->sudog_elem, lock);
	wait_since(f, 1, 1000);
	assert_int_equal(take(f, 1)->n_locks, 1);
	go_image_put(&f->image, lock, 7);
	go_image_put(&f->image, go_image_stack_end(1) - 8, GO_IMAGE_TEXT + 0x3000);
	now = take(f, 1);
	assert_int_equal(now->n_goroutines + now->n_ended, 0);
	assert_int_equal(now->n_locks, 1);
	assert_int_equal(now->locks[0].address, lock);
	assert_int_equal(take(f, 1)->n_locks, 0);
}

static void of_each_go_statement_a_name_is_wanted(void **state)
{
	struct fixture *f = *state;
	const struct go_offsets *o = f->image.offsets;

	/* Pairs whose bits differ alike. */
	for (uint32_t i = 1; i <= 3; i++) {
		go_image_put(&f->image, go_image_g(i) + o->g_startpc, GO_IMAGE_TEXT + 0x40 * i);
		go_image_put(&f->image, go_image_g(i) + o->g_gopc, GO_IMAGE_TEXT + (0x40 * i ^ 5));
	}
	assert_int_equal(take(f, 1)->n_code, 6);
	assert_int_equal(take(f, 1)->n_code, 0);
}

static void a_new_epoch_states_all_again(void **state)
{
	struct fixture *f = *state;
	const struct go_gathered *g;

	take(f, 1);
	take(f, 1);
	g = take(f, 2);
	assert_true(g->whole);
	assert_int_equal(g->n_goroutines, 3);
	assert_int_equal(g->n_stacks, 1);
	assert_int_equal(g->n_channels, 1);
}

static void stacks_of_two_processes_have_two_ids(void **state)
{
	struct fixture *f = *state;
	uint64_t first = take(f, 1)->goroutines[0].ustack;

	go_process_done(&f->process);
	f->process.epoch = 0;
	f->process.tgid = 78;
	assert_int_not_equal(take(f, 1)->goroutines[0].ustack, first);
}

static void a_list_that_is_no_more_gives_no_snapshot(void **state)
{
	struct fixture *f = *state;

	take(f, 1);
	go_image_put(&f->image, go_image_list(), 0);
	assert_int_equal(go_snapshot_begin(&f->process, f->reader, 1), -EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_states_all_and_each_stack_once),
		TEST(what_has_not_changed_is_not_told_again),
		TEST(what_has_changed_is_told),
		TEST(those_that_are_gone_are_told),
		TEST(nobody_is_gone_while_some_cannot_be_read),
		TEST(of_one_that_has_not_run_nothing_is_read_but_its_state),
		TEST(one_that_has_run_is_read_again),
		TEST(a_new_epoch_reads_those_that_have_not_run),
		TEST(a_lock_is_read_again_while_who_waits_has_not_run),
		TEST(of_each_go_statement_a_name_is_wanted),
		TEST(a_new_epoch_states_all_again),
		TEST(stacks_of_two_processes_have_two_ids),
		TEST(a_list_that_is_no_more_gives_no_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
