// SPDX-License-Identifier: BSD-2-Clause
/* Modules are told apart by interning what identifies them, as one byte string. */
#include <string.h>

#include "analyze/replay/modules.h"

/* A few bytes of a packed tape may be a long path. */
#define MOST_BYTES ((size_t)128 << 20)

struct identity_head {
	uint8_t kind;
	uint8_t build_id_size;
	uint8_t build_id[EV_BUILD_ID_SIZE];
};

void modules_done(struct modules *m)
{
	vec_done(&m->list);
	intern_done(&m->identities);
	map_done(&m->by_number);
}

/* Interns head and path (with its NUL) in one piece; the path can be lent from there. */
static uint32_t intern_identity(struct modules *m, const struct identity_head *head,
				const char *path, size_t length)
{
	char *bytes = memory_alloc(sizeof(*head) + length + 1);
	uint32_t index;

	memcpy(bytes, head, sizeof(*head));
	memcpy(bytes + sizeof(*head), path, length);
	index = intern_bytes(&m->identities, bytes, (uint32_t)(sizeof(*head) + length + 1));
	free(bytes);
	return index;
}

void modules_define(struct modules *m, const struct ev_module *record)
{
	uint32_t room = ev_tail_size(&record->h, sizeof(*record));
	struct identity_head head = { .kind = (uint8_t)record->kind };
	struct tape_module *module;
	const char *bytes;
	uint32_t index;

	if (m->identities.arena.total > MOST_BYTES)
		return;
	if (record->build_id_size <= EV_BUILD_ID_SIZE)
		head.build_id_size = (uint8_t)record->build_id_size;
	memcpy(head.build_id, record->build_id, head.build_id_size);

	index = intern_identity(m, &head, record->path, strnlen(record->path, room));
	*map_add(&m->by_number, record->module, NULL) = (uint64_t)index + 1;
	if (index < m->list.n)
		return;
	bytes = intern_get(&m->identities, index, NULL);
	module = vec_push(&m->list);
	*module = (struct tape_module){
		.path = bytes + sizeof(head),
		.kind = head.kind,
		.build_id_size = head.build_id_size,
	};
	memcpy(module->build_id, head.build_id, sizeof(head.build_id));
}

uint32_t modules_index(const struct modules *m, uint32_t number)
{
	const uint64_t *slot = map_find(&m->by_number, number);

	return slot ? (uint32_t)(*slot - 1) : MODULES_NONE;
}

void modules_map(struct modules *m, const struct ev_mapping *record)
{
	uint32_t index = modules_index(m, record->module);
	struct tape_module *module;

	if (index == MODULES_NONE)
		return;
	module = &m->list.items[index];
	if (!module->mappings++) {
		module->start = record->start;
		module->end = record->end;
		module->file_offset = record->file_offset;
	}
}
