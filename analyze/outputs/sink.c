// SPDX-License-Identifier: BSD-2-Clause
/* stdio keeps only that something failed, not what: so each call is looked at here. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "analyze/outputs/sink.h"

static void remember(struct sink *s)
{
	s->error = errno ? errno : EIO;
}

void sink_put(struct sink *s, const void *data, size_t size)
{
	if (s->error || !size)
		return;
	errno = 0;
	if (fwrite(data, 1, size, s->file) != size)
		remember(s);
}

void sink_text(struct sink *s, const char *text)
{
	sink_put(s, text, strlen(text));
}

void sink_spaces(struct sink *s, size_t n)
{
	static const char spaces[] = "                                ";
	const size_t most = sizeof(spaces) - 1;

	for (; n > most; n -= most)
		sink_put(s, spaces, most);
	sink_put(s, spaces, n);
}

void sink_printf(struct sink *s, const char *format, ...)
{
	va_list args;
	int rc;

	if (s->error)
		return;
	va_start(args, format);
	errno = 0;
	rc = vfprintf(s->file, format, args);
	va_end(args);
	if (rc < 0)
		remember(s);
}

int sink_finish(struct sink *s, struct tape_error *err)
{
	errno = 0;
	if (!s->error && (fflush(s->file) != 0 || ferror(s->file)))
		remember(s);
	if (s->error)
		return tape_fail(err, -s->error, "output: cannot write: %s", strerror(s->error));
	return 0;
}
