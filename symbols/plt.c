// SPDX-License-Identifier: BSD-2-Clause
/*
 * See plt.h. First the code is read, which gives the slots; then the relocations are
 * passed over once, and those of the slots are kept: a large program has millions of
 * others.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>

#include <tape/cleanup.h>

#include "symbols/plt.h"
#include "symbols/plt_code.h"
#include "symbols/sections.h"

/* 262,144 entries of x86-64; libpython3.12 has 1,450. */
#define CODE_MAX_BYTES (4u << 20)

/* 11 million of them; libLLVM 14 has 8 MiB. */
#define RELOCATIONS_MAX_BYTES (256u << 20)

#define NAMES_MAX_BYTES (32u << 20) /* of all entries */
#define NAME_MAX_BYTES	4096u
#define HEAD_MAX_BYTES	64u /* of what stands before the first entry */
#define LOADS_MAX	64
#define SUFFIX		"@plt"

/* Places of names: none looked for yet, none, and ".plt". */
#define UNNAMED	 UINT32_MAX
#define NAMELESS 0u
#define HEAD	 1u

struct entry {
	uint64_t start; /* file offset */
	uint64_t slot;	/* address */
	uint32_t size;
	uint32_t name; /* its place, or one of the above */
};

struct plt {
	struct entry *entries;
	size_t n;
	char *names;
	size_t names_size, names_room;
};

/* What is needed while the file is read. */
struct reading {
	Elf *elf;
	unsigned int machine;
	const struct elf_symbols *symbols;
	struct plt *plt;
	size_t room;	   /* of entries */
	size_t unnamed;	   /* entries that wait for a relocation */
	size_t names_left; /* what may still be read of names */
};

/* One section of relocations with the symbols that it speaks of. */
struct relocations {
	Elf_Data *data;
	size_t n;
	Elf_Data *symbols; /* or NULL */
	Elf_Data *strings; /* or NULL */
};

DEFINE_CLEANUP(plt_free, struct plt);

/* --- the code --- */

static int add_entry(struct reading *r, const struct entry *e)
{
	struct plt *p = r->plt;

	if (p->n == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct entry *grown = reallocarray(p->entries, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		p->entries = grown;
		r->room = room;
	}
	p->entries[p->n++] = *e;
	return 0;
}

/* The slot of a relocation, for entries that have its number alone: 1, or 0. */
static int slot_of(const struct relocations *jumps, uint64_t number, uint64_t *slot)
{
	GElf_Rela rela;

	if (!jumps->data || number >= jumps->n || !gelf_getrela(jumps->data, (int)number, &rela))
		return 0;
	*slot = rela.r_offset;
	return 1;
}

static int read_code(struct reading *r, const char *section, const struct relocations *jumps)
{
	Elf_Data *data = sections_data(r->elf, section, CODE_MAX_BYTES);
	struct plt_code code;
	struct plt_jump jump;
	GElf_Shdr h;
	int rc = 0;

	if (!data || !sections_find(r->elf, section, &h) ||
	    h.sh_offset > UINT64_MAX - CODE_MAX_BYTES)
		return 0;
	code = (struct plt_code){ r->machine, data->d_buf, data->d_size, h.sh_addr, 0 };
	while (rc == 0 && plt_code_next(&code, &jump)) {
		struct entry e = { h.sh_offset + jump.at, jump.slot, jump.size, UNNAMED };

		if (!jump.numbered || slot_of(jumps, jump.slot, &e.slot))
			rc = add_entry(r, &e);
	}
	return rc;
}

/* --- the names --- */

/* Adds a name and the suffix. Returns its place, or NAMELESS where there is no more room, or -ENOMEM. */
static int64_t keep_name(struct reading *r, const char *name, size_t size)
{
	struct plt *p = r->plt;
	size_t all = size + sizeof(SUFFIX);
	size_t at = p->names_size;

	if (size == 0 || all > NAMES_MAX_BYTES - at)
		return NAMELESS;
	if (all > p->names_room - at) {
		size_t room = (p->names_room + all) * 2;
		char *grown = realloc(p->names, room);

		if (!grown)
			return -ENOMEM;
		p->names = grown;
		p->names_room = room;
	}
	memcpy(p->names + at, name, size);
	memcpy(p->names + at + size, SUFFIX, sizeof(SUFFIX));
	p->names_size += all;
	return (int64_t)at;
}

static int64_t name_of_symbol(struct reading *r, const struct relocations *from, size_t number)
{
	const char *name;
	size_t room, size;
	GElf_Sym sym;

	if (!from->symbols || !from->strings || number > INT32_MAX ||
	    !gelf_getsym(from->symbols, (int)number, &sym) || sym.st_name >= from->strings->d_size)
		return NAMELESS;
	name = (const char *)from->strings->d_buf + sym.st_name;
	room = from->strings->d_size - sym.st_name;
	size = strnlen(name, room < NAME_MAX_BYTES ? room : NAME_MAX_BYTES);
	/* What is read counts, not what is kept: names may share their bytes, or have no end. */
	if (size > r->names_left)
		size = NAME_MAX_BYTES;
	else
		r->names_left -= size;
	return keep_name(r, name, size == NAME_MAX_BYTES || size == room ? 0 : size);
}

/* Where an address stands in the file: 1, or 0. */
static int offset_of(Elf *elf, uint64_t address, uint64_t *offset)
{
	GElf_Phdr p;

	for (int i = 0; i < LOADS_MAX && gelf_getphdr(elf, i, &p); i++) {
		if (p.p_type == PT_LOAD && address - p.p_vaddr < p.p_filesz) {
			*offset = p.p_offset + (address - p.p_vaddr);
			return 1;
		}
	}
	return 0;
}

/* A function that the program chooses is called as the function that chooses is. */
static int64_t name_of_choice(struct reading *r, uint64_t address)
{
	struct symbol chooser;
	char text[32];
	uint64_t offset;
	size_t size;

	if (r->symbols && offset_of(r->elf, address, &offset) &&
	    elf_symbols_find(r->symbols, offset, &chooser) && chooser.start == offset) {
		size = strlen(chooser.name);
		if (size < NAME_MAX_BYTES)
			return keep_name(r, chooser.name, size);
	}
	size = (size_t)snprintf(text, sizeof(text), "*ABS*+0x%" PRIx64, address);
	return keep_name(r, text, size);
}

/* The first entry with this slot, or where it would stand. */
static size_t lower_bound(const struct plt *p, uint64_t slot)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->entries[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int name_slot(struct reading *r, const struct relocations *from, const GElf_Rela *rela)
{
	struct entry *e = r->plt->entries, *end = e + r->plt->n;
	size_t symbol = GELF_R_SYM(rela->r_info);
	int64_t name;

	e += lower_bound(r->plt, rela->r_offset);
	if (e == end || e->slot != rela->r_offset || e->name != UNNAMED)
		return 0;
	name = symbol ? name_of_symbol(r, from, symbol)
		      : name_of_choice(r, (uint64_t)rela->r_addend);
	if (name < 0)
		return (int)name;
	for (; e < end && e->slot == rela->r_offset; e++) {
		e->name = (uint32_t)name;
		r->unnamed--;
	}
	return 0;
}

static bool is_choice(const struct reading *r, const GElf_Rela *rela)
{
	return GELF_R_TYPE(rela->r_info) ==
	       (r->machine == EM_AARCH64 ? R_AARCH64_IRELATIVE : R_X86_64_IRELATIVE);
}

static int name_slots(struct reading *r, const struct relocations *from)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && r->unnamed && i < from->n; i++) {
		GElf_Rela rela;

		if (gelf_getrela(from->data, (int)i, &rela) &&
		    (GELF_R_SYM(rela.r_info) || is_choice(r, &rela)))
			rc = name_slot(r, from, &rela);
	}
	return rc;
}

/* --- the relocations --- */

static Elf_Data *data_of(Elf_Scn *scn, GElf_Word type, GElf_Shdr *h)
{
	Elf_Data *data;

	if (!scn || !gelf_getshdr(scn, h) || h->sh_type != type ||
	    h->sh_size > RELOCATIONS_MAX_BYTES)
		return NULL;
	data = elf_getdata(scn, NULL);
	return data && data->d_buf ? data : NULL;
}

/* Empty if there is none of this name. */
static struct relocations open_relocations(Elf *elf, const char *section)
{
	struct relocations from = { 0 };
	GElf_Shdr h, symbols;

	from.data = data_of(sections_find(elf, section, NULL), SHT_RELA, &h);
	if (!from.data)
		return from;
	from.n = from.data->d_size / gelf_fsize(elf, ELF_T_RELA, 1, EV_CURRENT);
	from.symbols = data_of(elf_getscn(elf, h.sh_link), SHT_DYNSYM, &symbols);
	if (from.symbols)
		from.strings = data_of(elf_getscn(elf, symbols.sh_link), SHT_STRTAB, &h);
	return from;
}

/* --- all of it --- */

static int by_slot(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->slot != y->slot ? (x->slot < y->slot ? -1 : 1) : 0;
}

static int by_start(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->name != y->name ? (x->name < y->name ? -1 : 1) : 0;
}

static int read_sections(struct reading *r)
{
	static const char *const code[] = { ".plt", ".plt.sec", ".plt.bnd", ".plt.got", ".iplt" };
	static const char *const relocations[] = { ".rela.plt", ".rela.dyn", ".rela" };
	const struct relocations jumps = open_relocations(r->elf, relocations[0]);
	struct relocations from = jumps;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(code) / sizeof(*code); i++)
		rc = read_code(r, code[i], &jumps);
	if (r->plt->n)
		qsort(r->plt->entries, r->plt->n, sizeof(*r->plt->entries), by_slot);
	r->unnamed = r->plt->n;
	for (size_t i = 0; rc == 0 && r->unnamed && i < sizeof(relocations) / sizeof(*relocations);
	     i++) {
		if (i)
			from = open_relocations(r->elf, relocations[i]);
		rc = name_slots(r, &from);
	}
	return rc;
}

/* The linker's own code before the first entry, to which the others jump. */
static int add_head(struct reading *r)
{
	const struct entry *first = r->plt->entries;
	const struct entry *end = first + r->plt->n;
	GElf_Shdr h;

	if (!sections_find(r->elf, ".plt", &h))
		return 0;
	while (first < end && first->start < h.sh_offset)
		first++;
	if (first == end || first->start == h.sh_offset ||
	    first->start - h.sh_offset > HEAD_MAX_BYTES || first->start - h.sh_offset > h.sh_size)
		return 0;
	return add_entry(r, &(struct entry){ .start = h.sh_offset,
					     .size = (uint32_t)(first->start - h.sh_offset),
					     .name = HEAD });
}

static int settle(struct reading *r)
{
	struct plt *p = r->plt;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < p->n; i++) {
		if (p->entries[i].name != UNNAMED && p->entries[i].name != NAMELESS)
			p->entries[n++] = p->entries[i];
	}
	p->n = n;
	if (n == 0)
		return -ENODATA;
	qsort(p->entries, n, sizeof(*p->entries), by_start);
	rc = add_head(r);
	if (rc == 0)
		qsort(p->entries, p->n, sizeof(*p->entries), by_start);
	return rc;
}

int plt_read(Elf *elf, const struct elf_symbols *symbols, struct plt **ret)
{
	static const char first[] = "\0.plt"; /* NAMELESS, HEAD */
	CLEANUP(plt_freep) struct plt *p = NULL;
	struct reading r = { .elf = elf, .symbols = symbols, .names_left = NAMES_MAX_BYTES };
	GElf_Ehdr head;
	int rc;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &head) ||
	    head.e_ident[EI_CLASS] != ELFCLASS64)
		return -ENODATA;
	r.machine = head.e_machine;
	p = r.plt = calloc(1, sizeof(*p));
	if (p)
		p->names = malloc(sizeof(first));
	if (!p || !p->names)
		return -ENOMEM;
	memcpy(p->names, first, sizeof(first));
	p->names_size = p->names_room = sizeof(first);
	rc = read_sections(&r);
	if (rc == 0)
		rc = settle(&r);
	if (rc == 0)
		*ret = TAKE(p);
	return rc;
}

int plt_find(const struct plt *p, uint64_t offset, struct symbol *ret)
{
	size_t low = 0, high = p->n;
	const struct entry *e;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->entries[middle].start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	e = &p->entries[low - 1];
	if (offset - e->start >= e->size)
		return 0;
	*ret = (struct symbol){
		.start = e->start,
		.size = e->size,
		.name = p->names + e->name,
		.origin = EV_SYMBOL_PLT,
	};
	return 1;
}

void plt_free(struct plt *p)
{
	if (!p)
		return;
	free(p->entries);
	free(p->names);
	free(p);
}
