// SPDX-License-Identifier: BSD-2-Clause
/* Sums by label set first, as there are few of them, then by pid (and tid) and name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/shares.h"
#include "analyze/base/intern.h"
#include "analyze/base/memory.h"

struct share {
	const char *name;
	int64_t id;
	int64_t values[PROFILE_MAX_VALUES];
	size_t order; /* of first sight, for what is equal */
	size_t sort_by;
};

VEC_TYPE(share_list, struct share);

static void add_values(int64_t *to, const int64_t *from)
{
	for (size_t i = 0; i < PROFILE_MAX_VALUES; i++)
		to[i] += from[i];
}

/* The share of a label set's process or thread, by (id, name). */
static struct share *find_share(struct share_list *list, struct intern *keys,
				const struct profile *p, uint32_t set, enum shares_by by)
{
	const struct profile_label *id =
		profile_find_label(p, set, by == SHARES_BY_PROCESS ? "pid" : "tid");
	const struct profile_label *name =
		profile_find_label(p, set, by == SHARES_BY_PROCESS ? "comm" : "thread");
	struct share share = {
		.name = name && name->text ? name->text : "[unknown]",
		.id = id ? id->number : 0,
	};
	char key[300];
	int length = snprintf(key, sizeof(key), "%lld %s", (long long)share.id, share.name);
	uint32_t number;

	length = length < (int)sizeof(key) ? length : (int)sizeof(key) - 1;
	number = intern_bytes(keys, key, (uint32_t)length);
	if (number == list->n) {
		share.order = number;
		share.sort_by = profile_head(p)->default_type;
		*vec_push(list) = share;
	}
	return &list->items[number];
}

static int by_value(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	int64_t v = x->values[x->sort_by], w = y->values[y->sort_by];

	if (v != w)
		return v < w ? 1 : -1;
	return x->order < y->order ? -1 : 1;
}

static void collect(struct share_list *list, const struct profile *p, enum shares_by by)
{
	size_t n_sets = profile_n_label_sets(p);
	int64_t(*sums)[PROFILE_MAX_VALUES] = memory_alloc((n_sets + 1) * sizeof(*sums));
	struct intern keys = { 0 };

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);

		add_values(sums[s->labels], s->values);
	}
	for (uint32_t set = 0; set < n_sets; set++)
		add_values(find_share(list, &keys, p, set, by)->values, sums[set]);
	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), by_value);
	intern_done(&keys);
	free(sums);
}

static void add_row(struct table *t, const struct profile *p, const struct share *s)
{
	const struct profile_head *head = profile_head(p);
	union table_cell row[PROFILE_MAX_VALUES + 3];
	int64_t total = profile_total(p, head->default_type);
	size_t n = 0;

	row[n++].integer = s->id;
	row[n++].text = s->name;
	for (size_t i = 0; i < head->n_types; i++)
		row[n++].integer = s->values[i];
	row[n].real = total ? 100.0 * (double)s->values[head->default_type] / (double)total : 0;
	table_add(t, row);
}

static struct table *new_table(const struct profile *p, enum shares_by by, const char *title)
{
	const struct profile_head *head = profile_head(p);
	struct table_column columns[PROFILE_MAX_VALUES + 3];
	size_t n = 0;

	columns[n++] =
		(struct table_column){ by == SHARES_BY_PROCESS ? "pid" : "tid", "", TABLE_INTEGER };
	columns[n++] = (struct table_column){ by == SHARES_BY_PROCESS ? "process" : "thread", "",
					      TABLE_TEXT };
	for (size_t i = 0; i < head->n_types; i++) {
		const char *unit = head->types[i].unit;

		columns[n++] =
			(struct table_column){ head->types[i].type,
					       strcmp(unit, "nanoseconds") == 0 ? "ns" : unit,
					       TABLE_INTEGER };
	}
	columns[n++] = (struct table_column){ "share", "percent", TABLE_REAL };
	return table_new(by == SHARES_BY_PROCESS ? "processes" : "threads", title, columns, n);
}

struct table *shares_table(const struct profile *p, enum shares_by by, size_t most)
{
	struct share_list list = { 0 };
	struct table *t;
	char title[128];
	int length = snprintf(title, sizeof(title), "%s by %s", profile_head(p)->title,
			      by == SHARES_BY_PROCESS ? "process" : "thread");

	collect(&list, p, by);
	if (!most || most > list.n)
		most = list.n;
	if (most < list.n && length < (int)sizeof(title))
		snprintf(title + length, sizeof(title) - (size_t)length, ", %zu of %zu rows", most,
			 list.n);
	t = new_table(p, by, title);
	for (size_t i = 0; i < most; i++)
		add_row(t, p, &list.items[i]);
	vec_done(&list);
	return t;
}
