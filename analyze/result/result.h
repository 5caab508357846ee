/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one analysis gives: any number of profiles, tables and timelines in the
 * order in which a reader should see them, and how far they may be trusted.
 */
#ifndef ANALYZE_RESULT_RESULT_H
#define ANALYZE_RESULT_RESULT_H

#include <stdbool.h>

#include "analyze/result/coverage.h"
#include "analyze/result/profile.h"
#include "analyze/result/table.h"
#include "analyze/result/timeline.h"

enum result_shape { RESULT_PROFILE = 1, RESULT_TABLE = 2, RESULT_TIMELINE = 4 };

struct result_item {
	enum result_shape shape;
	union {
		struct profile *profile;
		struct table *table;
		struct timeline *timeline;
	};
};

struct result;

/* view is the analysis' name ("cpu"), title its answer in words. Copied. Never NULL. */
struct result *result_new(const char *view, const char *title);
void result_free(struct result *r); /* accepts NULL; frees the items */

/* Takes the item. */
void result_take_profile(struct result *r, struct profile *p);
void result_take_table(struct result *r, struct table *t);
void result_take_timeline(struct result *r, struct timeline *t);

const char *result_view(const struct result *r);
const char *result_title(const struct result *r);
size_t result_n_items(const struct result *r);
const struct result_item *result_item(const struct result *r, size_t index);

/* The first profile (table, timeline), or NULL. */
const struct result_item *result_first(const struct result *r, enum result_shape shape);

/* Remarks of the recorder and of the analysis, for the report's end. Copied. */
void result_add_note(struct result *r, const char *text);
size_t result_n_notes(const struct result *r);
const char *result_note(const struct result *r, size_t index);

/* Found what the user asked to be told of by the program's exit status. */
void result_set_alarm(struct result *r);
bool result_alarm(const struct result *r);

struct coverage *result_coverage(struct result *r);
const struct coverage *result_get_coverage(const struct result *r);

#endif
