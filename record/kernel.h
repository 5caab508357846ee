/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own code as modules: the kernel with its build-id, its loadable
 * modules and the BPF programs that are there already.
 */
#ifndef RECORD_KERNEL_H
#define RECORD_KERNEL_H

#include "record/modules.h"
#include "record/processes.h"
#include "symbols/kallsyms.h"

/*
 * Adds all of them; the symbols by which they were found are the caller's
 * (reading them costs the kernel much: once must do). -EPERM with *err if it
 * hides its addresses: kernel frames will then have no names.
 */
int kernel_add(struct processes *p, struct modules *m, struct kallsyms **ret,
	       struct tape_error *err);

#endif
