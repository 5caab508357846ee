// SPDX-License-Identifier: BSD-2-Clause
/*
 * One walk over all entries of the unit. Most are types and variables, which are
 * passed over without looking at them. Which function or call an entry lies in is
 * kept by depth.
 */
#include "symbols/dwarf_functions.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#include "symbols/dwarf_ranges.h"

enum { DEEPEST = 4096 };

struct walk {
	struct dwarf_reader *r;
	const struct dwarf_unit *unit;
	const struct dwarf_abbrevs *table;
	struct dwarf_bytes b;
	struct dwarf_functions out;
	size_t room;
	uint32_t *roots; /* of each in out: the function that it is inlined into in the end */
	struct dwarf_spans functions;
	struct dwarf_spans calls;
	uint32_t inside[DEEPEST]; /* by depth: what encloses, or DWARF_NONE */
	size_t depth;
};

static int add_function(struct walk *w, struct dwarf_function function)
{
	uint32_t n = (uint32_t)w->out.n;

	if (w->out.n == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		struct dwarf_function *more = realloc(w->out.at, room * sizeof(*more));
		uint32_t *roots;

		if (!more)
			return -ENOMEM;
		w->out.at = more;
		roots = realloc(w->roots, room * sizeof(*roots));
		if (!roots)
			return -ENOMEM;
		w->roots = roots;
		w->room = room;
	}
	w->roots[n] = function.caller == DWARF_NONE ? n : w->roots[function.caller];
	w->out.at[w->out.n++] = function;
	return 0;
}

static void set_die(struct dwarf_function *f, uint64_t place, bool alt)
{
	f->die_low = (uint32_t)place;
	f->die_high = (uint16_t)((place >> 32 & 0x7fff) | (alt ? DWARF_IN_ALT : 0));
}

static bool has_ranges(const struct dwarf_die *die)
{
	return die->values[DWARF_AT_RANGES].kind != DWARF_VALUE_NONE ||
	       die->values[DWARF_HIGH_PC].kind != DWARF_VALUE_NONE;
}

/* A function with code; a declaration or an abstract one has none. */
static int enter_function(struct walk *w, const struct dwarf_die *die, uint32_t *inside)
{
	struct dwarf_function f = { .caller = DWARF_NONE, .call_file = DWARF_NO_FILE };
	struct dwarf_span as = { .owner = (uint32_t)w->out.n, .group = (uint32_t)w->out.n };
	size_t before = w->functions.n;
	int rc;

	*inside = DWARF_NONE;
	if (!has_ranges(die))
		return 0;
	rc = dwarf_ranges_add(w->r, w->unit, die, &as, &w->functions);
	if (rc < 0 || before == w->functions.n)
		return rc < 0 ? rc : 0;
	for (size_t i = before; i < w->functions.n; i++) {
		if (dwarf_spans_add(&w->calls, &w->functions.at[i]) < 0)
			return -ENOMEM;
	}
	set_die(&f, die->at, false);
	*inside = as.owner;
	return add_function(w, f);
}

static uint64_t number_of(const struct dwarf_die *die, enum dwarf_slot slot, uint64_t most,
			  uint64_t otherwise)
{
	const struct dwarf_value *value = &die->values[slot];

	return value->kind == DWARF_VALUE_NUMBER && value->n <= most ? value->n : otherwise;
}

static int enter_call(struct walk *w, const struct dwarf_die *die, uint32_t *inside)
{
	struct dwarf_function f = { .caller = *inside };
	struct dwarf_span as = { .owner = (uint32_t)w->out.n };
	uint64_t place;
	bool alt;
	int rc;

	if (f.caller == DWARF_NONE)
		return 0;
	as.group = w->roots[f.caller];
	rc = dwarf_ranges_add(w->r, w->unit, die, &as, &w->calls);
	if (rc < 0)
		return rc;
	place = dwarf_dies_target(w->unit, &die->values[DWARF_ORIGIN], &alt);
	set_die(&f, place == DWARF_NOWHERE ? die->at : place, alt);
	f.call_file = (uint16_t)number_of(die, DWARF_CALL_FILE, DWARF_NO_FILE - 1, DWARF_NO_FILE);
	f.call_line = (uint32_t)number_of(die, DWARF_CALL_LINE, UINT32_MAX, 0);
	*inside = as.owner;
	return add_function(w, f);
}

/* Returns 0, -EBADMSG where the entry is broken, -E2BIG, -ENOMEM. */
static int enter(struct walk *w, struct dwarf_die *die, uint32_t *inside)
{
	int rc;

	if (dwarf_dies_spend(w->r, die->abbrev->n_specs) < 0)
		return -E2BIG;
	dwarf_dies_parse(&w->b, w->table, die);
	if (w->b.bad)
		return -EBADMSG;
	if (die->abbrev->tag == DW_TAG_subprogram)
		rc = enter_function(w, die, inside);
	else
		rc = enter_call(w, die, inside);
	return rc;
}

static int step(struct walk *w)
{
	struct dwarf_die die = { .at = dwarf_bytes_place(&w->b) };
	uint32_t inside = w->depth ? w->inside[w->depth - 1] : DWARF_NONE;
	uint64_t code = dwarf_bytes_uleb(&w->b);
	int rc = 0;

	if (code == 0) {
		w->depth -= w->depth > 0;
		return 0;
	}
	die.abbrev = dwarf_abbrevs_find(w->table, code);
	if (!die.abbrev)
		return -EBADMSG;
	if (die.abbrev->tag == DW_TAG_subprogram || die.abbrev->tag == DW_TAG_inlined_subroutine)
		rc = enter(w, &die, &inside);
	else
		dwarf_dies_pass(&w->b, w->table, die.abbrev);
	if (rc == 0 && die.abbrev->children) {
		if (w->depth == DEEPEST)
			return -EBADMSG;
		w->inside[w->depth++] = inside;
	}
	return rc;
}

static int walk(struct walk *w)
{
	int rc = 0;

	while (rc == 0 && w->b.at < w->b.end)
		rc = step(w);
	if (rc < 0 && rc != -EBADMSG)
		return rc;
	rc = dwarf_segments_make(&w->functions, &w->out.functions);
	return rc < 0 ? rc : dwarf_segments_make(&w->calls, &w->out.calls);
}

static int read_unit(struct walk *w, uint8_t *bytes, size_t n)
{
	n = dwarf_sections_read(w->r->sections, DWARF_INFO, w->unit->first, bytes, n);
	w->b = dwarf_bytes_of(bytes, n, w->unit->first, dwarf_sections_big_endian(w->r->sections));
	return walk(w);
}

static void shrink(struct dwarf_functions *f)
{
	struct dwarf_function *smaller = realloc(f->at, (f->n ? f->n : 1) * sizeof(*smaller));

	if (smaller)
		f->at = smaller;
}

int dwarf_functions_read(struct dwarf_reader *r, const struct dwarf_unit *unit,
			 struct dwarf_functions *ret)
{
	size_t n = unit->end - unit->first;
	struct walk *w;
	uint8_t *bytes;
	int rc = dwarf_dies_spend(r, n);

	if (rc < 0)
		return rc;
	w = calloc(1, sizeof(*w));
	bytes = malloc(n);
	rc = w && bytes ? 0 : -ENOMEM;
	if (rc == 0) {
		w->r = r;
		w->unit = unit;
		w->table = dwarf_dies_table(r, unit);
		rc = w->table ? read_unit(w, bytes, n) : 0;
		dwarf_spans_done(&w->functions);
		dwarf_spans_done(&w->calls);
		free(w->roots);
		shrink(&w->out);
		if (rc == 0)
			*ret = w->out;
		else
			dwarf_functions_done(&w->out);
	}
	free(bytes);
	free(w);
	return rc;
}

void dwarf_functions_done(struct dwarf_functions *f)
{
	free(f->at);
	dwarf_segments_done(&f->functions);
	dwarf_segments_done(&f->calls);
	*f = (struct dwarf_functions){ 0 };
}

size_t dwarf_functions_size(const struct dwarf_functions *f)
{
	return f->n * sizeof(*f->at) + (f->functions.n + f->calls.n) * sizeof(struct dwarf_segment);
}
