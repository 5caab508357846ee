// SPDX-License-Identifier: BSD-2-Clause
/*
 * x86-64: System V psABI, 3.2.1 and figure 3.36. aarch64: AAPCS64, 6.1.1, and the
 * DWARF of AADWARF64, 4.1; pointers of user programs have 48 bits unless they ask
 * for more, and nobody does.
 */
#include <stddef.h>

#include "analyze/unwind/machine.h"

#define BIT(n) (1ull << (n))

static const struct machine machines[] = {
	{
		.n_registers = 17,
		.sp = 7,
		.fp = 6,
		.pc = 16,
		.call_pushes = true,
		/* rax rdx rcx rsi rdi r8 to r11 */
		.scratch = BIT(0) | BIT(1) | BIT(2) | BIT(4) | BIT(5) | BIT(8) | BIT(9) | BIT(10) |
			   BIT(11),
		.address_mask = UINT64_MAX,
	},
	{
		.n_registers = 33,
		.sp = 31,
		.fp = 29,
		.pc = 32,
		.scratch = BIT(19) - 1, /* x0 to x18 */
		.address_mask = BIT(48) - 1,
	},
};

const struct machine *machine_of(unsigned int n_registers)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (machines[i].n_registers == n_registers)
			return &machines[i];
	}
	return NULL;
}
