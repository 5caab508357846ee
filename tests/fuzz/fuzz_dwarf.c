// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as an ELF file with DWARF, from memory and from a file (sections are read
 * by different ways): an answer comes soon, must hold at the place that was asked for,
 * and is the same both ways.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/dwarf.h"
#include "symbols/dwarf_structs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static struct dwarf *open_dwarf(Elf *elf, int fd)
{
	struct dwarf_files files = { .elf = elf, .fd = fd, .code = elf };
	struct dwarf *d = NULL;

	if (elf && elf_kind(elf) == ELF_K_ELF)
		dwarf_open(&files, "fuzz", &d, NULL);
	return d;
}

static void check_lines(const struct lines *found, uint64_t at)
{
	require(at >= found->start && at - found->start < found->size);
	require(found->n > 0 && found->n <= LINES_MAX);
	for (size_t i = 0; i < found->n; i++)
		require(strlen(found->at[i].function) + strlen(found->at[i].file) < 1 << 20);
}

static void look_up(struct dwarf *d, struct dwarf *same, uint64_t at)
{
	struct lines lines, other_lines;
	struct symbol symbol, other;

	if (dwarf_lines(d, at, &lines)) {
		check_lines(&lines, at);
		require(dwarf_lines(same, at, &other_lines));
		require(lines.start == other_lines.start && lines.n == other_lines.n);
	}
	if (dwarf_find(d, at, &symbol)) {
		require(at >= symbol.start && at - symbol.start < symbol.size);
		require(strlen(symbol.name) > 0);
		require(dwarf_find(same, at, &other));
		require(strcmp(symbol.name, other.name) == 0);
	}
}

/* Structs of tests/symbols/data/make.sh, and what they could be. */
static void look_at_structs(Elf *memory, Elf *file, int fd)
{
	struct dwarf_member members[] = {
		{ .type = "box", .path = "" },
		{ .type = "high", .path = "inner.deep" },
		{ .type = "high", .path = "x|pair.b" },
		{ .type = "a", .path = "a.a.a.a" },
	};
	struct dwarf_member same[sizeof(members) / sizeof(*members)];

	memcpy(same, members, sizeof(members));
	if (dwarf_structs_read(memory, -1, members, 4) < 0 ||
	    dwarf_structs_read(file, fd, same, 4) < 0)
		return;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		require(members[i].there == same[i].there);
		require(!members[i].there || members[i].at == same[i].at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct dwarf *of_memory, *of_file;
	Elf *memory, *file;

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	elf_version(EV_CURRENT);
	memory = elf_memory((char *)(uintptr_t)data, size);
	file = elf_begin(fd, ELF_C_READ, NULL);
	of_memory = open_dwarf(memory, -1);
	of_file = open_dwarf(file, fd);
	if (of_memory && of_file) {
		for (uint64_t at = 0; at < size + 16 && at < 1 << 16; at += 5)
			look_up(of_memory, of_file, at);
		look_at_structs(memory, file, fd);
	}
	dwarf_free(of_memory);
	dwarf_free(of_file);
	elf_end(memory);
	elf_end(file);
	close(fd);
	return 0;
}
