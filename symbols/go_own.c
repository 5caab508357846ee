// SPDX-License-Identifier: BSD-2-Clause
/* Which fields must be there, and within what bounds, is what their readers rely on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/dwarf_structs.h"
#include "symbols/go_live.h"
#include "symbols/go_own.h"

#define MOST_NAMES   128
#define LONGEST_NAME 64
#define N_FIELDS     (sizeof(fields) / sizeof(*fields))

struct names {
	char texts[MOST_NAMES][LONGEST_NAME];
	const char *at[MOST_NAMES];
};

struct go_own {
	struct go_offsets offsets;
	struct names reasons, statuses;
	bool named;
};

static const struct {
	const char *type, *path;
	size_t field;
} fields[] = {
#define F(name, type, path) { type, path, offsetof(struct go_offsets, name) },
#include "symbols/go_fields.inc"
#undef F
};

DEFINE_CLEANUP(go_own_free, struct go_own);

static int read_offsets(Elf *elf, int fd, struct go_offsets *ret)
{
	struct dwarf_member members[N_FIELDS];
	int rc;

	for (size_t i = 0; i < N_FIELDS; i++)
		members[i] =
			(struct dwarf_member){ .type = fields[i].type, .path = fields[i].path };
	rc = dwarf_structs_read(elf, fd, members, N_FIELDS);
	for (size_t i = 0; rc == 0 && i < N_FIELDS; i++) {
		bool good = members[i].there && members[i].at < GO_NONE;
		uint16_t at = good ? (uint16_t)members[i].at : GO_NONE;

		memcpy((char *)ret + fields[i].field, &at, sizeof(at));
	}
	return rc;
}

/* Whether all of these are within a struct of some bytes, with a word each. */
static bool all_within(const uint16_t *offsets, size_t n, uint32_t size)
{
	for (size_t i = 0; i < n; i++) {
		if (offsets[i] + 8u > size)
			return false;
	}
	return true;
}

#define WITHIN(size, ...)                                                                          \
	all_within((const uint16_t[]){ __VA_ARGS__ },                                              \
		   sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t), size)

/* What may be missing is out of bounds, if it is there. */
static void drop_beyond(uint16_t *offset, uint32_t size)
{
	if (*offset + 8u > size)
		*offset = GO_NONE;
}

static bool is_usable(struct go_offsets *o)
{
	drop_beyond(&o->g_syscallbp, o->g_size);
	drop_beyond(&o->g_parent, o->g_size);
	if (!WITHIN(o->bucket_size, o->bucket_next, o->bucket_object, o->bucket_depth))
		o->bucket_size = GO_NONE;
	return o->g_size <= GO_G_MAX &&
	       WITHIN(o->g_size, o->g_m, o->g_sp, o->g_pc, o->g_bp, o->g_syscallsp, o->g_syscallpc,
		      o->g_status, o->g_goid, o->g_waitsince, o->g_waitreason, o->g_gopc,
		      o->g_startpc, o->g_waiting) &&
	       WITHIN(GO_CHANNEL_MAX, o->hchan_count, o->hchan_room, o->hchan_elemsize,
		      o->hchan_closed) &&
	       WITHIN(GO_SUDOG_MAX, o->sudog_c, o->sudog_waitlink) && o->m_procid != GO_NONE;
}

static void point_to(struct names *n, const char *const **ret, uint16_t *count)
{
	for (size_t i = 0; i < MOST_NAMES; i++)
		n->at[i] = n->texts[i];
	*ret = n->at;
	*count = MOST_NAMES;
}

int go_own_open(Elf *elf, int fd, struct go_own **ret)
{
	CLEANUP(go_own_freep) struct go_own *own = calloc(1, sizeof(*own));
	int rc = own ? read_offsets(elf, fd, &own->offsets) : -ENOMEM;

	if (rc == 0 && !is_usable(&own->offsets))
		rc = -ENODATA;
	if (rc < 0)
		return rc;
	point_to(&own->reasons, &own->offsets.wait_reasons, &own->offsets.n_wait_reasons);
	point_to(&own->statuses, &own->offsets.statuses, &own->offsets.n_statuses);
	*ret = TAKE(own);
	return 0;
}

void go_own_free(struct go_own *own)
{
	free(own);
}

const struct go_offsets *go_own_offsets(const struct go_own *own)
{
	return &own->offsets;
}

static bool is_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return true;
}

static int read_texts(const struct go_memory *memory, struct go_words words, struct names *ret)
{
	size_t n = words.n < MOST_NAMES ? words.n : MOST_NAMES;
	uint8_t strings[MOST_NAMES * 16];
	bool there = false;
	int rc = 0;

	if (words.at && n)
		rc = go_memory_read(memory, words.at, strings, (uint32_t)(n * 16), &there);
	for (size_t i = 0; rc == 0 && there && i < n; i++) {
		uint64_t size = go_u64(strings + i * 16 + 8);
		char *text = ret->texts[i];
		bool good = false;

		if (size && size < LONGEST_NAME)
			rc = go_memory_read(memory, go_u64(strings + i * 16), text, (uint32_t)size,
					    &good);
		if (!good || !is_text(text, size))
			memset(text, 0, LONGEST_NAME);
	}
	return rc;
}

/* Where it has names at all, those that our numbers rely on. */
static bool has_our_states(const struct go_own *own)
{
	static const char *const ours[] = {
		[GO_IDLE] = "idle",	  [GO_RUNNABLE] = "runnable", [GO_RUNNING] = "running",
		[GO_SYSCALL] = "syscall", [GO_WAITING] = "waiting",   [GO_DEAD] = "dead",
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		const char *theirs = own->statuses.texts[i];

		if (ours[i] && *theirs && strcmp(ours[i], theirs) != 0)
			return false;
	}
	return true;
}

int go_own_read_names(struct go_own *own, const struct go_memory *memory, struct go_words reasons,
		      struct go_words statuses)
{
	int rc = own->named ? 0 : read_texts(memory, reasons, &own->reasons);

	if (rc == 0 && !own->named)
		rc = read_texts(memory, statuses, &own->statuses);
	if (rc < 0)
		return rc;
	own->named = true;
	return has_our_states(own) ? 0 : -ENOTSUP;
}
