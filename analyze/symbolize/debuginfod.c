// SPDX-License-Identifier: BSD-2-Clause
/*
 * See debuginfod.h. By dlopen, since it draws in an HTTP library with all that
 * belongs to that, for what most reports do without. Functions are those of
 * <elfutils/debuginfod.h>; what is fetched is kept by the library in its own cache.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/debuginfod.h"

struct client;
typedef int find_function(struct client *client, const unsigned char *id, int size, char **path);

struct debuginfod {
	void *library;
	struct client *client;
	find_function *find_debuginfo;
	find_function *find_executable;
	void (*end)(struct client *client);
};

/* Returns 0 or -ELIBACC. */
static int load(struct debuginfod *d)
{
	struct client *(*begin)(void);

	d->library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!d->library)
		return -ELIBACC;
	*(void **)&begin = dlsym(d->library, "debuginfod_begin");
	*(void **)&d->end = dlsym(d->library, "debuginfod_end");
	*(void **)&d->find_debuginfo = dlsym(d->library, "debuginfod_find_debuginfo");
	*(void **)&d->find_executable = dlsym(d->library, "debuginfod_find_executable");
	if (!begin || !d->end || !d->find_debuginfo || !d->find_executable)
		return -ELIBACC;
	d->client = begin();
	return d->client ? 0 : -ELIBACC;
}

int debuginfod_new(struct debuginfod **ret, struct tape_error *err)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	struct debuginfod *d;
	int rc;

	if (!urls || !*urls)
		return tape_fail(err, -EDESTADDRREQ,
				 "--debuginfod: DEBUGINFOD_URLS names no server; none is asked");
	d = memory_alloc(sizeof(*d));
	rc = load(d);
	if (rc < 0) {
		debuginfod_free(d);
		return tape_fail(err, rc,
				 "--debuginfod: libdebuginfod.so.1 is not on this machine; no "
				 "server is asked (Debian: libdebuginfod1)");
	}
	*ret = d;
	return 0;
}

int debuginfod_debug_file(struct debuginfod *d, const struct build_id *id)
{
	return d->find_debuginfo(d->client, id->bytes, id->size, NULL);
}

int debuginfod_program(struct debuginfod *d, const struct build_id *id)
{
	return d->find_executable(d->client, id->bytes, id->size, NULL);
}

void debuginfod_free(struct debuginfod *d)
{
	if (!d)
		return;
	if (d->client)
		d->end(d->client);
	if (d->library)
		dlclose(d->library);
	free(d);
}
