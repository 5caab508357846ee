// SPDX-License-Identifier: BSD-2-Clause
/* See markup.h. */
#include <stdbool.h>

#include "analyze/outputs/clean.h"
#include "analyze/outputs/markup.h"

void markup_text(struct sink *s, const char *text, size_t letters)
{
	bool cut = clean_columns(text) > letters;
	size_t columns = 0;

	for (; *text; text++) {
		columns += ((unsigned char)*text >> 6) != 2;
		if (cut && columns >= letters) {
			sink_text(s, "…");
			return;
		}
		switch (*text) {
		case '<':
			sink_text(s, "&lt;");
			break;
		case '>':
			sink_text(s, "&gt;");
			break;
		case '&':
			sink_text(s, "&amp;");
			break;
		case '"':
			sink_text(s, "&quot;");
			break;
		default:
			sink_put(s, text, 1);
		}
	}
}
