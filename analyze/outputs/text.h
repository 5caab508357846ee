/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the text report, one file each; text.c puts them together. */
#ifndef ANALYZE_OUTPUTS_TEXT_H
#define ANALYZE_OUTPUTS_TEXT_H

#include "analyze/outputs/names.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/sink.h"

#define TEXT_DEFAULT_TOP 30

struct text_page {
	struct sink *out;
	const struct output_job *job;
	size_t top; /* rows of a table */
};

void text_profile(const struct text_page *page, const struct profile *p);
void text_table(const struct text_page *page, const struct table *t);
void text_paragraphs(const struct text_page *page, const struct table *t, size_t rows);
void text_timeline(const struct text_page *page, const struct timeline *t);

/* The call tree of a profile from its root. */
void text_tree(const struct text_page *page, struct names *n);

/* Names that are not the tape's; how much has none, by module, and what would help. Or nothing. */
void text_unnamed(const struct text_page *page, const struct names *n);

#endif
