// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program of a line table makes sequences, each in order of address: one a
 * function with -ffunction-sections. What the linker threw away begins where no code
 * is. Sequences are put in order when all are there.
 */
#include "symbols/dwarf_rows.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#include "symbols/dwarf_line_head.h"

/* A row while it is read, with its whole address; file and line are 0 where code ends. */
struct full_row {
	uint64_t address;
	uint32_t file;
	uint32_t line;
};

struct sequence {
	uint64_t start;
	uint64_t end;
	size_t row;
	size_t n;
};

struct program {
	struct dwarf_reader *r;
	struct dwarf_line_head head;
	struct dwarf_bytes b;
	struct full_row now; /* the registers, as far as they matter */
	uint32_t op_index;
	struct full_row *rows;
	size_t n_rows;
	size_t room_rows;
	struct sequence *sequences;
	size_t n_sequences;
	size_t room_sequences;
	size_t first; /* the first row of the sequence that is read */
};

static int make_room(void **at, size_t n, size_t *room, size_t size)
{
	size_t twice = *room ? *room * 2 : 64;
	void *more;

	if (n < *room)
		return 0;
	more = realloc(*at, twice * size);
	if (!more)
		return -ENOMEM;
	*at = more;
	*room = twice;
	return 0;
}

/* Of rows at one address the last one counts, and what says the same again is left out. */
static int add_row(struct program *p, struct full_row row)
{
	struct full_row *last = p->n_rows > p->first ? &p->rows[p->n_rows - 1] : NULL;

	if (last && row.address < last->address)
		return 0;
	if (last && row.address == last->address) {
		*last = row;
		return 0;
	}
	if (last && last->file == row.file && last->line == row.line)
		return 0;
	if (make_room((void **)&p->rows, p->n_rows, &p->room_rows, sizeof(row)) < 0)
		return -ENOMEM;
	p->rows[p->n_rows++] = row;
	return 0;
}

static void reset(struct program *p)
{
	p->now = (struct full_row){ .file = 1, .line = 1 };
	p->op_index = 0;
	p->first = p->n_rows;
}

static int end_sequence(struct program *p)
{
	struct sequence s = { .row = p->first, .n = p->n_rows - p->first, .end = p->now.address };

	if (s.n) {
		s.start = p->rows[p->first].address;
		if (!dwarf_code_at_address(&p->r->code, s.start) || s.end <= s.start)
			p->n_rows = p->first;
		else if (make_room((void **)&p->sequences, p->n_sequences, &p->room_sequences,
				   sizeof(s)) < 0)
			return -ENOMEM;
		else
			p->sequences[p->n_sequences++] = s;
	}
	reset(p);
	return 0;
}

static void advance(struct program *p, uint64_t operations)
{
	uint64_t all = p->op_index + operations;

	p->now.address += p->head.min_length * (all / p->head.max_ops);
	p->op_index = (uint32_t)(all % p->head.max_ops);
}

static int extended(struct program *p)
{
	uint64_t n = dwarf_bytes_uleb(&p->b);
	const uint8_t *start = p->b.at;
	int rc = 0;

	if (n == 0 || n > dwarf_bytes_left(&p->b))
		return n ? -EBADMSG : 0;
	switch (dwarf_bytes_u8(&p->b)) {
	case DW_LNE_end_sequence:
		rc = end_sequence(p);
		break;
	case DW_LNE_set_address:
		p->now.address = dwarf_bytes_number(&p->b, n > 9 ? 8 : (unsigned int)n - 1);
		p->op_index = 0;
		break;
	default:
		break;
	}
	p->b.at = start + n;
	return rc;
}

static int standard(struct program *p, uint8_t opcode)
{
	switch (opcode) {
	case DW_LNS_copy:
		return add_row(p, p->now);
	case DW_LNS_advance_pc:
		advance(p, dwarf_bytes_uleb(&p->b));
		break;
	case DW_LNS_advance_line:
		p->now.line += (uint32_t)dwarf_bytes_sleb(&p->b);
		break;
	case DW_LNS_set_file:
		p->now.file = (uint32_t)dwarf_bytes_uleb(&p->b);
		break;
	case DW_LNS_const_add_pc:
		advance(p, (255u - p->head.opcode_base) / p->head.line_range);
		break;
	case DW_LNS_fixed_advance_pc:
		p->now.address += dwarf_bytes_number(&p->b, 2);
		p->op_index = 0;
		break;
	default:
		for (int i = 0; i < p->head.lengths[opcode]; i++)
			dwarf_bytes_uleb(&p->b);
		break;
	}
	return 0;
}

static int special(struct program *p, uint8_t opcode)
{
	uint8_t n = opcode - p->head.opcode_base;

	advance(p, n / p->head.line_range);
	p->now.line += (uint32_t)(p->head.line_base + n % p->head.line_range);
	return add_row(p, p->now);
}

static int run(struct program *p)
{
	int rc = 0;

	reset(p);
	while (rc == 0 && p->b.at < p->b.end) {
		uint8_t opcode = dwarf_bytes_u8(&p->b);

		if (opcode >= p->head.opcode_base)
			rc = special(p, opcode);
		else if (opcode == 0)
			rc = extended(p);
		else
			rc = standard(p, opcode);
	}
	return rc == -EBADMSG ? 0 : rc;
}

static int compare(const void *a, const void *b)
{
	const struct sequence *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static void put(struct dwarf_rows *rows, uint64_t address, uint32_t file, uint32_t line)
{
	struct dwarf_row row = { (uint32_t)(address - rows->base), file, line };
	struct dwarf_row *last = rows->n ? &rows->at[rows->n - 1] : NULL;

	if (address - rows->base > UINT32_MAX || (last && row.start < last->start))
		return;
	if (last && row.start == last->start)
		*last = row;
	else
		rows->at[rows->n++] = row;
}

/* A sequence that begins in the one before lies; what overlaps is left out. */
static int pack(struct program *p, struct dwarf_rows *rows)
{
	if (p->n_sequences == 0)
		return 0;
	qsort(p->sequences, p->n_sequences, sizeof(*p->sequences), compare);
	rows->base = p->sequences[0].start;
	rows->at = malloc((p->n_rows + p->n_sequences) * sizeof(*rows->at));
	if (!rows->at)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_sequences; i++) {
		const struct sequence *s = &p->sequences[i];

		for (size_t k = s->row; k < s->row + s->n; k++) {
			if (p->rows[k].address < s->end)
				put(rows, p->rows[k].address, p->rows[k].file, p->rows[k].line);
		}
		put(rows, s->end, 0, 0);
	}
	return 0;
}

static void shrink(struct dwarf_rows *rows)
{
	struct dwarf_row *smaller = realloc(rows->at, (rows->n ? rows->n : 1) * sizeof(*smaller));

	if (smaller)
		rows->at = smaller;
}

static int read_bytes(struct dwarf_reader *r, const struct dwarf_unit *unit, uint8_t *bytes,
		      size_t n, struct dwarf_rows *rows)
{
	struct program p = { .r = r };
	int rc;

	n = dwarf_sections_read(r->sections, DWARF_LINE, unit->rows, bytes, n);
	p.b = dwarf_bytes_of(bytes, n, unit->rows, dwarf_sections_big_endian(r->sections));
	rc = dwarf_line_head_read(&p.b, unit, &p.head, rows);
	if (rc == 0)
		rc = run(&p);
	if (rc == 0)
		rc = pack(&p, rows);
	free(p.rows);
	free(p.sequences);
	shrink(rows);
	return rc == -EBADMSG ? 0 : rc;
}

int dwarf_rows_read(struct dwarf_reader *r, const struct dwarf_unit *unit, struct dwarf_rows *ret)
{
	uint64_t size = dwarf_sections_size(r->sections, DWARF_LINE), n;
	struct dwarf_rows rows = { 0 };
	uint8_t room[12], offset_size, *bytes;
	struct dwarf_bytes b;
	int rc;

	if (unit->rows >= size)
		return -EBADMSG;
	n = dwarf_sections_read(r->sections, DWARF_LINE, unit->rows, room, sizeof(room));
	b = dwarf_bytes_of(room, n, unit->rows, dwarf_sections_big_endian(r->sections));
	n = dwarf_bytes_length(&b, &offset_size);
	if (b.bad)
		return -EBADMSG;
	n = n < size - unit->rows ? n + 12 : size - unit->rows;
	if (dwarf_dies_spend(r, n) < 0)
		return -E2BIG;
	bytes = malloc(n);
	if (!bytes)
		return -ENOMEM;
	rc = read_bytes(r, unit, bytes, n, &rows);
	free(bytes);
	if (rc < 0)
		dwarf_rows_done(&rows);
	else
		*ret = rows;
	return rc;
}

void dwarf_rows_done(struct dwarf_rows *rows)
{
	free(rows->at);
	free(rows->directories);
	free(rows->files);
	*rows = (struct dwarf_rows){ 0 };
}

size_t dwarf_rows_size(const struct dwarf_rows *rows)
{
	return rows->n * sizeof(*rows->at) + rows->n_files * sizeof(*rows->files) +
	       rows->n_directories * sizeof(*rows->directories);
}

const struct dwarf_row *dwarf_rows_find(const struct dwarf_rows *rows, uint64_t address,
					uint64_t *start, uint64_t *end)
{
	size_t low = 0, high = rows->n;

	*start = 0;
	*end = UINT64_MAX;
	if (rows->n == 0 || address < rows->base)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->at[middle].start <= address - rows->base)
			low = middle + 1;
		else
			high = middle;
	}
	*start = rows->base + rows->at[low - 1].start;
	if (low < rows->n)
		*end = rows->base + rows->at[low].start;
	return rows->at[low - 1].line || rows->at[low - 1].file ? &rows->at[low - 1] : NULL;
}
