// SPDX-License-Identifier: BSD-2-Clause
/* "name size uses users state 0xaddress", one line a module. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/kmodules.h"

int kmodules_find(const char *path, const char *name, struct kmodule *ret)
{
	CLEANUP(fclosep) FILE *f = fopen(path, "re");
	CLEANUP(freep) char *line = NULL;
	size_t room = 0, name_size = strlen(name);

	if (!f)
		return -errno;
	while (getline(&line, &room, f) > 0) {
		uint64_t start, size;

		if (strncmp(line, name, name_size) != 0 || line[name_size] != ' ')
			continue;
		if (sscanf(line + name_size, " %" SCNu64 " %*s %*s %*s 0x%" SCNx64, &size,
			   &start) != 2)
			continue;
		if (start == 0)
			return -EPERM;
		*ret = (struct kmodule){ .start = start, .size = size };
		return 0;
	}
	return ferror(f) ? -EIO : -ENOENT;
}
