// SPDX-License-Identifier: BSD-2-Clause
/* What frame.h promises of call frame instructions and of expressions. */
#include <dwarf.h>
#include <errno.h>
#include <string.h>

#include "analyze/unwind/expression.h"
#include "analyze/unwind/frame.h"
#include "tests/support/test.h"

enum { RBX = 3, RBP = 6, RSP = 7, R12 = 12, RIP = 16 };

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

/* CFA rsp + 8, return address at CFA - 8. */
static const uint8_t usual[] = { DW_CFA_def_cfa, RSP, 8, DW_CFA_offset | RIP, 1 };

static struct cfi_entry entry(const uint8_t *fde, size_t size)
{
	return (struct cfi_entry){
		.start = 0x100,
		.size = 0x100,
		.code_align = 1,
		.data_align = -8,
		.return_register = RIP,
		.cie = usual,
		.cie_bytes = sizeof(usual),
		.fde = fde,
		.fde_bytes = size,
	};
}

static struct frame_row row_at(uint64_t offset, const uint8_t *fde, size_t size)
{
	struct cfi_entry e = entry(fde, size);
	struct frame_row row;

	assert_int_equal(frame_row(&e, offset, &row), 0);
	return row;
}

static void assert_refused(const uint8_t *fde, size_t size)
{
	struct cfi_entry e = entry(fde, size);
	struct frame_row row;

	assert_int_equal(frame_row(&e, 0x180, &row), -EINVAL);
}

static void the_first_instructions_hold_at_once(void **state)
{
	struct frame_row row = row_at(0x100, BYTES(DW_CFA_nop));

	(void)state;
	assert_int_equal(row.cfa.kind, FRAME_REGISTER);
	assert_int_equal(row.cfa.reg, RSP);
	assert_int_equal(row.cfa.offset, 8);
	assert_int_equal(row.n, 1);
	assert_int_equal(frame_rule(&row, RIP)->offset, -8);
	assert_null(frame_rule(&row, RBX));
}

#define PUSH_RBX                                                                                   \
	BYTES(DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16, DW_CFA_offset | RBX, 2,           \
	      DW_CFA_advance_loc1, 0x40, DW_CFA_def_cfa_offset, 48)

static void a_change_holds_from_its_place_on(void **state)
{
	struct frame_row before = row_at(0x100, PUSH_RBX), behind = row_at(0x101, PUSH_RBX);

	(void)state;
	assert_int_equal(before.cfa.offset, 8);
	assert_null(frame_rule(&before, RBX));
	assert_int_equal(behind.cfa.offset, 16);
	assert_int_equal(frame_rule(&behind, RBX)->offset, -16);
	assert_int_equal(row_at(0x140, PUSH_RBX).cfa.offset, 16);
	assert_int_equal(row_at(0x141, PUSH_RBX).cfa.offset, 48);
}

static void a_state_comes_back_with_its_cfa(void **state)
{
	struct frame_row row = row_at(0x120, BYTES(DW_CFA_def_cfa_offset, 32, DW_CFA_remember_state,
						   DW_CFA_def_cfa_offset, 8, DW_CFA_advance_loc | 2,
						   DW_CFA_restore_state));

	(void)state;
	assert_int_equal(row.cfa.offset, 32);
}

static void a_restored_register_is_as_the_cie_has_it(void **state)
{
	struct frame_row row =
		row_at(0x100, BYTES(DW_CFA_offset | RBX, 3, DW_CFA_offset | RIP, 5,
				    DW_CFA_restore | RBX, DW_CFA_restore_extended, RIP));

	(void)state;
	assert_null(frame_rule(&row, RBX));
	assert_int_equal(frame_rule(&row, RIP)->offset, -8);
}

static void each_way_to_say_a_register_is_kept(void **state)
{
	struct frame_row row =
		row_at(0x100, BYTES(DW_CFA_def_cfa_register, RBP, DW_CFA_register, RBX, R12,
				    DW_CFA_val_offset, RBP, 2, DW_CFA_undefined, R12,
				    DW_CFA_offset_extended_sf, 13, 0x7f));

	(void)state;
	assert_int_equal(row.cfa.reg, RBP);
	assert_int_equal(frame_rule(&row, RBX)->kind, FRAME_REGISTER);
	assert_int_equal(frame_rule(&row, RBX)->reg, R12);
	assert_int_equal(frame_rule(&row, RBP)->kind, FRAME_VALUE);
	assert_int_equal(frame_rule(&row, RBP)->offset, -16);
	assert_int_equal(frame_rule(&row, R12)->kind, FRAME_UNDEFINED);
	assert_int_equal(frame_rule(&row, 13)->offset, 8);
}

static void registers_that_nobody_follows_are_passed_over(void **state)
{
	struct frame_row row = row_at(0x100, BYTES(DW_CFA_offset_extended, 40, 3));

	(void)state;
	assert_int_equal(row.n, 1);
}

static void bytes_that_make_no_sense_are_refused(void **state)
{
	struct cfi_entry e = entry(BYTES(DW_CFA_nop));
	struct frame_row row;

	(void)state;
	assert_refused(BYTES(DW_CFA_restore_state));
	assert_refused(BYTES(DW_CFA_set_loc, 1, 2, 3, 4, 5, 6, 7, 8));
	assert_refused(BYTES(DW_CFA_advance_loc4, 1));
	assert_refused(BYTES(DW_CFA_def_cfa, 99, 8));
	assert_refused(BYTES(DW_CFA_expression, RBX, 0xff, 0xff, 0x7f));
	assert_refused(BYTES(0x3f, 1));
	assert_int_equal(frame_row(&e, 0xff, &row), -EINVAL);
	assert_int_equal(frame_row(&e, 0x200, &row), -EINVAL);
}

static void more_states_than_are_kept_are_refused(void **state)
{
	uint8_t many[100];

	(void)state;
	memset(many, DW_CFA_remember_state, sizeof(many));
	assert_refused(many, sizeof(many));
}

/* --- expressions --- */

static int read_twice_the_address(void *context, uint64_t address, unsigned int size, uint64_t *ret)
{
	(void)context, (void)size;
	if (address == 0)
		return -EFAULT;
	*ret = address * 2;
	return 0;
}

static int run(const uint8_t *code, size_t size, uint64_t *ret)
{
	struct frame_registers registers = { .known = 0 };
	const struct frame_memory memory = { read_twice_the_address, NULL };
	struct expression e = { code, (uint32_t)size, NULL };

	frame_set(&registers, RSP, 0x1000);
	frame_set(&registers, RIP, 0x4b);
	return expression_run(&e, &registers, &memory, ret);
}

static uint64_t value(const uint8_t *code, size_t size)
{
	uint64_t ret = 0;

	assert_int_equal(run(code, size, &ret), 0);
	return ret;
}

static int failure(const uint8_t *code, size_t size)
{
	uint64_t ret = 77;
	int rc = run(code, size, &ret);

	assert_int_equal(ret, 77);
	return rc;
}

static void the_expression_of_plt_entries_gives_their_cfa(void **state)
{
	(void)state;
	/* rsp + 8 + ((rip & 15) >= 11) * 8 */
	assert_int_equal(value(BYTES(DW_OP_breg7, 8, DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and,
				     DW_OP_lit11, DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus)),
			 0x1010);
}

static void arithmetic_is_that_of_the_standard(void **state)
{
	(void)state;
	assert_int_equal(value(BYTES(DW_OP_const1s, 0xff, DW_OP_const1u, 4, DW_OP_shra)),
			 UINT64_MAX);
	assert_int_equal(value(BYTES(DW_OP_const2s, 0xf6, 0xff, DW_OP_lit3, DW_OP_div)),
			 (uint64_t)-3);
	assert_int_equal(value(BYTES(DW_OP_lit1, DW_OP_lit2, DW_OP_swap, DW_OP_minus)), 1);
	assert_int_equal(value(BYTES(DW_OP_lit1, DW_OP_lit2, DW_OP_lit3, DW_OP_rot, DW_OP_drop)),
			 1);
	assert_int_equal(value(BYTES(DW_OP_consts, 0x7e, DW_OP_abs)), 2);
	assert_int_equal(value(BYTES(DW_OP_lit5, DW_OP_deref, DW_OP_plus_uconst, 0x80, 1)), 138);
	assert_int_equal(value(BYTES(DW_OP_lit1, DW_OP_bra, 1, 0, DW_OP_lit7, DW_OP_lit9)), 9);
}

static void expressions_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	assert_int_equal(failure(BYTES(DW_OP_plus)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_lit1, DW_OP_lit0, DW_OP_div)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_const8u, 1)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_breg3, 0)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_skip, 0, 0x80)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_lit1, DW_OP_deref_size, 3)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_call4, 0, 0, 0, 0)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_lit0, DW_OP_deref)), -EFAULT);
}

static void an_expression_that_jumps_back_for_ever_ends(void **state)
{
	(void)state;
	assert_int_equal(failure(BYTES(DW_OP_skip, 0xfd, 0xff)), -EINVAL);
	assert_int_equal(failure(BYTES(DW_OP_lit1, DW_OP_skip, 0xfc, 0xff)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_instructions_hold_at_once),
		cmocka_unit_test(a_change_holds_from_its_place_on),
		cmocka_unit_test(a_state_comes_back_with_its_cfa),
		cmocka_unit_test(a_restored_register_is_as_the_cie_has_it),
		cmocka_unit_test(each_way_to_say_a_register_is_kept),
		cmocka_unit_test(registers_that_nobody_follows_are_passed_over),
		cmocka_unit_test(bytes_that_make_no_sense_are_refused),
		cmocka_unit_test(more_states_than_are_kept_are_refused),
		cmocka_unit_test(the_expression_of_plt_entries_gives_their_cfa),
		cmocka_unit_test(arithmetic_is_that_of_the_standard),
		cmocka_unit_test(expressions_that_make_no_sense_are_refused),
		cmocka_unit_test(an_expression_that_jumps_back_for_ever_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
