// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as an ELF file with call frame information, from memory and from a file,
 * and as a bare section: what is found must reach the place that was asked for, and
 * its instructions must be there to be read.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/cfi.h"
#include "symbols/cfi_entries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

/* Reads them all. */
static void touch(const uint8_t *bytes, size_t n)
{
	volatile uint8_t last;

	for (size_t i = 0; i < n; i++)
		last = bytes[i];
	(void)last;
}

static void look_up(struct cfi *c, size_t size)
{
	for (uint64_t at = 0; at < size + 64; at += 13) {
		struct cfi_entry e;

		if (!cfi_find(c, at, &e))
			continue;
		require(at >= e.start && at - e.start < e.size);
		touch(e.cie, e.cie_bytes);
		touch(e.fde, e.fde_bytes);
	}
	cfi_keeps_frames(c);
	cfi_is_go(c);
	cfi_free(c);
}

static void go_through(const uint8_t *data, size_t size, bool eh)
{
	const struct cfi_section s = { .bytes = data, .size = size, .eh = eh, .address_size = 8 };
	struct cfi_fde f;
	size_t at = 0, before = 0;
	int rc;

	for (; (rc = cfi_entries_next(&s, &at, &f)) >= 0; before = at) {
		require(at > before && at <= size);
		if (rc == 0)
			continue;
		touch(f.instructions, f.n);
		touch(f.cie.instructions, f.cie.n);
		cfi_entries_use(&f, 6, 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct cfi *c = NULL;

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (cfi_open_memory(data, size, "fuzz", &c, NULL) == 0)
		look_up(c, size);
	if (cfi_open(fd, "fuzz", &c, NULL) == 0)
		look_up(c, size);
	close(fd);
	go_through(data, size, true);
	go_through(data, size, false);
	return 0;
}
