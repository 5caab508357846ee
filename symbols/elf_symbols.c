// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads symbol tables through libelf and turns addresses into file offsets. All that
 * is kept is one array of ranges and one buffer of names: it can be a large program's.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/cleanup.h>

#include "symbols/candidates.h"
#include "symbols/elf_symbols.h"
#include "symbols/ranges.h"

/* Longer names are not taken: only a file that was made to hurt has them. */
#define NAME_MAX_BYTES (64u * 1024)

/* Nor is a larger table: that of chromium's debug file, the largest known, has a fifth of this. */
#define TABLE_MAX_BYTES (1ull << 30)

_Static_assert(ELF_SYMBOLS_TABLES == CANDIDATES_TABLES, "a table's number fits");

/* Names stand by table, so that a name's place tells whose it is. */
struct part {
	uint32_t names_end;
	enum ev_symbol_origin origin;
};

struct elf_symbols {
	struct range *ranges;
	size_t n;
	char *names;
	struct part parts[ELF_SYMBOLS_TABLES];
};

/* Bytes of the file and where they stand in memory: a PT_LOAD, or a section. */
struct span {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
	bool code;
};

/* One symbol table: its entries, and the section numbers that did not fit into them. */
struct table {
	Elf_Data *symbols;
	Elf_Data *numbers; /* or NULL */
	size_t n;
	const char *strings; /* libelf's */
	size_t strings_size;
	size_t names_size; /* of all names that are taken, with their NULs */
};

/* What is known of the file while it is read. */
struct image {
	Elf *code; /* what is mapped */
	GElf_Ehdr header;
	struct span *loads;
	size_t n_loads;
	Elf *elf;	       /* whose table is being read */
	struct span *sections; /* of elf, by section number */
	size_t n_sections;
	struct candidate *candidates;
	size_t n_candidates;
	struct table tables[ELF_SYMBOLS_TABLES];
};

static void image_done(struct image *im)
{
	free(im->loads);
	free(im->sections);
	free(im->candidates);
}

static int read_loads(struct image *im)
{
	size_t n;

	if (elf_getphdrnum(im->code, &n) != 0 || n == 0)
		return 0;
	im->loads = calloc(n, sizeof(*im->loads));
	if (!im->loads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(im->code, (int)i, &p))
			break;
		if (p.p_type != PT_LOAD || p.p_offset > UINT64_MAX - p.p_filesz)
			continue;
		im->loads[im->n_loads++] = (struct span){
			.address = p.p_vaddr,
			.offset = p.p_offset,
			.size = p.p_filesz,
		};
	}
	return 0;
}

/* A section without bytes holds no code, unless another file has the bytes. */
static bool is_code(const struct image *im, const GElf_Shdr *h)
{
	return (h->sh_flags & SHF_EXECINSTR) && (h->sh_type != SHT_NOBITS || im->elf != im->code) &&
	       h->sh_offset <= UINT64_MAX - h->sh_size;
}

static int read_sections(struct image *im)
{
	size_t n;

	free(im->sections);
	im->sections = NULL;
	im->n_sections = 0;
	if (elf_getshdrnum(im->elf, &n) != 0 || n == 0)
		return 0;
	im->sections = calloc(n, sizeof(*im->sections));
	if (!im->sections)
		return -ENOMEM;
	im->n_sections = n;
	for (size_t i = 0; i < n; i++) {
		GElf_Shdr h;

		if (!gelf_getshdr(elf_getscn(im->elf, i), &h))
			continue;
		im->sections[i] = (struct span){
			.address = h.sh_addr,
			.offset = h.sh_offset,
			.size = h.sh_size,
			.code = is_code(im, &h),
		};
	}
	return 0;
}

/* Where an address of a section stands in the file: 1 with *place, or 0. */
static int locate(const struct image *im, const struct span *section, uint64_t address,
		  struct span *place)
{
	const struct span *s = section;

	for (size_t i = 0; i < im->n_loads; i++) {
		const struct span *load = &im->loads[i];

		if (address - load->address < load->size) {
			s = load;
			break;
		}
	}
	if (s == section && (im->n_loads || im->elf != im->code))
		return 0;
	*place = (struct span){
		.address = address,
		.offset = s->offset + (address - s->address),
		.size = s->size - (address - s->address),
	};
	/* The segment may hold more than the section. */
	if (place->size > section->size - (address - section->address))
		place->size = section->size - (address - section->address);
	return 1;
}

/* $x, $d and their like mark where code and data begin on ARM and RISC-V; they name nothing. */
static bool is_mapping_symbol(const struct image *im, const char *name)
{
	switch (im->header.e_machine) {
	case EM_ARM:
	case EM_AARCH64:
	case EM_RISCV:
		return name[0] == '$';
	default:
		return false;
	}
}

/* The name's size, less the version that linkers write behind it ("memcpy@@GLIBC_2.14"). */
static size_t name_size(const struct image *im, const char *name, size_t room)
{
	size_t size = strnlen(name, room < NAME_MAX_BYTES ? room : NAME_MAX_BYTES);
	const char *at;

	if (size == NAME_MAX_BYTES || is_mapping_symbol(im, name))
		return 0;
	at = name[0] == '?' ? NULL : memchr(name, '@', size);
	return at ? (size_t)(at - name) : size;
}

static const struct span *section_of(const struct image *im, const struct table *t, size_t index,
				     const GElf_Sym *sym)
{
	GElf_Word number = sym->st_shndx;

	if (number == SHN_XINDEX) {
		GElf_Sym again;

		if (!gelf_getsymshndx(t->symbols, t->numbers, (int)index, &again, &number))
			return NULL;
	} else if (number >= SHN_LORESERVE) {
		return NULL;
	}
	if (number == SHN_UNDEF || number >= im->n_sections || !im->sections[number].code)
		return NULL;
	return &im->sections[number];
}

/* Makes a candidate of a symbol: 1, or 0 if it names no code. */
static int examine(const struct image *im, const struct table *t, size_t index,
		   struct candidate *ret)
{
	const struct span *section;
	uint64_t address;
	struct span place;
	unsigned int type;
	GElf_Sym sym;
	size_t size;

	if (!gelf_getsym(t->symbols, (int)index, &sym) || sym.st_name >= t->strings_size)
		return 0;
	type = GELF_ST_TYPE(sym.st_info);
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return 0;
	section = section_of(im, t, index, &sym);
	/* The lowest bit of a function's address says "Thumb" on 32-bit ARM. */
	address = im->header.e_machine == EM_ARM ? sym.st_value & ~1ull : sym.st_value;
	if (!section || address - section->address >= section->size ||
	    !locate(im, section, address, &place))
		return 0;
	size = name_size(im, t->strings + sym.st_name, t->strings_size - sym.st_name);
	if (size == 0)
		return 0;
	*ret = (struct candidate){
		.start = place.offset,
		.size = sym.st_size < place.size ? sym.st_size : place.size,
		.limit = place.offset + place.size,
		.name = t->strings + sym.st_name,
		.name_size = (uint32_t)size,
		.table = (uint8_t)(t - im->tables),
		.typed = type != STT_NOTYPE,
		.local = GELF_ST_BIND(sym.st_info) == STB_LOCAL,
	};
	return 1;
}

/* The section numbers that belong to a table, or NULL. elf_scnshndx() of libelf 0.188 finds none. */
static Elf_Data *find_numbers(struct image *im, Elf_Scn *table)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	while ((scn = elf_nextscn(im->elf, scn))) {
		if (gelf_getshdr(scn, &h) && h.sh_type == SHT_SYMTAB_SHNDX &&
		    h.sh_link == elf_ndxscn(table))
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

/* The table's entries and its string table. Returns 1, or 0 if they cannot be read. */
static int open_table(struct image *im, Elf_Scn *scn, const GElf_Shdr *h, struct table *t)
{
	Elf_Scn *strings = elf_getscn(im->elf, h->sh_link);
	GElf_Shdr strings_head;
	Elf_Data *data;

	if (!gelf_getshdr(strings, &strings_head) || strings_head.sh_type != SHT_STRTAB ||
	    strings_head.sh_size > TABLE_MAX_BYTES || h->sh_size > TABLE_MAX_BYTES)
		return 0;
	data = elf_getdata(strings, NULL);
	t->symbols = elf_getdata(scn, NULL);
	if (!data || !data->d_buf || !t->symbols || !t->symbols->d_buf)
		return 0;
	t->numbers = find_numbers(im, scn);
	t->n = t->symbols->d_size / gelf_fsize(im->elf, ELF_T_SYM, 1, EV_CURRENT);
	if (t->n > INT32_MAX) /* gelf's indices are int */
		t->n = INT32_MAX;
	t->strings = data->d_buf;
	t->strings_size = data->d_size;
	return 1;
}

/* Adds the symbols of a table to the candidates, if it is there. */
static int read_table(struct image *im, const struct elf_table *from, struct table *t)
{
	struct candidate *grown;
	Elf_Scn *scn = NULL;
	GElf_Shdr h;
	int rc = 0;

	if (im->elf != from->elf) {
		im->elf = from->elf;
		rc = read_sections(im);
	}
	while (rc == 0 && (scn = elf_nextscn(im->elf, scn))) {
		if (gelf_getshdr(scn, &h) && h.sh_type == from->type && open_table(im, scn, &h, t))
			break;
	}
	if (!scn || t->n == 0)
		return rc;
	grown = reallocarray(im->candidates, im->n_candidates + t->n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	im->candidates = grown;
	for (size_t i = 0; i < t->n; i++)
		im->n_candidates += (size_t)examine(im, t, i, &im->candidates[im->n_candidates]);
	return 0;
}

/*
 * Where the names of each table begin in the copy. In a file that was made to
 * hurt, names can share their bytes so that the sum of their sizes is far larger
 * than the file: then the string table is copied as it is, and their ends are
 * marked in it.
 */
static int place_names(struct image *im, struct elf_symbols *s, size_t begin[ELF_SYMBOLS_TABLES])
{
	size_t size = 0;

	for (size_t i = 0; i < im->n_candidates; i++)
		im->tables[im->candidates[i].table].names_size += im->candidates[i].name_size + 1u;
	for (size_t i = 0; i < ELF_SYMBOLS_TABLES; i++) {
		const struct table *t = &im->tables[i];

		begin[i] = size;
		size += t->names_size > t->strings_size ? t->strings_size + 1 : t->names_size;
		if (size >= UINT32_MAX)
			return -EFBIG;
		s->parts[i].names_end = (uint32_t)size;
	}
	s->names = malloc(size + 1);
	return s->names ? 0 : -ENOMEM;
}

static int copy_names(struct image *im, struct elf_symbols *s)
{
	size_t begin[ELF_SYMBOLS_TABLES], next[ELF_SYMBOLS_TABLES];
	int rc = place_names(im, s, begin);

	if (rc < 0)
		return rc;
	memcpy(next, begin, sizeof(next));
	for (size_t i = 0; i < ELF_SYMBOLS_TABLES; i++) {
		if (im->tables[i].names_size > im->tables[i].strings_size)
			memcpy(s->names + begin[i], im->tables[i].strings,
			       im->tables[i].strings_size);
	}
	for (size_t i = 0; i < im->n_candidates; i++) {
		const struct candidate *c = &im->candidates[i];
		const struct table *t = &im->tables[c->table];
		size_t at = next[c->table];

		if (t->names_size > t->strings_size)
			at = begin[c->table] + (size_t)(c->name - t->strings);
		else
			memcpy(s->names + at, c->name, c->name_size);
		s->names[at + c->name_size] = '\0';
		s->ranges[i].name = (uint32_t)at;
		next[c->table] = at + c->name_size + 1u;
	}
	return 0;
}

static int keep(struct image *im, struct elf_symbols *s)
{
	size_t n = im->n_candidates;
	struct range *smaller;
	int rc;

	if (n == 0)
		return 0;
	s->ranges = calloc(n, sizeof(*s->ranges));
	if (!s->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		s->ranges[i].start = im->candidates[i].start;
		s->ranges[i].end = im->candidates[i].start + im->candidates[i].size;
	}
	rc = copy_names(im, s);
	if (rc < 0)
		return rc;
	s->n = ranges_link(s->ranges, n);
	smaller = realloc(s->ranges, (s->n ? s->n : 1) * sizeof(*s->ranges));
	if (smaller)
		s->ranges = smaller;
	return 0;
}

/* Puts the candidates in order and keeps those that name something. */
static int settle(struct image *im, struct elf_symbols *s)
{
	if (im->n_candidates == 0)
		return 0;
	im->n_candidates = candidates_settle(im->candidates, im->n_candidates);
	return keep(im, s);
}

static int read_image(struct image *im, const struct elf_tables *tables, struct elf_symbols *s)
{
	int rc = -ENOEXEC;

	if (im->code && elf_kind(im->code) == ELF_K_ELF && gelf_getehdr(im->code, &im->header))
		rc = read_loads(im);
	for (size_t i = 0; rc == 0 && i < tables->n; i++) {
		s->parts[i].origin = tables->at[i].origin;
		rc = read_table(im, &tables->at[i], &im->tables[i]);
	}
	return rc < 0 ? rc : settle(im, s);
}

DEFINE_CLEANUP(elf_symbols_free, struct elf_symbols);

int elf_symbols_merge(const struct elf_tables *tables, const char *label, struct elf_symbols **ret,
		      struct tape_error *err)
{
	CLEANUP(image_done) struct image im = { .code = tables->code };
	CLEANUP(elf_symbols_freep) struct elf_symbols *s = calloc(1, sizeof(*s));
	int rc = s ? read_image(&im, tables, s) : -ENOMEM;

	if (rc == -ENOEXEC)
		return tape_fail(err, rc, "%s: not an ELF file", label);
	if (rc < 0)
		return tape_fail(err, rc, "%s: cannot read its symbols: %s", label, strerror(-rc));
	*ret = TAKE(s);
	return 0;
}

int elf_symbols_find(const struct elf_symbols *s, uint64_t offset, struct symbol *ret)
{
	const struct range *r = ranges_find(s->ranges, s->n, offset);
	const struct part *part = s->parts;

	if (!r)
		return 0;
	while (r->name >= part->names_end)
		part++;
	*ret = (struct symbol){
		.start = r->start,
		.size = r->end - r->start,
		.name = s->names + r->name,
		.origin = part->origin,
	};
	return 1;
}

size_t elf_symbols_count(const struct elf_symbols *s)
{
	return s->n;
}

void elf_symbols_free(struct elf_symbols *s)
{
	if (!s)
		return;
	free(s->ranges);
	free(s->names);
	free(s);
}
