// SPDX-License-Identifier: BSD-2-Clause
/*
 * See object.h. For a name, the tables are asked: Go's own first, since they have the
 * names as the runtime shows them, then the symbol tables as one set (.symtab; without
 * one that of the debug file, else .gnu_debugdata, and behind it .dynsym), then, if all
 * that is known so far is .dynsym's or nothing, the PLT and DWARF. For lines Go's tables are asked
 * before DWARF, which may be in the file or in its debug file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/debug_files.h"
#include "symbols/dwarf.h"
#include "symbols/dwarf_split.h"
#include "symbols/elf_symbols.h"
#include "symbols/mini.h"
#include "symbols/object.h"
#include "symbols/pclntab.h"
#include "symbols/plt.h"
#include "symbols/sections.h"
#include "symbols/stand_in.h"

/* An ELF file, of which handles are opened as they are needed. */
struct file {
	int fd; /* -1: an image in memory */
	const void *image;
	size_t size;
};

struct object {
	struct file file;
	char *path;
	char *root;
	struct object_options options;
	Elf *elf;
	Elf *code; /* elf, or what stands in for it: by its segments code has its place */
	void *stand_in;
	struct build_id id;

	struct debug_file debug; /* fd -1: none */
	enum ev_symbol_origin debug_origin;

	struct elf_symbols *symbols;
	struct plt *plt;
	struct pclntab *go;
	struct dwarf *dwarf, *alt; /* alt: what dwz moved out of several files into one */
	Elf *dwarf_elf, *alt_elf;
	struct debug_file alt_file; /* fd -1: none */
	struct dwarf_split_files split;
	struct tape_error split_note;
	enum ev_symbol_origin dwarf_origin;
	bool tried_debug, tried_fetch, tried_symbols, tried_plt, tried_go, tried_dwarf;

	struct tape_error note;
};

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

/* Not by mmap: a file that shrinks meanwhile would be a SIGBUS. */
static Elf *open_elf(const struct file *f)
{
	elf_version(EV_CURRENT);
	return f->fd < 0 ? elf_memory((char *)f->image, f->size)
			 : elf_begin(f->fd, ELF_C_READ, NULL);
}

/* --- the debug file --- */

/* Only the first one is kept. */
static void note_refused(struct object *o, const struct tape_error *why)
{
	if (why->code && !o->note.code)
		tape_fail(&o->note, why->code, "%s: %s", o->path, why->text);
}

static int verify_fetched(struct object *o, int fd)
{
	struct build_id id = { 0 };
	struct tape_error why;

	if (build_id_of_fd(fd, &id) == 0 && id.size == o->id.size &&
	    memcmp(id.bytes, o->id.bytes, id.size) == 0)
		return 0;
	tape_fail(&why, -EKEYREJECTED,
		  "the debug file that was sent has another build-id; skipped");
	note_refused(o, &why);
	return why.code;
}

static void fetch_debug(struct object *o)
{
	int fd = o->options.fetch(o->options.context, &o->id);

	o->tried_fetch = true;
	if (fd < 0)
		return;
	if (verify_fetched(o, fd) < 0) {
		close(fd);
		return;
	}
	o->debug.fd = fd;
	o->debug_origin = EV_SYMBOL_DEBUGINFOD;
}

/* Looks for the debug file on this machine, once. Returns whether there is one. */
static bool find_debug_here(struct object *o)
{
	const struct debug_search search = {
		.root = o->root,
		.path = o->path,
		.fd = o->file.fd,
		.elf = o->elf,
		.id = &o->id,
	};

	struct tape_error refused = { 0 };
	int rc;

	if (o->tried_debug || o->options.no_debug_files)
		return o->debug.fd >= 0;
	o->tried_debug = true;
	o->debug_origin = EV_SYMBOL_DEBUG_FILE;
	rc = debug_files_find(&search, &o->debug, &refused);
	note_refused(o, &refused);
	return rc == 0;
}

/* The same, wherever it is. */
static bool find_debug(struct object *o)
{
	if (!find_debug_here(o) && o->options.fetch && o->id.size && !o->tried_fetch)
		fetch_debug(o);
	return o->debug.fd >= 0;
}

static struct file debug_of(const struct object *o)
{
	return (struct file){ .fd = o->debug.fd };
}

/* --- symbol tables --- */

static void merge(struct object *o, const struct elf_tables *tables)
{
	struct tape_error err = { 0 };
	int rc;

	elf_symbols_free(o->symbols);
	o->symbols = NULL;
	rc = elf_symbols_merge(tables, o->path, &o->symbols, &err);
	if (rc < 0 && !o->note.code)
		o->note = err;
}

/* Without a .symtab of its own: that of the debug file, else the mini one; and what is exported. */
static void load_stripped(struct object *o, Elf *own)
{
	CLEANUP(elf_endp) Elf *debug = NULL;
	CLEANUP(elf_endp) Elf *mini = NULL;
	CLEANUP(freep) void *image = NULL;
	struct elf_tables tables = { .code = o->code };
	struct file of_debug;
	size_t size;

	if (find_debug(o)) {
		of_debug = debug_of(o);
		debug = open_elf(&of_debug);
	}
	if (debug) {
		tables.at[tables.n++] = (struct elf_table){ debug, SHT_SYMTAB, o->debug_origin };
		merge(o, &tables);
	}
	if (!o->symbols || elf_symbols_count(o->symbols) == 0) {
		struct tape_error err = { 0 };
		int rc = mini_unpack(own, o->path, &image, &size, &err);

		if (rc == 0)
			mini = elf_memory(image, size);
		else if (rc != -ENODATA && !o->note.code)
			o->note = err;
	}
	if (mini)
		tables.at[tables.n++] = (struct elf_table){ mini, SHT_SYMTAB, EV_SYMBOL_MINI };
	tables.at[tables.n++] = (struct elf_table){ own, SHT_DYNSYM, EV_SYMBOL_DYNSYM };
	merge(o, &tables);
}

/* A handle of its own: what was read of the tables goes with it. */
static void load_symbols(struct object *o)
{
	CLEANUP(elf_endp) Elf *own = NULL;
	struct elf_tables all = { .code = o->code, .n = 1 };

	if (o->tried_symbols)
		return;
	o->tried_symbols = true;
	own = open_elf(&o->file);
	if (!own)
		return;
	all.at[0] = (struct elf_table){ own, SHT_SYMTAB,
					o->stand_in ? EV_SYMBOL_DEBUG_FILE : EV_SYMBOL_SYMTAB };
	merge(o, &all);
	if (!o->symbols || elf_symbols_count(o->symbols) == 0)
		load_stripped(o, own);
}

/* With a handle of its own, too. */
static struct plt *plt_of(struct object *o)
{
	CLEANUP(elf_endp) Elf *own = NULL;

	if (o->tried_plt)
		return o->plt;
	o->tried_plt = true;
	own = open_elf(&o->file);
	if (!own || plt_read(own, o->symbols, &o->plt) < 0)
		o->plt = NULL;
	return o->plt;
}

/* --- Go, DWARF --- */

static struct pclntab *go_of(struct object *o)
{
	if (!o->tried_go && pclntab_open(o->elf, o->path, &o->go, NULL) < 0)
		o->go = NULL;
	o->tried_go = true;
	return o->go;
}

/* The file that has DWARF: 1 with *ret, or 0. */
static int find_dwarf(struct object *o, struct file *ret)
{
	o->dwarf_origin = EV_SYMBOL_DWARF;
	*ret = o->file;
	if (sections_have_dwarf(o->elf))
		return 1;
	if (!find_debug(o))
		return 0;
	*ret = debug_of(o);
	if (o->debug_origin == EV_SYMBOL_DEBUGINFOD)
		o->dwarf_origin = EV_SYMBOL_DEBUGINFOD;
	return 1;
}

static void open_alt(struct object *o)
{
	const struct debug_search search = {
		.root = o->root,
		.path = o->debug.path ? o->debug.path : o->path,
		.fd = -1,
		.elf = o->dwarf_elf,
	};
	struct tape_error refused = { 0 };
	struct dwarf_files files;
	int rc = -ENOENT;

	if (!o->options.no_debug_files)
		rc = debug_files_find_alt(&search, &o->alt_file, &refused);
	note_refused(o, &refused);
	if (rc < 0)
		return;
	o->alt_elf = open_elf(&(struct file){ .fd = o->alt_file.fd });
	files = (struct dwarf_files){ o->alt_elf, o->alt_file.fd, o->alt_elf, NULL, NULL };
	if (o->alt_elf && dwarf_open(&files, o->alt_file.path, &o->alt, NULL) < 0)
		o->alt = NULL;
}

/* Beside the program, then beside its debug file. */
static int open_split(void *context, unsigned int place, const char *folder, const char *name)
{
	const struct object *o = context;
	const struct debug_search search = {
		.root = o->root,
		.path = place < DEBUG_FILES_SPLIT ? o->path : o->debug.path,
	};

	return search.path
		       ? debug_files_open_split(&search, place % DEBUG_FILES_SPLIT, folder, name)
		       : -ENOENT;
}

static struct dwarf *dwarf_of(struct object *o)
{
	struct dwarf_files files;
	struct file f;

	if (o->tried_dwarf)
		return o->dwarf;
	o->tried_dwarf = true;
	if (!find_dwarf(o, &f))
		return NULL;
	o->dwarf_elf = open_elf(&f);
	if (!o->dwarf_elf || elf_kind(o->dwarf_elf) != ELF_K_ELF)
		return NULL;
	open_alt(o);
	o->split =
		(struct dwarf_split_files){ open_split, o, 2 * DEBUG_FILES_SPLIT, &o->split_note };
	files = (struct dwarf_files){ o->dwarf_elf, f.fd, o->code, o->alt,
				      o->options.no_debug_files ? NULL : &o->split };
	if (dwarf_open(&files, o->path, &o->dwarf, NULL) < 0)
		o->dwarf = NULL;
	return o->dwarf;
}

/* --- the object --- */

/* What a debug file has no places of is made up; see stand_in.h. */
static int choose_code(struct object *o, struct tape_error *err)
{
	struct tape_error why;
	size_t size;
	int rc;

	o->code = o->elf;
	if (!stand_in_needed(o->elf))
		return 0;
	rc = stand_in_make(o->elf, &o->stand_in, &size, &why);
	if (rc < 0)
		return tape_fail(err, rc, "%s: %s", o->path, why.text);
	o->code = elf_memory(o->stand_in, size);
	return o->code ? 0 : tape_fail(err, -ENOMEM, "%s: no memory", o->path);
}

static int begin(struct object *o, const char *path, struct tape_error *err)
{
	o->debug.fd = o->alt_file.fd = -1;
	o->path = strdup(path);
	o->root = o->options.root ? strdup(o->options.root) : NULL;
	if (!o->path || (o->options.root && !o->root))
		return tape_fail(err, -ENOMEM, "%s: no memory", path);
	o->elf = open_elf(&o->file);
	if (!o->elf || elf_kind(o->elf) != ELF_K_ELF)
		return tape_fail(err, -ENOEXEC, "%s: not an ELF file", path);
	if (o->file.fd < 0)
		build_id_of_memory(o->file.image, o->file.size, &o->id);
	else
		build_id_of_fd(o->file.fd, &o->id);
	return choose_code(o, err);
}

static int open_object(const struct file *file, const char *path,
		       const struct object_options *options, struct object **ret,
		       struct tape_error *err)
{
	struct object *o = calloc(1, sizeof(*o));
	int rc;

	if (!o)
		return tape_fail(err, -ENOMEM, "%s: no memory", path);
	o->file = *file;
	if (options)
		o->options = *options;
	rc = begin(o, path, err);
	if (rc < 0) {
		object_free(o);
		return rc;
	}
	*ret = o;
	return 0;
}

int object_open(int fd, const char *path, const struct object_options *options, struct object **ret,
		struct tape_error *err)
{
	return open_object(&(struct file){ .fd = fd }, path, options, ret, err);
}

int object_open_memory(const void *image, size_t size, const char *label, struct object **ret,
		       struct tape_error *err)
{
	const struct object_options alone = { .no_debug_files = true };
	const struct file file = { .fd = -1, .image = image, .size = size };

	return open_object(&file, label, &alone, ret, err);
}

int object_find(struct object *o, uint64_t offset, struct symbol *ret)
{
	struct symbol of_table = { 0 }, found = { 0 };
	int known;

	if (go_of(o) && pclntab_find(o->go, offset, &found)) {
		found.origin = EV_SYMBOL_PCLNTAB;
		*ret = found;
		return 1;
	}
	load_symbols(o);
	known = o->symbols ? elf_symbols_find(o->symbols, offset, &of_table) : 0;
	if (known && of_table.origin != EV_SYMBOL_DYNSYM) {
		*ret = of_table;
		return 1;
	}
	if (plt_of(o) && plt_find(o->plt, offset, ret))
		return 1;
	if (!o->options.tables_only && dwarf_of(o) && dwarf_find(o->dwarf, offset, &found)) {
		found.origin = o->dwarf_origin;
		*ret = found;
		return 1;
	}
	if (known)
		*ret = of_table;
	return known;
}

int object_lines(struct object *o, uint64_t offset, struct lines *ret)
{
	int known;

	if (go_of(o) && pclntab_lines(o->go, offset, ret)) {
		ret->origin = EV_SYMBOL_PCLNTAB;
		return 1;
	}
	known = dwarf_of(o) && dwarf_lines(o->dwarf, offset, ret);
	note_refused(o, &o->split_note);
	if (known)
		ret->origin = o->dwarf_origin;
	return known;
}

size_t object_n_sources(struct object *o)
{
	size_t n = go_of(o) != NULL;

	load_symbols(o);
	n += o->symbols && elf_symbols_count(o->symbols) > 0;
	/* Whether it is sound is seen when it is needed. */
	n += sections_have_dwarf(o->elf) || find_debug_here(o);
	return n;
}

const char *object_note(const struct object *o)
{
	return o->note.code ? o->note.text : NULL;
}

void object_free(struct object *o)
{
	if (!o)
		return;
	dwarf_free(o->dwarf);
	dwarf_free(o->alt);
	elf_end(o->dwarf_elf);
	elf_end(o->alt_elf);
	pclntab_free(o->go);
	plt_free(o->plt);
	elf_symbols_free(o->symbols);
	debug_file_done(&o->alt_file);
	debug_file_done(&o->debug);
	if (o->code != o->elf)
		elf_end(o->code);
	free(o->stand_in);
	elf_end(o->elf);
	free(o->root);
	free(o->path);
	free(o);
}
