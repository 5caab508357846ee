// SPDX-License-Identifier: BSD-2-Clause
/* Open addressing over numbers at no more than 70 % full. */
#include <stdlib.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/pairs.h"

static void grow(struct pairs *p)
{
	size_t room = p->room ? p->room * 2 : 64;

	free(p->slots);
	p->slots = memory_alloc(room * sizeof(*p->slots));
	p->room = room;
	for (size_t i = 0; i < p->keys.n; i++) {
		size_t at = map_mix(p->keys.items[i]) & (room - 1);

		while (p->slots[at])
			at = (at + 1) & (room - 1);
		p->slots[at] = (uint32_t)i + 1;
	}
}

uint32_t pairs_number(struct pairs *p, uint32_t first, uint32_t second, bool *added)
{
	uint64_t key = (uint64_t)first << 32 | second;
	size_t at;

	if ((p->keys.n + 1) * 10 > p->room * 7)
		grow(p);
	at = map_mix(key) & (p->room - 1);
	while (p->slots[at] && p->keys.items[p->slots[at] - 1] != key)
		at = (at + 1) & (p->room - 1);
	if (added)
		*added = !p->slots[at];
	if (!p->slots[at]) {
		*vec_push(&p->keys) = key;
		p->slots[at] = (uint32_t)p->keys.n;
	}
	return p->slots[at] - 1;
}

void pairs_done(struct pairs *p)
{
	free(p->slots);
	vec_done(&p->keys);
	*p = (struct pairs){ 0 };
}
