/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines as the text of a LINE record; see EV_LINE_FIELDS. */
#ifndef RECORD_LINE_TEXTS_H
#define RECORD_LINE_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/records.h"
#include "symbols/lines.h"

struct line_text {
	uint64_t start;
	uint64_t end;
	enum ev_symbol_origin origin;
	char text[RECORDS_TAIL_MAX - 8];
};

/* What has no room is left out between the innermost calls and the function itself. */
void line_texts_make(const struct lines *l, struct line_text *ret);

/* Makes before reach over next too, if they touch and say the same; else false. */
bool line_texts_join(struct line_text *before, const struct line_text *next);

#endif
