// SPDX-License-Identifier: BSD-2-Clause
/* Pieces of a process' memory: our own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/go_memory.h"
#include "tests/support/test.h"

#define PAGES 4
#define MANY  3000

static struct go_piece piece(const void *from, void *to, uint32_t size)
{
	return (struct go_piece){ (uintptr_t)from, to, size, false };
}

static void pieces_side_by_side_and_apart_are_read_alike(void **state)
{
	static uint8_t from[MANY * 24], to[MANY][16];
	static struct go_piece pieces[MANY];
	const pid_t pid = getpid();
	struct go_memory m = go_memory_of(&pid);

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 7 + i / 251);
	/* Upwards with gaps, then downwards. */
	for (size_t i = 0; i < MANY; i++) {
		size_t at = i < MANY / 2 ? i : MANY + MANY / 2 - 1 - i;

		pieces[i] = piece(from + at * 24, to[i], 16);
	}
	assert_int_equal(m.read(m.context, pieces, MANY), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(pieces[i].there);
		assert_memory_equal(to[i], (void *)(uintptr_t)pieces[i].address, 16);
	}
}

static void the_order_of_pieces_does_not_matter(void **state)
{
	static uint8_t from[MANY * 64];
	static uint16_t to[MANY];
	static struct go_piece pieces[MANY];
	const pid_t pid = getpid();
	struct go_memory m = go_memory_of(&pid);

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 7 + i / 251);
	/* Some twice, some overlap, some far from the one before. */
	for (size_t i = 0; i < MANY; i++)
		pieces[i] = piece(from + i * 7919 % (sizeof(from) - 2), &to[i], 2);
	assert_int_equal(m.read(m.context, pieces, MANY), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(pieces[i].there);
		assert_memory_equal(&to[i], (void *)(uintptr_t)pieces[i].address, 2);
	}
}

static void those_that_are_missing_spoil_no_others(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t to[MANY][8] = { 0 };
	struct go_piece pieces[MANY];
	const pid_t pid = getpid();
	struct go_memory m = go_memory_of(&pid);
	size_t step = PAGES * page / MANY / 8 * 8;

	(void)state;
	memset(memory, 5, PAGES * page);
	munmap(memory + page, page);
	for (size_t i = 0; i < MANY; i++)
		pieces[i] = piece(memory + i * (step ? step : 8) % (PAGES * page - 8), to[i], 8);
	assert_int_equal(m.read(m.context, pieces, MANY), 0);
	for (size_t i = 0; i < MANY; i++) {
		uint64_t at = pieces[i].address - (uintptr_t)memory;
		bool gone = at + 8 > page && at < 2 * page;

		assert_int_equal(pieces[i].there, !gone);
		assert_true(gone || to[i][0] == 5);
	}
	munmap(memory, PAGES * page);
}

static void a_process_that_is_gone_is_told(void **state)
{
	const pid_t pid = 4000001; /* beyond pid_max */
	struct go_memory m = go_memory_of(&pid);
	uint8_t to[8];
	struct go_piece p = piece(to, to, 8);

	(void)state;
	assert_int_equal(m.read(m.context, &p, 1), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_side_by_side_and_apart_are_read_alike),
		cmocka_unit_test(the_order_of_pieces_does_not_matter),
		cmocka_unit_test(those_that_are_missing_spoil_no_others),
		cmocka_unit_test(a_process_that_is_gone_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
