// SPDX-License-Identifier: BSD-2-Clause
/* What replay/order.h promises about the order of records. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/order.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

/* What came out: times and types of all batches, one behind the other. */
struct given {
	uint64_t times[4096];
	uint16_t types[4096];
	uint64_t stacks[4096]; /* ustack of samples */
	size_t n;
	size_t batches;
	size_t first_of_batch[64];
	size_t definitions[64];
};

static struct given *read_all(struct made_world *w, size_t limit)
{
	struct given *g = calloc(1, sizeof(*g));
	struct tape_reader *reader;
	struct order_batch batch;
	struct order *o;

	made_world_end(w);
	assert_non_null(g);
	assert_int_equal(tape_reader_open_memory(w->tape.data, w->tape.size, 0, &reader, NULL), 0);
	o = order_new(reader, limit);
	while (order_next(o, &batch, NULL) > 0) {
		assert_true(g->batches < 64);
		g->first_of_batch[g->batches] = g->n;
		g->definitions[g->batches++] = batch.n_definitions;
		for (size_t i = 0; i < batch.n_records; i++) {
			const struct ev_header *h = batch.records[i].record;

			if (h->type == EV_END)
				continue;
			assert_true(g->n < 4096);
			if (h->type == EV_CPU_SAMPLE)
				g->stacks[g->n] = ((const struct ev_cpu_sample *)h)->ustack;
			g->times[g->n] = h->time_ns;
			g->types[g->n++] = h->type;
		}
	}
	order_free(o);
	tape_reader_close(reader);
	made_world_free(w);
	return g;
}

static void assert_rising(const struct given *g)
{
	for (size_t i = 1; i < g->n; i++)
		assert_true(g->times[i - 1] <= g->times[i]);
}

static void rings_are_merged_by_time(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	for (uint64_t block = 0; block < 10; block++) {
		made_world_block(&w, 1, (uint32_t)(block % 2));
		for (uint64_t i = 0; i < 50; i++)
			made_world_sample(&w, 1000 + block / 2 * 100 + i * 2 + block % 2, 1, 0);
	}
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->n, 500);
	assert_rising(g);
	free(g);
}

static void records_in_any_order_come_out_sorted(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	srandom(3);
	for (int block = 0; block < 8; block++) {
		made_world_block(&w, 1, 1);
		for (int i = 0; i < 500; i++)
			made_world_sample(&w, 1 + (uint64_t)random() % 300, 1, 0);
	}
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->n, 4000);
	assert_rising(g);
	free(g);
}

static void equal_times_keep_the_order_of_the_file(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	made_world_block(&w, 1, 1);
	for (uint64_t i = 0; i < 1000; i++)
		made_world_sample(&w, 5000 - i / 100, 1, i);
	g = read_all(&w, ORDER_LIMIT);
	for (size_t i = 1; i < g->n; i++)
		assert_true(g->times[i - 1] < g->times[i] || g->stacks[i - 1] < g->stacks[i]);
	free(g);
}

static void identity_comes_before_events_of_the_same_time(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_sample(&w, 100, 7, 0);
	made_world_block(&w, 1, 0);
	made_world_process(&w, 100, 7, "late");
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->types[0], EV_PROCESS);
	assert_int_equal(g->types[1], EV_CPU_SAMPLE);
	free(g);
}

static void definitions_are_given_apart_whatever_their_time(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_sample(&w, 100, 7, 5);
	made_world_block(&w, 1, 2);
	made_world_stack(&w, 200, 7, 5, (uint64_t[]){ 1, 2 });
	made_world_module(&w, 1, "/a");
	made_world_cgroup(&w, 1, "/b");
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->definitions[0], 3);
	assert_int_equal(g->n, 1);
	free(g);
}

static void blocks_of_an_epoch_behind_the_next_ones_first_still_belong_to_it(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_sample(&w, 100, 7, 0);
	made_world_block(&w, 2, 1);
	made_world_sample(&w, 300, 7, 0);
	made_world_block(&w, 1, 2);
	made_world_sample(&w, 200, 7, 0);
	made_world_block(&w, 3, 1);
	made_world_sample(&w, 400, 7, 0);
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->n, 4);
	assert_int_equal(g->first_of_batch[1], 2);
	assert_rising(g);
	free(g);
}

static void records_later_than_the_next_epochs_first_wait_for_it(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_sample(&w, 100, 7, 0);
	made_world_sample(&w, 210, 7, 0);
	made_world_sample(&w, 220, 7, 0);
	made_world_block(&w, 2, 2);
	made_world_sample(&w, 205, 7, 0);
	made_world_sample(&w, 215, 7, 0);
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->n, 5);
	assert_int_equal(g->first_of_batch[1], 1);
	assert_rising(g);
	free(g);
}

static void an_epoch_that_outgrows_the_limit_comes_in_parts(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	for (uint64_t block = 0; block < 10; block++) {
		made_world_block(&w, 1, 1);
		for (uint64_t i = 0; i < 100; i++)
			made_world_sample(&w, 1000 + block * 100 + i, 7, 0);
	}
	g = read_all(&w, 3 * 100 * sizeof(struct ev_cpu_sample) + 200);
	assert_true(g->batches > 2);
	assert_int_equal(g->n, 1000);
	assert_rising(g);
	free(g);
}

static void epochs_of_any_number_lose_no_record(void **state)
{
	static const uint32_t epochs[] = { 7, UINT32_MAX, 0, 3, 4, 3, 900, 5, 5, 6, 1 };
	const size_t n = sizeof(epochs) / sizeof(epochs[0]);
	struct made_world w = made_world_begin(1);
	struct given *g;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		made_world_block(&w, epochs[i], 1);
		made_world_sample(&w, 100 * (n - i), 7, 0);
	}
	g = read_all(&w, ORDER_LIMIT);
	assert_int_equal(g->n, n);
	free(g);
}

static void a_tape_without_blocks_gives_nothing(void **state)
{
	struct made_world w = made_world_begin(1);
	struct given *g = read_all(&w, ORDER_LIMIT);

	(void)state;
	assert_int_equal(g->n, 0);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_are_merged_by_time),
		cmocka_unit_test(records_in_any_order_come_out_sorted),
		cmocka_unit_test(equal_times_keep_the_order_of_the_file),
		cmocka_unit_test(identity_comes_before_events_of_the_same_time),
		cmocka_unit_test(definitions_are_given_apart_whatever_their_time),
		cmocka_unit_test(blocks_of_an_epoch_behind_the_next_ones_first_still_belong_to_it),
		cmocka_unit_test(records_later_than_the_next_epochs_first_wait_for_it),
		cmocka_unit_test(an_epoch_that_outgrows_the_limit_comes_in_parts),
		cmocka_unit_test(epochs_of_any_number_lose_no_record),
		cmocka_unit_test(a_tape_without_blocks_gives_nothing),
	};

	return cmocka_run_group_tests_name("analyze/replay/order", tests, NULL, NULL);
}
