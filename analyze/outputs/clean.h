/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a text from a tape fit to be shown. Names come from other people's
 * machines and may hold anything: terminal escapes, line breaks, half
 * characters, marks that turn the reading direction. What is not plain,
 * visible UTF-8 becomes \x1b (a byte) or \u202e (a character). All outputs
 * use this, so that a name looks the same everywhere.
 */
#ifndef ANALYZE_OUTPUTS_CLEAN_H
#define ANALYZE_OUTPUTS_CLEAN_H

#include <stddef.h>

#include "analyze/base/arena.h"

/* A clean copy of text, in the arena; text itself if it is clean. NULL gives "". */
const char *clean_text(struct arena *a, const char *text);

/* How many columns a clean text takes: its characters. */
size_t clean_columns(const char *text);

/*
 * The same text in at most columns columns: what is too much is taken out of
 * the middle, where "…" then stands. In the arena, or text itself.
 */
const char *clean_clip(struct arena *a, const char *text, size_t columns);

#endif
