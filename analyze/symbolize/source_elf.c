// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names from the files of this machine, below symfs if the user named one, and
 * from its vdso. Paths come from the tape, which is not trusted: only regular
 * files are opened, and nothing is read of them before their build-id holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/identity.h"
#include "analyze/symbolize/source.h"
#include "symbols/build_id.h"
#include "symbols/elf_symbols.h"
#include "symbols/vdso.h"

struct state {
	const char *symfs; /* NULL: the user named none */
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

static int report(struct elf_symbols *symbols, const char *label, void **handle,
		  struct tape_error *note)
{
	if (elf_symbols_count(symbols) == 0)
		tape_fail(note, -ENODATA, "%s: no function symbols in it", label);
	*handle = symbols;
	return 1;
}

static int open_file(const struct state *s, const struct module *m, void **handle,
		     struct tape_error *note)
{
	CLEANUP(freep) char *path = NULL;
	CLEANUP(closep) int fd = -1;
	struct elf_symbols *symbols;
	const char *symfs = s->symfs ? s->symfs : "";

	/* What is not a path from the root is no file: "//anon", a name of the kernel's. */
	if (m->path[0] != '/' || m->path[1] == '/')
		return 0;
	path = memory_alloc(strlen(symfs) + strlen(m->path) + 1);
	stpcpy(stpcpy(path, symfs), m->path);
	fd = open_regular(path);
	if (fd < 0) {
		note_open(note, path, fd);
		return 0;
	}
	if (!may_use(s, m, fd, path, note) || elf_symbols_load(fd, path, &symbols, note) < 0)
		return 0;
	return report(symbols, path, handle, note);
}

static int open_vdso(const struct module *m, void **handle, struct tape_error *note)
{
	struct elf_symbols *symbols;
	struct build_id id;
	struct vdso vdso;
	int rc;

	if (vdso_get(&vdso) < 0) {
		tape_fail(note, -ENOENT, "[vdso]: this machine has none; skipped");
		return 0;
	}
	rc = build_id_of_memory(vdso.image, vdso.size, &id);
	if (!identity_holds(m, rc == 0 ? &id : NULL, "[vdso]", note) ||
	    elf_symbols_load_memory(vdso.image, vdso.size, "[vdso]", &symbols, note) < 0)
		return 0;
	return report(symbols, "[vdso]", handle, note);
}

static int elf_open(void *state, const struct module *m, void **handle, struct tape_error *note)
{
	if (m->kind == MODULE_FILE)
		return open_file(state, m, handle, note);
	if (m->kind == MODULE_VDSO)
		return open_vdso(m, handle, note);
	return 0;
}

static int find(const void *handle, uint64_t offset, struct symbol *ret)
{
	return elf_symbols_find(handle, offset, ret);
}

static void elf_close(void *handle)
{
	elf_symbols_free(handle);
}

struct source source_elf(const char *symfs)
{
	static const struct source_ops ops = {
		.kind = SYMBOL_ELF,
		.open = elf_open,
		.find = find,
		.close = elf_close,
		.free = free,
	};
	struct state *s = memory_alloc(sizeof(*s));

	s->symfs = symfs;
	return (struct source){ .ops = &ops, .state = s };
}
