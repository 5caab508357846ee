// SPDX-License-Identifier: BSD-2-Clause
/* What replay/copies.h promises of copies of stacks. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/copies.h"
#include "tests/support/test.h"

#define WORDS 4

static const uint64_t words[WORDS] = { 11, 12, 13, 14 };

/* Of so many registers, and parts behind them. */
static void define_copy(struct copies *c, uint64_t id, uint32_t n_registers)
{
	struct ev_stack_copy *copy = calloc(1, sizeof(*copy) + sizeof(words));

	copy->h.type = EV_STACK_COPY;
	copy->h.units = (sizeof(*copy) + sizeof(words)) / EV_UNIT;
	copy->id = id;
	copy->in_use = 700;
	copy->n_registers = n_registers;
	memcpy(copy->words, words, sizeof(words));
	copies_define(c, copy);
	free(copy);
}

static void define_part(struct copies *c, uint64_t id, uint64_t first, size_t bytes)
{
	struct ev_stack_part *part = calloc(1, sizeof(*part) + EV_STACK_PART_SIZE);

	part->h.type = EV_STACK_PART;
	part->h.units = (uint16_t)((sizeof(*part) + bytes) / EV_UNIT);
	part->id = id;
	part->words[0] = first;
	copies_define_part(c, part);
	free(part);
}

static void a_copy_has_its_registers_and_its_parts(void **state)
{
	struct copies c = { 0 };
	const struct copy *found;

	(void)state;
	define_copy(&c, 5, 2);
	found = copies_find(&c, 5);
	assert_int_equal(found->n_registers, 2);
	assert_int_equal(found->n_parts, 2);
	assert_int_equal(found->in_use, 700);
	assert_memory_equal(found->words, words, sizeof(words));
	assert_null(copies_find(&c, 6));
	copies_done(&c);
}

static void a_copy_of_more_registers_than_it_brings_is_none(void **state)
{
	struct copies c = { 0 };

	(void)state;
	define_copy(&c, 5, WORDS + 1);
	assert_null(copies_find(&c, 5));
	copies_done(&c);
}

static void a_part_that_is_too_short_is_none(void **state)
{
	struct copies c = { 0 };

	(void)state;
	define_part(&c, 1, 77, EV_STACK_PART_SIZE);
	define_part(&c, 2, 77, EV_STACK_PART_SIZE - 8);
	define_part(&c, 0, 77, EV_STACK_PART_SIZE);
	assert_int_equal(copies_part(&c, 1)[0], 77);
	assert_null(copies_part(&c, 2));
	assert_null(copies_part(&c, 0));
	copies_done(&c);
}

static void the_first_of_an_id_counts(void **state)
{
	struct copies c = { 0 };
	struct ev_stack_top top = { .id = 9, .word = { 1, 2 } };

	(void)state;
	define_part(&c, 1, 77, EV_STACK_PART_SIZE);
	define_part(&c, 1, 78, EV_STACK_PART_SIZE);
	copies_define_top(&c, &top);
	top.word[0] = 3;
	copies_define_top(&c, &top);
	assert_int_equal(copies_part(&c, 1)[0], 77);
	assert_int_equal(copies_top(&c, 9)->word[0], 1);
	copies_done(&c);
}

static void the_frames_of_a_goroutine_are_kept_with_their_stack(void **state)
{
	struct ev_stack_go *go = calloc(1, sizeof(*go) + 2 * sizeof(uint64_t));
	struct copies c = { 0 };

	(void)state;
	go->h.type = EV_STACK_GO;
	go->h.units = (uint16_t)(sizeof(*go) / EV_UNIT + 2);
	go->id = 9;
	go->switch_sp = 64;
	go->n_walked = 3;
	go->flags = EV_STACK_GO_PARKS;
	go->words[0] = 1;
	go->words[1] = 2;
	copies_begin_epoch(&c, 1);
	copies_define_go(&c, go);
	go->switch_sp = 65; /* the first counts */
	copies_define_go(&c, go);
	free(go);
	copies_begin_epoch(&c, 2);
	assert_int_equal(copies_go(&c, 9)->switch_sp, 64);
	assert_int_equal(copies_go(&c, 9)->n_walked, 3);
	assert_int_equal(copies_go(&c, 9)->flags, EV_STACK_GO_PARKS);
	assert_int_equal(copies_go(&c, 9)->n, 2);
	assert_int_equal(copies_go(&c, 9)->words[1], 2);
	copies_begin_epoch(&c, 3);
	assert_null(copies_go(&c, 9));
	copies_done(&c);
}

static void what_an_epoch_defined_is_known_in_the_next_one_and_then_forgotten(void **state)
{
	struct copies c = { 0 };

	(void)state;
	copies_begin_epoch(&c, 1);
	define_copy(&c, 5, 2);
	copies_begin_epoch(&c, 2);
	assert_non_null(copies_find(&c, 5));
	copies_begin_epoch(&c, 3);
	assert_null(copies_find(&c, 5));
	copies_done(&c);
}

static void a_generation_that_outgrew_its_limit_is_the_last_one(void **state)
{
	struct copies c = { 0 };

	(void)state;
	copies_begin_epoch(&c, 1);
	for (uint64_t id = 1; c.now.arena.total < (size_t)64 << 20; id++)
		define_part(&c, id, id, EV_STACK_PART_SIZE);
	copies_begin_epoch(&c, 1);
	assert_int_equal(copies_part(&c, 1)[0], 1);
	assert_int_equal(c.now.arena.total, 0);
	copies_begin_epoch(&c, 2);
	assert_null(copies_part(&c, 1));
	copies_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_frames_of_a_goroutine_are_kept_with_their_stack),
		cmocka_unit_test(a_copy_has_its_registers_and_its_parts),
		cmocka_unit_test(a_copy_of_more_registers_than_it_brings_is_none),
		cmocka_unit_test(a_part_that_is_too_short_is_none),
		cmocka_unit_test(the_first_of_an_id_counts),
		cmocka_unit_test(what_an_epoch_defined_is_known_in_the_next_one_and_then_forgotten),
		cmocka_unit_test(a_generation_that_outgrew_its_limit_is_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
