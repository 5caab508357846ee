/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks, written once in each epoch that uses them, what is needed to unwind
 * them, and the names of the addresses in them. Numbers 32 to 47.
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
 * What stood at the stack pointer of a user stack (in a system call, of the function
 * that made it), if it may be the return address of a function that had not yet set up its frame, or
 * never does: the caller that a walk along frame pointers misses. id as in STACK,
 * which comes with it.
 */
#define EV_STACK_TOP_FIELDS(F, A, T)                                                               \
	F(uint64_t, id, "stack", "the stack that it belongs to")                                   \
	A(uint64_t, word, 2, "address", "at [sp] and [sp + 8]; 0: not code, or told by the stack")
EV_STRUCT(stack_top, EV_STACK_TOP_FIELDS);

/*
 * Registers and memory of a user stack, for unwinding without frame pointers. id as
 * in STACK, which comes with it and holds what a walk along frame pointers gave.
 * words: n_registers registers in DWARF's order for the machine (x86-64: 0 rax, 1
 * rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp, 8 to 15, 16 rip; aarch64: x0 to
 * x30, 31 sp, 32 pc), then the ids of its parts, in order of address. The first part
 * holds sp; each begins at a multiple of EV_STACK_PART_SIZE. A part of id 0 was not
 * readable.
 */
#define EV_STACK_PART_SIZE 512
#define EV_STACK_COPY_FIELDS(F, A, T)                                                              \
	F(uint64_t, id, "stack", "the stack that it belongs to")                                   \
	F(uint64_t, in_use, "bytes", "from sp to the end of the stack; 0: not known")              \
	F(uint32_t, n_registers, "count", "how many of words are registers")                       \
	F(uint32_t, flags, "flags", "0")                                                           \
	T(uint64_t, words, "none", "registers, then ids of parts")
EV_STRUCT(stack_copy, EV_STACK_COPY_FIELDS);

/* A part of a stack's memory, once in each epoch that refers to it. What is below sp is 0. */
#define EV_STACK_PART_FIELDS(F, A, T)                                                              \
	F(uint64_t, id, "part", "a hash of it, by which copies refer to it; never 0")              \
	T(uint64_t, words, "none", "EV_STACK_PART_SIZE bytes")
EV_STRUCT(stack_part, EV_STACK_PART_FIELDS);

/*
 * A goroutine's frames, where its thread stands on another stack than the goroutine's
 * (runtime.systemstack, mcall, morestack, asmcgocall), or where C called Go and both
 * alternate. id as in STACK, which comes with it.
 *
 * Above the goroutine's frames are those of the thread's own stack. They end at the
 * function that changed stacks, whose sp is at switch_sp or some words below. Of
 * STACK's addresses the first n_walked are above the goroutine's. Then come words:
 * return addresses, leaf first, or a 0 and four words, where C called Go and frames
 * of the thread's own stack follow: the sp and the frame pointer there of the function
 * before it; the switch_sp up to which they go, 0: to where the thread began; and, if
 * not 0, the frame pointer that they must give back, or what follows is not right.
 */
enum ev_stack_go_flags {
	EV_STACK_GO_JOINED = 1, /* frame pointers lead through n_walked up to the switch */
	EV_STACK_GO_PARKS = 2,	/* it was changed by runtime.mcall, for this goroutine */
	EV_STACK_GO_CALLED = 4, /* above is the goroutine's own, called by C: a copy begins in C */
	EV_STACK_GO_CUT = 8,	/* deeper than the recorder reads */
	EV_STACK_GO_LOST = 16,	/* where the last of words was called cannot be told */
	EV_STACK_GO_IDLE = 32,	/* the thread runs no goroutine: it begins at the switch */
};

#define EV_STACK_GO_FIELDS(F, A, T)                                                                \
	F(uint64_t, id, "stack", "the stack that it belongs to")                                   \
	F(uint64_t, switch_sp, "address", "sp of the thread's own stack where it was changed to")  \
	F(uint32_t, n_walked, "count", "addresses of STACK before words")                          \
	F(uint32_t, flags, "flags", "enum ev_stack_go_flags")                                      \
	T(uint64_t, words, "none", "return addresses, leaf first; or 0 and four words of C")
EV_STRUCT(stack_go, EV_STACK_GO_FIELDS);

/*
 * Call frame information of one function that was hit: how its caller's registers
 * are found. Written behind the run, as symbols are. The tail holds the CIE's
 * initial instructions, cie_bytes of them, then the FDE's, as .eh_frame has them
 * (DW_CFA_*). DWARF 5, 6.4; the "S" augmentation as in the LSB. Where a module has
 * none, the recorder makes it of what it has (Go's pcsp tables).
 */
enum ev_cfi_flags {
	EV_CFI_SIGNAL = 1, /* a signal handler's frame: its return address is no call's */
	EV_CFI_MADE = 2,   /* not of the file: made by the recorder */
};

#define EV_CFI_FIELDS(F, A, T)                                                                     \
	F(uint64_t, start, "bytes", "the function's first offset in its module")                   \
	F(uint64_t, size, "bytes", "how far it reaches")                                           \
	F(uint32_t, module, "module", "whose code it is")                                          \
	F(uint32_t, flags, "flags", "enum ev_cfi_flags")                                           \
	F(uint32_t, code_align, "bytes", "the CIE's code_alignment_factor")                        \
	F(int32_t, data_align, "bytes", "the CIE's data_alignment_factor")                         \
	F(uint32_t, return_register, "count", "the CIE's return_address_register")                 \
	F(uint32_t, cie_bytes, "bytes", "how much of the tail is the CIE's")                       \
	F(uint32_t, fde_bytes, "bytes", "how much of it is the FDE's; the rest is padding")        \
	F(uint32_t, reserved, "none", "0")                                                         \
	T(uint8_t, instructions, "none", "DW_CFA_* of both")
EV_STRUCT(cfi, EV_CFI_FIELDS);

/* Who knew a name. */
enum ev_symbol_origin {
	EV_SYMBOL_UNTOLD = 0, /* tapes of versions that did not say */
	EV_SYMBOL_SYMTAB = 1,
	EV_SYMBOL_DYNSYM = 2,	  /* exported names only: others may hide behind them */
	EV_SYMBOL_MINI = 3,	  /* .gnu_debugdata */
	EV_SYMBOL_DEBUG_FILE = 4, /* .symtab of a separate debug file */
	EV_SYMBOL_DWARF = 5,
	EV_SYMBOL_PCLNTAB = 6, /* Go's own table */
	EV_SYMBOL_KALLSYMS = 7,
	EV_SYMBOL_BPF = 8, /* a BPF program, as a whole */
	EV_SYMBOL_PERF_MAP = 9,
	EV_SYMBOL_JITDUMP = 10,
	EV_SYMBOL_DEBUGINFOD = 11, /* a debug file that a server sent */
	EV_SYMBOL_PLT = 12,	   /* an entry of the linker's, by whose function it jumps to */
	EV_SYMBOL_LAST = EV_SYMBOL_PLT,
};

/*
 * A name for all offsets from start on. Only what was hit is here. The name is
 * as the module has it (mangled). Written behind the run, in SYMBOLS blocks,
 * each of which repeats the MODULE records that it needs.
 */
#define EV_SYMBOL_FIELDS(F, A, T)                                                                  \
	F(uint64_t, start, "bytes", "the symbol's first offset in its module")                     \
	F(uint64_t, size, "bytes", "how far it reaches")                                           \
	F(uint32_t, module, "module", "whose symbol it is")                                        \
	F(uint32_t, origin, "enum", "enum ev_symbol_origin")                                       \
	T(char, name, "text", "as the module has it")
EV_STRUCT(symbol, EV_SYMBOL_FIELDS);

/*
 * Where in the source the code of a range is. The text is one line for each
 * function, from the innermost inlined call to the function that holds them all:
 * "name TAB file TAB line TAB first line of the function", ends with a newline
 * each. What is not known is empty or 0.
 */
#define EV_LINE_FIELDS(F, A, T)                                                                    \
	F(uint64_t, start, "bytes", "the first offset in its module")                              \
	F(uint64_t, size, "bytes", "how far it reaches")                                           \
	F(uint32_t, module, "module", "whose code it is")                                          \
	F(uint32_t, origin, "enum", "enum ev_symbol_origin")                                       \
	T(char, text, "text", "the functions, innermost first")
EV_STRUCT(line, EV_LINE_FIELDS);

#define EV_STACK_EVENTS(X)                                                                         \
	X(STACK, 32, stack, EV_STACK_FIELDS, "a call stack and its id")                            \
	X(SYMBOL, 33, symbol, EV_SYMBOL_FIELDS, "the name of a range of a module")                 \
	X(LINE, 34, line, EV_LINE_FIELDS, "the source lines of a range of a module")               \
	X(STACK_TOP, 35, stack_top, EV_STACK_TOP_FIELDS, "what stood at a stack's pointer")        \
	X(STACK_COPY, 36, stack_copy, EV_STACK_COPY_FIELDS, "a stack's registers and memory")      \
	X(STACK_PART, 37, stack_part, EV_STACK_PART_FIELDS, "a part of a stack's memory")          \
	X(CFI, 38, cfi, EV_CFI_FIELDS, "how a function's frame is unwound")                        \
	X(STACK_GO, 39, stack_go, EV_STACK_GO_FIELDS, "a goroutine's frames below a thread's own")

#endif
