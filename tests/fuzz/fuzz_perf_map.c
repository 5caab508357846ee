// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a perf-PID.map. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/perf_map.h"

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
		jit_hits_add(&h, i << (i / 4), i);
	jit_hits_settle(&h);
	require(perf_map_read(fd, &h) == 0);
	for (size_t i = 0; i < h.n; i++) {
		const struct jit_hit *hit = &h.at[i];

		require(strlen(jit_hits_text(&h, hit->name)) <= JIT_NAME_MAX);
		require(!hit->size || hit->address - hit->start < hit->size);
		require(!hit->size || hit->name);
	}
	jit_hits_done(&h);
	close(fd);
	return 0;
}
