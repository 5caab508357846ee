/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own code as modules: the kernel with its build-id, its loadable
 * modules and the BPF programs that are there already.
 */
#ifndef RECORD_KERNEL_H
#define RECORD_KERNEL_H

#include "record/modules.h"
#include "record/processes.h"

/*
 * Adds all of them, without reading the whole of /proc/kallsyms where that can
 * be spared: it costs the kernel some 50 ms, which is more than all else that
 * happens at the start. -EPERM with *err if the kernel hides its addresses:
 * kernel frames will then have no names.
 */
int kernel_add(struct processes *p, struct modules *m, struct tape_error *err);

#endif
