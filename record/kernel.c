// SPDX-License-Identifier: BSD-2-Clause
/*
 * From /proc/kallsyms, /proc/modules and /sys/kernel/notes. Offsets in the
 * kernel count from _text, so that address space randomisation does not show.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/kernel.h"

#define MODULE_NAME_MAX 64 /* MODULE_NAME_LEN of the kernel is 56 */

DEFINE_CLEANUP(kallsyms_free, struct kallsyms);

static int add_image(struct processes *p, struct modules *m, const struct kallsyms *k)
{
	uint64_t text = kallsyms_address(k, "_text"), end = kallsyms_address(k, "_end");
	struct build_id id = { 0 };
	uint32_t number;

	if (!text)
		text = kallsyms_address(k, "_stext");
	if (!end)
		end = kallsyms_address(k, "_etext");
	if (!text || end <= text)
		return 0;
	build_id_of_notes_file("/sys/kernel/notes", &id);
	number = modules_of_kernel(m, EV_MODULE_KERNEL, "[kernel]", text, &id);
	return processes_map_kernel(p, number, text, end);
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

static int add_programs(struct processes *p, struct modules *m, const struct kallsyms *k)
{
	const char *module;
	struct symbol s;
	int rc = 0;

	for (size_t i = 0; rc == 0 && kallsyms_get(k, i, &s, &module); i++) {
		if (strcmp(module, "bpf") == 0)
			rc = processes_map_kernel(
				p, modules_of_kernel(m, EV_MODULE_BPF, s.name, s.start, NULL),
				s.start, s.start + s.size);
	}
	return rc;
}

int kernel_add(struct processes *p, struct modules *m, struct kallsyms **ret,
	       struct tape_error *err)
{
	CLEANUP(kallsyms_freep) struct kallsyms *k = NULL;
	int rc = kallsyms_load("/proc/kallsyms", &k, err);

	if (rc < 0)
		return rc;
	rc = add_image(p, m, k);
	if (rc == 0)
		rc = add_loadable(p, m);
	if (rc == 0)
		rc = add_programs(p, m, k);
	if (rc < 0)
		return tape_fail(err, rc, "cannot list the kernel's modules: %s", strerror(-rc));
	*ret = TAKE(k);
	return 0;
}
