// SPDX-License-Identifier: BSD-2-Clause
/* Any text as that of a LINE record: its functions are texts, and no more than are allowed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/symbolize/bundle.h"
#include "analyze/symbolize/symbolizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void look_at(const struct lines *lines, const char *text)
{
	size_t ends = 0;

	for (const char *c = text; *c; c++)
		ends += *c == '\n';
	require(lines->n == ends && lines->n > 0 && lines->n <= LINES_MAX);
	for (size_t i = 0; i < lines->n; i++) {
		require(!strpbrk(lines->at[i].function, "\t\n"));
		require(!strpbrk(lines->at[i].file, "\t\n"));
		require(strstr(text, lines->at[i].file) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct module m = { .path = "/bin/one" };
	const struct symbol range = { 0, 16, "", EV_SYMBOL_DWARF };
	struct bundle *b = bundle_new();
	struct symbolizer *s =
		symbolizer_new(&(struct symbolizer_options){ .bundle = b, .no_files = true });
	char *text = strndup((const char *)data, size);
	struct frame_lines shown;
	struct lines found;

	if (bundle_add_lines(b, &m, &range, text) == 0) {
		require(bundle_lines(b, &m, 15, &found) == 1);
		look_at(&found, text);
	} else {
		require(bundle_lines(b, &m, 15, &found) == 0);
	}
	symbolizer_lines(s, &m, 15, &shown);
	require(shown.n >= 1 && shown.n <= LINES_MAX);
	free(text);
	symbolizer_free(s);
	bundle_free(b);
	return 0;
}
