// SPDX-License-Identifier: BSD-2-Clause
/*
 * Build information: debug/buildinfo (the form without pointers, Go 1.18 and later).
 * Before that, and where a linker's user left it out, the runtime's own string is
 * read of the process (go_live.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>

#include "symbols/go_program.h"
#include "symbols/pclntab.h"
#include "symbols/sections.h"

#define BUILD_INFO_MAGIC "\xff Go buildinf:"
#define BUILD_INFO_HEAD	 32 /* bytes before the strings */
#define BUILD_INFO_FORM	 15 /* the byte that says how they are stored, */
#define BUILD_INFO_PLAIN 2  /* and as what */
#define MOST_DEPTHS	 64
#define MOST_BUILD_INFO	 ((size_t)16 << 20)

struct names {
	Elf *elf;
	int fd;
	struct pclntab *table;
	struct go_own *own;
	int own_rc; /* of go_own_open(); 1: not asked yet */
};

static const struct {
	const char *name;
	size_t field;
} variables[] = {
	{ "runtime.buildVersion", offsetof(struct go_variables, version) },
	{ "runtime.allgs", offsetof(struct go_variables, allgs) },
	{ "runtime.mbuckets", offsetof(struct go_variables, buckets) },
	{ "runtime.MemProfileRate", offsetof(struct go_variables, rate) },
	{ "runtime.disableMemoryProfiling", offsetof(struct go_variables, no_heap) },
	{ "runtime.gcController", offsetof(struct go_variables, gc) },
	{ "runtime.memstats", offsetof(struct go_variables, stats) },
	{ "runtime.work", offsetof(struct go_variables, work) },
	{ "runtime.sched", offsetof(struct go_variables, sched) },
};

uint32_t go_version_number(const char *text)
{
	char *end;
	unsigned long minor;

	if (strncmp(text, "devel ", 6) == 0)
		text += 6;
	if (strncmp(text, "go1.", 4) != 0 || text[4] < '0' || text[4] > '9')
		return 0;
	minor = strtoul(text + 4, &end, 10);
	/* A release candidate is not the release: its structs may be others. */
	return minor < 900 && (!*end || *end == '.' || *end == ' ' || *end == '-' || *end == '+')
		       ? 100 + (uint32_t)minor
		       : 0;
}

/* The first string behind the head: a length of 7 bits a byte, then the text. */
static void read_build_info(Elf *elf, char ret[GO_TEXT_MAX])
{
	Elf_Data *data = sections_data(elf, ".go.buildinfo", MOST_BUILD_INFO);
	const uint8_t *b = data ? data->d_buf : NULL;
	size_t at = BUILD_INFO_HEAD, length = 0;

	if (!b || data->d_size <= at ||
	    memcmp(b, BUILD_INFO_MAGIC, strlen(BUILD_INFO_MAGIC)) != 0 ||
	    !(b[BUILD_INFO_FORM] & BUILD_INFO_PLAIN))
		return;
	length = b[at++];
	if (length >= 0x80 || length >= GO_TEXT_MAX || length > data->d_size - at)
		return;
	memcpy(ret, b + at, length);
	ret[length] = 0;
}

static void take_symbol(struct go_program *p, const char *name, uint64_t value, uint64_t size)
{
	if (strncmp(name, "runtime.", 8) != 0)
		return;
	if (strcmp(name + 8, "waitReasonStrings") == 0)
		p->reasons = (struct go_words){ value, size / 16 };
	if (strcmp(name + 8, "gStatusStrings") == 0)
		p->statuses = (struct go_words){ value, size / 16 };
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		if (strcmp(name, variables[i].name) == 0)
			memcpy((char *)&p->at + variables[i].field, &value, sizeof(value));
	}
}

static void read_symbols(struct go_program *p, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;
		GElf_Sym sym;

		if (!gelf_getshdr(section, &h) || h.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *name = elf_strptr(elf, h.sh_link, sym.st_name);

			if (name && GELF_ST_TYPE(sym.st_info) == STT_OBJECT)
				take_symbol(p, name, sym.st_value, sym.st_size);
		}
	}
}

static void read_segments(struct go_program *p, Elf *elf)
{
	GElf_Phdr h;

	for (int i = 0; i < 64 && gelf_getphdr(elf, i, &h); i++) {
		if (h.p_type != PT_LOAD || h.p_memsz > UINT64_MAX - h.p_vaddr ||
		    h.p_filesz > h.p_memsz)
			continue;
		if ((h.p_flags & PF_W) && p->n_data < GO_RANGES_MAX)
			p->data[p->n_data++] =
				(struct go_range){ h.p_vaddr, h.p_vaddr + h.p_memsz };
		if (!(h.p_flags & PF_X))
			continue;
		if (!p->text.end) {
			p->text.start = p->code_address = h.p_vaddr;
			p->code_offset = h.p_offset;
		}
		p->text.end = h.p_vaddr + h.p_filesz;
	}
}

/* Go's table stays open, for names. Returns 1, 0 or -ENOMEM. */
static int open_names(int fd, struct names *n)
{
	GElf_Ehdr head;
	int rc;

	n->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	elf_version(EV_CURRENT);
	n->elf = n->fd >= 0 ? elf_begin(n->fd, ELF_C_READ, NULL) : NULL;
	if (!n->elf || !gelf_getehdr(n->elf, &head) || head.e_machine != EM_X86_64 ||
	    head.e_ident[EI_CLASS] != ELFCLASS64)
		return 0;
	rc = pclntab_open(n->elf, "", &n->table, NULL);
	return rc < 0 && rc != -ENOMEM ? 0 : rc < 0 ? rc : 1;
}

int go_program_open(int fd, struct go_program **ret)
{
	CLEANUP(go_program_freep) struct go_program *p = calloc(1, sizeof(*p));
	struct names *n = p ? p->names = calloc(1, sizeof(*n)) : NULL;
	int rc;

	if (!n)
		return -ENOMEM;
	n->fd = -1;
	n->own_rc = 1;
	rc = open_names(fd, n);
	if (rc <= 0)
		return rc;
	read_build_info(n->elf, p->version);
	read_symbols(p, n->elf);
	read_segments(p, n->elf);
	if (!p->text.end || !p->n_data)
		return 0;
	*ret = TAKE(p);
	return 1;
}

void go_program_free(struct go_program *p)
{
	struct names *n = p ? p->names : NULL;

	if (n) {
		go_own_free(n->own);
		pclntab_free(n->table);
		elf_end(n->elf);
		if (n->fd >= 0)
			close(n->fd);
	}
	free(n);
	free(p);
}

const char *go_program_name(struct go_program *p, uint64_t address)
{
	struct names *n = p->names;
	struct symbol symbol;

	if (!n || address - p->text.start >= p->text.end - p->text.start)
		return NULL;
	return pclntab_find(n->table, address - p->code_address + p->code_offset, &symbol)
		       ? symbol.name
		       : NULL;
}

bool go_program_function(struct go_program *p, const char *name, struct go_range *ret)
{
	struct names *n = p->names;
	struct symbol symbol;

	if (!n || !pclntab_named(n->table, name, &symbol))
		return false;
	ret->start = symbol.start - p->code_offset + p->code_address;
	ret->end = ret->start + symbol.size;
	return true;
}

uint32_t go_program_inlined(struct go_program *p, uint64_t address, uint64_t *function)
{
	struct names *n = p->names;
	uint64_t offset = address - p->code_address + p->code_offset;
	struct symbol symbol;
	struct lines lines;

	*function = 0;
	if (!n || address - p->text.start >= p->text.end - p->text.start ||
	    !pclntab_find(n->table, offset, &symbol))
		return 0;
	*function = symbol.start;
	return pclntab_lines(n->table, offset, &lines) && lines.n ? (uint32_t)lines.n - 1 : 0;
}

int32_t go_program_depth(struct go_program *p, uint64_t address)
{
	struct pclntab_depth depths[MOST_DEPTHS];
	struct names *n = p->names;
	uint64_t offset = address - p->code_address + p->code_offset;
	size_t found;

	if (!n || address - p->text.start >= p->text.end - p->text.start)
		return -1;
	found = pclntab_depths(n->table, offset, depths, MOST_DEPTHS);
	for (size_t i = 0; i < found && i < MOST_DEPTHS; i++) {
		if (offset >= depths[i].start && offset < depths[i].end)
			return depths[i].depth;
	}
	return -1;
}

int go_program_own(struct go_program *p, struct go_own **ret)
{
	struct names *n = p->names;

	if (!n)
		return -ENODATA;
	if (n->own_rc > 0)
		n->own_rc = go_own_open(n->elf, n->fd, &n->own);
	*ret = n->own;
	return n->own_rc;
}

bool go_program_code(const struct go_program *p, uint64_t address, void *to, size_t size)
{
	const struct names *n = p->names;
	uint64_t offset = address - p->code_address + p->code_offset;

	return n && address >= p->text.start && address <= p->text.end &&
	       size <= p->text.end - address &&
	       pread(n->fd, to, size, (off_t)offset) == (ssize_t)size;
}
