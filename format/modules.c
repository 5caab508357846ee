// SPDX-License-Identifier: BSD-2-Clause
/*
 * A table of MODULE records by their number. Apart from the writer, which only
 * asks it what a SYMBOLS block must repeat.
 */
#include "format/bytes.h"
#include "format/modules.h"

#define MODULES_MAX (1u << 20)

struct ev_header *tape_record_copy(const struct ev_header *record)
{
	struct ev_header *copy = malloc(ev_size(record));

	if (copy)
		memcpy(copy, record, ev_size(record));
	return copy;
}

int tape_modules_keep(struct tape_modules *m, const struct ev_module *record)
{
	size_t before = m->room;
	struct ev_header *copy;

	if (record->module >= MODULES_MAX)
		return -EINVAL;
	if (bytes_grow(&m->by_number, &m->room, (size_t)record->module + 1, sizeof(*m->by_number)) <
	    0)
		return -ENOMEM;
	if (m->room > before)
		memset(&m->by_number[before], 0, (m->room - before) * sizeof(*m->by_number));
	copy = tape_record_copy(&record->h);
	if (!copy)
		return -ENOMEM;
	free(m->by_number[record->module].record);
	m->by_number[record->module].record = copy;
	return 0;
}

void tape_modules_done(struct tape_modules *m)
{
	for (size_t i = 0; i < m->room; i++)
		free(m->by_number[i].record);
	free(m->by_number);
}

struct tape_module *tape_modules_find(struct tape_modules *m, uint32_t number)
{
	if (number >= m->room || !m->by_number[number].record)
		return NULL;
	return &m->by_number[number];
}
