// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fields of raw records, by a layout that came with the tape: nothing that it
 * says is believed without a look at the record's size.
 */
#include <tape/reader.h>

#include "format/bytes.h"
#include "format/convert.h"

uint64_t tape_field_load(uint8_t kind, const void *p)
{
	switch (kind) {
	case EV_U16:
		return bytes_get16(p);
	case EV_U32:
		return bytes_get32(p);
	case EV_S32:
		return (uint64_t)(int64_t)(int32_t)bytes_get32(p);
	case EV_U64:
	case EV_S64:
		return bytes_get64(p);
	default:
		return *(const uint8_t *)p;
	}
}

size_t tape_field_count(const struct ev_header *raw, const struct ev_field *field)
{
	uint32_t size = ev_size(raw), element = ev_kind_size(field->kind);
	uint32_t room = field->offset < size ? size - field->offset : 0;

	if (field->size && field->size < room)
		room = field->size;
	return element ? room / element : 0;
}

uint64_t tape_field_value(const struct ev_header *raw, const struct ev_field *field, size_t index)
{
	if (index >= tape_field_count(raw, field))
		return 0;
	return tape_field_load(field->kind, (const uint8_t *)raw + field->offset +
						    index * ev_kind_size(field->kind));
}
