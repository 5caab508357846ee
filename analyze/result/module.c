// SPDX-License-Identifier: BSD-2-Clause
/* See module.h. */
#include <string.h>

#include "analyze/result/module.h"

const char *module_short_name(const struct module *m)
{
	const char *slash;

	/* Only files have folders: a mark or a BPF program may well have a '/' in its name. */
	if (m->kind != MODULE_FILE)
		return m->path;
	slash = strrchr(m->path, '/');
	return slash && slash[1] ? slash + 1 : m->path;
}
