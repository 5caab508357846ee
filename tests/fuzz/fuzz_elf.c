// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as an ELF file, from memory and from a file (libelf reads them by
 * different ways): symbols and build-id must be read or refused, both must give
 * the same, and what is found must reach the place that was asked for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/build_id.h"
#include "tests/support/elf_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void look_up(const struct elf_symbols *s, size_t size)
{
	for (uint64_t at = 0; at < size + 64; at += 7) {
		struct symbol found;

		if (!elf_symbols_find(s, at, &found))
			continue;
		require(elf_symbols_count(s) > 0);
		require(at >= found.start && at - found.start < found.size);
		require(found.size <= UINT64_MAX - found.start);
		require(strlen(found.name) > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_symbols *of_memory = NULL, *of_file = NULL;
	struct build_id id = { 0 }, again = { 0 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	elf_load_memory(data, size, "fuzz", &of_memory, NULL);
	elf_load_file(fd, "fuzz", &of_file, NULL);
	if (of_memory)
		look_up(of_memory, size);
	if (of_file)
		look_up(of_file, size);
	if (of_memory && of_file)
		require(elf_symbols_count(of_memory) == elf_symbols_count(of_file));
	elf_symbols_free(of_memory);
	elf_symbols_free(of_file);

	if (build_id_of_memory(data, size, &id) == 0)
		require(id.size > 0 && id.size <= BUILD_ID_MAX);
	if (build_id_of_fd(fd, &again) == 0)
		require(again.size > 0 && again.size <= BUILD_ID_MAX);
	close(fd);
	return 0;
}
