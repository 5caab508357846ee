// SPDX-License-Identifier: BSD-2-Clause
/*
 * pclntab_ask FILE: reads lines that begin with an address of FILE in hex, and writes
 * what symbols/pclntab.h knows of it:
 *
 *     address TAB function TAB file TAB line TAB first line [TAB the next outer …]
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <gelf.h>

#include "symbols/pclntab.h"

static int offset_of(Elf *elf, uint64_t address, uint64_t *ret)
{
	GElf_Phdr p;

	for (int i = 0; gelf_getphdr(elf, i, &p); i++) {
		if (p.p_type == PT_LOAD && address - p.p_vaddr < p.p_filesz) {
			*ret = p.p_offset + (address - p.p_vaddr);
			return 1;
		}
	}
	return 0;
}

static void answer(struct pclntab *t, Elf *elf, uint64_t address)
{
	struct symbol symbol;
	struct lines lines;
	uint64_t offset;

	printf("%" PRIx64, address);
	if (offset_of(elf, address, &offset) && pclntab_find(t, offset, &symbol) &&
	    pclntab_lines(t, offset, &lines)) {
		for (size_t i = 0; i < lines.n; i++)
			printf("\t%s\t%s\t%u\t%u", lines.at[i].function, lines.at[i].file,
			       lines.at[i].line, lines.at[i].first_line);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct tape_error err = { 0 };
	struct pclntab *t = NULL;
	char line[65536];
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || pclntab_open(elf, argv[1], &t, &err) < 0) {
		fprintf(stderr, "pclntab_ask: %s\n", elf ? err.text : "no ELF file");
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		answer(t, elf, strtoull(line, NULL, 16));
	pclntab_free(t);
	elf_end(elf);
	close(fd);
	return 0;
}
