// SPDX-License-Identifier: BSD-2-Clause
/* See line_texts.h. Names come from files that are not trusted: a TAB in one ends no field. */
#include <stdio.h>
#include <string.h>

#include "record/line_texts.h"

/* So that the function itself always has room. */
#define ONE_MAX 4096

/* Writes one line of the text. Returns its length, ONE_MAX - 1 at most. */
static size_t make_one(const struct line *l, char text[ONE_MAX])
{
	char name[2048], file[1024];
	int n;

	snprintf(name, sizeof(name), "%s", l->function ? l->function : "");
	snprintf(file, sizeof(file), "%s", l->file ? l->file : "");
	for (char *p = name; *p; p++)
		*p = *p == '\t' || *p == '\n' ? ' ' : *p;
	for (char *p = file; *p; p++)
		*p = *p == '\t' || *p == '\n' ? ' ' : *p;
	n = snprintf(text, ONE_MAX, "%s\t%s\t%u\t%u\n", name, file, l->line, l->first_line);
	return (size_t)n;
}

void line_texts_make(const struct lines *l, struct line_text *ret)
{
	char last[ONE_MAX], one[ONE_MAX];
	size_t end = make_one(&l->at[l->n - 1], last);
	size_t used = 0;

	ret->start = l->start;
	ret->end = l->start + l->size;
	ret->origin = l->origin;
	for (size_t i = 0; i + 1 < l->n; i++) {
		size_t n = make_one(&l->at[i], one);

		if (used + n + end >= sizeof(ret->text))
			break;
		memcpy(ret->text + used, one, n);
		used += n;
	}
	memcpy(ret->text + used, last, end + 1);
}

bool line_texts_join(struct line_text *before, const struct line_text *next)
{
	if (before->end != next->start || before->origin != next->origin ||
	    strcmp(before->text, next->text) != 0)
		return false;
	before->end = next->end;
	return true;
}
