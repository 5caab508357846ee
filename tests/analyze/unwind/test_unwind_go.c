// SPDX-License-Identifier: BSD-2-Clause
/*
 * What unwind.h promises of goroutines whose threads stand on another stack. Process 7
 * runs /bin/one at 0x1000 to 0x2000: see put_functions() for how its code is left.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/unwind/unwind.h"
#include "tests/support/stack_maker.h"
#include "tests/support/test.h"

#define SP	     0x7ffc00000100ull
#define ID	     90
#define TIME	     1000
#define RBX	     3
#define RBP	     6
#define RIP	     16
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Functions; return addresses in them are 9 and more behind. */
enum {
	C = 0x1000,	 /* pushes nothing */
	FRAMED = 0x1100, /* has rbp as its frame pointer */
	BEGIN = 0x1200,	 /* has no caller */
	SWITCH = 0x1300, /* of which nothing is known */
	GO = 0x1400,
	CALLER = 0x1500,
	EXIT = 0x1600,
	BACK = 0x1700 /* as C */
};

struct bench {
	struct made_world tape;
	struct world *world;
	struct cfi_store *store;
	struct unwinder *unwinder;
	struct unwound *found;
};

static void add_function(struct bench *b, uint64_t start, const uint8_t *fde, size_t size)
{
	struct tape_module module = { .path = "/bin/one", .kind = EV_MODULE_FILE };
	struct made_cfi cfi = {
		.start = start - 0x1000, .size = 0x100, .fde = fde, .fde_bytes = size
	};
	struct ev_cfi *record = made_cfi(&cfi);

	cfi_store_add(b->store, &module, record);
	free(record);
}

static void put_functions(struct bench *b)
{
	static const uint8_t framed[] = { DW_CFA_def_cfa, RBP, 16, DW_CFA_offset | RBP, 2 };
	static const uint8_t begin[] = { DW_CFA_undefined, RIP };

	add_function(b, C, NULL, 0);
	add_function(b, BACK, NULL, 0);
	add_function(b, FRAMED, framed, sizeof(framed));
	add_function(b, BEGIN, begin, sizeof(begin));
}

static struct bench begin(void)
{
	static const struct cfi_store_options options = { .no_files = true };
	struct bench b = { .tape = made_world_begin(TIME),
			   .world = world_new(),
			   .store = cfi_store_new(&options) };

	b.unwinder = unwinder_new(b.store);
	b.found = calloc(1, sizeof(*b.found));
	put_functions(&b);
	made_world_block(&b.tape, 1, 1);
	made_world_usual(&b.tape, TIME);
	return b;
}

static void done(struct bench *b)
{
	unwinder_free(b->unwinder);
	cfi_store_free(b->store);
	world_free(b->world);
	made_world_free(&b->tape);
	free(b->found);
}

static void unwind(struct bench *b)
{
	struct unwind_stack stack;
	struct tape_reader *reader;
	struct order_batch batch;
	struct order *order;

	made_world_end(&b->tape);
	assert_int_equal(
		tape_reader_open_memory(b->tape.tape.data, b->tape.tape.size, 0, &reader, NULL), 0);
	order = order_new(reader, ORDER_LIMIT);
	while (order_next(order, &batch, NULL) > 0) {
		world_begin_batch(b->world, &batch);
		for (size_t i = 0; i < batch.n_records; i++)
			world_apply(b->world, batch.records[i].record);
	}
	order_free(order);
	tape_reader_close(reader);
	stack = (struct unwind_stack){
		.walked = stacks_find(&b->world->stacks, ID),
		.copy = copies_find(&b->world->copies, ID),
		.top = copies_top(&b->world->copies, ID),
		.go = copies_go(&b->world->copies, ID),
	};
	unwinder_run(b->unwinder, b->world, tasks_find(&b->world->tasks, 7), &stack, b->found);
}

static void assert_found(const struct bench *b, enum unwind_end end, const uint64_t *address,
			 size_t n)
{
	for (size_t i = 0; i < n && i < b->found->n; i++)
		assert_int_equal(b->found->address[i], address[i]);
	assert_int_equal(b->found->n, n);
	assert_int_equal(b->found->end, end);
}

#define ASSERT_FOUND(b, end, ...)                                                                  \
	assert_found(b, end, (const uint64_t[]){ __VA_ARGS__ },                                    \
		     COUNT(((const uint64_t[]){ __VA_ARGS__ })))

#define WORDS(...)                                                                                 \
	.words = (const uint64_t[]){ __VA_ARGS__ },                                                \
	.n_words = COUNT(((const uint64_t[]){ __VA_ARGS__ }))

/* The stack of C, called by SWITCH, whose sp is SP + 8. */
static void put_copy(struct bench *b, uint64_t caller)
{
	const uint64_t words[] = { caller, 0, 0, 0 };
	struct made_copy c = { .pid = 7,
			       .id = ID,
			       .sp = SP,
			       .in_use = sizeof(words),
			       .words = words,
			       .n_words = COUNT(words) };

	c.registers[RIP] = C;
	c.registers[RBP] = 1;
	made_world_copy(&b->tape, TIME, &c);
}

static void put_go(struct bench *b, struct made_go go)
{
	go.pid = 7;
	go.id = ID;
	made_world_go(&b->tape, TIME, &go);
}

static void put_walk(struct bench *b, const uint64_t *ip, size_t n)
{
	made_world_walk(&b->tape, 7, ID, ip, n);
}

#define WALK(b, ...)                                                                               \
	put_walk(b, (const uint64_t[]){ __VA_ARGS__ }, COUNT(((const uint64_t[]){ __VA_ARGS__ })))

/* --- a copy of the thread's own stack --- */

static struct bench joined(uint64_t caller, struct made_go go)
{
	struct bench b = begin();

	put_copy(&b, caller);
	put_go(&b, go);
	unwind(&b);
	return b;
}

static void the_goroutine_is_below_the_function_that_changed_stacks(void **state)
{
	struct bench b =
		joined(SWITCH + 9, (struct made_go){ .switch_sp = SP + 8,
						     WORDS(GO + 9, CALLER + 9, EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, GO + 8, CALLER + 8, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_ROOT);
	done(&b);
}

static void what_that_function_put_on_its_stack_does_not_matter(void **state)
{
	struct bench b =
		joined(SWITCH + 9, (struct made_go){ .switch_sp = SP + 8 + 72, WORDS(EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_ROOT);
	done(&b);
}

static void frames_that_are_missing_before_it_are_a_gap(void **state)
{
	struct bench b =
		joined(SWITCH + 9, (struct made_go){ .switch_sp = SP + 8 + 80, WORDS(EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, UNWIND_GAP, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_NO_CFI);
	done(&b);
}

static void a_walk_leads_to_the_switch_where_the_copy_does_not(void **state)
{
	struct bench b = begin();

	(void)state;
	put_copy(&b, SWITCH + 9);
	WALK(&b, C, SWITCH + 9, FRAMED + 9, BEGIN + 9);
	put_go(&b, (struct made_go){ .switch_sp = SP + 0x1000,
				     .n_walked = 3,
				     .flags = EV_STACK_GO_JOINED,
				     WORDS(EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, FRAMED + 8, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_ROOT);
	done(&b);
}

static void what_is_behind_the_switch_is_not_unwound(void **state)
{
	struct bench b = begin();
	const uint64_t words[] = { C + 9, FRAMED + 9, 0 };
	struct made_copy c = {
		.pid = 7, .id = ID, .sp = SP, .in_use = 24, .words = words, .n_words = 3
	};

	(void)state;
	c.registers[RIP] = C;
	made_world_copy(&b.tape, TIME, &c);
	put_go(&b, (struct made_go){ .switch_sp = SP + 8, WORDS(EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, C + 8, EXIT + 8);
	done(&b);
}

static void a_thread_that_begins_there_was_not_called_by_the_goroutine(void **state)
{
	struct bench b =
		joined(BEGIN + 9, (struct made_go){ .switch_sp = SP + 8, WORDS(EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, BEGIN + 8);
	done(&b);
}

static void a_goroutine_that_parks_called_what_parks_it(void **state)
{
	struct bench b = joined(BEGIN + 9, (struct made_go){ .switch_sp = SP + 16,
							     .flags = EV_STACK_GO_PARKS,
							     WORDS(GO + 9, EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, BEGIN + 8, GO + 8, EXIT + 8);
	done(&b);
}

static void a_thread_without_a_goroutine_begins_at_the_switch(void **state)
{
	struct bench b = joined(SWITCH + 9,
				(struct made_go){ .switch_sp = SP + 8, .flags = EV_STACK_GO_IDLE });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8);
	done(&b);
	b = joined(SWITCH + 9,
		   (struct made_go){ .switch_sp = SP + 0x1000, .flags = EV_STACK_GO_IDLE });
	ASSERT_FOUND(&b, UNWIND_NO_CFI, C, SWITCH + 8);
	done(&b);
}

/* --- a walk alone --- */

static void a_walk_goes_as_far_as_the_switch(void **state)
{
	struct bench b = begin();

	(void)state;
	WALK(&b, C, SWITCH + 9, CALLER + 9, EXIT + 9);
	put_go(&b, (struct made_go){ .n_walked = 2,
				     .flags = EV_STACK_GO_JOINED,
				     WORDS(GO + 9, CALLER + 9, EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, GO + 8, CALLER + 8, EXIT + 8);
	done(&b);
}

static void a_walk_that_lost_its_way_leaves_a_gap(void **state)
{
	struct bench b = begin();

	(void)state;
	WALK(&b, C, FRAMED + 9);
	put_go(&b, (struct made_go){ .n_walked = 1, WORDS(EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, UNWIND_GAP, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_NO_CFI);
	done(&b);
}

static void the_caller_that_a_walk_misses_is_put_in_before_the_switch(void **state)
{
	struct bench b = begin();

	(void)state;
	WALK(&b, C, CALLER + 9);
	made_world_top(&b.tape, TIME, 7, ID, (const uint64_t[]){ SWITCH + 9, 0 });
	put_go(&b, (struct made_go){
			   .n_walked = 1, .flags = EV_STACK_GO_JOINED, WORDS(GO + 9, EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8, GO + 8, EXIT + 8);
	done(&b);
}

static void a_walk_without_a_goroutine_ends_at_the_switch(void **state)
{
	struct bench b = begin();

	(void)state;
	WALK(&b, C, SWITCH + 9, CALLER + 9, EXIT + 9);
	put_go(&b, (struct made_go){ .n_walked = 2, .flags = EV_STACK_GO_IDLE });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, C, SWITCH + 8);
	done(&b);
}

/* --- the goroutine's own end --- */

static void a_goroutine_that_is_not_told_to_its_end_is_cut_or_incomplete(void **state)
{
	struct made_go go = { .switch_sp = SP + 8,
			      .flags = EV_STACK_GO_CUT,
			      WORDS(GO + 9, CALLER + 9) };
	struct bench b = joined(SWITCH + 9, go);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_CUT, C, SWITCH + 8, GO + 8, CALLER + 8);
	done(&b);
	go.flags = EV_STACK_GO_LOST;
	b = joined(SWITCH + 9, go);
	ASSERT_FOUND(&b, UNWIND_BROKEN, C, SWITCH + 8, GO + 8, CALLER + 8);
	done(&b);
}

static void words_that_are_no_code_end_it(void **state)
{
	struct bench b = joined(SWITCH + 9, (struct made_go){ .switch_sp = SP + 8,
							      WORDS(GO + 9, 0x7777, EXIT + 9) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, C, SWITCH + 8, GO + 8);
	done(&b);
}

static void words_of_c_that_are_not_all_there_end_it(void **state)
{
	struct bench b = joined(SWITCH + 9, (struct made_go){ .switch_sp = SP + 8,
							      WORDS(GO + 9, 0, SP, SP, SP) });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, C, SWITCH + 8, GO + 8);
	done(&b);
}

/* --- C that called Go --- */

/* GO was called by BACK, it by C, whose caller's rbp is kept; SWITCH stands at SP + 16. */
static struct bench called(uint64_t caller, uint64_t end, uint64_t fp)
{
	const uint64_t words[] = { C + 9, caller, 0, 0 };
	const uint64_t go[] = { 0, SP, 0x1234, end, fp, CALLER + 9, EXIT + 9 };
	struct made_copy c = { .pid = 7,
			       .id = ID,
			       .sp = SP,
			       .in_use = sizeof(words),
			       .words = words,
			       .n_words = COUNT(words) };
	struct bench b = begin();

	c.registers[RIP] = GO;
	made_world_copy(&b.tape, TIME, &c);
	WALK(&b, GO, BACK + 9, EXIT + 9);
	put_go(&b, (struct made_go){ .switch_sp = SP,
				     .n_walked = 2,
				     .flags = EV_STACK_GO_CALLED,
				     .words = go,
				     .n_words = COUNT(go) });
	unwind(&b);
	return b;
}

static void c_that_called_go_is_between_two_parts_of_the_goroutine(void **state)
{
	struct bench b = called(SWITCH + 9, SP + 16, 0);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, GO, BACK + 8, C + 8, SWITCH + 8, CALLER + 8, EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_ROOT);
	done(&b);
}

static void a_thread_of_c_begins_in_c(void **state)
{
	struct bench b = called(BEGIN + 9, 0, 0);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, GO, BACK + 8, C + 8, BEGIN + 8);
	done(&b);
}

static void c_that_cannot_be_unwound_is_a_gap(void **state)
{
	struct bench b = called(SWITCH + 9, SP + 0x1000, 0);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, GO, BACK + 8, C + 8, SWITCH + 8, UNWIND_GAP, CALLER + 8,
		     EXIT + 8);
	assert_int_equal(b.found->gap, UNWIND_NO_CFI);
	done(&b);
}

static void c_that_gives_back_another_frame_pointer_was_called_by_another(void **state)
{
	struct bench right = called(SWITCH + 9, SP + 16, 0x1234);
	struct bench wrong = called(SWITCH + 9, SP + 16, 0x1235);

	(void)state;
	ASSERT_FOUND(&right, UNWIND_ROOT, GO, BACK + 8, C + 8, SWITCH + 8, CALLER + 8, EXIT + 8);
	ASSERT_FOUND(&wrong, UNWIND_BROKEN, GO, BACK + 8, C + 8, SWITCH + 8);
	done(&right);
	done(&wrong);
}

static void c_that_was_not_copied_is_a_gap(void **state)
{
	struct bench b = begin();

	(void)state;
	WALK(&b, GO, BACK + 9, EXIT + 9);
	put_go(&b, (struct made_go){ .n_walked = 2,
				     .flags = EV_STACK_GO_CALLED,
				     WORDS(0, SP, SP, SP + 16, 0, CALLER + 9, EXIT + 9) });
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, GO, BACK + 8, UNWIND_GAP, CALLER + 8, EXIT + 8);
	done(&b);
}

/* --- any words --- */

static uint64_t random_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t random_word(uint64_t *seed)
{
	uint64_t n = random_number(seed);

	if (n % 4 == 0)
		return 0;
	if (n % 4 == 1)
		return SP + (n >> 8) % 64;
	return 0x1000 + (n >> 8) % 0x1000;
}

static void any_words_come_to_an_end(void **state)
{
	uint64_t seed = 88172645463325252ull, words[3000];

	(void)state;
	for (size_t round = 0; round < 200; round++) {
		struct bench b = begin();

		for (size_t i = 0; i < COUNT(words); i++)
			words[i] = random_word(&seed);
		if (round % 3)
			put_copy(&b, random_word(&seed));
		if (round % 5)
			WALK(&b, C, random_word(&seed), random_word(&seed));
		put_go(&b, (struct made_go){ .switch_sp = random_word(&seed),
					     .n_walked = (uint32_t)(random_number(&seed) % 5),
					     .flags = (uint32_t)random_number(&seed),
					     .words = words,
					     .n_words = round % 7 ? round : COUNT(words) });
		unwind(&b);
		assert_true(b.found->n <= UNWIND_MOST);
		assert_true(b.found->end < UNWIND_N_ENDS && b.found->gap < UNWIND_N_ENDS);
		done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_goroutine_is_below_the_function_that_changed_stacks),
		cmocka_unit_test(what_that_function_put_on_its_stack_does_not_matter),
		cmocka_unit_test(frames_that_are_missing_before_it_are_a_gap),
		cmocka_unit_test(a_walk_leads_to_the_switch_where_the_copy_does_not),
		cmocka_unit_test(what_is_behind_the_switch_is_not_unwound),
		cmocka_unit_test(a_thread_that_begins_there_was_not_called_by_the_goroutine),
		cmocka_unit_test(a_goroutine_that_parks_called_what_parks_it),
		cmocka_unit_test(a_thread_without_a_goroutine_begins_at_the_switch),
		cmocka_unit_test(a_walk_goes_as_far_as_the_switch),
		cmocka_unit_test(a_walk_that_lost_its_way_leaves_a_gap),
		cmocka_unit_test(the_caller_that_a_walk_misses_is_put_in_before_the_switch),
		cmocka_unit_test(a_walk_without_a_goroutine_ends_at_the_switch),
		cmocka_unit_test(a_goroutine_that_is_not_told_to_its_end_is_cut_or_incomplete),
		cmocka_unit_test(words_that_are_no_code_end_it),
		cmocka_unit_test(words_of_c_that_are_not_all_there_end_it),
		cmocka_unit_test(c_that_called_go_is_between_two_parts_of_the_goroutine),
		cmocka_unit_test(a_thread_of_c_begins_in_c),
		cmocka_unit_test(c_that_cannot_be_unwound_is_a_gap),
		cmocka_unit_test(c_that_gives_back_another_frame_pointer_was_called_by_another),
		cmocka_unit_test(c_that_was_not_copied_is_a_gap),
		cmocka_unit_test(any_words_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
