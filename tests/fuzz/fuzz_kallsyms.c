// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as what the kernel says of itself: its symbols, its modules, its notes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/build_id.h"
#include "symbols/kallsyms.h"
#include "symbols/kmodules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

/* Asks for every address that the text could mean. */
static void look_up(const struct kallsyms *k, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && i < 4096; i++) {
		uint64_t address = i;
		struct symbol found;
		const char *module;

		if (size - i >= 16) {
			char digits[17] = { 0 };

			memcpy(digits, data + i, 16);
			address = strtoull(digits, NULL, 16);
		}
		if (!kallsyms_find(k, address, &found, &module))
			continue;
		require(address >= found.start && address - found.start < found.size);
		require(found.start != 0);
		require(strlen(found.name) > 0 && strlen(module) <= size);
	}
	require(kallsyms_address(k, "no such symbol") == 0);
	kallsyms_address(k, "_text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct kallsyms *k = NULL;
	struct kmodule module;
	struct build_id id;
	char path[64];

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (kallsyms_load(path, &k, NULL) == 0)
		look_up(k, data, size);
	kallsyms_free(k);
	if (kmodules_find(path, "ext4", &module) == 0)
		require(module.start != 0);
	if (build_id_of_notes_file(path, &id) == 0)
		require(id.size > 0 && id.size <= BUILD_ID_MAX);
	close(fd);
	return 0;
}
