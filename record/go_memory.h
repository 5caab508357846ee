/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of a process by process_vm_readv(2): many pieces a call, the process runs on. */
#ifndef RECORD_GO_MEMORY_H
#define RECORD_GO_MEMORY_H

#include <sys/types.h>

#include "symbols/go_memory.h"

/* pid is read at each call, and must stay where it is. */
struct go_memory go_memory_of(const pid_t *pid);

#endif
