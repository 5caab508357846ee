/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes small Go programs with a table of any layout, byte order and word size, of
 * three functions in a text of 0x100 bytes at address 0x401000 and offset 0x1000:
 *
 *   main.first   0x00 to 0x3f  a.go: line 10, from 0x10 on 12, from 0x30 on not
 *                              told; depth 0, from 0x08 on 24, from 0x38 on 0
 *   main.second  0x40 to 0xbf  b.go: line 20, from 0x50 on 21, from 0xa0 on 22;
 *                              from 0x60 on main.inner (c.go:101, called at line 21),
 *                              from 0x80 on main.deepest (c.go:201) in it
 *   main.last    0xc0 to 0xff  nothing but its name
 */
#ifndef TESTS_PCLNTAB_MAKER_H
#define TESTS_PCLNTAB_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where parts of it are, as offsets in the file. */
enum {
	MADE_TEXT = 0x1000,
	MADE_TABLE = 0x2000,
	MADE_FUNCDATA = 0x3000,
	MADE_MODULE = 0x3400,
	MADE_BYTES = 0x5000,
	/* What an address has more than its offset. */
	MADE_TEXT_BASE = 0x400000,
	MADE_DATA_BASE = 0x500000,
};

enum made_layout { MADE_1_12, MADE_1_13, MADE_1_16, MADE_1_18, MADE_1_20, MADE_1_26, MADE_1_27 };

#define MADE_LAYOUTS 7

struct pclntab_plan {
	enum made_layout layout;
	bool big;
	bool narrow;	  /* 32 bits */
	uint16_t machine; /* x86-64 unless set */
	bool pie;	  /* pointers are only in relocations */
	bool no_sections;
	const char *section; /* .gopclntab unless set */
	bool no_module;
	bool zeros;	   /* a field before the right one leads to bytes that are all zero */
	bool two_texts;	   /* main.last is at 0x401800 */
	bool circle;	   /* each inlined call is in itself */
	const char *first; /* the name of main.first, 47 bytes at most */
};

/* Writes MADE_BYTES bytes. */
void make_pclntab(const struct pclntab_plan *plan, uint8_t *bytes);

#endif
