// SPDX-License-Identifier: BSD-2-Clause
/*
 * Most frames stand at places that were unwound before, so the row of each address
 * is kept: per frame that costs one look-up, and reading some words of the copy.
 */
#include <errno.h>
#include <string.h>

#include "analyze/unwind/walk.h"

/* Beyond this the memory of rows begins anew. */
#define MOST_ROW_BYTES ((size_t)64 << 20)

/* --- rows --- */

static bool make_row(struct unwinder *u, const struct world *w, const struct process *p,
		     uint64_t address, struct frame_row *ret)
{
	struct world_place at = world_resolve(w, p, address);
	struct cfi_entry entry;

	return at.module != MODULES_NONE &&
	       cfi_store_find(u->store, modules_get(&w->modules, at.module), at.offset, &entry) &&
	       frame_row(&entry, at.offset, ret) == 0;
}

static void keep_expression(struct unwinder *u, struct frame_rule *rule)
{
	if (rule->kind == FRAME_AT_RESULT || rule->kind == FRAME_VALUE_RESULT)
		rule->code = arena_copy(&u->arena, rule->code, rule->size);
}

/* A row with only as many rules as it has, and with its expressions. */
static const struct frame_row *keep_row(struct unwinder *u, struct frame_row *row)
{
	keep_expression(u, &row->cfa);
	for (unsigned int i = 0; i < row->n; i++)
		keep_expression(u, &row->rules[i]);
	return arena_copy(&u->arena, row,
			  offsetof(struct frame_row, rules) + row->n * sizeof(row->rules[0]));
}

const struct frame_row *walk_row(struct walk *k, uint64_t address)
{
	struct unwinder *u = k->unwinder;
	uint64_t key = map_mix(address + map_mix(mappings_content(&k->process->maps)));
	const uint64_t *known = map_find(&u->rows, key);
	struct frame_row row;
	uint64_t value = 0;

	if (known)
		return (const struct frame_row *)(uintptr_t)*known;
	if (u->arena.total + u->rows.room * sizeof(struct map_slot) > MOST_ROW_BYTES) {
		map_done(&u->rows);
		arena_done(&u->arena);
		u->arena = (struct arena){ 0 };
	}
	if (make_row(u, k->world, k->process, address, &row))
		value = (uintptr_t)keep_row(u, &row);
	*map_add(&u->rows, key, NULL) = value;
	return (const struct frame_row *)(uintptr_t)value;
}

/* --- steps: each 1 with the caller in walk, or 0 with ret->end --- */

static int stop(struct walk *k, enum unwind_end end)
{
	k->ret->end = end;
	return 0;
}

/* Why memory was not there. */
static int stop_at_memory(struct walk *k)
{
	if (k->image.lost)
		return stop(k, UNWIND_LOST);
	return stop(k, k->image.cut ? UNWIND_CUT : UNWIND_BROKEN);
}

bool walk_is_code(const struct walk *k, uint64_t address)
{
	return mappings_find(&k->process->maps, address) != NULL;
}

/* Makes next the frame. */
static int enter(struct walk *k, const struct frame_registers *next, bool exact)
{
	uint64_t pc = next->value[k->machine->pc];

	if (pc == 0)
		return stop(k, UNWIND_ROOT);
	if (!walk_is_code(k, exact ? pc : pc - 1))
		return stop(k, UNWIND_BROKEN);
	k->now = *next;
	k->exact = exact;
	return 1;
}

/* A frame ends above its caller's, but where a signal took over the stack may be another. */
static bool goes_on(const struct walk *k, const struct frame_row *row, uint64_t cfa)
{
	uint64_t sp = k->now.value[k->machine->sp];

	return row->signal || cfa > sp || (k->exact && cfa == sp);
}

/*
 * Whether a register is said to be saved below the stack pointer. GCC does not say when
 * an epilogue has popped it: then it is the caller's already. Memory there is not copied.
 */
static bool is_popped(const struct walk *k, const struct frame_rule *rule, uint64_t cfa)
{
	uint64_t sp = k->now.value[k->machine->sp];

	return k->exact && rule->kind == FRAME_AT && cfa + (uint64_t)rule->offset < sp;
}

/* The caller's registers but for pc. What cannot be told is not known from here on. */
static void restore_registers(struct walk *k, const struct frame_row *row, uint64_t cfa,
			      struct frame_registers *next)
{
	*next = k->now;
	next->known &= ~k->machine->scratch;
	frame_set(next, k->machine->sp, cfa);
	for (unsigned int i = 0; i < row->n; i++) {
		const struct frame_rule *rule = &row->rules[i];
		uint64_t value;

		if (rule->of >= k->machine->n_registers || rule->of == row->return_register ||
		    is_popped(k, rule, cfa))
			continue;
		next->known &= ~(1ull << rule->of);
		if (frame_apply(rule, &k->now, cfa, &k->memory, &value) == 0)
			frame_set(next, rule->of, value);
	}
}

/* The return address. Returns 0; -ENOENT: there is no caller; or what frame_apply() says. */
static int find_caller(struct walk *k, const struct frame_row *row, uint64_t cfa, uint64_t *ret)
{
	const struct frame_rule *rule = frame_rule(row, row->return_register);

	if (rule && rule->kind == FRAME_UNDEFINED)
		return -ENOENT;
	if (rule)
		return frame_apply(rule, &k->now, cfa, &k->memory, ret);
	/* Still in the link register, which only who has not called may say. */
	if (!k->exact || row->return_register == k->machine->pc ||
	    !frame_knows(&k->now, row->return_register))
		return -EINVAL;
	*ret = k->now.value[row->return_register];
	return 0;
}

static int step_by_row(struct walk *k, const struct frame_row *row)
{
	struct frame_registers next;
	uint64_t cfa, pc;
	int rc = frame_cfa(row, &k->now, &k->memory, &cfa);

	if (rc == 0)
		rc = find_caller(k, row, cfa, &pc);
	if (rc == -ENOENT)
		return stop(k, UNWIND_ROOT);
	if (rc == -EFAULT)
		return stop_at_memory(k);
	if (rc < 0 || !goes_on(k, row, cfa))
		return stop(k, UNWIND_BROKEN);
	restore_registers(k, row, cfa, &next);
	pc &= k->machine->address_mask;
	if (row->return_register != k->machine->pc)
		frame_set(&next, row->return_register, pc);
	frame_set(&next, k->machine->pc, pc);
	k->by_chain = false;
	return enter(k, &next, row->signal);
}

/* Registers of a caller of which only these are known. */
int walk_enter(struct walk *k, uint64_t pc, uint64_t sp, uint64_t fp)
{
	struct frame_registers next = { .known = 0 };

	frame_set(&next, k->machine->pc, pc & k->machine->address_mask);
	frame_set(&next, k->machine->sp, sp);
	frame_set(&next, k->machine->fp, fp);
	return enter(k, &next, false);
}

/* The frame pointer's own record: the caller's, and behind it the return address. */
static int step_by_pointer(struct walk *k)
{
	uint64_t sp = k->now.value[k->machine->sp], fp = k->now.value[k->machine->fp], next, pc;

	if (!frame_knows(&k->now, k->machine->fp))
		return stop(k, UNWIND_NO_CFI);
	if (fp == 0 && k->by_chain)
		return stop(k, UNWIND_ROOT);
	if (fp < sp || fp % sizeof(uint64_t) || fp > UINT64_MAX - 16)
		return stop(k, UNWIND_NO_CFI);
	if (image_read(&k->image, fp, 8, &next) < 0 || image_read(&k->image, fp + 8, 8, &pc) < 0) {
		/* A register that holds anything may point anywhere: only a known end tells. */
		if (k->image.cut && k->image.stack_end == UINT64_MAX)
			return stop(k, UNWIND_NO_CFI);
		return k->image.cut || k->image.lost ? stop_at_memory(k) : stop(k, UNWIND_NO_CFI);
	}
	if (next == 0 && pc == 0)
		return stop(k, UNWIND_ROOT);
	if ((next && next <= fp) || !walk_is_code(k, (pc & k->machine->address_mask) - 1))
		return stop(k, UNWIND_NO_CFI);
	k->by_chain = true;
	return walk_enter(k, pc, fp + 16, next);
}

/* A leaf that has pushed nothing, on a machine whose calls push. */
static int step_by_top(struct walk *k)
{
	uint64_t sp = k->now.value[k->machine->sp], pc;

	if (k->ret->n != 1 || !k->machine->call_pushes || image_read(&k->image, sp, 8, &pc) < 0 ||
	    !pc || !walk_is_code(k, pc - 1))
		return 0;
	return walk_enter(k, pc, sp + 8, k->now.value[k->machine->fp]);
}

int walk_step(struct walk *k, uint64_t address)
{
	const struct frame_row *row = walk_row(k, address);

	k->image.cut = k->image.lost = false;
	if (row)
		return step_by_row(k, row);
	/* A program's first instructions, which nobody called: the stack is as the kernel made it. */
	if (k->now.value[k->machine->sp] >= k->image.stack_end)
		return stop(k, UNWIND_ROOT);
	if (step_by_pointer(k))
		return 1;
	return k->ret->end == UNWIND_NO_CFI && step_by_top(k);
}

bool walk_begin(struct walk *k, const struct copy *copy)
{
	const struct machine *m = machine_of(copy->n_registers);

	if (!m)
		return false;
	k->machine = m;
	k->exact = true;
	memcpy(k->now.value, copy->words, m->n_registers * sizeof(uint64_t));
	k->now.known = (1ull << m->n_registers) - 1;
	k->leaf_fp = k->now.value[m->fp];
	image_init(&k->image, &k->world->copies, copy, k->now.value[m->sp]);
	k->memory = (struct frame_memory){ image_read, &k->image };
	return true;
}

void walk_run(struct walk *k, uint64_t limit)
{
	struct unwound *ret = k->ret;
	int more = 1;

	while (more) {
		uint64_t address = k->now.value[k->machine->pc] - !k->exact;
		struct frame_registers before = k->now;

		if (ret->n == UNWIND_MOST) {
			ret->end = UNWIND_DEEP;
			break;
		}
		ret->address[ret->n++] = address;
		more = walk_step(k, address);
		if (more && k->now.value[k->machine->sp] > limit) {
			k->now = before;
			more = stop(k, UNWIND_BROKEN);
		}
	}
}

uint32_t walk_find(const struct unwound *ret, const struct stack *walked)
{
	uint64_t last = ret->address[ret->n - 1];
	uint32_t which = 0;

	for (uint32_t i = 0; i < ret->n; i++)
		which += ret->address[i] == last;
	for (uint32_t i = 0; i < walked->n; i++) {
		if (walk_address(walked, i) == last && --which == 0)
			return i;
	}
	return walked->n;
}
