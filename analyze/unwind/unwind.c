// SPDX-License-Identifier: BSD-2-Clause
/*
 * Most frames stand at places that were unwound before, so the row of each address
 * is kept: per frame that costs one look-up, and reading some words of the copy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/unwind/frame.h"
#include "analyze/unwind/image.h"
#include "analyze/unwind/machine.h"
#include "analyze/unwind/unwind.h"

/* Beyond this the memory of rows begins anew. */
#define MOST_ROW_BYTES ((size_t)64 << 20)

struct unwinder {
	struct cfi_store *store;
	struct map rows; /* by address and mappings: struct frame_row, or 0 if there is none */
	struct arena arena;
};

/* One stack that is being unwound. */
struct walk {
	struct unwinder *unwinder;
	const struct world *world;
	const struct process *process;
	const struct machine *machine;
	struct image image;
	struct frame_memory memory;
	struct frame_registers now;
	uint64_t leaf_fp;
	bool exact;    /* the program stood at pc, and did not call there */
	bool by_chain; /* the last step was one along frame pointers */
	struct unwound *ret;
};

struct unwinder *unwinder_new(struct cfi_store *store)
{
	struct unwinder *u = memory_alloc(sizeof(*u));

	u->store = store;
	return u;
}

void unwinder_free(struct unwinder *u)
{
	if (!u)
		return;
	map_done(&u->rows);
	arena_done(&u->arena);
	free(u);
}

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

/* NULL if there is none. */
static const struct frame_row *find_row(struct unwinder *u, const struct world *w,
					const struct process *p, uint64_t address)
{
	uint64_t key = map_mix(address + map_mix(mappings_content(&p->maps)));
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
	if (make_row(u, w, p, address, &row))
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

static bool is_code(const struct walk *k, uint64_t address)
{
	return mappings_find(&k->process->maps, address) != NULL;
}

/* Makes next the frame. */
static int enter(struct walk *k, const struct frame_registers *next, bool exact)
{
	uint64_t pc = next->value[k->machine->pc];

	if (pc == 0)
		return stop(k, UNWIND_ROOT);
	if (!is_code(k, exact ? pc : pc - 1))
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
static int enter_known(struct walk *k, uint64_t pc, uint64_t sp, uint64_t fp)
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
	if ((next && next <= fp) || !is_code(k, (pc & k->machine->address_mask) - 1))
		return stop(k, UNWIND_NO_CFI);
	k->by_chain = true;
	return enter_known(k, pc, fp + 16, next);
}

/* A leaf that has pushed nothing, on a machine whose calls push. */
static int step_by_top(struct walk *k)
{
	uint64_t sp = k->now.value[k->machine->sp], pc;

	if (k->ret->n != 1 || !k->machine->call_pushes || image_read(&k->image, sp, 8, &pc) < 0 ||
	    !pc || !is_code(k, pc - 1))
		return 0;
	return enter_known(k, pc, sp + 8, k->now.value[k->machine->fp]);
}

static int step(struct walk *k, uint64_t address)
{
	const struct frame_row *row = find_row(k->unwinder, k->world, k->process, address);

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

/* --- both ways together --- */

static uint64_t walked_address(const struct stack *walked, uint32_t i)
{
	return walked->ip[i] - (i > 0);
}

/*
 * Where in walked the last frame of ret is; walked->n if it is not. A function that
 * calls itself is there more than once: the same of them is meant in both.
 */
static uint32_t find_last(const struct unwound *ret, const struct stack *walked)
{
	uint64_t last = ret->address[ret->n - 1];
	uint32_t which = 0;

	for (uint32_t i = 0; i < ret->n; i++)
		which += ret->address[i] == last;
	for (uint32_t i = 0; i < walked->n; i++) {
		if (walked_address(walked, i) == last && --which == 0)
			return i;
	}
	return walked->n;
}

static bool is_root(struct walk *k, uint64_t address)
{
	const struct frame_row *row = find_row(k->unwinder, k->world, k->process, address);
	const struct frame_rule *rule = row ? frame_rule(row, row->return_register) : NULL;

	return rule && rule->kind == FRAME_UNDEFINED;
}

/*
 * Whether the last frame is the first that the walk met: code below it left the
 * pointer as it was, so that the walk passed over it. Go's are so, where they call on
 * another stack, which the copy does not have.
 */
static bool hangs_on_pointer(struct walk *k)
{
	const struct frame_row *row =
		find_row(k->unwinder, k->world, k->process, k->ret->address[k->ret->n - 1]);

	return row && row->cfa.kind == FRAME_REGISTER && row->cfa.reg == k->machine->fp &&
	       row->cfa.offset == 16 && frame_knows(&k->now, k->machine->fp) &&
	       k->now.value[k->machine->fp] == k->leaf_fp;
}

/* What the walk along frame pointers knows beyond the last frame. */
static void go_on_by(struct walk *k, const struct stack *walked)
{
	struct unwound *ret = k->ret;
	uint32_t from = find_last(ret, walked), before = ret->n;

	if (from == walked->n && hangs_on_pointer(k))
		from = 0;
	for (uint32_t i = from + 1; i < walked->n && ret->n < UNWIND_MOST; i++) {
		uint64_t address = walked_address(walked, i);

		if (!is_code(k, address))
			return;
		ret->address[ret->n++] = address;
		if (is_root(k, address)) {
			ret->end = UNWIND_ROOT;
			return;
		}
	}
	if (ret->n > before && walked->flags & EV_STACK_CUT)
		ret->end = UNWIND_CUT;
}

static void copy_walked(const struct stack *walked, struct unwound *ret)
{
	ret->n = walked->n < UNWIND_MOST ? walked->n : UNWIND_MOST;
	ret->end = walked->flags & EV_STACK_CUT ? UNWIND_CUT : UNWIND_ROOT;
	for (uint32_t i = 0; i < ret->n; i++)
		ret->address[i] = walked_address(walked, i);
}

/* Returns whether the copy is one of a machine that is known. */
static bool begin(struct walk *k, const struct copy *copy)
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

static void run_copy(struct walk *k, const struct stack *walked)
{
	struct unwound *ret = k->ret;
	int more = 1;

	ret->n = 0;
	while (more) {
		uint64_t address = k->now.value[k->machine->pc] - !k->exact;

		if (ret->n == UNWIND_MOST) {
			ret->end = UNWIND_DEEP;
			break;
		}
		ret->address[ret->n++] = address;
		more = step(k, address);
	}
	if (ret->end != UNWIND_ROOT && walked)
		go_on_by(k, walked);
}

/* Which word of the top is the leaf's return address; 2: none of them. */
static unsigned int word_of_caller(const struct frame_row *row)
{
	const struct machine *x86 = machine_of(17);
	const struct frame_rule *caller = frame_rule(row, row->return_register);

	if (row->cfa.kind != FRAME_REGISTER || row->cfa.reg != x86->sp ||
	    row->return_register != x86->pc || !caller || caller->kind != FRAME_AT ||
	    caller->offset != -8)
		return 2;
	if (row->cfa.offset == 8)
		return 0;
	return row->cfa.offset == 16 ? 1 : 2;
}

/* Puts the caller that the walk missed where it belongs. */
static void mend(struct walk *k, const struct unwind_stack *stack)
{
	uint64_t leaf = stack->walked->ip[0];
	const struct frame_row *row = find_row(k->unwinder, k->world, k->process, leaf);
	unsigned int word = row ? word_of_caller(row) : 2;
	uint64_t caller = word < 2 ? stack->top->word[word] : 0;
	struct unwound *ret = k->ret;

	if (!caller || ret->n == UNWIND_MOST || (ret->n > 1 && stack->walked->ip[1] == caller) ||
	    !is_code(k, caller - 1))
		return;
	memmove(&ret->address[2], &ret->address[1], (ret->n - 1) * sizeof(ret->address[0]));
	ret->address[1] = caller - 1;
	ret->n++;
}

void unwinder_run(struct unwinder *u, const struct world *w, const struct process *p,
		  const struct unwind_stack *stack, struct unwound *ret)
{
	struct walk k = { .unwinder = u, .world = w, .process = p, .ret = ret };

	ret->n = 0;
	ret->end = UNWIND_BROKEN;
	if (stack->copy && begin(&k, stack->copy)) {
		run_copy(&k, stack->walked);
		return;
	}
	if (stack->walked)
		copy_walked(stack->walked, ret);
	if (ret->n && stack->top)
		mend(&k, stack);
}
