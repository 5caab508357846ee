/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BPF programs that the kernel holds, asked of it one by one (bpf(2)):
 * their code's addresses and the names that /proc/kallsyms gives them, for much
 * less than a reading of that file costs.
 */
#ifndef RECORD_PROGRAMS_H
#define RECORD_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

/* One function of a program: "bpf_prog_TAG_NAME". */
struct program_code {
	uint64_t start, end;
	const char *name; /* lent during the call */
};

/*
 * Calls fn for each, until it returns non-zero, which is returned. *trampolines:
 * there are programs of a kind that the kernel reaches through code of its own
 * making, which only /proc/kallsyms tells of. 0 or -errno: -EPERM without the
 * right to ask or where addresses are hidden.
 */
int programs_each(int (*fn)(void *context, const struct program_code *code), void *context,
		  bool *trampolines);

#endif
