// SPDX-License-Identifier: BSD-2-Clause
/* See go_offsets.h. */
#include "symbols/go_offsets.h"

static const struct go_offsets table[] = {
#include "symbols/go_offsets.inc"
};

const struct go_offsets *go_offsets_of(uint32_t version)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].version == version)
			return &table[i];
	}
	return NULL;
}
