// SPDX-License-Identifier: BSD-2-Clause
/* Which instructions symbols/go_tls.h takes for an access to a thread's own storage. */
#include "symbols/go_tls.h"
#include "tests/support/test.h"

#define ACCESS(...) ((const uint8_t[GO_TLS_ACCESS_MAX]){ __VA_ARGS__ })

/* The distance of an access; 0: it is none. */
static int32_t distance(const uint8_t *code)
{
	int32_t ret = 0;

	return go_tls_access(code, GO_TLS_ACCESS_MAX, &ret) ? ret : 0;
}

static void a_move_from_a_fixed_place_is_one(void **state)
{
	(void)state;
	/* mov %fs:-8,%rcx; mov %fs:-8,%r14; mov %rcx,%fs:-8; movq $0x123,%fs:-4008 */
	assert_int_equal(distance(ACCESS(0x64, 0x48, 0x8b, 0x0c, 0x25, 0xf8, 0xff, 0xff, 0xff)),
			 -8);
	assert_int_equal(distance(ACCESS(0x64, 0x4c, 0x8b, 0x34, 0x25, 0xf8, 0xff, 0xff, 0xff)),
			 -8);
	assert_int_equal(distance(ACCESS(0x64, 0x48, 0x89, 0x0c, 0x25, 0xf8, 0xff, 0xff, 0xff)),
			 -8);
	assert_int_equal(
		distance(ACCESS(0x64, 0x48, 0xc7, 0x04, 0x25, 0x58, 0xf0, 0xff, 0xff, 0x23, 0x01)),
		-4008);
}

static void so_is_one_by_a_register_that_was_set_before(void **state)
{
	(void)state;
	/* mov $-8,%rcx; mov %fs:(%rcx),%rax */
	assert_int_equal(
		distance(ACCESS(0x48, 0xc7, 0xc1, 0xf8, 0xff, 0xff, 0xff, 0x64, 0x48, 0x8b, 0x01)),
		-8);
	/* mov $-8,%r14; mov %fs:(%r14),%r14 */
	assert_int_equal(
		distance(ACCESS(0x49, 0xc7, 0xc6, 0xf8, 0xff, 0xff, 0xff, 0x64, 0x4d, 0x8b, 0x36)),
		-8);
}

static void another_register_than_was_set_is_none(void **state)
{
	(void)state;
	/* mov $-8,%rcx; mov %fs:(%rbx),%rax; and mov $-8,%r14; mov %fs:(%rsi),%rsi */
	assert_int_equal(
		distance(ACCESS(0x48, 0xc7, 0xc1, 0xf8, 0xff, 0xff, 0xff, 0x64, 0x48, 0x8b, 0x03)),
		0);
	assert_int_equal(
		distance(ACCESS(0x49, 0xc7, 0xc6, 0xf8, 0xff, 0xff, 0xff, 0x64, 0x48, 0x8b, 0x36)),
		0);
}

static void what_stands_above_the_base_is_none(void **state)
{
	(void)state;
	/* mov %fs:40,%rax: where C keeps its stack protector's word */
	assert_int_equal(distance(ACCESS(0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0)), 0);
}

static void a_distance_that_is_no_pointers_place_is_none(void **state)
{
	(void)state;
	assert_int_equal(distance(ACCESS(0x64, 0x48, 0x8b, 0x0c, 0x25, 0xfc, 0xff, 0xff, 0xff)), 0);
	assert_int_equal(distance(ACCESS(0x64, 0x48, 0x8b, 0x0c, 0x25, 0, 0, 0, 0x80)), 0);
}

static void a_move_of_32_bits_is_none(void **state)
{
	(void)state;
	/* mov %fs:-8,%eax */
	assert_int_equal(distance(ACCESS(0x64, 0x8b, 0x04, 0x25, 0xf8, 0xff, 0xff, 0xff)), 0);
}

static void the_end_of_the_code_is_not_read_over(void **state)
{
	const uint8_t cut[] = { 0x64, 0x48, 0x8b, 0x0c, 0x25, 0xf8 };
	int32_t ret;

	(void)state;
	assert_false(go_tls_access(cut, sizeof(cut), &ret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_from_a_fixed_place_is_one),
		cmocka_unit_test(so_is_one_by_a_register_that_was_set_before),
		cmocka_unit_test(another_register_than_was_set_is_none),
		cmocka_unit_test(what_stands_above_the_base_is_none),
		cmocka_unit_test(a_distance_that_is_no_pointers_place_is_none),
		cmocka_unit_test(a_move_of_32_bits_is_none),
		cmocka_unit_test(the_end_of_the_code_is_not_read_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
