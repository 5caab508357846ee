/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks of interpreters: functions that run without machine code of their own.
 * Numbers 48 to 63.
 */
#ifndef TAPE_EVENTS_SCRIPT_H
#define TAPE_EVENTS_SCRIPT_H

#include <tape/events/event.h>

enum ev_script_language {
	EV_SCRIPT_PYTHON = 1,
};

/*
 * A function of a script, once in each epoch that refers to it. The text is "name
 * TAB file"; both as the interpreter has them, cut where they are too long. lines is
 * the interpreter's own table from instruction to line, if it could be read: what it
 * means depends on version (Python: major * 100 + minor).
 */
#define EV_SCRIPT_CODE_FIELDS(F, A, T)                                                             \
	F(uint64_t, id, "code", "by which stacks refer to it; never 0")                            \
	F(uint32_t, language, "enum", "enum ev_script_language")                                   \
	F(uint32_t, version, "count", "of the language")                                           \
	F(uint32_t, first_line, "count", "where the function begins; 0: not known")                \
	F(uint32_t, text_bytes, "bytes", "how much of the tail is the text")                       \
	F(uint32_t, lines_bytes, "bytes", "how much behind it is the table of lines")              \
	F(uint32_t, reserved, "none", "0")                                                         \
	T(char, text, "text", "name TAB file, then the table of lines, then a NUL at least")
EV_STRUCT(script_code, EV_SCRIPT_CODE_FIELDS);

enum ev_script_flags {
	EV_SCRIPT_CUT = 1, /* deeper than the recorder reads: its root is missing */
	EV_SCRIPT_TORN =
		2, /* memory that could not be read, or made no sense: the rest is missing */
};

/*
 * An interpreter's stack, leaf first: pairs of a code's id and a place in it. place
 * is an offset in the code's instructions (Python: in bytes) in the low 32 bits; bit
 * 63 says that a native frame of the interpreter begins here, towards the leaf: the
 * frames down to it belong to one call of its evaluation loop.
 */
#define EV_SCRIPT_ENTRY (1ull << 63)
#define EV_SCRIPT_STACK_FIELDS(F, A, T)                                                            \
	F(uint64_t, id, "script", "by which events refer to it; never 0")                          \
	F(uint32_t, language, "enum", "enum ev_script_language")                                   \
	F(uint32_t, flags, "flags", "enum ev_script_flags")                                        \
	T(uint64_t, frames, "none", "id of the code, place; leaf first")
EV_STRUCT(script_stack, EV_SCRIPT_STACK_FIELDS);

/*
 * A module that holds an interpreter, and where in it the evaluation loop is: a native
 * frame there runs the frames of a script. Comes with the module's MODULE record, in
 * each epoch that has it.
 */
#define EV_SCRIPT_RUNTIME_FIELDS(F, A, T)                                                          \
	F(uint32_t, module, "module", "whose code it is")                                          \
	F(uint32_t, language, "enum", "enum ev_script_language")                                   \
	F(uint32_t, version, "count", "of the language, as in SCRIPT_CODE")                        \
	F(uint32_t, reserved, "none", "0")                                                         \
	F(uint64_t, start, "bytes", "the loop's first offset in the module")                       \
	F(uint64_t, size, "bytes", "how far it reaches")                                           \
	F(uint64_t, cold_start, "bytes", "a part of it that the compiler put elsewhere")           \
	F(uint64_t, cold_size, "bytes", "0: none, or not known")
EV_STRUCT(script_runtime, EV_SCRIPT_RUNTIME_FIELDS);

#define EV_SCRIPT_EVENTS(X)                                                                        \
	X(SCRIPT_CODE, 48, script_code, EV_SCRIPT_CODE_FIELDS, "a function of a script")           \
	X(SCRIPT_STACK, 49, script_stack, EV_SCRIPT_STACK_FIELDS, "an interpreter's call stack")   \
	X(SCRIPT_RUNTIME, 50, script_runtime, EV_SCRIPT_RUNTIME_FIELDS, "where an interpreter is")

#endif
