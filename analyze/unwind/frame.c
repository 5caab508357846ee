// SPDX-License-Identifier: BSD-2-Clause
/* See frame.h. The numbers of DW_CFA_* are those of <dwarf.h>. */
#include <dwarf.h>
#include <errno.h>
#include <string.h>

#include "analyze/unwind/bytes.h"
#include "analyze/unwind/expression.h"
#include "analyze/unwind/frame.h"

#define MOST_REMEMBERED 16

/* Newer than Debian's <dwarf.h>, or GNU's alone. */
#define CFA_NEGATE_RA_STATE_WITH_PC 0x2c

/* One row while it is made: a rule for every register. */
struct rules {
	struct frame_rule cfa;
	struct frame_rule of[FRAME_REGISTERS];
};

struct run {
	const struct cfi_entry *entry;
	struct bytes code;
	uint64_t place; /* where the rules hold from */
	uint64_t target;
	bool arrived;
	bool initial; /* the CIE's are run: there is no row to go back to */
	struct rules now;
	struct rules first; /* the CIE's */
	struct rules remembered[MOST_REMEMBERED];
	unsigned int n_remembered;
	int rc;
};

static void advance(struct run *r, uint64_t delta)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(delta, (uint64_t)r->entry->code_align, &bytes) ||
	    __builtin_add_overflow(r->place, bytes, &r->place) || r->place > r->target)
		r->arrived = true;
}

/* Of a register that we do not follow (vectors) nothing is kept, and that is no error. */
static void set(struct run *r, uint64_t reg, struct frame_rule rule)
{
	if (reg >= FRAME_REGISTERS)
		return;
	rule.of = (uint8_t)reg;
	r->now.of[reg] = rule;
}

static void set_offset(struct run *r, uint64_t reg, enum frame_rule_kind kind, int64_t factored)
{
	int64_t offset;

	if (__builtin_mul_overflow(factored, (int64_t)r->entry->data_align, &offset))
		r->rc = -EINVAL;
	else
		set(r, reg, (struct frame_rule){ .kind = (uint8_t)kind, .offset = offset });
}

static void set_register(struct run *r, uint64_t reg, uint64_t from)
{
	if (from >= FRAME_REGISTERS)
		set(r, reg, (struct frame_rule){ .kind = FRAME_UNDEFINED });
	else
		set(r, reg, (struct frame_rule){ .kind = FRAME_REGISTER, .reg = (uint8_t)from });
}

static struct frame_rule expression_rule(struct run *r, enum frame_rule_kind kind)
{
	struct frame_rule rule = { .kind = (uint8_t)kind };
	uint64_t size = bytes_uleb(&r->code);

	rule.code = bytes_take(&r->code, size);
	rule.size = rule.code ? (uint32_t)size : 0;
	return rule;
}

static void restore(struct run *r, uint64_t reg)
{
	if (r->initial)
		r->rc = -EINVAL;
	else if (reg < FRAME_REGISTERS)
		r->now.of[reg] = r->first.of[reg];
}

static void define_cfa(struct run *r, uint64_t reg, int64_t offset)
{
	if (reg >= FRAME_REGISTERS)
		r->rc = -EINVAL;
	r->now.cfa = (struct frame_rule){ .kind = FRAME_REGISTER,
					  .reg = (uint8_t)reg,
					  .offset = offset };
}

static void define_cfa_register(struct run *r, uint64_t reg)
{
	if (r->now.cfa.kind != FRAME_REGISTER)
		r->rc = -EINVAL;
	else
		define_cfa(r, reg, r->now.cfa.offset);
}

static void define_cfa_offset(struct run *r, int64_t offset)
{
	if (r->now.cfa.kind != FRAME_REGISTER)
		r->rc = -EINVAL;
	else
		r->now.cfa.offset = offset;
}

static int64_t factored(struct run *r, int64_t number)
{
	int64_t offset;

	if (__builtin_mul_overflow(number, (int64_t)r->entry->data_align, &offset))
		r->rc = -EINVAL;
	return offset;
}

static void remember(struct run *r)
{
	if (r->n_remembered == MOST_REMEMBERED)
		r->rc = -EINVAL;
	else
		r->remembered[r->n_remembered++] = r->now;
}

static void recall(struct run *r)
{
	if (r->n_remembered == 0)
		r->rc = -EINVAL;
	else
		r->now = r->remembered[--r->n_remembered];
}

/* What is about the place, and rows as a whole. Returns whether op is one of those. */
static bool run_place(struct run *r, uint8_t op)
{
	struct bytes *c = &r->code;

	switch (op) {
	case DW_CFA_nop:
	case DW_CFA_AARCH64_negate_ra_state: /* signs are taken off wherever they may be */
	case CFA_NEGATE_RA_STATE_WITH_PC:
		break;
	case DW_CFA_GNU_args_size:
		bytes_uleb(c);
		break;
	case DW_CFA_advance_loc1:
		advance(r, bytes_number(c, 1));
		break;
	case DW_CFA_advance_loc2:
		advance(r, bytes_number(c, 2));
		break;
	case DW_CFA_advance_loc4:
		advance(r, bytes_number(c, 4));
		break;
	case DW_CFA_MIPS_advance_loc8:
		advance(r, bytes_number(c, 8));
		break;
	case DW_CFA_remember_state:
		remember(r);
		break;
	case DW_CFA_restore_state:
		recall(r);
		break;
	default:
		return false;
	}
	return true;
}

/* What is about the CFA. Returns whether op is one of those. */
static bool run_cfa(struct run *r, uint8_t op)
{
	struct bytes *c = &r->code;
	uint64_t reg;

	switch (op) {
	case DW_CFA_def_cfa:
		reg = bytes_uleb(c);
		define_cfa(r, reg, (int64_t)bytes_uleb(c));
		break;
	case DW_CFA_def_cfa_sf:
		reg = bytes_uleb(c);
		define_cfa(r, reg, factored(r, bytes_sleb(c)));
		break;
	case DW_CFA_def_cfa_register:
		define_cfa_register(r, bytes_uleb(c));
		break;
	case DW_CFA_def_cfa_offset:
		define_cfa_offset(r, (int64_t)bytes_uleb(c));
		break;
	case DW_CFA_def_cfa_offset_sf:
		define_cfa_offset(r, factored(r, bytes_sleb(c)));
		break;
	case DW_CFA_def_cfa_expression:
		r->now.cfa = expression_rule(r, FRAME_VALUE_RESULT);
		break;
	default:
		return false;
	}
	return true;
}

/* What is about a register, which is the first operand. */
static void run_register(struct run *r, uint8_t op)
{
	struct bytes *c = &r->code;
	uint64_t reg = bytes_uleb(c);

	switch (op) {
	case DW_CFA_offset_extended:
		set_offset(r, reg, FRAME_AT, (int64_t)bytes_uleb(c));
		break;
	case DW_CFA_offset_extended_sf:
		set_offset(r, reg, FRAME_AT, bytes_sleb(c));
		break;
	case DW_CFA_GNU_negative_offset_extended:
		set_offset(r, reg, FRAME_AT, (int64_t)(0 - bytes_uleb(c)));
		break;
	case DW_CFA_val_offset:
		set_offset(r, reg, FRAME_VALUE, (int64_t)bytes_uleb(c));
		break;
	case DW_CFA_val_offset_sf:
		set_offset(r, reg, FRAME_VALUE, bytes_sleb(c));
		break;
	case DW_CFA_restore_extended:
		restore(r, reg);
		break;
	case DW_CFA_undefined:
		set(r, reg, (struct frame_rule){ .kind = FRAME_UNDEFINED });
		break;
	case DW_CFA_same_value:
		set(r, reg, (struct frame_rule){ .kind = FRAME_SAME });
		break;
	case DW_CFA_register:
		set_register(r, reg, bytes_uleb(c));
		break;
	case DW_CFA_expression:
		set(r, reg, expression_rule(r, FRAME_AT_RESULT));
		break;
	case DW_CFA_val_expression:
		set(r, reg, expression_rule(r, FRAME_VALUE_RESULT));
		break;
	default:
		r->rc = -EINVAL; /* DW_CFA_set_loc too: nobody writes it */
	}
}

static void run_instructions(struct run *r, const uint8_t *code, size_t size)
{
	r->code = (struct bytes){ .at = code, .end = code + size };
	while (!r->arrived && !r->rc && bytes_left(&r->code)) {
		uint8_t op = (uint8_t)bytes_number(&r->code, 1), low = op & 0x3f;

		if ((op & 0xc0) == DW_CFA_advance_loc)
			advance(r, low);
		else if ((op & 0xc0) == DW_CFA_offset)
			set_offset(r, low, FRAME_AT, (int64_t)bytes_uleb(&r->code));
		else if ((op & 0xc0) == DW_CFA_restore)
			restore(r, low);
		else if (!run_place(r, op) && !run_cfa(r, op))
			run_register(r, op);
		if (r->code.failed)
			r->rc = -EINVAL;
	}
}

static void write_row(const struct run *r, struct frame_row *ret)
{
	ret->cfa = r->now.cfa;
	ret->signal = r->entry->flags & EV_CFI_SIGNAL;
	ret->return_register = (uint8_t)r->entry->return_register;
	ret->n = 0;
	for (unsigned int i = 0; i < FRAME_REGISTERS; i++) {
		if (r->now.of[i].kind != FRAME_SAME)
			ret->rules[ret->n++] = r->now.of[i];
	}
}

int frame_row(const struct cfi_entry *entry, uint64_t offset, struct frame_row *ret)
{
	struct run r;

	if (entry->return_register >= FRAME_REGISTERS || offset < entry->start ||
	    offset - entry->start >= entry->size)
		return -EINVAL;
	/* What is remembered is not looked at before it is set. */
	memset(&r, 0, offsetof(struct run, remembered));
	r.n_remembered = 0;
	r.rc = 0;
	r.entry = entry;
	r.target = offset;
	r.place = entry->start;
	r.initial = true;
	run_instructions(&r, entry->cie, entry->cie_bytes);
	r.first = r.now;
	r.initial = false;
	run_instructions(&r, entry->fde, entry->fde_bytes);
	if (r.rc || r.now.cfa.kind == FRAME_SAME)
		return -EINVAL;
	write_row(&r, ret);
	return 0;
}

const struct frame_rule *frame_rule(const struct frame_row *row, unsigned int reg)
{
	for (unsigned int i = 0; i < row->n; i++) {
		if (row->rules[i].of == reg)
			return &row->rules[i];
	}
	return NULL;
}

int frame_cfa(const struct frame_row *row, const struct frame_registers *r,
	      const struct frame_memory *memory, uint64_t *ret)
{
	struct expression e = { row->cfa.code, row->cfa.size, NULL };

	if (row->cfa.kind == FRAME_VALUE_RESULT)
		return expression_run(&e, r, memory, ret);
	if (!frame_knows(r, row->cfa.reg))
		return -EINVAL;
	*ret = r->value[row->cfa.reg] + (uint64_t)row->cfa.offset;
	return 0;
}

int frame_apply(const struct frame_rule *rule, const struct frame_registers *r, uint64_t cfa,
		const struct frame_memory *memory, uint64_t *ret)
{
	struct expression e = { rule->code, rule->size, &cfa };
	uint64_t address = cfa + (uint64_t)rule->offset;
	int rc;

	switch (rule->kind) {
	case FRAME_AT:
		return memory->read(memory->context, address, 8, ret);
	case FRAME_VALUE:
		*ret = address;
		return 0;
	case FRAME_VALUE_RESULT:
		return expression_run(&e, r, memory, ret);
	case FRAME_AT_RESULT:
		rc = expression_run(&e, r, memory, &address);
		return rc < 0 ? rc : memory->read(memory->context, address, 8, ret);
	case FRAME_REGISTER:
		if (!frame_knows(r, rule->reg))
			return -EINVAL;
		*ret = r->value[rule->reg];
		return 0;
	default:
		return -EINVAL;
	}
}
