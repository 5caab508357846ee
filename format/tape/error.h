/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a failure reaches the user: the code that every function returns, and one
 * line of text that is written where file, offset or name is known.
 */
#ifndef TAPE_ERROR_H
#define TAPE_ERROR_H

#include <stdarg.h>

struct tape_error {
	int code; /* -errno; 0: none */
	char text[480];
};

/*
 * Fills *err (may be NULL) and returns code, a -errno. The text is one line:
 * subject first, lower case, no full stop, the remedy if there is one.
 */
int tape_fail(struct tape_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
