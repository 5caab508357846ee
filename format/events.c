// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables of all record types, made from the lists in <tape/events/...>.
 * This is the only file that turns those lists into data, so that a new record
 * needs no line here.
 */
#include <stddef.h>

#include <tape/events.h>

#define KIND(type)                                                                                 \
	_Generic((type)0, uint8_t                                                                  \
		 : EV_U8, uint16_t                                                                 \
		 : EV_U16, uint32_t                                                                \
		 : EV_U32, uint64_t                                                                \
		 : EV_U64, int32_t                                                                 \
		 : EV_S32, int64_t                                                                 \
		 : EV_S64, char                                                                    \
		 : EV_CHAR)

#define FIELD(type, name, unit, help, count, array)                                                \
	{ #name,      unit, help, offsetof(struct self, ev.name), sizeof(type) * (count),          \
	  KIND(type), array },
#define FIELD_F(type, name, unit, help)	       FIELD(type, name, unit, help, 1, 0)
#define FIELD_A(type, name, count, unit, help) FIELD(type, name, unit, help, count, 1)
#define FIELD_T(type, name, unit, help)	       FIELD(type, name, unit, help, 0, 1)

#define TAIL_F(type, name, unit, help)
#define TAIL_A(type, name, count, unit, help)
#define TAIL_T(type, name, unit, help) +offsetof(struct self, ev.name)

/*
 * A list of fields does not name its struct. So each type opens a scope in
 * which "struct self" is its struct; the scopes stay open, one in the other,
 * and the innermost sees all the arrays. OPEN and CLOSE are used in pairs.
 */
#define OPEN(NAME, number, name, FIELDS, help)                                                     \
	{                                                                                          \
		struct self {                                                                      \
			struct ev_##name ev;                                                       \
		};                                                                                 \
		static const struct ev_field name##_fields[] = { FIELDS(FIELD_F, FIELD_A,          \
									FIELD_T) };                \
		enum { name##_tail = 0 FIELDS(TAIL_F, TAIL_A, TAIL_T) };

#define CLOSE(NAME, number, name, FIELDS, help) }

#define ROW(NAME, number, name, FIELDS, help)                                                      \
	{ EV_##NAME,                                                                               \
	  #name,                                                                                   \
	  help,                                                                                    \
	  name##_tail ? name##_tail : sizeof(struct ev_##name),                                    \
	  sizeof(name##_fields) / sizeof(name##_fields[0]),                                        \
	  name##_fields },

#define POSITION(NAME, number, name, FIELDS, help) POSITION_##NAME,
enum { EV_ALL(POSITION) N_TYPES };

const struct ev_info *ev_all(size_t *n)
{
	*n = N_TYPES;

	/* clang-format off */
	EV_ALL(OPEN)
	static const struct ev_info all[] = {EV_ALL(ROW)};

	return all;
	EV_ALL(CLOSE)
	/* clang-format on */
}

/* Position in the table by type, counted from 1: 0 is no type. */
#define BY_TYPE(NAME, number, name, FIELDS, help) [EV_##NAME] = POSITION_##NAME + 1,
static const unsigned char by_type[] = { EV_ALL(BY_TYPE) };

const struct ev_info *ev_info(uint16_t type)
{
	size_t n;

	if (type >= sizeof(by_type) || !by_type[type])
		return NULL;
	return &ev_all(&n)[by_type[type] - 1];
}

const char *ev_name(uint16_t type)
{
	const struct ev_info *info = ev_info(type);

	return info ? info->name : "unknown";
}

static const struct {
	const char *name;
	uint32_t size;
} kinds[] = {
	[EV_U8] = { "u8", 1 },	   [EV_U16] = { "u16", 2 }, [EV_U32] = { "u32", 4 },
	[EV_U64] = { "u64", 8 },   [EV_S32] = { "s32", 4 }, [EV_S64] = { "s64", 8 },
	[EV_CHAR] = { "char", 1 },
};

uint32_t ev_kind_size(enum ev_kind kind)
{
	return kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind].size : 0;
}

const char *ev_kind_name(enum ev_kind kind)
{
	return kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind].name : "unknown";
}
