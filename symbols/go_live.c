// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts: runtime/proc.go (allgs grows only, g is never freed, number 1 is the main
 * goroutine and the first). After a collection the runtime may hold a second slice of
 * the same array (work.stackRoots): it is shorter or as long.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_live.h"

#define BLOCK	   (64u << 10)
#define MOST_DATA  ((uint64_t)256 << 20) /* of one process is looked through */
#define CANDIDATES 128
#define SLICE	   24 /* bytes: pointer, length, room */
#define LOWEST	   4096
#define HIGHEST	   ((uint64_t)1 << 47)
#define MOST_ROOM  (1u << 28)
#define MOST_TRIED (1u << 18) /* candidates that are looked at */
#define LOOKED_AT  64	      /* goroutines, to see whether they are such */

static bool is_pointer(uint64_t p)
{
	return p >= LOWEST && p < HIGHEST && p % 8 == 0;
}

static bool is_slice(const uint8_t *b)
{
	uint64_t n = go_u64(b + 8), room = go_u64(b + 16);

	return n >= 1 && n <= room && room <= MOST_ROOM && is_pointer(go_u64(b));
}

static bool is_first(const struct go_offsets *o, const uint8_t *g)
{
	uint64_t lo = go_u64(g), hi = go_u64(g + 8);
	uint32_t status = go_u32(g + o->g_status) & ~GO_STATUS_SCAN;

	return go_u64(g + o->g_goid) == 1 && lo < hi && hi < HIGHEST && lo >= LOWEST &&
	       status < o->n_statuses && status != GO_IDLE && go_u64(g + o->g_startpc);
}

/* A g of any goroutine, dead ones too. */
static bool is_any(const struct go_offsets *o, const uint8_t *g)
{
	uint32_t status = go_u32(g + o->g_status) & ~GO_STATUS_SCAN;

	return go_u64(g) <= go_u64(g + 8) && go_u64(g + 8) < HIGHEST && status < o->n_statuses;
}

/* Whether there is a g at a place of the list. */
static int check_place(const struct go_live *live, uint64_t array, uint64_t i, bool *good)
{
	uint8_t pointer[8], g[GO_G_MAX];
	int rc = go_memory_read(live->memory, array + 8 * i, pointer, 8, good);

	if (rc < 0 || !*good)
		return rc;
	*good = is_pointer(go_u64(pointer));
	if (*good)
		rc = go_memory_read(live->memory, go_u64(pointer), g, live->offsets->g_size, good);
	if (rc == 0 && *good)
		*good = i ? is_any(live->offsets, g) : is_first(live->offsets, g);
	return rc;
}

/*
 * Whether a slice is a list of goroutines: the first is number 1, and there are some up to
 * its end. Words that look like a longer one may stand beside the real one (allgptr).
 */
static int check_list(const struct go_live *live, const uint8_t *slice, bool *good)
{
	uint64_t n = go_u64(slice + 8);
	const uint64_t places[] = { 0, n / 4, n / 2, n - n / 4, n - 1 };
	int rc = 0;

	*good = is_slice(slice);
	for (size_t i = 0; rc == 0 && *good && i < sizeof(places) / sizeof(*places); i++)
		rc = check_place(live, go_u64(slice), places[i] < n ? places[i] : 0, good);
	return rc;
}

struct candidates {
	uint64_t at[CANDIDATES];
	uint8_t slice[CANDIDATES][SLICE];
	uint8_t first[CANDIDATES][8];
	uint8_t g[CANDIDATES][GO_G_MAX];
	size_t n;
	size_t tried;
};

/* Keeps of the candidates those that are lists of goroutines. */
static int check_candidates(struct candidates *c, struct go_live *live)
{
	struct go_piece pieces[CANDIDATES];
	int rc;

	for (size_t i = 0; i < c->n; i++)
		pieces[i] = (struct go_piece){ go_u64(c->slice[i]), c->first[i], 8, false };
	rc = live->memory->read(live->memory->context, pieces, c->n);
	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		uint64_t g = pieces[i].there ? go_u64(c->first[i]) : 0;

		pieces[i] = (struct go_piece){ is_pointer(g) ? g : 0, c->g[i],
					       live->offsets->g_size, false };
	}
	if (rc == 0)
		rc = live->memory->read(live->memory->context, pieces, c->n);
	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		bool good = pieces[i].there && is_first(live->offsets, c->g[i]);

		if (good)
			rc = check_list(live, c->slice[i], &good);
		if (good && live->n_lists < GO_LISTS_MAX)
			live->lists[live->n_lists++] = c->at[i];
	}
	c->n = 0;
	return rc;
}

static int look_through(const uint8_t *block, uint32_t size, uint64_t address, struct candidates *c,
			struct go_live *live)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i + SLICE <= size; i += 8) {
		if (!is_slice(block + i) || c->tried == MOST_TRIED)
			continue;
		c->tried++;
		c->at[c->n] = address + i;
		memcpy(c->slice[c->n++], block + i, SLICE);
		if (c->n == CANDIDATES)
			rc = check_candidates(c, live);
	}
	return rc;
}

/* Calls fn with each part of what can be written; they overlap, so that a slice is whole in one. */
static int each_block(const struct go_program *p, struct go_live *live,
		      int (*fn)(const uint8_t *block, uint32_t size, uint64_t address,
				struct candidates *c, struct go_live *live),
		      struct candidates *c)
{
	CLEANUP(freep) uint8_t *block = malloc(BLOCK);
	uint64_t left = MOST_DATA;
	int rc = block ? 0 : -ENOMEM;

	for (size_t i = 0; i < p->n_data; i++) {
		uint64_t at = (p->data[i].start + 7) / 8 * 8, end = p->data[i].end;

		while (rc == 0 && at < end && end - at >= SLICE && left) {
			uint32_t size = end - at < BLOCK ? (uint32_t)(end - at) : BLOCK;
			bool there;

			rc = go_memory_read(live->memory, at + live->bias, block, size, &there);
			if (rc == 0 && there)
				rc = fn(block, size, at + live->bias, c, live);
			left -= left < size ? left : size;
			at += size < BLOCK ? size : BLOCK - SLICE + 8;
		}
	}
	return rc;
}

static int find_by_shape(const struct go_program *p, struct go_live *live)
{
	CLEANUP(freep) struct candidates *c = calloc(1, sizeof(*c));
	int rc = c ? each_block(p, live, look_through, c) : -ENOMEM;

	return rc < 0 ? rc : check_candidates(c, live);
}

/* --- the version, where the file does not say it --- */

static int read_version(struct go_live *live, const uint8_t *string)
{
	uint64_t size = go_u64(string + 8);
	char text[GO_TEXT_MAX] = "";
	bool there;
	int rc;

	if (size < 5 || size >= sizeof(text))
		return 0;
	rc = go_memory_read(live->memory, go_u64(string), text, (uint32_t)size, &there);
	if (rc == 0 && there && go_version_number(text)) {
		/* Two that do not agree say nothing. */
		bool other = live->version[0] &&
			     go_version_number(live->version) != go_version_number(text);

		snprintf(live->version, sizeof(live->version), "%s", other ? "?" : text);
	}
	return rc;
}

static int check_strings(struct candidates *c, struct go_live *live)
{
	struct go_piece pieces[CANDIDATES];
	int rc;

	for (size_t i = 0; i < c->n; i++)
		pieces[i] = (struct go_piece){ c->at[i], c->first[i], 4, false };
	rc = live->memory->read(live->memory->context, pieces, c->n);
	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		if (pieces[i].there && memcmp(c->first[i], "go1.", 4) == 0)
			rc = read_version(live, c->slice[i]);
	}
	c->n = 0;
	return rc;
}

static int look_for_strings(const uint8_t *block, uint32_t size, uint64_t address,
			    struct candidates *c, struct go_live *live)
{
	int rc = 0;

	(void)address;
	for (uint32_t i = 0; rc == 0 && i + 16 <= size; i += 8) {
		uint64_t at = go_u64(block + i), length = go_u64(block + i + 8);

		if (length < 5 || length >= GO_TEXT_MAX || at < LOWEST || at >= HIGHEST ||
		    c->tried == MOST_TRIED)
			continue;
		c->tried++;
		c->at[c->n] = at;
		memcpy(c->slice[c->n++], block + i, 16);
		if (c->n == CANDIDATES)
			rc = check_strings(c, live);
	}
	return rc;
}

static int find_version(const struct go_program *p, struct go_live *live)
{
	CLEANUP(freep) struct candidates *c = calloc(1, sizeof(*c));
	uint8_t string[16];
	bool there;
	int rc = c ? 0 : -ENOMEM;

	memcpy(live->version, p->version, sizeof(live->version));
	if (live->version[0] || rc < 0)
		return rc;
	if (live->at.version) {
		rc = go_memory_read(live->memory, live->at.version, string, sizeof(string), &there);
		return rc == 0 && there ? read_version(live, string) : rc;
	}
	rc = each_block(p, live, look_for_strings, c);
	return rc < 0 ? rc : check_strings(c, live);
}

/* --- whether the offsets are right: goroutines behave as such --- */

struct parked {
	uint8_t pointers[LOOKED_AT][8];
	uint8_t g[LOOKED_AT][GO_G_MAX];
	struct go_piece pieces[LOOKED_AT];
};

/* One that is parked stands in code, on its stack, and began with a function. */
static bool is_parked_well(const struct go_live *live, const uint8_t *g)
{
	const struct go_offsets *o = live->offsets;
	uint64_t lo = go_u64(g), hi = go_u64(g + 8), sp = go_u64(g + o->g_sp);
	uint64_t size = live->text.end - live->text.start;

	return sp >= lo && sp < hi && sp % 8 == 0 && go_u64(g + o->g_goid) &&
	       go_u64(g + o->g_pc) - live->text.start < size &&
	       go_u64(g + o->g_startpc) - live->text.start < size;
}

/*
 * Of some that are spread over the list. What changes while it is read, or comes of
 * a library, may be odd; by wrong offsets most of them are. *good stays unless it is so.
 */
static int check_parked(const struct go_live *live, const struct go_list *list, bool *good)
{
	CLEANUP(freep) struct parked *p = calloc(1, sizeof(*p));
	uint32_t well = 0, odd = 0;
	int rc;

	if (!p)
		return -ENOMEM;
	for (uint64_t i = 0; i < LOOKED_AT; i++)
		p->pieces[i] = (struct go_piece){ list->array + list->n * i / LOOKED_AT * 8,
						  p->pointers[i], 8, false };
	rc = live->memory->read(live->memory->context, p->pieces, LOOKED_AT);
	for (size_t i = 0; rc == 0 && i < LOOKED_AT; i++)
		p->pieces[i] = (struct go_piece){ go_u64(p->pointers[i]), p->g[i],
						  live->offsets->g_size, false };
	if (rc == 0)
		rc = live->memory->read(live->memory->context, p->pieces, LOOKED_AT);
	for (size_t i = 0; rc == 0 && i < LOOKED_AT; i++) {
		uint32_t status = go_u32(p->g[i] + live->offsets->g_status) & ~GO_STATUS_SCAN;

		if (!p->pieces[i].there || status != GO_WAITING)
			continue;
		if (is_parked_well(live, p->g[i]))
			well++;
		else
			odd++;
	}
	if (odd > well)
		*good = false;
	return rc;
}

/* --- all together --- */

static void move_variables(const struct go_program *p, struct go_live *live)
{
	uint64_t from[sizeof(p->at) / 8];

	memcpy(from, &p->at, sizeof(from));
	for (size_t i = 0; i < sizeof(from) / sizeof(*from); i++)
		from[i] += from[i] ? live->bias : 0;
	memcpy(&live->at, from, sizeof(from));
}

/* Of the table, else those of the program's own DWARF. */
static int find_offsets(struct go_live *live, const char **why)
{
	struct go_program *p = live->program;
	struct go_words reasons = p->reasons, statuses = p->statuses;
	struct go_own *own = NULL;
	int rc;

	live->offsets = go_offsets_of(go_version_number(live->version));
	if (live->offsets)
		return 0;
	*why = live->version[0]
		       ? "the recorder does not know this version of Go, and the program's DWARF does not tell enough"
		       : "which version of Go it is cannot be told, and the program's DWARF does not tell enough";
	rc = go_program_own(p, &own);
	if (rc < 0)
		return rc == -ENODATA ? -ENOTSUP : rc;
	live->offsets = go_own_offsets(own);
	live->by_dwarf = true;
	reasons.at += reasons.at ? live->bias : 0;
	statuses.at += statuses.at ? live->bias : 0;
	rc = go_own_read_names(own, live->memory, reasons, statuses);
	if (rc == -ENOTSUP)
		*why = "the states of its goroutines are not those that the recorder knows";
	return rc;
}

static int find_lists(struct go_live *live)
{
	if (!live->at.allgs)
		return find_by_shape(live->program, live);
	live->lists[live->n_lists++] = live->at.allgs;
	return 0;
}

int go_live_open(struct go_program *p, uint64_t bias, const struct go_memory *memory,
		 struct go_live *ret, const char **why)
{
	struct go_live *live = ret;
	struct go_list list;
	bool good = true;
	int rc;

	*live = (struct go_live){ .program = p, .memory = memory, .bias = bias };
	live->text = (struct go_range){ p->text.start + bias, p->text.end + bias };
	move_variables(p, live);
	*why = "its memory cannot be read";
	rc = find_version(p, live);
	if (rc == 0)
		rc = find_offsets(live, why);
	if (rc < 0)
		return rc;
	*why = "its list of goroutines was not found";
	rc = find_lists(live);
	if (rc == 0 && !live->n_lists)
		rc = -EAGAIN;
	if (rc < 0)
		return rc;
	*why = "its list of goroutines is not as it must be";
	rc = go_live_list(live, &list);
	if (rc == 0)
		rc = check_parked(live, &list, &good);
	if (good)
		return rc;
	*why = "its goroutines are not as they must be";
	return -EAGAIN;
}

int go_live_list(const struct go_live *live, struct go_list *ret)
{
	struct go_list best = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < live->n_lists; i++) {
		uint8_t slice[SLICE];
		bool good;

		rc = go_memory_read(live->memory, live->lists[i], slice, SLICE, &good);
		if (rc == 0 && good)
			rc = check_list(live, slice, &good);
		if (rc == 0 && good && go_u64(slice + 8) > best.n)
			best = (struct go_list){ go_u64(slice), go_u64(slice + 8) };
	}
	*ret = best;
	return rc < 0 ? rc : best.n ? 0 : -EAGAIN;
}
