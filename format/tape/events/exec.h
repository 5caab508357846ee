/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "exec": programs that were started, with their arguments, and how
 * they ended. Numbers 192 to 207.
 */
#ifndef TAPE_EVENTS_EXEC_H
#define TAPE_EVENTS_EXEC_H

#include <tape/events/event.h>

enum ev_exec_flags {
	EV_EXEC_CUT = 1, /* the arguments were longer than is recorded */
};

/* The header's process begins a program. */
#define EV_EXEC_ARGS_FIELDS(F, A, T)                                                               \
	F(uint32_t, ppid, "pid", "its parent")                                                     \
	F(uint32_t, flags, "flags", "enum ev_exec_flags")                                          \
	T(char, args, "text", "its arguments, each ended by a NUL; the file's path is the first")
EV_STRUCT(exec_args, EV_EXEC_ARGS_FIELDS);

/* The header's process has ended. */
#define EV_EXEC_EXIT_FIELDS(F, A, T)                                                               \
	F(uint32_t, status, "count",                                                               \
	  "as wait(2) gives it: signal in the low 7 bits, code in 8 to 15")                        \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(exec_exit, EV_EXEC_EXIT_FIELDS);

#define EV_EXEC_EVENTS(X)                                                                          \
	X(EXEC_ARGS, 192, exec_args, EV_EXEC_ARGS_FIELDS, "a program was started")                 \
	X(EXEC_EXIT, 193, exec_exit, EV_EXEC_EXIT_FIELDS, "a process ended, and how")

#endif
