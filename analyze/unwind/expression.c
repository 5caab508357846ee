// SPDX-License-Identifier: BSD-2-Clause
/* A stack machine; see expression.h. Numbers of DW_OP_* are those of <dwarf.h>. */
#include <dwarf.h>
#include <errno.h>

#include "analyze/unwind/bytes.h"
#include "analyze/unwind/expression.h"

#define MOST_STEPS 1000
#define MOST_DEEP  64

struct machine {
	struct bytes code;
	const uint8_t *begin;
	const struct frame_registers *registers;
	const struct frame_memory *memory;
	uint64_t stack[MOST_DEEP];
	unsigned int n;
	int rc; /* the first failure */
};

static void fail(struct machine *m, int rc)
{
	if (!m->rc)
		m->rc = rc;
}

static void push(struct machine *m, uint64_t value)
{
	if (m->n == MOST_DEEP)
		fail(m, -EINVAL);
	else
		m->stack[m->n++] = value;
}

static uint64_t pop(struct machine *m)
{
	if (m->n == 0) {
		fail(m, -EINVAL);
		return 0;
	}
	return m->stack[--m->n];
}

/* depth 0 is the top. */
static void pick(struct machine *m, uint64_t depth)
{
	if (depth >= m->n)
		fail(m, -EINVAL);
	else
		push(m, m->stack[m->n - 1 - depth]);
}

static void push_register(struct machine *m, uint64_t reg)
{
	int64_t offset = bytes_sleb(&m->code);

	if (reg >= FRAME_REGISTERS || !frame_knows(m->registers, (unsigned int)reg))
		fail(m, -EINVAL);
	else
		push(m, m->registers->value[reg] + (uint64_t)offset);
}

static void dereference(struct machine *m, uint64_t size)
{
	uint64_t address = pop(m), value = 0;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		fail(m, -EINVAL);
	if (!m->rc)
		fail(m, m->memory->read(m->memory->context, address, (unsigned int)size, &value));
	push(m, value);
}

static void jump(struct machine *m, bool taken)
{
	int64_t distance = bytes_signed(&m->code, 2);

	if (!taken)
		return;
	if (distance < m->begin - m->code.at || distance > m->code.end - m->code.at)
		fail(m, -EINVAL);
	else
		m->code.at += distance;
}

/* Moves the top below the two that follow, or the one that follows. */
static void rotate(struct machine *m, unsigned int n)
{
	uint64_t top;

	if (m->n < n) {
		fail(m, -EINVAL);
		return;
	}
	top = m->stack[m->n - 1];
	for (unsigned int i = m->n - 1; i > m->n - n; i--)
		m->stack[i] = m->stack[i - 1];
	m->stack[m->n - n] = top;
}

static uint64_t shift_arithmetic(uint64_t a, uint64_t by)
{
	uint64_t sign = a >> 63 ? UINT64_MAX : 0;

	if (by > 63)
		return sign;
	return by ? a >> by | sign << (64 - by) : a;
}

static bool is_comparison(uint8_t op)
{
	return op >= DW_OP_eq && op <= DW_OP_ne;
}

static uint64_t compare(uint8_t op, int64_t a, int64_t b)
{
	switch (op) {
	case DW_OP_eq:
		return a == b;
	case DW_OP_ge:
		return a >= b;
	case DW_OP_gt:
		return a > b;
	case DW_OP_le:
		return a <= b;
	case DW_OP_lt:
		return a < b;
	default:
		return a != b;
	}
}

static bool is_arithmetic(uint8_t op)
{
	return op == DW_OP_and || (op >= DW_OP_div && op <= DW_OP_mul) || op == DW_OP_or ||
	       op == DW_OP_plus || (op >= DW_OP_shl && op <= DW_OP_xor);
}

/* b is not 0 where something is divided by it. */
static uint64_t compute(uint8_t op, uint64_t a, uint64_t b)
{
	switch (op) {
	case DW_OP_and:
		return a & b;
	case DW_OP_div: /* the one quotient that has no place wraps around */
		return b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
	case DW_OP_minus:
		return a - b;
	case DW_OP_mod:
		return a % b;
	case DW_OP_mul:
		return a * b;
	case DW_OP_or:
		return a | b;
	case DW_OP_plus:
		return a + b;
	case DW_OP_shl:
		return b < 64 ? a << b : 0;
	case DW_OP_shr:
		return b < 64 ? a >> b : 0;
	case DW_OP_shra:
		return shift_arithmetic(a, b);
	default:
		return a ^ b;
	}
}

/* What takes two numbers; a was pushed before b. */
static void combine(struct machine *m, uint8_t op)
{
	uint64_t b = pop(m), a = pop(m);

	if (is_comparison(op))
		push(m, compare(op, (int64_t)a, (int64_t)b));
	else if (b == 0 && (op == DW_OP_div || op == DW_OP_mod))
		fail(m, -EINVAL);
	else
		push(m, compute(op, a, b));
}

/* Constants of a fixed size, by op - DW_OP_const1u: how many bytes; signed ones follow. */
static void push_constant(struct machine *m, uint8_t op)
{
	unsigned int size = 1u << (op - DW_OP_const1u) / 2;

	if ((op - DW_OP_const1u) % 2)
		push(m, (uint64_t)bytes_signed(&m->code, size));
	else
		push(m, bytes_number(&m->code, size));
}

/* What is known by a range of numbers. Returns whether op is one of those. */
static bool run_range(struct machine *m, uint8_t op)
{
	if (op >= DW_OP_lit0 && op <= DW_OP_lit31)
		push(m, op - DW_OP_lit0);
	else if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
		push_register(m, op - DW_OP_breg0);
	else if (op >= DW_OP_const1u && op <= DW_OP_const8s)
		push_constant(m, op);
	else if (is_comparison(op) || is_arithmetic(op))
		combine(m, op);
	else
		return false;
	return true;
}

/* What changes the stack's order. Returns whether op is one of those. */
static bool run_order(struct machine *m, uint8_t op)
{
	switch (op) {
	case DW_OP_dup:
		pick(m, 0);
		break;
	case DW_OP_drop:
		pop(m);
		break;
	case DW_OP_over:
		pick(m, 1);
		break;
	case DW_OP_pick:
		pick(m, bytes_number(&m->code, 1));
		break;
	case DW_OP_swap:
		rotate(m, 2);
		break;
	case DW_OP_rot:
		rotate(m, 3);
		break;
	default:
		return false;
	}
	return true;
}

static uint64_t absolute(uint64_t a)
{
	return a >> 63 ? 0 - a : a;
}

static void run_other(struct machine *m, uint8_t op)
{
	struct bytes *c = &m->code;

	switch (op) {
	case DW_OP_addr:
		push(m, bytes_number(c, 8));
		break;
	case DW_OP_constu:
		push(m, bytes_uleb(c));
		break;
	case DW_OP_consts:
		push(m, (uint64_t)bytes_sleb(c));
		break;
	case DW_OP_bregx:
		push_register(m, bytes_uleb(c));
		break;
	case DW_OP_deref:
		dereference(m, 8);
		break;
	case DW_OP_deref_size:
		dereference(m, bytes_number(c, 1));
		break;
	case DW_OP_abs:
		push(m, absolute(pop(m)));
		break;
	case DW_OP_neg:
		push(m, 0 - pop(m));
		break;
	case DW_OP_not:
		push(m, ~pop(m));
		break;
	case DW_OP_plus_uconst:
		push(m, pop(m) + bytes_uleb(c));
		break;
	case DW_OP_bra:
		jump(m, pop(m) != 0);
		break;
	case DW_OP_skip:
		jump(m, true);
		break;
	case DW_OP_nop:
		break;
	default:
		fail(m, -EINVAL);
	}
}

int expression_run(const struct expression *e, const struct frame_registers *r,
		   const struct frame_memory *memory, uint64_t *ret)
{
	struct machine m = { .code = { .at = e->code, .end = e->code + e->size },
			     .begin = e->code,
			     .registers = r,
			     .memory = memory };
	uint64_t top;

	if (e->first)
		push(&m, *e->first);
	for (int steps = 0; !m.rc && bytes_left(&m.code); steps++) {
		uint8_t op = (uint8_t)bytes_number(&m.code, 1);

		if (steps == MOST_STEPS)
			fail(&m, -EINVAL);
		else if (!run_range(&m, op) && !run_order(&m, op))
			run_other(&m, op);
		if (m.code.failed)
			fail(&m, -EINVAL);
	}
	top = pop(&m);
	if (m.rc)
		return m.rc;
	*ret = top;
	return 0;
}
