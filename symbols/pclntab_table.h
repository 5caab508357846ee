/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One .gopclntab by its layout: functions by place, names, files, and the tables of
 * values by place (pctab). Four layouts, told apart by the magic number at its head:
 *
 *   0xfffffffb  Go 1.2 to 1.15: pointers to code, all offsets from the head on
 *   0xfffffffa  1.16, 1.17: parts of its own for names, files and values
 *   0xfffffff0  1.18, 1.19: code by offsets from the text's start
 *   0xfffffff1  1.20 and later: the line where a function begins
 *
 * "Places" here are what the layout counts code by: addresses in the first two,
 * offsets from the text's start in the others. Facts: runtime/symtab.go, runtime2.go,
 * cmd/link/internal/ld/pcln.go and debug/gosym/pclntab.go of each version.
 */
#ifndef SYMBOLS_PCLNTAB_TABLE_H
#define SYMBOLS_PCLNTAB_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "symbols/pclntab_image.h"

enum pclntab_layout {
	PCLNTAB_GO_1_12,
	PCLNTAB_GO_1_16,
	PCLNTAB_GO_1_18,
	PCLNTAB_GO_1_20,
};

/* A part of the text: places from .. to - 1 are at addresses from address on. */
struct pclntab_text {
	uint64_t from;
	uint64_t to;
	uint64_t address;
};

#define PCLNTAB_TEXTS 32

struct pclntab_table {
	struct pclntab_image *image;
	enum pclntab_layout layout;
	uint64_t at;  /* address of its head */
	uint64_t end; /* where the bytes around it end */
	uint32_t quantum;
	uint64_t n;	  /* functions */
	uint64_t n_files; /* 1.12 only */
	uint64_t names;	  /* addresses of its parts */
	uint64_t units;	  /* files of each unit */
	uint64_t files;
	uint64_t values;
	uint64_t functions; /* places, and where each function's record is */
	uint64_t head_text; /* what the head says of the text's start; 0: nothing */

	/* What is not in the table itself: set by pclntab_find.c. */
	struct pclntab_text texts[PCLNTAB_TEXTS];
	size_t n_texts;	       /* 0: places are addresses */
	uint64_t funcdata;     /* what offsets of funcdata are relative to */
	int32_t inline_values; /* number of the pcdata that says which inlined call; -1: none */
	int32_t inline_tree;   /* number of the funcdata with the inlined calls */

	uint64_t steps_left; /* a file that was made to hurt runs out of them */
};

struct pclntab_function {
	uint64_t start; /* places */
	uint64_t end;
	const char *name;
	uint32_t depths; /* tables of values, as offsets; 0: none */
	uint32_t file;
	uint32_t line;
	uint32_t n_pcdata;
	uint32_t n_funcdata;
	uint32_t unit;
	uint32_t first_line; /* 0: not told */
	uint64_t pcdata;     /* addresses of the arrays behind the record */
	uint64_t funcdata;
};

/* Reads the head at an address. image: borrowed. Returns 0, or -ENODATA if no table is there. */
int pclntab_table_open(struct pclntab_image *image, uint64_t at, struct pclntab_table *ret);

/* Places of addresses, and back: 1, or 0 if there is none. */
int pclntab_table_place(const struct pclntab_table *t, uint64_t address, uint64_t *ret);
int pclntab_table_address(const struct pclntab_table *t, uint64_t place, uint64_t *ret);

/* The function at a place; the n-th function. Return 1 with *ret, or 0. */
int pclntab_table_function(const struct pclntab_table *t, uint64_t place,
			   struct pclntab_function *ret);
int pclntab_table_nth(const struct pclntab_table *t, uint64_t n, struct pclntab_function *ret);

/* A function's name by its offset; a file by its number. NULL if there is none. */
const char *pclntab_table_name(const struct pclntab_table *t, uint32_t offset);
const char *pclntab_table_file(const struct pclntab_table *t, const struct pclntab_function *f,
			       int32_t number);

/* The table of values, or the funcdata, of a number: 0 if there is none. */
uint32_t pclntab_table_pcdata(const struct pclntab_table *t, const struct pclntab_function *f,
			      int32_t number);
uint64_t pclntab_table_funcdata(const struct pclntab_table *t, const struct pclntab_function *f,
				int32_t number);

#endif
