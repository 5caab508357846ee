/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of system calls, by the recorded machine's architecture. */
#ifndef ANALYZE_REPLAY_SYSCALLS_H
#define ANALYZE_REPLAY_SYSCALLS_H

#include <stdint.h>

#include "analyze/replay/world.h"

struct syscall_name {
	char text[32];
};

/* "futex"; "call 999" where it is not known, "" of -1. */
struct syscall_name syscalls_name(const struct world *w, int32_t number);

#endif
