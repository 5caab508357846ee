// SPDX-License-Identifier: BSD-2-Clause
/*
 * From columns back to records. The form comes from strangers: what is taken from
 * it is compared with its size first, and no column is read before all records
 * are known to fill the block exactly. Apart from the encoder, which trusts what
 * it reads and may take its time.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"
#include "format/columns.h"

#define STRETCH 256 /* values that are put together at a time */

struct group {
	uint32_t count;
	uint32_t bytes;	   /* of one record */
	uint32_t *offsets; /* of its records in plain */
};

struct decode {
	const uint8_t *at; /* what of the form was not used yet */
	const uint8_t *end;
	uint8_t *plain;
	size_t size;
	uint32_t records;
	unsigned int n_groups; /* with the rows */
	struct group groups[TAPE_COLUMNS_GROUPS + 1];
};

void tape_columns_decoder_done(struct tape_columns_decoder *d)
{
	free(d->form);
	free(d->offsets);
	*d = (struct tape_columns_decoder){ 0 };
}

int tape_columns_reserve(struct tape_columns_decoder *d, size_t size)
{
	if (bytes_grow(&d->form, &d->form_room, size + 1, 1) < 0) /* never NULL */
		return -ENOMEM;
	return bytes_grow(&d->offsets, &d->offsets_room, size / sizeof(struct ev_header),
			  sizeof(*d->offsets));
}

/* The next n bytes of the form; NULL if it has fewer. */
static const uint8_t *take(struct decode *d, size_t n)
{
	const uint8_t *p = d->at;

	if (n > (size_t)(d->end - p))
		return NULL;
	d->at += n;
	return p;
}

/* --- one column: n values to word, which is that of a record at offset 0 --- */

static void put_word(uint8_t *word, uint32_t offset, uint64_t disk)
{
	memcpy(word + offset, &disk, sizeof(disk));
}

static int constant(struct decode *d, const struct group *g, uint8_t *word)
{
	const uint8_t *p = take(d, sizeof(uint64_t));
	uint64_t disk;

	if (!p)
		return -EBADMSG;
	memcpy(&disk, p, sizeof(disk));
	for (uint32_t i = 0; i < g->count; i++)
		put_word(word, g->offsets[i], disk);
	return 0;
}

static int dictionary(struct decode *d, const struct group *g, uint8_t *word)
{
	uint64_t values[256] = { 0 }; /* in the tape's byte order */
	const uint8_t *p = take(d, 1), *index;
	unsigned int last, greatest = 0;

	if (!p)
		return -EBADMSG;
	last = *p;
	p = take(d, (last + 1) * sizeof(*values));
	index = take(d, g->count);
	if (!p || !index)
		return -EBADMSG;
	memcpy(values, p, (last + 1) * sizeof(*values));
	for (uint32_t i = 0; i < g->count; i++) {
		greatest = index[i] > greatest ? index[i] : greatest;
		put_word(word, g->offsets[i], values[index[i]]);
	}
	return greatest <= last ? 0 : -EBADMSG;
}

static int whole(struct decode *d, const struct group *g, uint8_t *word)
{
	const uint8_t *p = take(d, g->count * sizeof(uint64_t));

	if (!p)
		return -EBADMSG;
	for (uint32_t i = 0; i < g->count; i++)
		memcpy(word + g->offsets[i], p + i * sizeof(uint64_t), sizeof(uint64_t));
	return 0;
}

/* Those that are not there are zeros that are read again for each stretch. */
struct planes {
	unsigned int mask;
	const uint8_t *bytes[8];
	uint32_t step[8]; /* 1, or 0 */
};

static int take_planes(struct decode *d, uint32_t count, struct planes *ret)
{
	static const uint8_t zero[STRETCH];
	const uint8_t *mask = take(d, 1);

	if (!mask)
		return -EBADMSG;
	ret->mask = *mask;
	for (unsigned int k = 0; k < 8; k++) {
		ret->step[k] = *mask >> k & 1;
		ret->bytes[k] = ret->step[k] ? take(d, count) : zero;
		if (!ret->bytes[k])
			return -EBADMSG;
	}
	return 0;
}

/* Puts n numbers of 4 bytes together, from begin on: the plane k and the three above it. */
static void join4(const struct planes *p, unsigned int k, uint32_t begin, uint32_t n, uint32_t *ret)
{
	const uint8_t *a = p->bytes[k] + (size_t)begin * p->step[k];
	const uint8_t *b = p->bytes[k + 1] + (size_t)begin * p->step[k + 1];
	const uint8_t *c = p->bytes[k + 2] + (size_t)begin * p->step[k + 2];
	const uint8_t *d = p->bytes[k + 3] + (size_t)begin * p->step[k + 3];

	for (uint32_t i = 0; i < n; i++)
		ret[i] = a[i] | (uint32_t)b[i] << 8 | (uint32_t)c[i] << 16 | (uint32_t)d[i] << 24;
}

static void join(const struct planes *p, uint32_t begin, uint32_t n, uint64_t *ret)
{
	uint32_t half[STRETCH];

	join4(p, 0, begin, n, half);
	for (uint32_t i = 0; i < n; i++)
		ret[i] = half[i];
	if (p->mask < 0x10)
		return;
	join4(p, 4, begin, n, half);
	for (uint32_t i = 0; i < n; i++)
		ret[i] |= (uint64_t)half[i] << 32;
}

static int planes(struct decode *d, const struct group *g, uint8_t *word)
{
	uint64_t values[STRETCH];
	struct planes p;

	if (take_planes(d, g->count, &p) < 0)
		return -EBADMSG;
	for (uint32_t begin = 0, n; begin < g->count; begin += n) {
		n = g->count - begin < STRETCH ? g->count - begin : STRETCH;
		join(&p, begin, n, values);
		for (uint32_t i = 0; i < n; i++)
			put_word(word, g->offsets[begin + i], htole64(values[i]));
	}
	return 0;
}

static int delta(struct decode *d, const struct group *g, uint8_t *word)
{
	const uint8_t *first = take(d, sizeof(uint64_t));
	uint64_t values[STRETCH], value;
	struct planes p;

	if (!first || take_planes(d, g->count, &p) < 0)
		return -EBADMSG;
	value = bytes_get64(first);
	for (uint32_t begin = 0, n; begin < g->count; begin += n) {
		n = g->count - begin < STRETCH ? g->count - begin : STRETCH;
		join(&p, begin, n, values);
		for (uint32_t i = 0; i < n; i++) {
			value += values[i];
			put_word(word, g->offsets[begin + i], htole64(value));
		}
	}
	return 0;
}

static int column(struct decode *d, const struct group *g, uint8_t *word)
{
	static int (*const encodings[])(struct decode *, const struct group *, uint8_t *) = {
		[TAPE_COLUMNS_CONSTANT] = constant, [TAPE_COLUMNS_DICTIONARY] = dictionary,
		[TAPE_COLUMNS_DELTA] = delta,	    [TAPE_COLUMNS_PLANES] = planes,
		[TAPE_COLUMNS_WHOLE] = whole,
	};
	const uint8_t *p = take(d, 1);

	if (!p || *p >= sizeof(encodings) / sizeof(encodings[0]))
		return -EBADMSG;
	return encodings[*p](d, g, word);
}

/* --- the whole form --- */

/* Counts and sizes. All groups' records together are no larger than plain: they have offsets. */
static int read_groups(struct decode *d, const uint8_t **order, uint32_t *offsets)
{
	const uint8_t *head = take(d, 5), *units;
	uint64_t sum = 0;

	if (!head)
		return -EBADMSG;
	d->records = bytes_get32(head);
	d->n_groups = head[4] + 1u;
	units = take(d, 2 * (d->n_groups - 1));
	*order = take(d, d->records);
	if (!units || !*order)
		return -EBADMSG;
	for (uint32_t i = 0; i < d->records; i++)
		d->groups[(*order)[i]].count++;
	for (unsigned int i = 1; i <= TAPE_COLUMNS_GROUPS; i++) {
		struct group *g = &d->groups[i];

		if ((g->count > 0) != (i < d->n_groups))
			return -EBADMSG;
		if (!g->count)
			continue;
		g->bytes = (uint32_t)bytes_get16(units + 2 * (i - 1)) * EV_UNIT;
		sum += (uint64_t)g->count * g->bytes;
		if (g->bytes < sizeof(struct ev_header) || sum > d->size)
			return -EBADMSG;
		g->offsets = offsets;
		offsets += g->count;
	}
	return 0;
}

/* Copies a record that stands as it is. Returns its size, or 0. */
static size_t copy_row(struct decode *d, size_t at)
{
	size_t left = (size_t)(d->end - d->at), n = 0;

	if (left >= sizeof(struct ev_header))
		n = (size_t)bytes_get16(d->at + offsetof(struct ev_header, units)) * EV_UNIT;
	if (n < sizeof(struct ev_header) || n > left || n > d->size - at)
		return 0;
	memcpy(d->plain + at, take(d, n), n);
	return n;
}

/* Finds out where every record goes, and copies the rows there. */
static int place_records(struct decode *d, const uint8_t *order)
{
	uint32_t *next[TAPE_COLUMNS_GROUPS + 1];
	size_t at = 0;

	for (unsigned int i = 0; i < d->n_groups; i++)
		next[i] = d->groups[i].offsets;
	for (uint32_t i = 0; i < d->records; i++) {
		size_t n = d->groups[order[i]].bytes;

		if (order[i] == 0) {
			n = at < d->size ? copy_row(d, at) : 0;
			if (n == 0)
				return -EBADMSG;
		} else {
			*next[order[i]]++ = (uint32_t)at;
		}
		at += n;
	}
	return at == d->size ? 0 : -EBADMSG;
}

int tape_columns_decode(struct tape_columns_decoder *decoder, size_t form_size, uint8_t *plain,
			size_t size)
{
	struct decode d = {
		.at = decoder->form,
		.end = decoder->form + form_size,
		.plain = plain,
		.size = size,
	};
	const uint8_t *order;

	if (read_groups(&d, &order, decoder->offsets) < 0 || place_records(&d, order) < 0)
		return -EBADMSG;
	for (unsigned int i = 1; i < d.n_groups; i++) {
		const struct group *g = &d.groups[i];

		for (uint32_t word = 0; word < g->bytes; word += sizeof(uint64_t)) {
			if (column(&d, g, plain + word) < 0)
				return -EBADMSG;
		}
	}
	return d.at == d.end ? 0 : -EBADMSG;
}
