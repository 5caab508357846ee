// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a symbol table through libelf and turns addresses into file offsets.
 *
 * Functions are wanted first. A symbol without a type counts only where nothing
 * else covers: in hand-written assembly it is a function, elsewhere a label.
 * All that is kept is one array of ranges and one buffer of names, because a
 * recorder holds many of these at a time.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/cleanup.h>

#include "symbols/elf_symbols.h"
#include "symbols/ranges.h"

/* Longer names are not taken: only a file that was made to hurt has them. */
#define NAME_MAX_BYTES (64u * 1024)

struct elf_symbols {
	struct range *ranges;
	size_t n;
	char *names;
};

/* Bytes of the file and where they stand in memory: a PT_LOAD, or a section. */
struct span {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
	bool code;
};

struct candidate {
	uint64_t start;
	uint64_t size;
	uint64_t limit; /* where its section ends, as a file offset */
	const char *name;
	uint32_t name_size; /* without the NUL */
	bool typed;	    /* a function by its type */
	bool local;
};

/* What is known of the file while it is read. */
struct image {
	Elf *elf;
	GElf_Ehdr header;
	struct span *loads;
	size_t n_loads;
	struct span *sections; /* by section number */
	size_t n_sections;
	struct candidate *candidates;
	size_t n_candidates;
	const char *strings; /* of the table in use; libelf's */
	size_t strings_size;
};

/* One symbol table: its entries, and the section numbers that did not fit into them. */
struct table {
	Elf_Data *symbols;
	Elf_Data *numbers; /* or NULL */
	size_t n;
};

static void image_done(struct image *im)
{
	free(im->loads);
	free(im->sections);
	free(im->candidates);
	elf_end(im->elf);
}

static int read_loads(struct image *im)
{
	size_t n;

	if (elf_getphdrnum(im->elf, &n) != 0 || n == 0)
		return 0;
	im->loads = calloc(n, sizeof(*im->loads));
	if (!im->loads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(im->elf, (int)i, &p))
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

/* A section without bytes (NOBITS, as in a file of debug information) holds no code. */
static bool is_code(const GElf_Shdr *h)
{
	return (h->sh_flags & SHF_EXECINSTR) && h->sh_type != SHT_NOBITS &&
	       h->sh_offset <= UINT64_MAX - h->sh_size;
}

static int read_sections(struct image *im)
{
	size_t n;

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
			.code = is_code(&h),
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
	if (im->n_loads && s == section)
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

	if (!gelf_getsym(t->symbols, (int)index, &sym) || sym.st_name >= im->strings_size)
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
	size = name_size(im, im->strings + sym.st_name, im->strings_size - sym.st_name);
	if (size == 0)
		return 0;
	*ret = (struct candidate){
		.start = place.offset,
		.size = sym.st_size < place.size ? sym.st_size : place.size,
		.limit = place.offset + place.size,
		.name = im->strings + sym.st_name,
		.name_size = (uint32_t)size,
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

	if (!gelf_getshdr(strings, &strings_head) || strings_head.sh_type != SHT_STRTAB)
		return 0;
	data = elf_getdata(strings, NULL);
	t->symbols = elf_getdata(scn, NULL);
	if (!data || !data->d_buf || !t->symbols || !t->symbols->d_buf)
		return 0;
	t->numbers = find_numbers(im, scn);
	t->n = t->symbols->d_size / gelf_fsize(im->elf, ELF_T_SYM, 1, EV_CURRENT);
	if (t->n > INT32_MAX) /* gelf's indices are int */
		t->n = INT32_MAX;
	im->strings = data->d_buf;
	im->strings_size = data->d_size;
	return 1;
}

/* Reads the symbol table of a type into candidates, if there is one. */
static int read_table(struct image *im, GElf_Word type)
{
	struct table t = { 0 };
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	while ((scn = elf_nextscn(im->elf, scn))) {
		if (gelf_getshdr(scn, &h) && h.sh_type == type && open_table(im, scn, &h, &t))
			break;
	}
	if (!scn || t.n == 0)
		return 0;
	free(im->candidates);
	im->candidates = calloc(t.n, sizeof(*im->candidates));
	if (!im->candidates)
		return -ENOMEM;
	for (size_t i = 0; i < t.n; i++)
		im->n_candidates += (size_t)examine(im, &t, i, &im->candidates[im->n_candidates]);
	return 0;
}

/* By place; at one place functions first, then what is seen from outside, then short names. */
static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->typed != y->typed)
		return x->typed ? -1 : 1;
	if (x->local != y->local)
		return x->local ? 1 : -1;
	if (x->name_size != y->name_size)
		return x->name_size < y->name_size ? -1 : 1;
	order = memcmp(x->name, y->name, x->name_size);
	if (order != 0)
		return order;
	return (x->size < y->size) - (x->size > y->size);
}

/* Removes untyped symbols that stand in something else: they are labels. */
static void drop_labels(struct image *im)
{
	uint64_t functions = 0, any = 0; /* how far those before reach */
	size_t kept = 0;

	for (size_t i = 0; i < im->n_candidates; i++) {
		const struct candidate *c = &im->candidates[i];
		bool first = kept == 0 || im->candidates[kept - 1].start != c->start;

		if (!c->typed && (c->start < (c->size ? functions : any) ||
				  (!first && im->candidates[kept - 1].typed)))
			continue;
		if (c->typed && c->start + c->size > functions)
			functions = c->start + c->size;
		if (c->start + c->size > any)
			any = c->start + c->size;
		im->candidates[kept++] = *c;
	}
	im->n_candidates = kept;
}

/* Gives those of size 0 their reach: to the next symbol, or where what is around them ends. */
static void find_ends(struct image *im)
{
	uint64_t any = 0, next = UINT64_MAX;

	for (size_t i = im->n_candidates; i-- > 0;) {
		struct candidate *c = &im->candidates[i];

		if (i + 1 < im->n_candidates && c[1].start != c->start)
			next = c[1].start;
		if (c->size)
			continue;
		if (c->limit > next)
			c->limit = next;
	}
	for (size_t i = 0; i < im->n_candidates; i++) {
		struct candidate *c = &im->candidates[i];

		if (c->size == 0) {
			if (c->start < any && any < c->limit)
				c->limit = any;
			c->size = c->limit - c->start;
		} else if (c->start + c->size > any) {
			any = c->start + c->size;
		}
	}
}

/*
 * Copies the names. In a file that was made to hurt, names can share their
 * bytes so that the sum of their sizes is far larger than the file: then the
 * string table is copied as it is, and their ends are marked in it.
 */
static int copy_names(const struct image *im, struct elf_symbols *s)
{
	size_t total = 0, at = 0;
	bool whole;

	for (size_t i = 0; i < im->n_candidates; i++)
		total += im->candidates[i].name_size + 1u;
	whole = total > im->strings_size;
	if (im->strings_size >= UINT32_MAX)
		return -EFBIG;
	s->names = malloc((whole ? im->strings_size : total) + 1);
	if (!s->names)
		return -ENOMEM;
	if (whole)
		memcpy(s->names, im->strings, im->strings_size);
	for (size_t i = 0; i < im->n_candidates; i++) {
		const struct candidate *c = &im->candidates[i];

		if (whole)
			at = (size_t)(c->name - im->strings);
		else
			memcpy(s->names + at, c->name, c->name_size);
		s->names[at + c->name_size] = '\0';
		s->ranges[i].name = (uint32_t)at;
		at += c->name_size + 1u;
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

static int read_image(struct image *im, struct elf_symbols *s)
{
	int rc;

	if (!im->elf || elf_kind(im->elf) != ELF_K_ELF || !gelf_getehdr(im->elf, &im->header))
		return -ENOEXEC;
	rc = read_loads(im);
	if (rc == 0)
		rc = read_sections(im);
	if (rc == 0)
		rc = read_table(im, SHT_SYMTAB);
	if (rc == 0 && im->n_candidates == 0)
		rc = read_table(im, SHT_DYNSYM);
	if (rc < 0)
		return rc;
	if (im->n_candidates == 0)
		return 0;
	qsort(im->candidates, im->n_candidates, sizeof(*im->candidates), compare);
	drop_labels(im);
	find_ends(im);
	return keep(im, s);
}

DEFINE_CLEANUP(elf_symbols_free, struct elf_symbols);

/* Takes elf, which may be NULL. */
static int load(Elf *elf, const char *label, struct elf_symbols **ret, struct tape_error *err)
{
	CLEANUP(image_done) struct image im = { .elf = elf };
	CLEANUP(elf_symbols_freep) struct elf_symbols *s = calloc(1, sizeof(*s));
	int rc = s ? read_image(&im, s) : -ENOMEM;

	if (rc == -ENOEXEC)
		return tape_fail(err, rc, "%s: not an ELF file", label);
	if (rc < 0)
		return tape_fail(err, rc, "%s: cannot read its symbols: %s", label, strerror(-rc));
	*ret = TAKE(s);
	return 0;
}

int elf_symbols_load(int fd, const char *label, struct elf_symbols **ret, struct tape_error *err)
{
	elf_version(EV_CURRENT);
	/* Not by mmap: a file that shrinks meanwhile would be a SIGBUS. */
	return load(elf_begin(fd, ELF_C_READ, NULL), label, ret, err);
}

int elf_symbols_load_memory(const void *image, size_t size, const char *label,
			    struct elf_symbols **ret, struct tape_error *err)
{
	elf_version(EV_CURRENT);
	return load(elf_memory((char *)image, size), label, ret, err);
}

int elf_symbols_find(const struct elf_symbols *s, uint64_t offset, struct symbol *ret)
{
	const struct range *r = ranges_find(s->ranges, s->n, offset);

	if (!r)
		return 0;
	*ret = (struct symbol){
		.start = r->start,
		.size = r->end - r->start,
		.name = s->names + r->name,
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
