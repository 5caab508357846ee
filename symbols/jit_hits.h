/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses of one process that were hit in code made at run time, and what is
 * found out of each. The files that JIT compilers write are long, and most of
 * what is in them was never hit: they are read past these addresses once, and
 * nothing else of them is kept.
 */
#ifndef SYMBOLS_JIT_HITS_H
#define SYMBOLS_JIT_HITS_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events/stack.h>

struct jit_hit {
	uint64_t address;
	uint64_t time_ns; /* when it was last hit; CLOCK_MONOTONIC */
	/* The code that was there then. */
	uint64_t start;
	uint64_t size;	   /* 0: not known */
	uint64_t since_ns; /* when it was put there; 0: not told */
	size_t name;	   /* see jit_hits_text() */
	size_t file;	   /* 0: not known */
	uint32_t line;
	enum ev_symbol_origin origin;
};

/* All zero is an empty one. */
struct jit_hits {
	struct jit_hit *at; /* in order of address once settled, each address once */
	size_t n;
	size_t room;
	size_t n_settled;
	size_t work;
	char *texts;
	size_t n_texts;
	size_t texts_room;
};

/* Without memory, or beyond a million different addresses, the address is dropped. */
void jit_hits_add(struct jit_hits *h, uint64_t address, uint64_t time_ns);

/* Must stand between adding and asking or naming. */
void jit_hits_settle(struct jit_hits *h);

/* The first hit at or behind an address: n if there is none. */
size_t jit_hits_from(const struct jit_hits *h, uint64_t address);

/* A piece of code. */
struct jit_code {
	uint64_t start;
	uint64_t size;
	uint64_t since_ns; /* 0: at all times */
	const char *name;
	size_t name_size; /* without a NUL */
	enum ev_symbol_origin origin;
};

/*
 * Says what stands at a place from a time on: of two for one hit the later time
 * wins, of one time the later call. A name is cut at JIT_NAME_MAX. Returns
 * 0, -ENOMEM, or -E2BIG: it went on for too long to be meant well.
 */
#define JIT_NAME_MAX 4096
int jit_hits_name(struct jit_hits *h, const struct jit_code *code);

/* A source line of code: of its hits from one address to another. */
struct jit_line {
	uint64_t from;
	uint64_t to;
	uint32_t line;
	const char *file;
	size_t file_size;
};

/* Says it of the hits that code has named. Returns as jit_hits_name() does. */
int jit_hits_line(struct jit_hits *h, const struct jit_code *code, const struct jit_line *line);

/* Lent until the next name. 0 is "". */
const char *jit_hits_text(const struct jit_hits *h, size_t text);

void jit_hits_done(struct jit_hits *h);

#endif
