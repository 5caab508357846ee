/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an output's bytes go. It remembers the first error, so that outputs can
 * write without looking and ask once at the end. After an error nothing more
 * is written.
 */
#ifndef ANALYZE_OUTPUTS_SINK_H
#define ANALYZE_OUTPUTS_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <tape/error.h>

struct sink {
	FILE *file;
	int error; /* errno of the first failed write; 0: none */
};

void sink_put(struct sink *s, const void *data, size_t size);
void sink_text(struct sink *s, const char *text);
void sink_spaces(struct sink *s, size_t n);
void sink_printf(struct sink *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Flushes. Returns 0, or -errno with *err if any write failed. */
int sink_finish(struct sink *s, struct tape_error *err);

#endif
