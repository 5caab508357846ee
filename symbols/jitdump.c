// SPDX-License-Identifier: BSD-2-Clause
/*
 * See jitdump.h. One pass along the records. A move needs the name of what is
 * moved: of each load its number and place in the file are kept. Lines come in a
 * record before the load that they are of.
 */
#include <byteswap.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "symbols/jitdump.h"

#define MAGIC	    0x4A695444u /* "JiTD" as a number */
#define HEADER_SIZE 40
#define RECORD_SIZE 16
#define LOAD_SIZE   (RECORD_SIZE + 40)
#define MOVE_SIZE   (RECORD_SIZE + 48)
#define DEBUG_SIZE  (RECORD_SIZE + 16)
#define ENTRY_SIZE  16
#define ELF_HEADER  64
#define LOADS_MAX   (1u << 20) /* moves of further ones are not followed */
#define FLAG_CYCLES 1	       /* times are the processor's own */

enum { CODE_LOAD, CODE_MOVE, DEBUG_INFO, CODE_CLOSE, UNWINDING_INFO };

struct load {
	uint64_t index;
	uint64_t at; /* in the file */
	uint32_t size;
	UT_hash_handle hh;
};

struct dump {
	int fd;
	bool swapped;
	bool timeless;
	struct jit_hits *hits;
	struct load *loads;
	uint64_t lines_at; /* a DEBUG_INFO whose load is still to come; 0: none */
	uint32_t lines_size;
	/* What was read last of the file. */
	uint64_t from;
	size_t n;
	uint8_t bytes[64 * 1024];
};

struct record {
	uint64_t at;
	uint32_t id;
	uint32_t size;
	uint64_t time_ns;
};

static void dump_free(struct dump *d)
{
	struct load *l, *next;

	if (!d)
		return;
	HASH_ITER(hh, d->loads, l, next)
	{
		HASH_DEL(d->loads, l);
		free(l);
	}
	free(d);
}

DEFINE_CLEANUP(dump_free, struct dump);

/* As many bytes from a place on as there are, up to size (at most half of the room). Lent. */
static const uint8_t *get(struct dump *d, uint64_t at, size_t size, size_t *n)
{
	if (at < d->from || at + size > d->from + d->n) {
		ssize_t got;

		do
			got = pread(d->fd, d->bytes, sizeof(d->bytes), (off_t)at);
		while (got < 0 && errno == EINTR);
		d->from = at;
		d->n = got > 0 ? (size_t)got : 0;
	}
	*n = d->from + d->n - at < size ? (size_t)(d->from + d->n - at) : size;
	return d->bytes + (at - d->from);
}

/* NULL if the file ends before. */
static const uint8_t *get_all(struct dump *d, uint64_t at, size_t size)
{
	size_t n;
	const uint8_t *p = get(d, at, size, &n);

	return n == size ? p : NULL;
}

static uint32_t word(const struct dump *d, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return d->swapped ? bswap_32(v) : v;
}

static uint64_t wide(const struct dump *d, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return d->swapped ? bswap_64(v) : v;
}

/* Reads the file's head. Returns where the first record is, or -EINVAL. */
static int64_t read_head(struct dump *d)
{
	const uint8_t *p = get_all(d, 0, HEADER_SIZE);
	uint32_t size;

	if (!p)
		return -EINVAL;
	d->swapped = word(d, p) != MAGIC;
	if (word(d, p) != MAGIC)
		return -EINVAL;
	size = word(d, p + 8);
	d->timeless = wide(d, p + 32) & FLAG_CYCLES;
	return size >= HEADER_SIZE ? (int64_t)size : -EINVAL;
}

/* Returns 1, or 0 at the end: of the file, or of what can be read of it. */
static int read_record(struct dump *d, uint64_t at, struct record *ret)
{
	const uint8_t *p = at < JITDUMP_MAX_BYTES ? get_all(d, at, RECORD_SIZE) : NULL;

	if (!p)
		return 0;
	*ret = (struct record){ at, word(d, p), word(d, p + 4), wide(d, p + 8) };
	if (d->timeless)
		ret->time_ns = 0;
	return ret->size >= RECORD_SIZE;
}

/*
 * One entry of a DEBUG_INFO record. Returns how long it is, or 0. A file of the one
 * byte 0xff is that of the entry before.
 */
static size_t read_entry(struct dump *d, uint64_t at, uint64_t end, struct jit_line *ret)
{
	size_t n;
	const uint8_t *p = get(d, at, end - at < JIT_NAME_MAX ? end - at : JIT_NAME_MAX, &n), *nul;

	if (n <= ENTRY_SIZE || !(nul = memchr(p + ENTRY_SIZE, 0, n - ENTRY_SIZE)))
		return 0;
	ret->from = wide(d, p);
	ret->line = word(d, p + 8);
	ret->file = (const char *)p + ENTRY_SIZE;
	ret->file_size = (size_t)(nul - p) - ENTRY_SIZE;
	return (size_t)(nul - p) + 1;
}

static int put_line(struct dump *d, const struct jit_code *code, struct jit_line *line,
		    const char *file)
{
	uint64_t end = code->start + code->size;

	if (!line->file || line->from < code->start || line->to <= line->from)
		return 0;
	line->to = line->to < end ? line->to : end;
	line->file = file;
	line->file_size = strlen(file);
	return jit_hits_line(d->hits, code, line);
}

/*
 * Whether the entries fill their record and lie in the code: V8 writes broken names
 * for some scripts. It also counts from an ELF header (64 bytes) before the code
 * that there is not (src/diagnostics/perf-jit.cc): *shift.
 */
static bool lines_hold(struct dump *d, const struct jit_code *code, uint64_t at, uint64_t end,
		       uint64_t *shift)
{
	const uint8_t *p = get_all(d, at, DEBUG_SIZE);
	uint64_t n = p ? wide(d, p + 24) : 0;
	struct jit_line line;
	size_t size;

	*shift = 0;
	at += DEBUG_SIZE;
	for (uint64_t i = 0; i < n; i++) {
		if (at >= end || !(size = read_entry(d, at, end, &line)))
			return false;
		if (line.from - code->start > code->size + ELF_HEADER)
			return false;
		if (i == 0 && line.from - code->start >= ELF_HEADER)
			*shift = ELF_HEADER;
		at += size;
	}
	return n && at <= end && end - at < 8;
}

/* The lines of the code that was just named. An entry reaches to the next one. */
static int put_lines(struct dump *d, const struct jit_code *code, uint64_t lines_at)
{
	uint64_t at = lines_at + DEBUG_SIZE, end = lines_at + d->lines_size, shift;
	char files[2][JIT_NAME_MAX] = { "", "" };
	struct jit_line line = { 0 }, next;
	size_t size;
	int rc = 0;

	if (!lines_hold(d, code, lines_at, end, &shift))
		return 0;
	while (rc == 0 && at < end && (size = read_entry(d, at, end, &next))) {
		bool same = next.file_size == 1 && (uint8_t)next.file[0] == 0xff;

		memcpy(files[1], same ? files[0] : next.file,
		       same ? sizeof(files[0]) : next.file_size + 1);
		next.from -= shift;
		line.to = next.from;
		rc = put_line(d, code, &line, files[0]);
		line = next;
		memcpy(files[0], files[1], sizeof(files[0]));
		at += size;
	}
	line.to = UINT64_MAX;
	return rc < 0 ? rc : put_line(d, code, &line, files[0]);
}

static bool is_hit(const struct dump *d, const struct jit_code *code)
{
	size_t i = jit_hits_from(d->hits, code->start);

	return i < d->hits->n && d->hits->at[i].address - code->start < code->size;
}

/* Names what was hit of the code whose name stands in the file at a place, up to end. */
static int put_code(struct dump *d, struct jit_code *code, uint64_t name_at, uint64_t end)
{
	size_t n;

	if (!code->size || code->size - 1 > UINT64_MAX - code->start || !is_hit(d, code))
		return 0;
	n = end - name_at < JIT_NAME_MAX ? (size_t)(end - name_at) : JIT_NAME_MAX;
	code->name = (const char *)get(d, name_at, n, &code->name_size);
	code->origin = EV_SYMBOL_JITDUMP;
	if (!code->name_size || !*code->name)
		return 0;
	return jit_hits_name(d->hits, code);
}

/* Without memory its moves are not followed. */
static void remember(struct dump *d, uint64_t index, const struct record *r)
{
	struct load *l;

	HASH_FIND(hh, d->loads, &index, sizeof(index), l);
	if (l) {
		l->at = r->at;
		l->size = r->size;
		return;
	}
	if (HASH_COUNT(d->loads) >= LOADS_MAX || !(l = calloc(1, sizeof(*l))))
		return;
	l->index = index;
	l->at = r->at;
	l->size = r->size;
	HASH_ADD(hh, d->loads, index, sizeof(index), l);
	if (!l->hh.tbl)
		free(l);
}

/* Lines stand before the load that they are of. */
static int take_load(struct dump *d, const struct record *r)
{
	const uint8_t *p = r->size > LOAD_SIZE ? get_all(d, r->at, LOAD_SIZE) : NULL;
	struct jit_code code = { .since_ns = r->time_ns };
	uint64_t lines_at = d->lines_at;
	int rc;

	d->lines_at = 0;
	if (!p)
		return 0;
	code.start = wide(d, p + 32);
	code.size = wide(d, p + 40);
	remember(d, wide(d, p + 48), r);
	rc = put_code(d, &code, r->at + LOAD_SIZE, r->at + r->size);
	p = rc == 0 && lines_at && code.name ? get_all(d, lines_at, DEBUG_SIZE) : NULL;
	return p && wide(d, p + 16) == code.start ? put_lines(d, &code, lines_at) : rc;
}

static int take_move(struct dump *d, const struct record *r)
{
	const uint8_t *p = r->size >= MOVE_SIZE ? get_all(d, r->at, MOVE_SIZE) : NULL;
	struct jit_code code = { .since_ns = r->time_ns };
	const struct load *l;
	uint64_t index;

	if (!p)
		return 0;
	code.start = wide(d, p + 40);
	code.size = wide(d, p + 48);
	index = wide(d, p + 56);
	HASH_FIND(hh, d->loads, &index, sizeof(index), l);
	return l ? put_code(d, &code, l->at + LOAD_SIZE, l->at + l->size) : 0;
}

static int take(struct dump *d, const struct record *r)
{
	switch (r->id) {
	case CODE_LOAD:
		return take_load(d, r);
	case CODE_MOVE:
		return take_move(d, r);
	case DEBUG_INFO:
		d->lines_at = r->size > DEBUG_SIZE ? r->at : 0;
		d->lines_size = r->size;
		return 0;
	default:
		return 0;
	}
}

int jitdump_read(int fd, struct jit_hits *hits)
{
	CLEANUP(dump_freep) struct dump *d = calloc(1, sizeof(*d));
	struct record r;
	int64_t at;
	int rc = 0;

	if (!d)
		return -ENOMEM;
	d->fd = fd;
	d->hits = hits;
	at = read_head(d);
	if (at < 0)
		return (int)at;
	while (rc == 0 && hits->n && read_record(d, (uint64_t)at, &r) == 1 && r.id != CODE_CLOSE) {
		rc = take(d, &r);
		at += r.size;
	}
	return rc;
}
