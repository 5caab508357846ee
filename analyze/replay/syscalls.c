// SPDX-License-Identifier: BSD-2-Clause
/*
 * See syscalls.h. The tables are libseccomp's, which has those of all
 * architectures whatever machine it runs on. A call that is newer than the
 * library has no name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccomp.h>
#include <tape/cleanup.h>

#include "analyze/replay/syscalls.h"

/* By uname(2)'s name of the machine, which is libseccomp's too but for two families. */
static uint32_t arch_of(const char *machine)
{
	if (machine[0] == 'i' && strcmp(machine + 1 + (machine[1] != '\0'), "86") == 0)
		return SCMP_ARCH_X86; /* i386 to i686 */
	if (strncmp(machine, "armv", 4) == 0)
		return SCMP_ARCH_ARM;
	return seccomp_arch_resolve_name(machine);
}

struct syscall_name syscalls_name(const struct world *w, int32_t number)
{
	const char *machine = facts_find(&w->host, "uname.machine");
	CLEANUP(freep) char *known = NULL;
	struct syscall_name name = { "" };
	uint32_t arch;

	if (number == -1)
		return name;
	arch = machine ? arch_of(machine) : 0;
	/* Below zero the library has inventions of its own, and 0 would mean this machine. */
	if (arch && number >= 0)
		known = seccomp_syscall_resolve_num_arch(arch, number);
	if (known)
		snprintf(name.text, sizeof(name.text), "%s", known);
	else
		snprintf(name.text, sizeof(name.text), "call %d", (int)number);
	return name;
}
