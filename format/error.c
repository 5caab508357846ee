// SPDX-License-Identifier: BSD-2-Clause
/* The one place where a failure's text is written. */
#include <stdio.h>

#include <tape/error.h>

int tape_fail(struct tape_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}
