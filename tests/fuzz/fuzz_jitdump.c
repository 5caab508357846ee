// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a jit-PID.dump. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/jitdump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct jit_hits h = { 0 };

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	for (uint64_t i = 0; i < 256; i++)
		jit_hits_add(&h, 0x1000 + i * 4, i);
	for (uint64_t i = 0; i < 64; i++)
		jit_hits_add(&h, 1ull << i, UINT64_MAX);
	jit_hits_settle(&h);
	jitdump_read(fd, &h);
	for (size_t i = 0; i < h.n; i++) {
		const struct jit_hit *hit = &h.at[i];

		require(strlen(jit_hits_text(&h, hit->name)) <= JIT_NAME_MAX);
		require(strlen(jit_hits_text(&h, hit->file)) <= JIT_NAME_MAX);
		require(!hit->size || hit->address - hit->start < hit->size);
		require(!hit->size || hit->since_ns <= hit->time_ns);
	}
	jit_hits_done(&h);
	close(fd);
	return 0;
}
