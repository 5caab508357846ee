/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for where a name came from. */
#ifndef ANALYZE_SYMBOLIZE_ORIGIN_H
#define ANALYZE_SYMBOLIZE_ORIGIN_H

#include "analyze/symbolize/symbolizer.h"

/* Who had it: "tape", "file", "kernel"; "" of SYMBOL_NONE. Static. */
const char *origin_source(enum symbol_source source);

/* Who knew it: "symtab", "debug file"; "" where that is not told. Static. */
const char *origin_name(enum ev_symbol_origin origin);

#endif
