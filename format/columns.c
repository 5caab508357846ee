// SPDX-License-Identifier: BSD-2-Clause
/*
 * From records to columns: which records go together, and which encoding each of
 * their words gets. The choice only costs bytes if it is wrong; it is made by
 * rules of thumb, from a sample of the values, and never from anything but the
 * records, so that the same records always make the same bytes.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"
#include "format/columns.h"

/* What is fewer or longer is not worth its columns' heads. */
#define GROUP_LEAST_RECORDS 16
#define GROUP_MOST_UNITS    32

#define SETS_MAX  1024 /* kinds of records that are told apart before groups are made */
#define SLOTS	  1024 /* of hash tables, a power of 2 */
#define DISTINCT  256  /* most values of a dictionary */
#define STRETCHES 4    /* samples of a column, */
#define STRETCH	  256  /* each of so many values */

/* Less than this for each record of 24 bytes or more: no encoding takes 9 bytes a value and 10. */
#define FORM_ROOM (TAPE_BLOCK_PLAIN + TAPE_BLOCK_PLAIN / 2 + 1024)
_Static_assert(FORM_ROOM >= TAPE_BLOCK_PACKED, "the caller may write to it");

/* Records of the same type and size. */
struct set {
	uint32_t key; /* both, as they stand in the record */
	uint32_t count;
	uint8_t group;
};

struct group {
	uint32_t count;
	uint32_t units;
	uint32_t *offsets; /* of its records in plain */
};

struct tape_columns_encoder {
	uint8_t form[FORM_ROOM];
	const uint8_t *plain;
	uint8_t *at; /* in the form */
	uint32_t records;
	uint32_t n_sets;
	uint32_t n_groups; /* with the rows */
	struct set sets[SETS_MAX];
	uint16_t set_slots[SLOTS * 2]; /* number in sets plus 1 */
	struct group groups[TAPE_COLUMNS_GROUPS + 1];
	uint16_t set_of[TAPE_COLUMNS_RECORDS];
	uint32_t offsets[TAPE_COLUMNS_RECORDS];
	/* one column */
	uint64_t values[TAPE_COLUMNS_RECORDS];
	uint8_t indexes[TAPE_COLUMNS_RECORDS];
	uint64_t distinct[DISTINCT];
	uint16_t slots[SLOTS]; /* number in distinct plus 1 */
};

struct tape_columns_encoder *tape_columns_encoder_new(void)
{
	return malloc(sizeof(struct tape_columns_encoder));
}

void tape_columns_encoder_free(struct tape_columns_encoder *e)
{
	free(e);
}

static void put8(struct tape_columns_encoder *e, unsigned int v)
{
	*e->at++ = (uint8_t)v;
}

static void put64(struct tape_columns_encoder *e, uint64_t v)
{
	bytes_put64(e->at, v);
	e->at += sizeof(v);
}

static void put_bytes(struct tape_columns_encoder *e, const void *bytes, size_t n)
{
	memcpy(e->at, bytes, n);
	e->at += n;
}

/* --- groups --- */

/* The number of the record's set; SETS_MAX if there are too many. */
static uint32_t find_set(struct tape_columns_encoder *e, uint32_t key)
{
	uint32_t at = key * 0x9e3779b1u >> 21;

	for (; e->set_slots[at]; at = (at + 1) % (SLOTS * 2)) {
		if (e->sets[e->set_slots[at] - 1].key == key)
			return e->set_slots[at] - 1u;
	}
	if (e->n_sets == SETS_MAX)
		return SETS_MAX;
	e->sets[e->n_sets] = (struct set){ .key = key };
	e->set_slots[at] = (uint16_t)++e->n_sets;
	return e->n_sets - 1;
}

/* Returns false if the bytes are no whole records. */
static bool find_sets(struct tape_columns_encoder *e, size_t size)
{
	size_t at = 0;

	e->records = 0;
	e->n_sets = 0;
	memset(e->set_slots, 0, sizeof(e->set_slots));
	while (size - at >= sizeof(struct ev_header)) {
		uint32_t key = bytes_get32(e->plain + at), set;
		size_t n = (size_t)(key >> 16) * EV_UNIT;

		if (n < sizeof(struct ev_header) || n > size - at)
			return false;
		set = find_set(e, key);
		if (set < SETS_MAX)
			e->sets[set].count++;
		e->set_of[e->records++] = (uint16_t)set;
		at += n;
	}
	return at == size;
}

/* What is in no group is a row. */
static void make_groups(struct tape_columns_encoder *e)
{
	uint32_t *offsets = e->offsets;

	e->n_groups = 1;
	for (uint32_t i = 0; i < e->n_sets; i++) {
		struct set *set = &e->sets[i];

		set->group = 0;
		if (set->count < GROUP_LEAST_RECORDS || set->key >> 16 > GROUP_MOST_UNITS ||
		    e->n_groups > TAPE_COLUMNS_GROUPS)
			continue;
		set->group = (uint8_t)e->n_groups;
		e->groups[e->n_groups++] =
			(struct group){ .units = set->key >> 16, .offsets = offsets };
		offsets += set->count;
	}
}

static void put_order_and_rows(struct tape_columns_encoder *e)
{
	uint8_t *order = e->at;
	uint32_t at = 0;

	e->at += e->records;
	for (uint32_t i = 0; i < e->records; i++) {
		uint32_t n = bytes_get16(e->plain + at + offsetof(struct ev_header, units));
		uint16_t set = e->set_of[i];
		struct group *g;

		order[i] = set < SETS_MAX ? e->sets[set].group : 0;
		g = &e->groups[order[i]];
		if (order[i])
			g->offsets[g->count++] = at;
		else
			put_bytes(e, e->plain + at, n * EV_UNIT);
		at += n * EV_UNIT;
	}
}

/* --- what a column is like --- */

/* Fills in values; returns whether they differ. */
static bool gather(struct tape_columns_encoder *e, const struct group *g, uint32_t word)
{
	const uint8_t *from = e->plain + word * sizeof(uint64_t);
	uint64_t differ = 0, first = bytes_get64(from + g->offsets[0]);

	for (uint32_t i = 0; i < g->count; i++) {
		uint64_t v = bytes_get64(from + g->offsets[i]);

		e->values[i] = v;
		differ |= v ^ first;
	}
	return differ != 0;
}

struct dictionary {
	uint32_t values; /* that were looked at: all of them, or where there were too many */
	uint32_t distinct;
	uint32_t changes;
};

/* The place of a value in the dictionary, which may grow by it; DISTINCT if it is full. */
static uint32_t look_up(struct tape_columns_encoder *e, struct dictionary *d, uint64_t value)
{
	uint32_t at = (uint32_t)(value * 0x9e3779b97f4a7c15u >> 54);

	while (e->slots[at] && e->distinct[e->slots[at] - 1] != value)
		at = (at + 1) % SLOTS;
	if (e->slots[at])
		return e->slots[at] - 1u;
	if (d->distinct == DISTINCT)
		return DISTINCT;
	e->distinct[d->distinct] = value;
	e->slots[at] = (uint16_t)++d->distinct;
	return d->distinct - 1;
}

/* Fills in distinct and indexes. */
static struct dictionary make_dictionary(struct tape_columns_encoder *e, uint32_t n)
{
	struct dictionary d = { 0 };
	uint64_t before = ~e->values[0];
	uint32_t index = 0;

	memset(e->slots, 0, sizeof(e->slots));
	for (; d.values < n; d.values++) {
		uint64_t v = e->values[d.values];

		if (v != before) {
			index = look_up(e, &d, v);
			if (index == DISTINCT)
				break;
			before = v;
			d.changes++;
		}
		e->indexes[d.values] = (uint8_t)index;
	}
	return d;
}

static unsigned int bytes_of(uint64_t v)
{
	return v ? (71u - (unsigned int)__builtin_clzll(v)) / 8 : 0;
}

/* How many bytes are not zero. */
static unsigned int bytes_in(uint64_t v)
{
	v |= v >> 4;
	v |= v >> 2;
	v |= v >> 1;
	return (unsigned int)((v & 0x0101010101010101u) * 0x0101010101010101u >> 56);
}

/* Bytes that planes would have which are not like the one before, from a sample. */
struct cost {
	uint64_t delta;
	uint64_t planes;
};

static struct cost sample(const uint64_t *values, uint32_t n)
{
	uint32_t step = n <= STRETCHES * STRETCH ? n : n / STRETCHES;
	uint32_t length = n <= STRETCHES * STRETCH ? n : STRETCH, seen = 0;
	struct cost cost = { 0 };

	for (uint32_t begin = 0; begin + length <= n; begin += step) {
		for (uint32_t i = begin + 1; i < begin + length; i++) {
			cost.delta += bytes_of(values[i] - values[i - 1]);
			cost.planes += bytes_in(values[i] ^ values[i - 1]);
		}
		seen += length;
	}
	cost.delta = cost.delta * n / seen;
	cost.planes = cost.planes * n / seen;
	return cost;
}

/*
 * LZ4 does well with what stays the same: a plane costs where it changes. What
 * it makes of a value that came before as a whole is some 3 bytes.
 */
static enum tape_columns_encoding choose(const struct tape_columns_encoder *e, uint32_t n,
					 struct dictionary d)
{
	struct cost cost = sample(e->values, n);
	uint64_t best = cost.delta < cost.planes ? cost.delta : cost.planes;
	uint64_t known = d.values - d.distinct;
	uint64_t whole = (8ull * d.distinct + 3 * known) * n / d.values;

	if (d.values == n && 6ull * d.distinct + d.changes < best)
		return TAPE_COLUMNS_DICTIONARY;
	if (whole < best + best / 8)
		return TAPE_COLUMNS_WHOLE;
	return cost.delta < cost.planes ? TAPE_COLUMNS_DELTA : TAPE_COLUMNS_PLANES;
}

/* --- columns --- */

static void put_planes(struct tape_columns_encoder *e, uint32_t n)
{
	uint64_t all = 0;
	unsigned int mask = 0;

	for (uint32_t i = 0; i < n; i++)
		all |= e->values[i];
	for (unsigned int k = 0; k < 8; k++)
		mask |= (all >> 8 * k & 0xff ? 1u : 0u) << k;
	put8(e, mask);
	for (unsigned int k = 0; k < 8; k++) {
		if (!(mask >> k & 1))
			continue;
		for (uint32_t i = 0; i < n; i++)
			e->at[i] = (uint8_t)(e->values[i] >> 8 * k);
		e->at += n;
	}
}

static void put_delta(struct tape_columns_encoder *e, uint32_t n)
{
	uint64_t before = e->values[0];

	put64(e, before);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t v = e->values[i];

		e->values[i] = v - before;
		before = v;
	}
	put_planes(e, n);
}

static void put_dictionary(struct tape_columns_encoder *e, uint32_t n, uint32_t distinct)
{
	put8(e, distinct - 1);
	for (uint32_t i = 0; i < distinct; i++)
		put64(e, e->distinct[i]);
	put_bytes(e, e->indexes, n);
}

static void put_column(struct tape_columns_encoder *e, const struct group *g, uint32_t word)
{
	enum tape_columns_encoding encoding = TAPE_COLUMNS_CONSTANT;
	struct dictionary d = { 0 };

	if (gather(e, g, word)) {
		d = make_dictionary(e, g->count);
		encoding = choose(e, g->count, d);
	}
	put8(e, encoding);
	if (encoding == TAPE_COLUMNS_CONSTANT)
		put64(e, e->values[0]);
	else if (encoding == TAPE_COLUMNS_DICTIONARY)
		put_dictionary(e, g->count, d.distinct);
	else if (encoding == TAPE_COLUMNS_DELTA)
		put_delta(e, g->count);
	else if (encoding == TAPE_COLUMNS_PLANES)
		put_planes(e, g->count);
	else
		for (uint32_t i = 0; i < g->count; i++)
			put64(e, e->values[i]);
}

size_t tape_columns_encode(struct tape_columns_encoder *e, const uint8_t *plain, size_t size,
			   uint8_t **form)
{
	size_t made;

	*form = e->form;
	e->plain = plain;
	e->at = e->form;
	if (!find_sets(e, size) || e->records == 0)
		return 0;
	make_groups(e);
	for (unsigned int k = 0; k < 32; k += 8)
		put8(e, e->records >> k);
	put8(e, e->n_groups - 1);
	for (uint32_t i = 1; i < e->n_groups; i++) {
		put8(e, e->groups[i].units);
		put8(e, e->groups[i].units >> 8);
	}
	put_order_and_rows(e);
	for (uint32_t i = 1; i < e->n_groups; i++) {
		for (uint32_t word = 0; word < e->groups[i].units; word++)
			put_column(e, &e->groups[i], word);
	}
	made = (size_t)(e->at - e->form);
	return made <= size ? made : 0;
}
