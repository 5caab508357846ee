// SPDX-License-Identifier: BSD-2-Clause
/* See elf_load.h. */
#include "tests/support/elf_load.h"

#include <libelf.h>

/* Takes elf, which may be NULL. */
static int load(Elf *elf, const char *label, struct elf_symbols **ret, struct tape_error *err)
{
	const struct elf_tables all = { elf, { { elf, SHT_SYMTAB, EV_SYMBOL_SYMTAB } }, 1 };
	const struct elf_tables exported = { elf, { { elf, SHT_DYNSYM, EV_SYMBOL_DYNSYM } }, 1 };
	struct elf_symbols *s = NULL;
	int rc = elf_symbols_merge(&all, label, &s, err);

	if (rc == 0 && elf_symbols_count(s) == 0) {
		elf_symbols_free(s);
		rc = elf_symbols_merge(&exported, label, &s, err);
	}
	elf_end(elf);
	if (rc == 0)
		*ret = s;
	return rc;
}

int elf_load_file(int fd, const char *label, struct elf_symbols **ret, struct tape_error *err)
{
	elf_version(EV_CURRENT);
	/* Not by mmap: a file that shrinks meanwhile would be a SIGBUS. */
	return load(elf_begin(fd, ELF_C_READ, NULL), label, ret, err);
}

int elf_load_memory(const void *image, size_t size, const char *label, struct elf_symbols **ret,
		    struct tape_error *err)
{
	elf_version(EV_CURRENT);
	return load(elf_memory((char *)image, size), label, ret, err);
}
