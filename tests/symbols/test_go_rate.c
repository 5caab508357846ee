// SPDX-License-Identifier: BSD-2-Clause
/* Which variables x86-64 code reads, by their distance from it. */
#include "symbols/go_rate.h"
#include "tests/support/test.h"

#define CODE 0x1000
#define DATA 0x2000

static size_t reads(const uint8_t *code, size_t size, uint64_t ret[GO_RATE_READS])
{
	const struct go_program p = { .data = { { DATA, DATA + 0x100 } }, .n_data = 1 };

	return go_rate_reads(&p, code, size, CODE, ret);
}

static void a_variable_that_is_moved_is_read(void **state)
{
	/* mov 0x1009(%rip),%rsi: 7 bytes */
	static const uint8_t code[] = { 0x48, 0x8b, 0x35, 0x09, 0x10, 0, 0 };
	uint64_t at[GO_RATE_READS];

	(void)state;
	assert_int_equal(reads(code, sizeof(code), at), 1);
	assert_int_equal(at[0], CODE + 7 + 0x1009);
}

static void so_is_one_that_is_compared_with_a_number(void **state)
{
	/* cmpq $1,0x1008(%rip): the number stands behind the distance */
	static const uint8_t code[] = { 0x48, 0x83, 0x3d, 0x08, 0x10, 0, 0, 1 };
	uint64_t at[GO_RATE_READS];

	(void)state;
	assert_int_equal(reads(code, sizeof(code), at), 1);
	assert_int_equal(at[0], CODE + 8 + 0x1008);
}

static void one_that_is_read_twice_is_told_once(void **state)
{
	static const uint8_t code[] = {
		0x48, 0x8b, 0x35, 0x09, 0x10, 0, 0, 0x4c, 0x8b, 0x05, 0x02, 0x10, 0, 0,
	};
	uint64_t at[GO_RATE_READS];

	(void)state;
	assert_int_equal(reads(code, sizeof(code), at), 1);
}

static void what_cannot_be_written_is_no_variable(void **state)
{
	static const uint8_t code[] = { 0x48, 0x8b, 0x35, 0x09, 0x20, 0, 0 };
	uint64_t at[GO_RATE_READS];

	(void)state;
	assert_int_equal(reads(code, sizeof(code), at), 0);
}

static void an_address_that_is_taken_is_not_read(void **state)
{
	/* lea 0x1009(%rip),%rsi */
	static const uint8_t code[] = { 0x48, 0x8d, 0x35, 0x09, 0x10, 0, 0 };
	uint64_t at[GO_RATE_READS];

	(void)state;
	assert_int_equal(reads(code, sizeof(code), at), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_that_is_moved_is_read),
		cmocka_unit_test(so_is_one_that_is_compared_with_a_number),
		cmocka_unit_test(one_that_is_read_twice_is_told_once),
		cmocka_unit_test(what_cannot_be_written_is_no_variable),
		cmocka_unit_test(an_address_that_is_taken_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
