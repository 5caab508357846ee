// SPDX-License-Identifier: BSD-2-Clause
/* See module.h. */
#include <string.h>

#include "analyze/result/module.h"

const char *module_script_file(const struct module *m)
{
	const char *tab = strchr(m->path, '\t');

	tab = tab ? strchr(tab + 1, '\t') : NULL;
	return tab ? tab + 1 : "";
}

const char *module_short_name(const struct module *m)
{
	const char *path = m->path, *slash;

	if (m->kind == MODULE_SCRIPT)
		path = module_script_file(m);
	/* Only files have folders: a mark or a BPF program may well have a '/' in its name. */
	else if (m->kind != MODULE_FILE)
		return path;
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}
