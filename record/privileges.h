/* SPDX-License-Identifier: BSD-2-Clause */
/* What the recorder may do: checked before it begins, dropped to what is needed once it runs. */
#ifndef RECORD_PRIVILEGES_H
#define RECORD_PRIVILEGES_H

#include <stdbool.h>

#include <tape/error.h>

/* 0, or -EPERM with *err saying what is missing. */
int privileges_check(struct tape_error *err);

/*
 * Keeps the capabilities that reading /proc, naming and the final account need,
 * and drops all others for good. Returns 0 or -errno.
 */
int privileges_drop(void);

/*
 * Takes back what privileges_drop() keeps in reserve, or lays it down again: the
 * timing of BPF programs wants CAP_SYS_ADMIN (kernel/bpf/syscall.c, bpf_enable_stats).
 */
void privileges_raise(bool raised);

/* Whether the kernel lets us look at other users' processes (CAP_SYS_PTRACE). */
bool privileges_may_look(void);

#endif
