/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks, written once in each epoch that uses them, and the names of the
 * addresses in them. Numbers 32 to 47.
 */
#ifndef TAPE_EVENTS_STACK_H
#define TAPE_EVENTS_STACK_H

#include <tape/events/event.h>

enum ev_stack_kind {
	EV_STACK_USER = 0,
	EV_STACK_KERNEL = 1,
};

enum ev_stack_flags {
	EV_STACK_CUT = 1, /* deeper than the recorder reads: its root is missing */
};

/*
 * The id is a 64-bit hash of the addresses and, for a user stack, of the
 * process and its count of execs: equal ids are equal stacks throughout the
 * tape. The header's tgid is the process of a user stack, 0 of a kernel stack.
 */
#define EV_STACK_FIELDS(F, A, T)                                                                   \
	F(uint64_t, id, "stack", "by which events refer to it; never 0")                           \
	F(uint32_t, kind, "enum", "enum ev_stack_kind")                                            \
	F(uint32_t, flags, "flags", "enum ev_stack_flags")                                         \
	T(uint64_t, ip, "address", "leaf first; all but the leaf are return addresses")
EV_STRUCT(stack, EV_STACK_FIELDS);

/*
 * A name for all offsets from start on. Only what was hit is here. The name is
 * as the module has it (mangled). Written behind the run, in SYMBOLS blocks,
 * each of which repeats the MODULE records that it needs.
 */
#define EV_SYMBOL_FIELDS(F, A, T)                                                                  \
	F(uint64_t, start, "bytes", "the symbol's first offset in its module")                     \
	F(uint64_t, size, "bytes", "how far it reaches")                                           \
	F(uint32_t, module, "module", "whose symbol it is")                                        \
	F(uint32_t, reserved, "none", "0")                                                         \
	T(char, name, "text", "as the module has it")
EV_STRUCT(symbol, EV_SYMBOL_FIELDS);

#define EV_STACK_EVENTS(X)                                                                         \
	X(STACK, 32, stack, EV_STACK_FIELDS, "a call stack and its id")                            \
	X(SYMBOL, 33, symbol, EV_SYMBOL_FIELDS, "the name of a range of a module")

#endif
