// SPDX-License-Identifier: BSD-2-Clause
/*
 * What unwind.h promises, of stacks made by hand. Process 7 runs /bin/one at 0x1000
 * to 0x2000: see put_functions() for how its code is left.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/unwind/unwind.h"
#include "tests/support/stack_maker.h"
#include "tests/support/test.h"

#define SP	     0x7ffc000001f0ull /* two words before a part ends */
#define ID	     90
#define TIME	     1000
#define RBX	     3
#define RBP	     6
#define RIP	     16
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Functions, and return addresses in them. */
enum {
	LEAF = 0x1000,	 /* pushes nothing */
	PUSHES = 0x1100, /* rbx, behind its first byte */
	FRAMED = 0x1200, /* has rbp as its frame pointer */
	START = 0x1300,	 /* has no caller */
	BARE = 0x1400,	 /* of which nothing is known */
	SIGNAL =
		0x1500, /* rbp and rip of who was interrupted are at [sp] and [sp + 8], its sp behind */
	STAYS = 0x1600, /* claims that its caller's frame is its own */
	POPPED = 0x1700 /* has popped rbp again, which GCC does not say */
};

struct bench {
	struct made_world tape;
	struct world *world;
	struct cfi_store *store;
	struct unwinder *unwinder;
	struct unwound *found;
};

static void add_function(struct bench *b, struct made_cfi cfi)
{
	struct tape_module module = { .path = "/bin/one", .kind = EV_MODULE_FILE };
	struct ev_cfi *record;

	cfi.start -= 0x1000; /* which stands at the file's first byte */
	cfi.size = 0x100;
	record = made_cfi(&cfi);
	cfi_store_add(b->store, &module, record);
	free(record);
}

#define FDE(...)                                                                                   \
	.fde = (const uint8_t[]){ __VA_ARGS__ },                                                   \
	.fde_bytes = sizeof((const uint8_t[]){ __VA_ARGS__ })

static void put_functions(struct bench *b)
{
	add_function(b, (struct made_cfi){ .start = LEAF });
	add_function(b, (struct made_cfi){ .start = PUSHES,
					   FDE(DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16,
					       DW_CFA_offset | RBX, 2) });
	add_function(b, (struct made_cfi){ .start = FRAMED,
					   FDE(DW_CFA_def_cfa, RBP, 16, DW_CFA_offset | RBP, 2) });
	add_function(b, (struct made_cfi){ .start = START, FDE(DW_CFA_undefined, RIP) });
	add_function(b, (struct made_cfi){ .start = SIGNAL,
					   .flags = EV_CFI_SIGNAL,
					   FDE(DW_CFA_def_cfa_expression, 3, DW_OP_breg7, 16,
					       DW_OP_deref, DW_CFA_expression, RBP, 2, DW_OP_breg7,
					       0, DW_CFA_expression, RIP, 2, DW_OP_breg7, 8) });
	add_function(b, (struct made_cfi){ .start = STAYS, FDE(DW_CFA_def_cfa_offset, 0) });
	add_function(b, (struct made_cfi){ .start = POPPED, FDE(DW_CFA_offset | RBP, 2) });
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

/* Replays the tape, and unwinds the stack of ID. */
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

static struct made_copy copy_of(uint64_t pc, const uint64_t *words, size_t n)
{
	struct made_copy c = {
		.pid = 7, .id = ID, .sp = SP, .in_use = n * 8, .words = words, .n_words = n
	};

	c.registers[RIP] = pc;
	return c;
}

/* Unwinds a copy of all that was in use. */
static struct bench unwound(uint64_t pc, uint64_t fp, const uint64_t *words, size_t n)
{
	struct bench b = begin();
	struct made_copy c = copy_of(pc, words, n);

	c.registers[RBP] = fp;
	made_world_copy(&b.tape, TIME, &c);
	unwind(&b);
	return b;
}

#define UNWOUND(pc, fp, ...)                                                                       \
	unwound(pc, fp, (const uint64_t[]){ __VA_ARGS__ },                                         \
		COUNT(((const uint64_t[]){ __VA_ARGS__ })))

/* --- by call frame information --- */

static void frames_are_found_up_to_where_the_thread_began(void **state)
{
	struct bench b = UNWOUND(LEAF, 0, PUSHES + 9, /* rbx */ 5, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, PUSHES + 8, START + 8);
	done(&b);
}

static void a_row_is_that_of_the_address(void **state)
{
	struct bench b = UNWOUND(PUSHES, 0, START + 9), c = UNWOUND(PUSHES + 1, 0, 5, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, PUSHES, START + 8);
	ASSERT_FOUND(&c, UNWIND_ROOT, PUSHES + 1, START + 8);
	done(&b);
	done(&c);
}

static void a_register_that_was_saved_is_given_back(void **state)
{
	/* FRAMED is called by FRAMED, whose frame is where the first one saved rbp. */
	struct bench b = UNWOUND(FRAMED + 9, SP + 8, 0, SP + 40, FRAMED + 0x31, 0, 0, /* rbp */ 0,
				 START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, FRAMED + 9, FRAMED + 0x30, START + 8);
	done(&b);
}

static void a_register_that_was_popped_again_is_the_callers(void **state)
{
	struct bench b = UNWOUND(POPPED + 9, SP + 16, FRAMED + 9, 0, /* rbp */ 0, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, POPPED + 9, FRAMED + 8, START + 8);
	done(&b);
}

static void a_return_address_of_0_is_the_root(void **state)
{
	struct bench b = UNWOUND(LEAF, 0, PUSHES + 9, 5, 0);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, PUSHES + 8);
	done(&b);
}

static void what_a_signal_interrupted_is_no_return_address(void **state)
{
	struct bench b = UNWOUND(LEAF, 0, SIGNAL + 1, /* rbp */ 0, /* rip */ PUSHES,
				 /* rsp */ SP + 40, 0, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, SIGNAL, PUSHES, START + 8);
	done(&b);
}

static void a_frame_that_does_not_grow_ends_it(void **state)
{
	struct bench b = UNWOUND(LEAF, 0, STAYS + 9, STAYS + 9, STAYS + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, LEAF, STAYS + 8);
	done(&b);
}

static void a_return_address_that_is_no_code_ends_it(void **state)
{
	struct bench b = UNWOUND(LEAF, 0, 0x7777);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, LEAF);
	done(&b);
}

static void a_stack_without_end_is_cut(void **state)
{
	uint64_t words[2000];
	struct bench b;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++)
		words[i] = LEAF + 9;
	b = unwound(LEAF, 0, words, COUNT(words));
	assert_int_equal(b.found->n, UNWIND_MOST);
	assert_int_equal(b.found->end, UNWIND_DEEP);
	done(&b);
}

/* --- where the copy ends --- */

static void a_stack_deeper_than_its_copy_is_cut(void **state)
{
	static const uint64_t words[] = { LEAF + 9, LEAF + 0x11 };
	struct made_copy c = copy_of(LEAF, words, COUNT(words));
	struct bench b = begin();

	(void)state;
	c.in_use = 1 << 20;
	made_world_copy(&b.tape, TIME, &c);
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_CUT, LEAF, LEAF + 8, LEAF + 0x10);
	done(&b);
}

static void a_part_that_was_not_readable_ends_it(void **state)
{
	static const uint64_t words[] = { LEAF + 9, LEAF + 0x11, START + 9 };
	struct made_copy c = copy_of(LEAF, words, COUNT(words));
	struct bench b = begin();

	(void)state;
	c.lost_part = 2;
	made_world_copy(&b.tape, TIME, &c);
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_LOST, LEAF, LEAF + 8, LEAF + 0x10);
	done(&b);
}

/* --- without call frame information --- */

static void a_frame_pointer_leads_through_code_without_information(void **state)
{
	struct bench b =
		UNWOUND(BARE, SP + 8, 77, /* rbp */ SP + 24, BARE + 9, /* rbp */ 1, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_NO_CFI, BARE, BARE + 8);
	done(&b);
	b = UNWOUND(BARE, SP + 8, 77, /* rbp */ SP + 24, BARE + 9, /* rbp */ SP + 48, START + 9);
	ASSERT_FOUND(&b, UNWIND_ROOT, BARE, BARE + 8, START + 8);
	done(&b);
}

static void code_without_information_where_the_stack_begins_is_the_root(void **state)
{
	struct bench b = UNWOUND(LEAF, 1, BARE + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, BARE + 8);
	done(&b);
}

static void a_chain_of_frame_pointers_that_ends_with_0_is_whole(void **state)
{
	struct bench b = UNWOUND(BARE, SP + 8, 77, /* rbp */ 0, BARE + 9, 1);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, BARE, BARE + 8);
	done(&b);
}

static void a_leaf_without_a_frame_returns_to_what_is_on_top(void **state)
{
	struct bench b = UNWOUND(BARE, 1, FRAMED + 9, 77), c = UNWOUND(BARE, 1, 77, FRAMED + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, BARE, FRAMED + 8);
	ASSERT_FOUND(&c, UNWIND_NO_CFI, BARE);
	done(&b);
	done(&c);
}

static void a_caller_without_information_is_not_guessed(void **state)
{
	struct bench b = UNWOUND(LEAF, 1, BARE + 9, START + 9);

	(void)state;
	ASSERT_FOUND(&b, UNWIND_NO_CFI, LEAF, BARE + 8);
	done(&b);
}

/* --- with a walk along frame pointers --- */

static struct bench unwound_with(const uint64_t *walked, size_t n)
{
	static const uint64_t words[] = { LEAF + 9, LEAF + 9 };
	struct made_copy c = copy_of(LEAF, words, COUNT(words));
	struct bench b = begin();

	c.in_use = 1 << 20;
	made_world_copy(&b.tape, TIME, &c);
	made_world_walk(&b.tape, 7, ID, walked, n);
	unwind(&b);
	return b;
}

static void a_walk_goes_on_where_the_copy_ends(void **state)
{
	const uint64_t walked[] = { LEAF, LEAF + 9, LEAF + 9, PUSHES + 9, START + 9 };
	struct bench b = unwound_with(walked, COUNT(walked));

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, LEAF + 8, LEAF + 8, PUSHES + 8, START + 8);
	done(&b);
}

static void a_walk_does_not_go_on_beyond_the_root(void **state)
{
	const uint64_t walked[] = { LEAF, LEAF + 9, LEAF + 9, START + 9, PUSHES + 9 };
	struct bench b = unwound_with(walked, COUNT(walked));

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, LEAF + 8, LEAF + 8, START + 8);
	done(&b);
}

static void a_walk_that_does_not_have_the_last_frame_says_nothing(void **state)
{
	const uint64_t walked[] = { LEAF, LEAF + 9, PUSHES + 9, START + 9 };
	struct bench b = unwound_with(walked, COUNT(walked));

	(void)state;
	ASSERT_FOUND(&b, UNWIND_CUT, LEAF, LEAF + 8, LEAF + 8);
	done(&b);
}

/* LEAF leaves rbp as it is; FRAMED's frame is on a stack that was not copied. */
static struct bench on_another_stack(const uint64_t *words, size_t n)
{
	const uint64_t walked[] = { LEAF, PUSHES + 9, START + 9 };
	struct made_copy c = copy_of(LEAF, words, n);
	struct bench b = begin();

	c.registers[RBP] = 0xc000001000;
	made_world_copy(&b.tape, TIME, &c);
	made_world_walk(&b.tape, 7, ID, walked, COUNT(walked));
	unwind(&b);
	return b;
}

static void a_walk_goes_on_from_the_frame_that_its_pointer_is_of(void **state)
{
	const uint64_t words[] = { FRAMED + 9, 0 };
	struct bench b = on_another_stack(words, COUNT(words));

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, FRAMED + 8, PUSHES + 8, START + 8);
	done(&b);
}

static void a_walk_by_another_pointer_says_nothing(void **state)
{
	const uint64_t words[] = { POPPED + 9, FRAMED + 9, 0 };
	struct bench b = on_another_stack(words, COUNT(words));

	(void)state;
	ASSERT_FOUND(&b, UNWIND_BROKEN, LEAF, POPPED + 8, FRAMED + 8);
	done(&b);
}

static void a_walk_alone_stays_as_it_is(void **state)
{
	const uint64_t walked[] = { LEAF, PUSHES + 9, START + 9 };
	struct bench b = begin();

	(void)state;
	made_world_walk(&b.tape, 7, ID, walked, COUNT(walked));
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, PUSHES + 8, START + 8);
	done(&b);
}

static struct bench mended(uint64_t leaf, const uint64_t word[2])
{
	const uint64_t walked[] = { leaf, START + 9 };
	struct bench b = begin();

	made_world_walk(&b.tape, 7, ID, walked, COUNT(walked));
	made_world_top(&b.tape, TIME, 7, ID, word);
	unwind(&b);
	return b;
}

static void the_caller_of_a_leaf_without_a_frame_is_put_in(void **state)
{
	struct bench b = mended(LEAF, (uint64_t[]){ PUSHES + 9, FRAMED + 9 });
	struct bench c = mended(PUSHES + 1, (uint64_t[]){ PUSHES + 9, FRAMED + 9 });

	(void)state;
	ASSERT_FOUND(&b, UNWIND_ROOT, LEAF, PUSHES + 8, START + 8);
	ASSERT_FOUND(&c, UNWIND_ROOT, PUSHES + 1, FRAMED + 8, START + 8);
	done(&b);
	done(&c);
}

static void a_caller_is_not_put_in_where_nothing_says_that_it_is_one(void **state)
{
	struct bench framed = mended(FRAMED + 9, (uint64_t[]){ PUSHES + 9, PUSHES + 9 });
	struct bench bare = mended(BARE, (uint64_t[]){ PUSHES + 9, PUSHES + 9 });
	struct bench known = mended(LEAF, (uint64_t[]){ START + 9, 0 });
	struct bench data = mended(LEAF, (uint64_t[]){ 0x7777, 0 });

	(void)state;
	ASSERT_FOUND(&framed, UNWIND_ROOT, FRAMED + 9, START + 8);
	ASSERT_FOUND(&bare, UNWIND_ROOT, BARE, START + 8);
	ASSERT_FOUND(&known, UNWIND_ROOT, LEAF, START + 8);
	ASSERT_FOUND(&data, UNWIND_ROOT, LEAF, START + 8);
	done(&framed);
	done(&bare);
	done(&known);
	done(&data);
}

/* --- aarch64 --- */

/* x29 and x30 at [sp]; CFA sp + 16. */
static void put_arm_functions(struct bench *b)
{
	struct tape_module module = { .path = "/bin/two", .kind = EV_MODULE_FILE };
	struct made_cfi leaf = { .start = 0x100, .size = 0x100, FDE(DW_CFA_def_cfa, 31, 0) };
	struct made_cfi caller = { .start = 0x200,
				   .size = 0x100,
				   FDE(DW_CFA_def_cfa, 31, 16, DW_CFA_AARCH64_negate_ra_state,
				       DW_CFA_offset | 29, 2, DW_CFA_offset | 30, 1) };
	struct ev_cfi *records[] = { made_cfi(&leaf), made_cfi(&caller) };

	for (size_t i = 0; i < COUNT(records); i++) {
		records[i]->return_register = 30;
		cfi_store_add(b->store, &module, records[i]);
		free(records[i]);
	}
}

static void a_leaf_of_aarch64_returns_by_its_link_register(void **state)
{
	/* A signed return address has bits that no address has. */
	static const uint64_t words[] = { 0, 0x7fff000000012018, 0, 0 };
	struct made_copy c = {
		.pid = 7, .id = ID, .n_registers = 33, .sp = SP, .words = words, .n_words = 4
	};
	struct bench b = begin();

	(void)state;
	put_arm_functions(&b);
	made_world_map(&b.tape, TIME, (struct made_mapping){ 7, 2, 0x12000, 0x13000, 0x200 });
	made_world_map(&b.tape, TIME, (struct made_mapping){ 7, 2, 0x14000, 0x14100, 0x100 });
	c.in_use = sizeof(words);
	c.registers[32] = 0x14004;
	c.registers[30] = 0x12014;
	made_world_copy(&b.tape, TIME, &c);
	unwind(&b);
	ASSERT_FOUND(&b, UNWIND_ROOT, 0x14004, 0x12013, 0x12017);
	done(&b);
}

/* --- any bytes --- */

static uint64_t random_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Words of which many are code, or places on the stack. */
static uint64_t random_word(uint64_t *seed)
{
	uint64_t n = random_number(seed);

	if (n % 3 == 0)
		return 0x1000 + (n >> 8) % 0x1000;
	return n % 3 == 1 ? SP + (n >> 8) % 4096 : n;
}

static void any_memory_and_any_instructions_come_to_an_end(void **state)
{
	uint64_t seed = 88172645463325252ull, words[400];
	uint8_t fde[60];

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct bench b = begin();
		struct made_copy c = copy_of(random_word(&seed), words, COUNT(words));

		for (size_t i = 0; i < COUNT(words); i++)
			words[i] = random_word(&seed);
		for (size_t i = 0; i < 17; i++)
			c.registers[i] = random_word(&seed);
		c.registers[RIP] = 0x1000 + random_number(&seed) % 0x1000;
		for (uint64_t start = 0x1700; start < 0x2000; start += 0x100) {
			for (size_t i = 0; i < sizeof(fde); i++)
				fde[i] = (uint8_t)random_number(&seed);
			add_function(&b, (struct made_cfi){ .start = start,
							    .fde = fde,
							    .fde_bytes = sizeof(fde) });
		}
		made_world_copy(&b.tape, TIME, &c);
		unwind(&b);
		assert_true(b.found->n >= 1 && b.found->n <= UNWIND_MOST);
		done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_found_up_to_where_the_thread_began),
		cmocka_unit_test(a_row_is_that_of_the_address),
		cmocka_unit_test(a_register_that_was_saved_is_given_back),
		cmocka_unit_test(a_register_that_was_popped_again_is_the_callers),
		cmocka_unit_test(a_return_address_of_0_is_the_root),
		cmocka_unit_test(what_a_signal_interrupted_is_no_return_address),
		cmocka_unit_test(a_frame_that_does_not_grow_ends_it),
		cmocka_unit_test(a_return_address_that_is_no_code_ends_it),
		cmocka_unit_test(a_stack_without_end_is_cut),
		cmocka_unit_test(a_stack_deeper_than_its_copy_is_cut),
		cmocka_unit_test(a_part_that_was_not_readable_ends_it),
		cmocka_unit_test(a_frame_pointer_leads_through_code_without_information),
		cmocka_unit_test(code_without_information_where_the_stack_begins_is_the_root),
		cmocka_unit_test(a_chain_of_frame_pointers_that_ends_with_0_is_whole),
		cmocka_unit_test(a_leaf_without_a_frame_returns_to_what_is_on_top),
		cmocka_unit_test(a_caller_without_information_is_not_guessed),
		cmocka_unit_test(a_walk_goes_on_where_the_copy_ends),
		cmocka_unit_test(a_walk_does_not_go_on_beyond_the_root),
		cmocka_unit_test(a_walk_that_does_not_have_the_last_frame_says_nothing),
		cmocka_unit_test(a_walk_goes_on_from_the_frame_that_its_pointer_is_of),
		cmocka_unit_test(a_walk_by_another_pointer_says_nothing),
		cmocka_unit_test(a_walk_alone_stays_as_it_is),
		cmocka_unit_test(the_caller_of_a_leaf_without_a_frame_is_put_in),
		cmocka_unit_test(a_caller_is_not_put_in_where_nothing_says_that_it_is_one),
		cmocka_unit_test(a_leaf_of_aarch64_returns_by_its_link_register),
		cmocka_unit_test(any_memory_and_any_instructions_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
