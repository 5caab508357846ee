// SPDX-License-Identifier: BSD-2-Clause
/* See headline.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/map.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/headline.h"
#include "analyze/outputs/units.h"

/* How many different numbers the label of this key has. */
static uint64_t count_labels(const struct profile *p, const char *key)
{
	struct map seen = { 0 };
	uint64_t n;

	for (uint32_t i = 0; i < profile_n_label_sets(p); i++) {
		const struct profile_label *label = profile_find_label(p, i, key);

		if (label)
			map_add(&seen, (uint64_t)label->number, NULL);
	}
	n = seen.n;
	map_done(&seen);
	return n;
}

static void put_quantity(FILE *out, int64_t value, const struct profile_type *type)
{
	struct units_text text = units_value(value, type->unit);

	if (strcmp(type->unit, "count") == 0)
		fprintf(out, "%s %s", text.text, type->type);
	else
		fputs(text.text, out);
}

static void put_count(FILE *out, uint64_t n, const char *one, const char *many)
{
	if (n)
		fprintf(out, ", %" PRIu64 " %s", n, n == 1 ? one : many);
}

static void put_line(FILE *out, const struct profile *p)
{
	const struct profile_head *head = profile_head(p);
	size_t shown = head->default_type;

	fprintf(out, "%s: ", head->title);
	put_quantity(out, profile_total(p, shown), &head->types[shown]);
	if (head->duration_ns)
		fprintf(out, " in %s", units_ns((int64_t)head->duration_ns).text);
	for (size_t i = 0; i < head->n_types; i++) {
		if (i == shown)
			continue;
		fputs(", ", out);
		put_quantity(out, profile_total(p, i), &head->types[i]);
	}
	put_count(out, count_labels(p, "pid"), "process", "processes");
	put_count(out, count_labels(p, "tid"), "thread", "threads");
	if (head->start_wall_ns)
		fprintf(out, ", from %s", units_wall(head->start_wall_ns).text);
}

const char *headline(struct arena *a, const struct profile *p)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *line = "";

	if (!out)
		return line;
	put_line(out, p);
	if (fclose(out) == 0)
		line = clean_text(a, arena_copy_text(a, text));
	free(text);
	return line;
}
