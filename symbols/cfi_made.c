// SPDX-License-Identifier: BSD-2-Clause
/* See cfi_made.h. A row becomes three instructions: advance, where the CFA is, what is saved. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/cfi_made.h"
#include "symbols/pclntab.h"

#define ROWS_MAX 512
#define ROW_MAX	 40 /* bytes of its instructions */

#define BY_POINTER (-16) /* where x86-64 saves the pointer, if it then points there */

/* DWARF 5, 7.24. */
enum {
	ADVANCE_LOC4 = 0x04,
	OFFSET_EXTENDED_SF = 0x11,
	UNDEFINED = 0x07,
	SAME_VALUE = 0x08,
	DEF_CFA = 0x0c,
	DEF_CFA_OFFSET = 0x0e,
};

/* DWARF's numbers of the registers that matter. */
struct registers {
	uint8_t sp, pointer, return_address;
};

struct cfi_made {
	struct pclntab *table;
	struct registers registers;
	struct pclntab_frame rows[ROWS_MAX];
	uint8_t cie[8];
	uint8_t fde[ROWS_MAX * ROW_MAX];
};

int cfi_made_open(Elf *elf, unsigned int machine, struct cfi_made **ret)
{
	struct cfi_made *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return -ENOMEM;
	rc = pclntab_open(elf, "", &m->table, NULL);
	if (rc < 0) {
		free(m);
		return rc;
	}
	m->registers = machine == EM_AARCH64 ? (struct registers){ 31, 29, 30 }
					     : (struct registers){ 7, 6, 16 };
	*ret = m;
	return 0;
}

void cfi_made_free(struct cfi_made *m)
{
	if (!m)
		return;
	pclntab_free(m->table);
	free(m);
}

static uint8_t *put_uleb(uint8_t *at, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		*at++ = (uint8_t)(v | 0x80);
	*at++ = (uint8_t)v;
	return at;
}

static uint8_t *put_sleb(uint8_t *at, int32_t v)
{
	for (; v < -64 || v > 63; v >>= 7)
		*at++ = (uint8_t)(v | 0x80);
	*at++ = (uint8_t)(v & 0x7f);
	return at;
}

/* Where a caller's register is saved, bytes from the CFA; 0: nowhere. */
static uint8_t *put_saved(uint8_t *at, uint8_t number, int32_t distance)
{
	*at++ = distance ? OFFSET_EXTENDED_SF : SAME_VALUE;
	at = put_uleb(at, number);
	return distance ? put_sleb(at, distance) : at;
}

static uint8_t *put_row(const struct registers *r, uint8_t *at, uint32_t advance,
			const struct pclntab_frame *row)
{
	if (advance) {
		*at++ = ADVANCE_LOC4;
		memcpy(at, &advance, sizeof(advance));
		at += sizeof(advance);
	}
	*at++ = DEF_CFA_OFFSET;
	at = put_uleb(at, (uint32_t)row->cfa);
	at = put_saved(at, r->return_address, row->return_at);
	return put_saved(at, r->pointer, row->pointer_at);
}

/* A frame that x86-64's frame pointer points to. */
static uint8_t *put_by_pointer(const struct registers *r, uint8_t *at)
{
	*at++ = DEF_CFA;
	at = put_uleb(at, r->pointer);
	at = put_uleb(at, -BY_POINTER);
	at = put_saved(at, r->return_address, BY_POINTER + 8);
	return put_saved(at, r->pointer, BY_POINTER);
}

/*
 * How the runtime's own traceback leaves a function (runtime/traceback.go; in asm_*.s
 * what is TOPFRAME, and what writes SP).
 */
enum leave {
	AS_TOLD,
	NEVER, /* threads and goroutines begin here */
	PARKED, /* the caller waits on another stack; where this one goes on, this is where it begins */
	BEHIND, /* the caller is on another stack, to which at most the frame pointer leads */
};

static enum leave how_to_leave(struct cfi_made *m, uint64_t offset)
{
	static const struct {
		const char *name;
		enum leave how;
	} known[] = {
		{ "runtime.goexit", NEVER },	  { "runtime.mstart", NEVER },
		{ "runtime.rt0_go", NEVER },	  { "runtime.mcall", PARKED },
		{ "runtime.morestack", BEHIND },  { "runtime.systemstack", BEHIND },
		{ "runtime.asmcgocall", BEHIND }, { "runtime.nanotime1", BEHIND },
		{ "runtime.walltime", BEHIND },	  { "runtime.walltime1", BEHIND },
		{ "time.now", BEHIND },		  { "runtime.vgetrandom1", BEHIND },
	};
	struct symbol s;

	if (!pclntab_find(m->table, offset, &s))
		return AS_TOLD;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(s.name, known[i].name) == 0)
			return known[i].how;
	}
	return AS_TOLD;
}

/* Rows must follow each other, or what is between them would have those before. */
static bool are_whole(const struct pclntab_frame *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].cfa < 0 || rows[i].start >= rows[i].end ||
		    rows[i].end - rows[i].start > UINT32_MAX ||
		    (i && rows[i].start != rows[i - 1].end))
			return false;
	}
	return n > 0;
}

/* The rows around an offset: those of its function as far as it is on one stack. */
struct part {
	size_t n;	/* rows */
	bool elsewhere; /* on another stack than the caller's */
};

/* Cuts the rows to those between two offsets. Returns how many are left. */
static size_t cut(struct pclntab_frame *rows, size_t n, uint64_t from, uint64_t to)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct pclntab_frame row = rows[i];

		row.start = row.start > from ? row.start : from;
		row.end = row.end < to ? row.end : to;
		if (row.start < row.end)
			rows[kept++] = row;
	}
	return kept;
}

static struct part cut_at_switch(struct cfi_made *m, uint64_t offset, size_t n)
{
	uint64_t from, to;

	if (!pclntab_switch(m->table, offset, &from, &to))
		return (struct part){ n, false };
	if (offset < from)
		return (struct part){ cut(m->rows, n, 0, from), false };
	if (offset >= to)
		return (struct part){ cut(m->rows, n, to, UINT64_MAX), false };
	return (struct part){ cut(m->rows, n, from, to), true };
}

static uint8_t *put_rows(struct cfi_made *m, uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t advance = i ? m->rows[i].start - m->rows[i - 1].start : 0;

		at = put_row(&m->registers, at, (uint32_t)advance, &m->rows[i]);
	}
	return at;
}

int cfi_made_find(struct cfi_made *m, uint64_t offset, struct cfi_entry *ret)
{
	size_t n = pclntab_frames(m->table, offset, m->rows, ROWS_MAX);
	enum leave how = how_to_leave(m, offset);
	uint8_t *at = m->fde, *cie = m->cie;
	struct part part;

	if (n > ROWS_MAX)
		n = ROWS_MAX; /* how far those reach */
	if (!are_whole(m->rows, n))
		return 0;
	part = (struct part){ n, false };
	if (how == PARKED || how == BEHIND)
		part = cut_at_switch(m, offset, n);
	n = part.n;
	if (how == BEHIND && part.elsewhere && (n == 0 || m->rows[0].pointer_at != BY_POINTER))
		return -ENOENT;
	if (n == 0 || offset < m->rows[0].start || offset >= m->rows[n - 1].end)
		return 0;
	*cie++ = DEF_CFA;
	cie = put_uleb(cie, m->registers.sp);
	cie = put_uleb(cie, 0);
	if (how == NEVER || (how == PARKED && part.elsewhere)) {
		*at++ = UNDEFINED;
		*at++ = m->registers.return_address;
	} else if (how == BEHIND && part.elsewhere) {
		at = put_by_pointer(&m->registers, at);
	} else {
		at = put_rows(m, at, n);
	}
	*ret = (struct cfi_entry){
		.start = m->rows[0].start,
		.size = m->rows[n - 1].end - m->rows[0].start,
		.flags = EV_CFI_MADE,
		.code_align = 1,
		.data_align = 1,
		.return_register = m->registers.return_address,
		.cie = m->cie,
		.cie_bytes = (size_t)(cie - m->cie),
		.fde = m->fde,
		.fde_bytes = (size_t)(at - m->fde),
	};
	return 1;
}
