// SPDX-License-Identifier: BSD-2-Clause
/*
 * From /proc/kallsyms' beginning, /proc/iomem, /proc/modules, /sys/kernel/notes
 * and the kernel's list of BPF programs. Offsets in the
 * kernel count from _text, so that address space randomisation does not show.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/kernel.h"
#include "record/programs.h"
#include "symbols/kallsyms.h"

#define KALLSYMS	"/proc/kallsyms"
#define MODULE_NAME_MAX 64 /* MODULE_NAME_LEN of the kernel is 56 */

DEFINE_CLEANUP(kallsyms_free, struct kallsyms);

struct adding {
	struct processes *processes;
	struct modules *modules;
};

/*
 * How long the kernel's code is. On x86 "Kernel code" is _text to _etext
 * (arch/x86/kernel/setup.c), and /proc/iomem is short. 0: unknown.
 */
static uint64_t code_size(void)
{
#ifdef __x86_64__
	CLEANUP(fclosep) FILE *f = fopen("/proc/iomem", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long long start, end;

		if (strstr(line, " : Kernel code") && sscanf(line, "%llx-%llx", &start, &end) == 2)
			return end > start ? end + 1 - start : 0;
	}
#endif
	return 0;
}

static int add_image(const struct adding *to, struct tape_error *err)
{
	uint64_t text = kallsyms_scan(KALLSYMS, "_text"), size = code_size(), end;
	struct build_id id = { 0 };
	uint32_t number;

	if (!text)
		text = kallsyms_scan(KALLSYMS, "_stext");
	end = text && size ? text + size : kallsyms_scan(KALLSYMS, "_etext");
	if (!text || end <= text)
		return tape_fail(err, -EPERM,
				 KALLSYMS ": the kernel hides its addresses; run as root or set "
					  "the sysctl kernel.kptr_restrict to 0");
	build_id_of_notes_file("/sys/kernel/notes", &id);
	number = modules_of_kernel(to->modules, EV_MODULE_KERNEL, "[kernel]", text, &id);
	return processes_map_kernel(to->processes, number, text, end);
}

/* "nf_tables 364544 847 nft_ct,nft_log, Live 0xffffffffc0a8e000" */
static int add_loadable(struct processes *p, struct modules *m)
{
	CLEANUP(fclosep) FILE *f = fopen("/proc/modules", "re");
	char *line = NULL;
	size_t room = 0;
	int rc = 0;

	while (f && rc == 0 && getline(&line, &room, f) > 0) {
		char name[MODULE_NAME_MAX], notes[MODULE_NAME_MAX + 64];
		unsigned long long size, base;
		struct build_id id = { 0 };

		if (sscanf(line, "%63s %llu %*s %*s %*s %llx", name, &size, &base) != 3 || !base)
			continue;
		snprintf(notes, sizeof(notes), "/sys/module/%s/notes/.note.gnu.build-id", name);
		build_id_of_notes_file(notes, &id);
		rc = processes_map_kernel(p, modules_of_kernel(m, EV_MODULE_KMOD, name, base, &id),
					  base, base + size);
	}
	free(line);
	return rc;
}

static int add_program(void *context, const struct program_code *code)
{
	const struct adding *to = context;

	return processes_map_kernel(to->processes,
				    modules_of_kernel(to->modules, EV_MODULE_BPF, code->name,
						      code->start, NULL),
				    code->start, code->end);
}

/* By the file that knows of all of them, trampolines too. */
static int add_listed_programs(struct adding *to)
{
	CLEANUP(kallsyms_freep) struct kallsyms *k = NULL;
	const char *module;
	struct symbol s;
	int rc = kallsyms_load(KALLSYMS, &k, NULL);

	for (size_t i = 0; rc == 0 && kallsyms_get(k, i, &s, &module); i++) {
		const struct program_code code = { s.start, s.start + s.size, s.name };

		if (strcmp(module, "bpf") == 0)
			rc = add_program(to, &code);
	}
	return rc;
}

static int add_programs(struct adding *to)
{
	bool trampolines;
	int rc = programs_each(add_program, to, &trampolines);

	return rc == -ENOMEM || (rc == 0 && !trampolines) ? rc : add_listed_programs(to);
}

int kernel_add(struct processes *p, struct modules *m, struct tape_error *err)
{
	struct adding to = { p, m };
	int rc = add_image(&to, err);

	if (rc == -EPERM)
		return rc;
	if (rc == 0)
		rc = add_loadable(p, m);
	if (rc == 0)
		rc = add_programs(&to);
	if (rc < 0)
		return tape_fail(err, rc, "cannot list the kernel's modules: %s", strerror(-rc));
	return 0;
}
