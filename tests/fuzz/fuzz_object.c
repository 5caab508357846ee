// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as a program with all that belongs to it, and, the other way round, as the
 * debug file of a program that is not there: its tables, .gnu_debugdata, debuglink and
 * altlink are read or refused, and what is found reaches the place that was asked for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

struct bytes {
	const uint8_t *data;
	size_t size;
};

static int make_file(const struct bytes *b)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	require(fd >= 0 && write(fd, b->data, b->size) == (ssize_t)b->size);
	return fd;
}

/* The same bytes are their own debug file, from a server: it has the same build-id. */
static int fetch(void *context, const struct build_id *id)
{
	require(id->size > 0 && id->size <= BUILD_ID_MAX);
	return make_file(context);
}

static void look_up(struct object *o, size_t size)
{
	static struct lines lines;

	for (uint64_t at = 0; at < size + 64; at += 61) {
		struct symbol found;

		if (object_find(o, at, &found)) {
			require(at >= found.start && at - found.start < found.size);
			require(strlen(found.name) > 0);
			require(found.origin != EV_SYMBOL_UNTOLD);
		}
		if (object_lines(o, at, &lines)) {
			require(lines.n <= LINES_MAX);
			require(at >= lines.start && at - lines.start < lines.size);
		}
	}
	require(object_n_sources(o) < 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	const struct object_options options = {
		.root = "/nonexistent",
		.fetch = fetch,
		.context = &bytes,
	};
	struct object *o = NULL;
	int fd = make_file(&bytes);

	if (object_open(fd, "/nonexistent/fuzz", &options, &o, NULL) == 0)
		look_up(o, size < 4096 ? size : 4096);
	object_free(o);
	o = NULL;
	if (object_open_memory(data, size, "fuzz", &o, NULL) == 0)
		look_up(o, size < 4096 ? size : 4096);
	object_free(o);
	close(fd);
	return 0;
}
