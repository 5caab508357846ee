// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as call frame information of eight functions, registers and a stack:
 * unwinding comes to an end within bounds, and twice to the same. An input is the
 * sizes of the functions' instructions (a byte each), what their CIEs say (4 bytes
 * each), the instructions, flags, registers, by a flag the frames of a goroutine and a
 * walk, and then memory.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/unwind/unwind.h"

#define FUNCTIONS  8
#define CODE	   0x1000u
#define SP	   0x7ffc00000100ull
#define MOST_PARTS 129

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

/* The largest record: a copy, 56 bytes and its words; or a part, or a function. */
#define ROOM (64 + 33 + MOST_PARTS)

struct bench {
	struct world *world;
	struct cfi_store *store;
	struct unwinder *unwinder;
	struct unwound found[2];
	uint64_t copy[ROOM];
	uint64_t other[ROOM];
};

static void require(int truth)
{
	if (!truth)
		abort();
}

/* What is missing is 0. */
static void take(struct input *in, void *to, size_t size)
{
	size_t n = size < in->left ? size : in->left;

	memset(to, 0, size);
	memcpy(to, in->at, n);
	in->at += n;
	in->left -= n;
}

/* Numbers that lead somewhere: a first byte of 0 is followed by any number. */
static uint64_t take_word(struct input *in)
{
	uint8_t kind;
	uint16_t low;
	uint64_t any;

	take(in, &kind, sizeof(kind));
	if (kind == 0) {
		take(in, &any, sizeof(any));
		return any;
	}
	take(in, &low, sizeof(low));
	return kind % 2 ? CODE + low % 0x900 : SP + low;
}

static void put_module(struct world *w)
{
	uint64_t room[8] = { 0 };
	struct ev_module *m = (struct ev_module *)room;

	m->h = (struct ev_header){ .type = EV_MODULE, .units = sizeof(room) / EV_UNIT };
	m->module = 1;
	memcpy(m->path, "/one", 5);
	modules_define(&w->modules, m);
}

/* Process 7 has module 1 at CODE. */
static void put_process(struct world *w)
{
	static const struct ev_process process = {
		.h = { .type = EV_PROCESS, .units = sizeof(process) / EV_UNIT, .tid = 7, .tgid = 7 }
	};
	static const struct ev_mapping mapping = {
		.h = { .type = EV_MAPPING,
		       .units = sizeof(mapping) / EV_UNIT,
		       .tid = 7,
		       .tgid = 7 },
		.start = CODE,
		.end = CODE + 0x900,
		.module = 1,
	};

	put_module(w);
	world_apply(w, &process.h);
	world_apply(w, &mapping.h);
}

static void put_functions(struct bench *b, struct input *in)
{
	struct tape_module module = { .path = "/one", .kind = EV_MODULE_FILE };
	struct ev_cfi *cfi = (struct ev_cfi *)b->other;
	uint8_t sizes[FUNCTIONS], heads[FUNCTIONS][4];

	take(in, sizes, sizeof(sizes));
	take(in, heads, sizeof(heads));
	for (size_t i = 0; i < FUNCTIONS; i++) {
		*cfi = (struct ev_cfi){
			.h = { .type = EV_CFI, .units = sizeof(b->other) / EV_UNIT },
			.start = i * 0x100,
			.size = 0x100,
			.flags = heads[i][0],
			.code_align = heads[i][1] % 5,
			.data_align = (int8_t)heads[i][2],
			.return_register = heads[i][3] % 40,
			.cie_bytes = sizes[i] / 3,
			.fde_bytes = sizes[i] - sizes[i] / 3,
		};
		take(in, cfi->instructions, sizes[i]);
		cfi_store_add(b->store, &module, cfi);
	}
}

static void put_part(struct bench *b, struct input *in, uint64_t id)
{
	struct ev_stack_part *part = (struct ev_stack_part *)b->other;

	*part = (struct ev_stack_part){
		.h = { .type = EV_STACK_PART, .units = sizeof(b->other) / EV_UNIT },
		.id = id,
	};
	for (size_t i = 0; i < COPY_PART_WORDS; i++)
		part->words[i] = take_word(in);
	copies_define_part(&b->world->copies, part);
}

/* Words of which many are 0, so that parts follow each other. */
static void put_go(struct bench *b, struct input *in)
{
	struct ev_stack_go *go = (struct ev_stack_go *)b->other;
	struct ev_stack *walked = (struct ev_stack *)b->other;
	uint8_t head[4];
	uint32_t n;

	take(in, head, sizeof(head));
	n = head[0] % 64;
	*go = (struct ev_stack_go){
		.h = { .type = EV_STACK_GO, .units = (uint16_t)(sizeof(*go) / EV_UNIT + n) },
		.id = 1,
		.switch_sp = SP + head[1] * 8u,
		.n_walked = head[2] % 16,
		.flags = head[3],
	};
	for (uint32_t i = 0; i < n; i++) {
		uint64_t word = take_word(in);

		go->words[i] = word % 5 == 0 ? 0 : word;
	}
	copies_define_go(&b->world->copies, go);
	*walked = (struct ev_stack){
		.h = { .type = EV_STACK, .units = sizeof(*walked) / EV_UNIT + 8, .tgid = 7 },
		.id = 1,
	};
	for (uint32_t i = 0; i < 8; i++)
		walked->ip[i] = take_word(in);
	stacks_define(&b->world->stacks, walked);
}

static const struct copy *put_copy(struct bench *b, struct input *in)
{
	struct ev_stack_copy *copy = (struct ev_stack_copy *)b->copy;
	uint32_t n_registers, n = 0;
	uint8_t flags;

	take(in, &flags, sizeof(flags));
	n_registers = flags & 1 ? 33 : 17;
	for (uint32_t i = 0; i < n_registers; i++)
		copy->words[i] = take_word(in);
	copy->words[flags & 1 ? 31 : 7] = SP;
	if (flags & 4)
		put_go(b, in);
	for (; in->left && n < MOST_PARTS; n++) {
		put_part(b, in, n + 1);
		copy->words[n_registers + n] = n % 7 == 6 ? 0 : n + 1;
	}
	copy->id = 1;
	copy->n_registers = n_registers;
	copy->in_use = flags & 2 ? 3000 : 0;
	copy->h = (struct ev_header){
		.type = EV_STACK_COPY,
		.units = (uint16_t)(sizeof(*copy) / EV_UNIT + n_registers + n),
	};
	copies_define(&b->world->copies, copy);
	return copies_find(&b->world->copies, 1);
}

static void check(const struct bench *b)
{
	const struct unwound *first = &b->found[0], *second = &b->found[1];

	require(first->n <= UNWIND_MOST && first->end < UNWIND_N_ENDS);
	require(first->gap < UNWIND_N_ENDS);
	require(first->n == second->n && first->end == second->end && first->gap == second->gap);
	require(memcmp(first->address, second->address, first->n * sizeof(first->address[0])) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cfi_store_options options = { .no_files = true };
	struct input in = { data, size };
	struct bench *b = calloc(1, sizeof(*b));
	struct unwind_stack stack = { 0 };

	require(b != NULL);
	b->world = world_new();
	b->store = cfi_store_new(&options);
	b->unwinder = unwinder_new(b->store);
	put_process(b->world);
	put_functions(b, &in);
	stack.copy = put_copy(b, &in);
	require(stack.copy != NULL);
	stack.walked = stacks_find(&b->world->stacks, 1);
	stack.go = copies_go(&b->world->copies, 1);
	if (stack.go && stack.go->n_walked & 8)
		stack.copy = NULL;
	for (int i = 0; i < 2; i++)
		unwinder_run(b->unwinder, b->world, tasks_find(&b->world->tasks, 7), &stack,
			     &b->found[i]);
	require(stack.go || b->found[0].n);
	check(b);
	unwinder_free(b->unwinder);
	cfi_store_free(b->store);
	world_free(b->world);
	free(b);
	return 0;
}
