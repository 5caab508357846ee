// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names from the files of this machine, below symfs if the user named one, and
 * from its vdso. Paths come from the tape, which is not trusted: only regular
 * files are opened, and nothing is read of them before their build-id holds. A
 * program that is not here is looked for by its build-id, then its debug file is,
 * and last a server is asked, if the user wishes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/debuginfod.h"
#include "analyze/symbolize/identity.h"
#include "analyze/symbolize/source.h"
#include "symbols/build_id.h"
#include "symbols/debug_files.h"
#include "symbols/object.h"
#include "symbols/vdso.h"

struct state {
	const char *symfs; /* NULL: the user named none */
	bool wants_debuginfod;
	struct debuginfod *debuginfod; /* opened at first need; NULL: not wanted, or not there */
	struct tape_error no_server;   /* why it is not there */
	bool needed_server;	       /* for the module that is being opened */
	struct tape_error refused;     /* what a server sent for that one */
};

struct handle {
	struct object *object;
	int fd; /* -1: an image in memory */
};

/* A FIFO would block, and opening some devices does something. Returns the file or -errno. */
static int open_regular(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static void note_open(struct tape_error *note, const char *path, int error)
{
	if (error == -ENOENT || error == -ENOTDIR)
		tape_fail(note, error, "%s: not on this machine; skipped", path);
	else if (error == -EINVAL)
		tape_fail(note, error, "%s: not a regular file; skipped", path);
	else
		tape_fail(note, error, "%s: %s; skipped", path, strerror(-error));
}

/* Whether the file may name m's code. Without a build-id only the user's own symfs may. */
static bool may_use(const struct state *s, const struct module *m, int fd, const char *path,
		    struct tape_error *note)
{
	struct build_id id;
	int rc;

	if (!m->build_id_size && s->symfs) {
		tape_fail(note, -EKEYREJECTED,
			  "%s: no build-id in the tape; names are taken from this file unchecked",
			  path);
		return true;
	}
	if (!m->build_id_size) {
		tape_fail(note, -EKEYREJECTED,
			  "%s: no build-id in the tape, so it cannot be checked; skipped (--symfs "
			  "takes the files of a folder unchecked)",
			  path);
		return false;
	}
	rc = build_id_of_fd(fd, &id);
	return identity_holds(m, rc == 0 ? &id : NULL, path, note);
}

static struct debuginfod *debuginfod_of(struct state *s)
{
	if (s->wants_debuginfod)
		debuginfod_new(&s->debuginfod, &s->no_server);
	s->wants_debuginfod = false;
	s->needed_server = true;
	return s->debuginfod;
}

static int fetch(void *context, const struct build_id *id)
{
	struct debuginfod *d = debuginfod_of(context);

	return d ? debuginfod_debug_file(d, id) : -ENOENT;
}

/* --- a file by its path, or by its build-id --- */

/* The file at m's path: 0 with *ret, or -ENOENT and why in *note. */
static int find_by_path(const struct state *s, const struct module *m, struct debug_file *ret,
			struct tape_error *note)
{
	const char *symfs = s->symfs ? s->symfs : "";
	CLEANUP(freep) char *path = memory_alloc(strlen(symfs) + strlen(m->path) + 1);
	CLEANUP(closep) int fd = -1;

	stpcpy(stpcpy(path, symfs), m->path);
	fd = open_regular(path);
	if (fd < 0) {
		note_open(note, path, fd);
		return -ENOENT;
	}
	if (!may_use(s, m, fd, path, note))
		return -ENOENT;
	*ret = (struct debug_file){ fd, TAKE(path) };
	fd = -1;
	return 0;
}

static int find_on_server(struct state *s, const struct module *m, const struct build_id *id,
			  struct debug_file *ret)
{
	struct debuginfod *d = debuginfod_of(s);
	int fd = d ? debuginfod_program(d, id) : -ENOENT;
	struct build_id here = { 0 };

	/* Where servers have no programs: their debug files tell nearly as much. */
	if (d && fd < 0)
		fd = debuginfod_debug_file(d, id);
	if (fd < 0)
		return -ENOENT;
	if (build_id_of_fd(fd, &here) < 0 || here.size != id->size ||
	    memcmp(here.bytes, id->bytes, id->size) != 0) {
		close(fd);
		return tape_fail(&s->refused, -ENOENT,
				 "the file that a server sent has another build-id; skipped");
	}
	*ret = (struct debug_file){ fd, memory_copy_text(m->path) };
	return 0;
}

/* What m's path does not have: 0 with *ret, or -ENOENT. */
static int find_by_id(struct state *s, const struct module *m, struct debug_file *ret)
{
	struct build_id id = { .size = m->build_id_size };

	if (!id.size || id.size > sizeof(id.bytes))
		return -ENOENT;
	memcpy(id.bytes, m->build_id, id.size);
	if (debug_files_by_id(s->symfs, &id, true, ret, NULL) == 0 ||
	    debug_files_by_id(s->symfs, &id, false, ret, NULL) == 0)
		return 0;
	return find_on_server(s, m, &id, ret);
}

/* --- the source --- */

/* Reports look for what is said of a module by its path. */
static void note_of(struct tape_error *note, const struct module *m, const char *text)
{
	tape_fail(note, -EKEYREJECTED, "%s: %s", m->path, text);
}

static int report(const struct module *m, struct handle opened, const char *label, void **handle,
		  struct tape_error *note)
{
	struct handle *h = memory_alloc(sizeof(*h));
	size_t n = object_n_sources(opened.object);
	const char *said = object_note(opened.object);
	size_t length = strlen(label);

	if (said && strncmp(said, label, length) == 0 && strncmp(said + length, ": ", 2) == 0)
		said += length + 2;
	if (said)
		note_of(note, m, said);
	else if (n == 0)
		tape_fail(note, -ENODATA, "%s: no function symbols in it", label);
	*h = opened;
	*handle = h;
	return 1;
}

static int open_file(struct state *s, const struct module *m, void **handle,
		     struct tape_error *note)
{
	const struct object_options options = { .root = s->symfs, .fetch = fetch, .context = s };
	CLEANUP(debug_file_done) struct debug_file file = { .fd = -1 };
	struct tape_error absent = { 0 };
	struct handle opened;

	/* What is not a path from the root is no file: "//anon", a name of the kernel's. */
	if (m->path[0] != '/' || m->path[1] == '/')
		return 0;
	if (find_by_path(s, m, &file, &absent) < 0 && find_by_id(s, m, &file) < 0) {
		*note = absent;
		return 0;
	}
	if (object_open(file.fd, file.path, &options, &opened.object, note) < 0)
		return 0;
	opened.fd = file.fd;
	file.fd = -1;
	report(m, opened, file.path, handle, note);
	/* That it was taken unchecked. */
	if (!note->code && !m->build_id_size)
		*note = absent;
	return 1;
}

static int open_vdso(const struct module *m, void **handle, struct tape_error *note)
{
	struct handle opened = { .fd = -1 };
	struct build_id id;
	struct vdso vdso;
	int rc;

	if (vdso_get(&vdso) < 0) {
		tape_fail(note, -ENOENT, "[vdso]: this machine has none; skipped");
		return 0;
	}
	rc = build_id_of_memory(vdso.image, vdso.size, &id);
	if (!identity_holds(m, rc == 0 ? &id : NULL, "[vdso]", note) ||
	    object_open_memory(vdso.image, vdso.size, "[vdso]", &opened.object, note) < 0)
		return 0;
	return report(m, opened, "[vdso]", handle, note);
}

static int elf_open(void *state, const struct module *m, void **handle, struct tape_error *note)
{
	struct state *s = state;
	int rc = 0;

	s->needed_server = false;
	s->refused.code = 0;
	if (m->kind == MODULE_FILE)
		rc = open_file(s, m, handle, note);
	else if (m->kind == MODULE_VDSO)
		rc = open_vdso(m, handle, note);
	/* These matter more than that a file is not here. */
	if (s->needed_server && s->no_server.code)
		note_of(note, m, s->no_server.text);
	if (s->refused.code)
		note_of(note, m, s->refused.text);
	return rc;
}

static int find(const void *handle, uint64_t offset, struct symbol *ret)
{
	const struct handle *h = handle;

	return object_find(h->object, offset, ret);
}

static int lines(const void *handle, uint64_t offset, struct lines *ret)
{
	const struct handle *h = handle;

	return object_lines(h->object, offset, ret);
}

static void elf_close(void *handle)
{
	struct handle *h = handle;

	object_free(h->object);
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

static void state_free(void *state)
{
	struct state *s = state;

	debuginfod_free(s->debuginfod);
	free(s);
}

/* Each module keeps up to three files open; a tape of a whole machine has hundreds of modules. */
static void allow_more_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur == r.rlim_max)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

struct source source_elf(const char *symfs, bool debuginfod)
{
	static const struct source_ops ops = {
		.kind = SYMBOL_ELF,
		.open = elf_open,
		.find = find,
		.lines = lines,
		.close = elf_close,
		.free = state_free,
	};
	struct state *s = memory_alloc(sizeof(*s));

	allow_more_files();
	s->symfs = symfs;
	s->wants_debuginfod = debuginfod;
	return (struct source){ .ops = &ops, .state = s };
}
