/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts inside of XML and HTML. */
#ifndef ANALYZE_OUTPUTS_MARKUP_H
#define ANALYZE_OUTPUTS_MARKUP_H

#include <stddef.h>

#include "analyze/outputs/sink.h"

/*
 * A clean text (clean.h) for an element or an attribute in double quotes; at
 * most letters characters, the last of them "…" where that cut it.
 */
void markup_text(struct sink *s, const char *text, size_t letters);

#endif
