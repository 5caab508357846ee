// SPDX-License-Identifier: BSD-2-Clause
/* The ELF header itself is no code, though old linkers map it with the code: 0 is there. */
#include "symbols/dwarf_code.h"

#include <errno.h>
#include <stdlib.h>

#include <gelf.h>

enum { MOST_LOADS = 64 }; /* each is tried for each range of the DWARF */

static void add_load(struct dwarf_code *c, const GElf_Phdr *p, uint64_t head)
{
	uint64_t skip = p->p_offset < head ? head - p->p_offset : 0;

	if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) || p->p_filesz <= skip ||
	    c->n == MOST_LOADS)
		return;
	if (p->p_filesz > UINT64_MAX - p->p_vaddr || p->p_filesz > UINT64_MAX - p->p_offset)
		return;
	c->loads[c->n++] = (struct dwarf_load){
		.offset = p->p_offset + skip,
		.address = p->p_vaddr + skip,
		.size = p->p_filesz - skip,
	};
}

int dwarf_code_init(struct dwarf_code *c, Elf *elf)
{
	GElf_Ehdr head;
	size_t n;

	if (!gelf_getehdr(elf, &head) || elf_getphdrnum(elf, &n) != 0)
		return 0;
	c->n = 0;
	c->loads = calloc(MOST_LOADS, sizeof(*c->loads));
	if (!c->loads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(elf, (int)i, &p))
			add_load(c, &p, head.e_ehsize + (uint64_t)head.e_phentsize * n);
	}
	return 0;
}

void dwarf_code_done(struct dwarf_code *c)
{
	free(c->loads);
	*c = (struct dwarf_code){ 0 };
}

const struct dwarf_load *dwarf_code_at_offset(const struct dwarf_code *c, uint64_t offset)
{
	for (size_t i = 0; i < c->n; i++) {
		if (offset >= c->loads[i].offset && offset - c->loads[i].offset < c->loads[i].size)
			return &c->loads[i];
	}
	return NULL;
}

const struct dwarf_load *dwarf_code_at_address(const struct dwarf_code *c, uint64_t address)
{
	for (size_t i = 0; i < c->n; i++) {
		if (address >= c->loads[i].address &&
		    address - c->loads[i].address < c->loads[i].size)
			return &c->loads[i];
	}
	return NULL;
}
