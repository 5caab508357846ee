// SPDX-License-Identifier: BSD-2-Clause
/* See sections.h. */
#include <string.h>

#include "symbols/sections.h"

Elf_Scn *sections_find(Elf *elf, const char *name, GElf_Shdr *head)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *here;

		if (!gelf_getshdr(scn, &h) || h.sh_type == SHT_NOBITS || h.sh_size == 0)
			continue;
		here = elf_strptr(elf, names, h.sh_name);
		if (!here || strcmp(here, name) != 0)
			continue;
		if (head)
			*head = h;
		return scn;
	}
	return NULL;
}

Elf_Data *sections_data(Elf *elf, const char *name, size_t max)
{
	GElf_Shdr h;
	Elf_Scn *scn = sections_find(elf, name, &h);
	Elf_Data *data = scn && h.sh_size <= max ? elf_rawdata(scn, NULL) : NULL;

	return data && data->d_buf && data->d_size ? data : NULL;
}

bool sections_have_dwarf(Elf *elf)
{
	return sections_find(elf, ".debug_info", NULL) || sections_find(elf, ".zdebug_info", NULL);
}
