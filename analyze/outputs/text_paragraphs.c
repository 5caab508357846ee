// SPDX-License-Identifier: BSD-2-Clause
/*
 * A table as text where rows have stacks: a paragraph each. Or as a program reads
 * it that knows how Go's runtime prints goroutines.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/outputs/cells.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/units.h"

#define NAME_COLUMNS 12

struct paragraphs {
	const struct text_page *page;
	const struct table *table;
	struct arena arena; /* of one row */
	struct cells cells;
};

static bool is_number(const struct table_column *c)
{
	return c->kind == TABLE_INTEGER || c->kind == TABLE_REAL;
}

/* --- paragraphs --- */

static const char *value_text(struct paragraphs *p, const struct table_column *c,
			      const union table_cell *cell)
{
	struct units_text text;

	if (c->kind == TABLE_TEXT)
		return cell->text ? clean_text(&p->arena, cell->text) : "";
	text = c->kind == TABLE_REAL ? units_real(cell->real, c->unit)
				     : units_value(cell->integer, c->unit);
	return arena_copy_text(&p->arena, text.text);
}

/* "growing: goroutines 12, a minute 3.00": what the row is, and its numbers. */
static void write_values(struct paragraphs *p, const union table_cell *row)
{
	struct sink *out = p->page->out;
	const char *between = ": ";

	for (size_t i = 0; i < table_n_columns(p->table); i++) {
		const struct table_column *c = table_column(p->table, i);

		if (i == 0) {
			sink_printf(out, "  %s", value_text(p, c, &row[i]));
		} else if (is_number(c)) {
			sink_printf(out, "%s%s %s", between, clean_text(&p->arena, c->name),
				    value_text(p, c, &row[i]));
			between = ", ";
		}
	}
	sink_text(out, "\n");
}

static void write_line(struct paragraphs *p, const char *name, const char *text)
{
	sink_printf(p->page->out, "      %-*s %s\n", NAME_COLUMNS, name, text);
}

static void write_stack(struct paragraphs *p, const char *name, int64_t stack)
{
	const bool trims = cells_trims(&p->cells, stack);
	struct frame_lines lines;

	if (!cells_next(&p->cells, &stack))
		write_line(p, name, "-");
	while (cells_next(&p->cells, &stack)) {
		const struct profile_stack *s =
			profile_get_stack(p->cells.profile, (uint32_t)stack);

		cells_calls(&p->cells, s->frame, &lines);
		for (size_t i = 0; i < lines.n; i++) {
			if (trims && cells_is_trimmed(&lines.at[i]))
				continue;
			write_line(p, name, cells_call(&p->cells, &lines.at[i]));
			name = "";
		}
		stack = s->parent;
	}
}

static void write_paragraph(struct paragraphs *p, const union table_cell *row)
{
	write_values(p, row);
	for (size_t i = 1; i < table_n_columns(p->table); i++) {
		const struct table_column *c = table_column(p->table, i);
		const char *name = clean_text(&p->arena, c->name);

		if (c->kind == TABLE_TEXT && row[i].text && *row[i].text)
			write_line(p, name, clean_text(&p->arena, row[i].text));
		else if (c->kind == TABLE_FRAME)
			write_line(p, name, cells_frame(&p->cells, row[i].integer));
		else if (c->kind == TABLE_STACK)
			write_stack(p, name, row[i].integer);
	}
}

/* --- as Go has it --- */

static void dump_call(struct paragraphs *p, const char *before, const char *name,
		      const char *behind)
{
	sink_printf(p->page->out, "%s%s%s\n", before, clean_text(&p->arena, name), behind);
}

static void dump_place(struct paragraphs *p, const struct frame_line *line)
{
	if (*line->file)
		sink_printf(p->page->out, "\t%s:%u\n", clean_text(&p->arena, line->file),
			    line->line);
}

static void dump_stack(struct paragraphs *p, int64_t stack)
{
	const bool trims = cells_trims(&p->cells, stack);
	struct frame_lines lines;

	while (cells_next(&p->cells, &stack)) {
		const struct profile_stack *s =
			profile_get_stack(p->cells.profile, (uint32_t)stack);

		cells_calls(&p->cells, s->frame, &lines);
		for (size_t i = 0; i < lines.n; i++) {
			if (trims && cells_is_trimmed(&lines.at[i]))
				continue;
			dump_call(p, "", lines.at[i].name, "(...)");
			dump_place(p, &lines.at[i]);
		}
		stack = s->parent;
	}
}

/* The function that has the go statement, and the line of what is inlined there. */
static void dump_creator(struct paragraphs *p, uint32_t frame, int64_t creator)
{
	struct frame_lines lines;
	char behind[48] = "";

	cells_calls(&p->cells, frame, &lines);
	if (creator > 0)
		snprintf(behind, sizeof(behind), " in goroutine %" PRId64, creator);
	dump_call(p, "created by ", lines.at[lines.n - 1].name, behind);
	dump_place(p, &lines.at[0]);
}

/* A number behind a frame is the goroutine that it belongs to. */
static void dump_row(struct paragraphs *p, const union table_cell *row)
{
	size_t n = table_n_columns(p->table);

	for (size_t i = 0; i < n; i++) {
		enum table_kind kind = table_column(p->table, i)->kind;
		bool numbered = i + 1 < n && table_column(p->table, i + 1)->kind == TABLE_INTEGER;

		if (kind == TABLE_TEXT && row[i].text && *row[i].text)
			dump_call(p, "", row[i].text, "");
		else if (kind == TABLE_STACK)
			dump_stack(p, row[i].integer);
		else if (kind == TABLE_FRAME && row[i].integer >= 0)
			dump_creator(p, (uint32_t)row[i].integer,
				     numbered ? row[i + 1].integer : 0);
	}
	sink_text(p->page->out, "\n");
}

void text_paragraphs(const struct text_page *page, const struct table *t, size_t rows)
{
	struct paragraphs p = { .page = page, .table = t };

	p.cells = (struct cells){ page->job->names, table_profile(t), &p.arena };
	for (size_t i = 0; i < rows; i++) {
		if (table_layout(t) == TABLE_DUMP)
			dump_row(&p, table_row(t, i));
		else
			write_paragraph(&p, table_row(t, i));
		arena_done(&p.arena);
		p.arena = (struct arena){ 0 };
	}
}
