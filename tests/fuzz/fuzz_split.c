// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as the file with the other half of a program's DWARF, its .dwp and all of its
 * .dwo files at once: an answer comes soon and must hold at the place that was asked
 * for, and lines, which are the program's own, stay.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/dwarf.h"
#include "symbols/dwarf_split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const programs[] = {
	"tests/symbols/data/split4.so",	       "tests/symbols/data/split5.so",
	"tests/symbols/data/clangsplit5.so",   "tests/symbols/data/package4.so",
	"tests/symbols/data/clangpackage5.so",
};

struct bytes {
	const uint8_t *data;
	size_t size;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static int open_bytes(void *context, unsigned int place, const char *folder, const char *name)
{
	const struct bytes *b = context;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	require(place < 2 && folder && (!name || strlen(name) > 0));
	require(fd >= 0 && write(fd, b->data, b->size) == (ssize_t)b->size);
	return fd;
}

static void look_up(struct dwarf *d, uint64_t at)
{
	struct lines lines;
	struct symbol symbol;

	if (dwarf_lines(d, at, &lines)) {
		require(at >= lines.start && at - lines.start < lines.size);
		require(lines.n > 0 && lines.n <= LINES_MAX);
		for (size_t i = 0; i < lines.n; i++)
			require(strlen(lines.at[i].function) + strlen(lines.at[i].file) < 1 << 20);
	}
	if (dwarf_find(d, at, &symbol)) {
		require(at >= symbol.start && at - symbol.start < symbol.size);
		require(strlen(symbol.name) > 0);
	}
}

static void try_program(const char *path, const struct dwarf_split_files *files)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	const struct dwarf_files all = { .elf = elf, .fd = fd, .code = elf, .split = files };
	struct dwarf *d = NULL;

	require(fd >= 0 && elf && dwarf_open(&all, path, &d, NULL) == 0);
	for (uint64_t at = 0; at < 4096; at += 3)
		look_up(d, at);
	dwarf_free(d);
	elf_end(elf);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	const struct dwarf_split_files files = { open_bytes, &bytes, 2, NULL };

	elf_version(EV_CURRENT);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		try_program(programs[i], &files);
	return 0;
}
