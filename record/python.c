// SPDX-License-Identifier: BSD-2-Clause
/*
 * Symbols say where things are: _PyRuntime and the loop are exported by every
 * CPython, as extensions use them. The version is asked of the file itself and not
 * of its name: Py_Version since 3.11, before that the text that sys.version begins
 * with. From 3.13 on _PyRuntime begins with a table of offsets for whoever reads it
 * from outside (_Py_DebugOffsets in Include/internal/pycore_runtime.h).
 */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tape/cleanup.h>
#include <tape/events.h>

#include "record/python.h"

#define MOST_RODATA   ((size_t)64 << 20)
#define FRAME_ROOM    128 /* what bpf/python.bpf.h copies of a frame, and of a code object */
#define CODE_ROOM     256
#define LOOP	      "_PyEval_EvalFrameDefault"
#define DEBUG_COOKIE  "xdebugpy"
#define DEBUG_WORDS   71
#define DEBUG_VERSION 1
#define DEBUG_FREE    2 /* built without the global lock: all structs differ */

static const struct python_offsets table[] = {
#include "record/python_offsets.inc"
};

/* The words of _Py_DebugOffsets in 3.13, and what they tell. */
static const struct {
	uint16_t word;
	uint16_t field; /* in struct python_offsets */
} debug_fields[] = {
	{ 5, offsetof(struct python_offsets, runtime_interpreters) },
	{ 8, offsetof(struct python_offsets, interpreter_next) },
	{ 9, offsetof(struct python_offsets, interpreter_threads) },
	{ 21, offsetof(struct python_offsets, thread_next) },
	{ 23, offsetof(struct python_offsets, thread_top) },
	{ 24, offsetof(struct python_offsets, thread_id) },
	{ 29, offsetof(struct python_offsets, frame_back) },
	{ 30, offsetof(struct python_offsets, frame_code) },
	{ 31, offsetof(struct python_offsets, frame_at) },
	{ 33, offsetof(struct python_offsets, frame_owner) },
	{ 35, offsetof(struct python_offsets, code_file) },
	{ 37, offsetof(struct python_offsets, code_name) },
	{ 38, offsetof(struct python_offsets, code_lines) },
	{ 39, offsetof(struct python_offsets, code_first_line) },
	{ 43, offsetof(struct python_offsets, code_instructions) },
	{ 65, offsetof(struct python_offsets, bytes_size) },
	{ 66, offsetof(struct python_offsets, bytes_data) },
	{ 68, offsetof(struct python_offsets, unicode_state) },
	{ 69, offsetof(struct python_offsets, unicode_length) },
	{ 70, offsetof(struct python_offsets, unicode_ascii) },
};

struct file {
	int fd;
	Elf *elf;
	uint64_t version_at; /* addresses; 0: no such symbol */
	uint64_t runtime, loop, cold;
	uint64_t loop_size, cold_size;
};

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

bool python_is_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strstr(slash ? slash + 1 : path, "python") != NULL;
}

/* The segment that has an address. */
static bool find_segment(Elf *elf, uint64_t address, GElf_Phdr *ret)
{
	size_t n;

	if (elf_getphdrnum(elf, &n) < 0)
		return false;
	for (size_t i = 0; i < n && gelf_getphdr(elf, (int)i, ret); i++) {
		if (ret->p_type == PT_LOAD && address >= ret->p_vaddr &&
		    address - ret->p_vaddr < ret->p_filesz)
			return true;
	}
	return false;
}

static bool read_at(const struct file *f, uint64_t address, void *ret, size_t size)
{
	GElf_Phdr segment;

	return find_segment(f->elf, address, &segment) &&
	       segment.p_filesz - (address - segment.p_vaddr) >= size &&
	       pread(f->fd, ret, size, (off_t)(address - segment.p_vaddr + segment.p_offset)) ==
		       (ssize_t)size;
}

static struct python_range range_of(const struct file *f, uint64_t address, uint64_t size)
{
	GElf_Phdr segment;

	if (!size || !find_segment(f->elf, address, &segment))
		return (struct python_range){ 0 };
	return (struct python_range){ address - segment.p_vaddr + segment.p_offset, size };
}

static void take_symbol(struct file *f, const char *name, const GElf_Sym *sym)
{
	if (sym->st_shndx == SHN_UNDEF)
		return;
	if (strcmp(name, "_PyRuntime") == 0)
		f->runtime = sym->st_value;
	else if (strcmp(name, "Py_Version") == 0)
		f->version_at = sym->st_value;
	else if (strcmp(name, LOOP) == 0) {
		f->loop = sym->st_value;
		f->loop_size = sym->st_size;
	} else if (strncmp(name, LOOP ".cold", strlen(LOOP ".cold")) == 0) {
		f->cold = sym->st_value;
		f->cold_size = sym->st_size;
	}
}

static void read_symbols(struct file *f, Elf_Scn *section, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = data && shdr->sh_entsize ? data->d_size / shdr->sh_entsize : 0;

	for (size_t i = 0; i < n && i < INT32_MAX; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			return;
		name = elf_strptr(f->elf, shdr->sh_link, sym.st_name);
		if (name)
			take_symbol(f, name, &sym);
	}
}

static void read_tables(struct file *f)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;

	while ((section = elf_nextscn(f->elf, section))) {
		if (gelf_getshdr(section, &shdr) &&
		    (shdr.sh_type == SHT_DYNSYM || shdr.sh_type == SHT_SYMTAB))
			read_symbols(f, section, &shdr);
	}
}

/* "3.N.M" of the versions that are told so, with no more of a number around it; 0: none here. */
static uint16_t version_of_text(const char *text, size_t size, size_t at)
{
	unsigned int minor, patch;
	char copy[12] = "";
	int length = 0;

	if (at && strchr("0123456789.", text[at - 1]) && text[at - 1])
		return 0;
	memcpy(copy, text + at, size - at < sizeof(copy) - 1 ? size - at : sizeof(copy) - 1);
	if (sscanf(copy, "3.%2u.%2u%n", &minor, &patch, &length) != 2 || !length ||
	    (copy[length] && copy[length] != '+') || minor < 8 || minor > 10)
		return 0;
	return (uint16_t)(300 + minor);
}

/* The one version that constants speak of; 0 if there is none, or more than one. */
static uint16_t version_of_constants(const char *text, size_t size)
{
	uint16_t found = 0;

	for (size_t at = 0; at < size; at++) {
		const char *next = memmem(text + at, size - at, "3.", 2);
		uint16_t version;

		if (!next)
			break;
		at = (size_t)(next - text);
		version = version_of_text(text, size, at);
		if (version && found && version != found)
			return 0;
		if (version)
			found = version;
	}
	return found;
}

static uint16_t read_constants(const struct file *f)
{
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr shdr;

	if (elf_getshdrstrndx(f->elf, &names) < 0)
		return 0;
	while ((section = elf_nextscn(f->elf, section))) {
		const char *name =
			gelf_getshdr(section, &shdr) ? elf_strptr(f->elf, names, shdr.sh_name) : "";
		Elf_Data *data;

		if (!name || strcmp(name, ".rodata") != 0 || shdr.sh_size > MOST_RODATA)
			continue;
		data = elf_getdata(section, NULL);
		return data && data->d_buf ? version_of_constants(data->d_buf, data->d_size) : 0;
	}
	return 0;
}

/* 311 for 3.11; 0: not known. */
static uint16_t read_version(const struct file *f)
{
	uint64_t hex;

	if (!f->version_at)
		return read_constants(f);
	if (!read_at(f, f->version_at, &hex, sizeof(hex)))
		return 0;
	return (uint16_t)((hex >> 24 & 0xff) * 100 + (hex >> 16 & 0xff));
}

/* What the interpreter says of itself. False: not what it must be. */
static bool read_debug_offsets(const struct file *f, struct python_offsets *o)
{
	uint64_t words[DEBUG_WORDS];

	if (!read_at(f, f->runtime, words, sizeof(words)) ||
	    memcmp(words, DEBUG_COOKIE, sizeof(words[0])) != 0 || words[DEBUG_FREE] ||
	    (words[DEBUG_VERSION] >> 24) * 100 + (words[DEBUG_VERSION] >> 16 & 0xff) != o->version)
		return false;
	for (size_t i = 0; i < sizeof(debug_fields) / sizeof(*debug_fields); i++) {
		uint64_t value = words[debug_fields[i].word];

		if (value >= PYTHON_NONE)
			return false;
		memcpy((char *)o + debug_fields[i].field, &(uint16_t){ (uint16_t)value },
		       sizeof(uint16_t));
	}
	return true;
}

static uint16_t reach(uint16_t so_far, uint16_t offset, uint16_t size)
{
	if (offset == PYTHON_NONE)
		return so_far;
	return offset + size > so_far ? (uint16_t)(offset + size) : so_far;
}

/* How much must be copied of each struct. False: more than there is room for. */
static bool measure(struct python_offsets *o)
{
	uint16_t frame = 0, code = 0;

	frame = reach(frame, o->frame_back, 8);
	frame = reach(frame, o->frame_code, 8);
	frame = reach(frame, o->frame_at, o->version < 311 ? 4 : 8);
	frame = reach(frame, o->frame_owner, 1);
	frame = reach(frame, o->frame_is_entry, 1);
	code = reach(code, o->code_first_line, 4);
	code = reach(code, o->code_file, 8);
	code = reach(code, o->code_name, 8);
	code = reach(code, o->code_lines, 8);
	code = reach(code, o->code_first_traceable, 4);
	o->frame_bytes = frame;
	o->code_bytes = code;
	return frame < FRAME_ROOM && code < CODE_ROOM;
}

static bool find_offsets(const struct file *f, uint16_t version, struct python_offsets *ret)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].version != version)
			continue;
		*ret = table[i];
		return (version < 313 || read_debug_offsets(f, ret)) && measure(ret);
	}
	return false;
}

int python_read(int fd, struct python_file *ret)
{
	CLEANUP(elf_endp) Elf *elf = NULL;
	struct file f = { .fd = fd };
	struct python_file found = { 0 };
	GElf_Phdr code;
	GElf_Ehdr head;

	elf_version(EV_CURRENT);
	elf = f.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || !gelf_getehdr(elf, &head) || head.e_machine != EM_X86_64 ||
	    head.e_ident[EI_CLASS] != ELFCLASS64)
		return 0;
	read_tables(&f);
	if (!f.runtime || !f.loop || !find_segment(elf, f.loop, &code) ||
	    !find_offsets(&f, read_version(&f), &found.offsets))
		return 0;
	found.runtime = f.runtime;
	found.code_address = code.p_vaddr;
	found.code_offset = code.p_offset;
	found.loop = range_of(&f, f.loop, f.loop_size);
	found.cold = range_of(&f, f.cold, f.cold_size);
	*ret = found;
	return 1;
}

struct python_process python_mapped(const struct python_file *f, uint64_t start,
				    uint64_t file_offset)
{
	uint64_t bias = start - file_offset + f->code_offset - f->code_address;

	return (struct python_process){ .runtime = f->runtime + bias, .offsets = f->offsets };
}

struct ev_header *python_record(const struct python_file *f, uint32_t module,
				struct records *records)
{
	struct ev_script_runtime *ev = records_begin(records, EV_SCRIPT_RUNTIME, 0);

	ev->module = module;
	ev->language = EV_SCRIPT_PYTHON;
	ev->version = f->offsets.version;
	ev->start = f->loop.start;
	ev->size = f->loop.size;
	ev->cold_start = f->cold.start;
	ev->cold_size = f->cold.size;
	return records_end(records);
}
