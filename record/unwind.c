// SPDX-License-Identifier: BSD-2-Clause
/*
 * By process and not by module: a walk that begins in code with frame pointers
 * loses its way in the first function below it that has none, and mostly that is
 * the C library. Most processes are decided by what is known of it already.
 *
 * Code without a file (of a run-time compiler) and the vdso do not count: nothing
 * but frame pointers unwinds the former, and copies hold those as well.
 */
#include <tape/cleanup.h>

#include "record/unwind.h"
#include "symbols/cfi.h"

DEFINE_CLEANUP(cfi_free, struct cfi);

static void look(struct module *m)
{
	CLEANUP(cfi_freep) struct cfi *cfi = NULL;

	m->frames = MODULE_FRAMES_KEPT; /* if there is nothing else to go by */
	if (m->fd < 0)
		m->frames = MODULE_FRAMES_NONE; /* copies are right for all */
	else if (cfi_open(m->fd, m->path, &cfi, NULL) == 0 && !cfi_keeps_frames(cfi))
		m->frames = MODULE_FRAMES_NONE;
}

static bool is_go(const struct module *m)
{
	CLEANUP(cfi_freep) struct cfi *cfi = NULL;

	return m->fd >= 0 && cfi_open(m->fd, m->path, &cfi, NULL) == 0 && cfi_is_go(cfi);
}

/* Whether one of the files keeps no frame pointers; ask: those that are not known are read. */
static bool lacks_frames(struct modules *modules, const struct mappings *mappings, bool ask)
{
	for (size_t i = 0; i < mappings->n; i++) {
		struct module *m = modules_get(modules, mappings->items[i].module);

		if (!m || m->kind != EV_MODULE_FILE)
			continue;
		if (ask && m->frames == MODULE_FRAMES_UNKNOWN)
			look(m);
		if (m->frames == MODULE_FRAMES_NONE)
			return true;
	}
	return false;
}

enum control_unwind unwind_choose(struct modules *modules, const struct mappings *mappings)
{
	if (!lacks_frames(modules, mappings, false) && !lacks_frames(modules, mappings, true))
		return CONTROL_UNWIND_FP;
	/* The program itself stands lowest. */
	for (size_t i = 0; i < mappings->n; i++) {
		struct module *m = modules_get(modules, mappings->items[i].module);

		if (!m || m->kind != EV_MODULE_FILE)
			continue;
		if (m->go == MODULE_GO_UNKNOWN)
			m->go = is_go(m) ? MODULE_GO_YES : MODULE_GO_NO;
		return m->go == MODULE_GO_YES ? CONTROL_UNWIND_GO : CONTROL_UNWIND_COPY;
	}
	return CONTROL_UNWIND_COPY;
}
