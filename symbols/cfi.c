// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where a file's call frame information is, and which entry is responsible for an
 * offset. Each section is gone through once and sorted by place: .eh_frame_hdr would
 * spare that, but a file may lie in it, and .debug_frame has none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/cleanup.h>

#include "symbols/cfi.h"
#include "symbols/cfi_entries.h"
#include "symbols/cfi_made.h"
#include "symbols/ranges.h"
#include "symbols/sections.h"
#include "symbols/unpack.h"

#define SECTION_MAX (1ull << 30) /* more than any program has */
#define SAMPLE_MAX  1024	 /* functions that are looked at for frame pointers */
#define START_FILES 2		 /* so many without one the C library's start files may bring */

/* One section and its functions. */
struct table {
	bool tried;
	struct cfi_section section;
	uint8_t *unpacked;	 /* its bytes, if it was packed */
	struct range *functions; /* name: where the entry stands in the section */
	size_t n;
};

struct load {
	uint64_t address, offset, size;
};

struct cfi {
	Elf *elf;
	struct load *loads; /* of code */
	size_t n_loads;
	unsigned int machine;
	struct table eh;
	struct table debug;
	struct cfi_made *made; /* NULL: it is no Go program, or not tried yet */
	bool made_tried;
};

DEFINE_CLEANUP(cfi_free, struct cfi);

void cfi_free(struct cfi *c)
{
	if (!c)
		return;
	cfi_made_free(c->made);
	free(c->eh.functions);
	free(c->debug.functions);
	free(c->eh.unpacked);
	free(c->debug.unpacked);
	free(c->loads);
	elf_end(c->elf);
	free(c);
}

static int read_loads(struct cfi *c)
{
	size_t n;

	if (elf_getphdrnum(c->elf, &n) != 0 || n == 0)
		return 0;
	c->loads = calloc(n, sizeof(*c->loads));
	if (!c->loads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(c->elf, (int)i, &p))
			break;
		if (p.p_type == PT_LOAD && (p.p_flags & PF_X) &&
		    p.p_offset <= UINT64_MAX - p.p_filesz)
			c->loads[c->n_loads++] = (struct load){ p.p_vaddr, p.p_offset, p.p_filesz };
	}
	return 0;
}

/* The place in the file of a range of code: 1, or 0 if it is none of this file's. */
static int locate(const struct cfi *c, uint64_t address, uint64_t size, uint64_t *offset)
{
	for (size_t i = 0; i < c->n_loads; i++) {
		const struct load *l = &c->loads[i];

		if (address - l->address >= l->size)
			continue;
		*offset = l->offset + (address - l->address);
		return size <= l->size - (address - l->address);
	}
	return 0;
}

/* --- sections --- */

static uint64_t address_of(Elf *elf, const char *name)
{
	GElf_Shdr h;

	return sections_find(elf, name, &h) ? h.sh_addr : 0;
}

/* Bytes that are held by somebody else. */
struct bytes {
	const uint8_t *at;
	size_t n;
};

static struct bytes bytes_of(const Elf_Data *data)
{
	return data && data->d_buf ? (struct bytes){ data->d_buf, data->d_size }
				   : (struct bytes){ NULL, 0 };
}

static size_t read_bytes(const void *context, uint64_t at, void *to, size_t n)
{
	const struct bytes *b = context;

	if (at >= b->n)
		return 0;
	if (n > b->n - at)
		n = b->n - at;
	memcpy(to, b->at + at, n);
	return n;
}

/* Unpacks a section into *room, which the caller frees. */
static struct bytes unpack(const struct cfi *c, struct bytes packed, uint8_t **room)
{
	const char *ident = elf_getident(c->elf, NULL);
	const struct unpack_form form = { .wide = ident[EI_CLASS] == ELFCLASS64,
					  .big = ident[EI_DATA] == ELFDATA2MSB };
	const struct unpack_from from = { read_bytes, &packed };
	struct unpack_head head;

	if (unpack_head(packed.at, packed.n, packed.n, form, &head) < 0 || head.size > SECTION_MAX)
		return (struct bytes){ NULL, 0 };
	*room = malloc(head.size ? head.size : 1);
	return (struct bytes){ *room, *room ? unpack_all(&head, &from, *room) : 0 };
}

/* A section's bytes, unpacked into *room if need be. */
static struct bytes section_bytes(const struct cfi *c, Elf_Scn *scn, const GElf_Shdr *h,
				  uint8_t **room)
{
	struct bytes bytes = { NULL, 0 };

	if (h->sh_size <= SECTION_MAX)
		bytes = bytes_of(elf_rawdata(scn, NULL));
	return bytes.at && (h->sh_flags & SHF_COMPRESSED) ? unpack(c, bytes, room) : bytes;
}

/* .eh_frame of a file without section headers: from where .eh_frame_hdr says to the segment's end. */
static Elf_Data *data_of_segment(struct cfi *c, uint64_t *address)
{
	size_t n = 0;

	elf_getphdrnum(c->elf, &n);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *head;
		Elf_Data *data;
		GElf_Phdr p;
		int32_t distance;

		/* Version 1, .eh_frame by DW_EH_PE_pcrel | DW_EH_PE_sdata4: what all linkers write. */
		if (!gelf_getphdr(c->elf, (int)i, &p) || p.p_type != PT_GNU_EH_FRAME ||
		    p.p_filesz < 8 || p.p_offset > INT64_MAX)
			continue;
		data = elf_getdata_rawchunk(c->elf, (int64_t)p.p_offset, 8, ELF_T_BYTE);
		head = data ? data->d_buf : NULL;
		if (!head || head[0] != 1 || head[1] != 0x1b)
			return NULL;
		memcpy(&distance, head + 4, sizeof(distance));
		*address = p.p_vaddr + 4 + (uint64_t)(int64_t)distance;
		break;
	}
	for (size_t i = 0; *address && i < n; i++) {
		uint64_t skipped;
		GElf_Phdr p;

		if (!gelf_getphdr(c->elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    *address - p.p_vaddr >= p.p_filesz)
			continue;
		skipped = *address - p.p_vaddr;
		if (p.p_filesz - skipped > SECTION_MAX || p.p_offset > INT64_MAX - skipped)
			return NULL;
		return elf_getdata_rawchunk(c->elf, (int64_t)(p.p_offset + skipped),
					    p.p_filesz - skipped, ELF_T_BYTE);
	}
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->name > y->name) - (x->name < y->name);
}

/* All functions of a section that are code of this file. What there is no memory for is left out. */
static void read_functions(const struct cfi *c, struct table *t)
{
	struct cfi_fde fde;
	size_t at = 0, room = 0, before;
	int rc;

	for (before = 0; (rc = cfi_entries_next(&t->section, &at, &fde)) >= 0; before = at) {
		uint64_t offset;

		if (rc == 0 || !fde.start || !locate(c, fde.start, fde.size, &offset))
			continue;
		if (t->n == room) {
			struct range *grown =
				reallocarray(t->functions, room ? room * 2 : 256, sizeof(*grown));

			if (!grown)
				break;
			t->functions = grown;
			room = room ? room * 2 : 256;
		}
		t->functions[t->n++] = (struct range){ .start = offset,
						       .end = offset + fde.size,
						       .name = (uint32_t)before };
	}
	if (!t->n)
		return;
	qsort(t->functions, t->n, sizeof(*t->functions), by_start);
	t->n = ranges_link(t->functions, t->n);
}

static void read_table(struct cfi *c, struct table *t, const char *name, bool eh)
{
	const char *ident = elf_getident(c->elf, NULL);
	uint64_t address = 0;
	struct bytes bytes = { NULL, 0 };
	GElf_Shdr h;
	Elf_Scn *scn = sections_find(c->elf, name, &h);

	if (t->tried)
		return;
	t->tried = true;
	if (scn) {
		address = h.sh_addr;
		bytes = section_bytes(c, scn, &h, &t->unpacked);
	} else if (eh) {
		bytes = bytes_of(data_of_segment(c, &address));
	}
	if (!bytes.at || bytes.n > UINT32_MAX)
		return;
	t->section = (struct cfi_section){
		.bytes = bytes.at,
		.size = bytes.n,
		.address = address,
		.text = address_of(c->elf, ".text"),
		.data = address_of(c->elf, ".got"),
		.eh = eh,
		.big = ident && ident[EI_DATA] == ELFDATA2MSB,
		.address_size = ident && ident[EI_CLASS] == ELFCLASS32 ? 4 : 8,
	};
	read_functions(c, t);
}

/* --- look-ups --- */

static int find_in(const struct table *t, uint64_t offset, struct cfi_entry *ret)
{
	const struct range *r = ranges_find(t->functions, t->n, offset);
	struct cfi_fde f;
	size_t at = r ? r->name : 0;

	if (!r || cfi_entries_next(&t->section, &at, &f) != 1)
		return 0;
	if (f.cie.code_align > UINT32_MAX || f.cie.data_align != (int32_t)f.cie.data_align ||
	    f.cie.return_register > UINT32_MAX)
		return 0;
	*ret = (struct cfi_entry){
		.start = r->start,
		.size = r->end - r->start,
		.flags = f.cie.signal ? EV_CFI_SIGNAL : 0,
		.code_align = (uint32_t)f.cie.code_align,
		.data_align = (int32_t)f.cie.data_align,
		.return_register = (uint32_t)f.cie.return_register,
		.cie = f.cie.instructions,
		.cie_bytes = f.cie.n,
		.fde = f.instructions,
		.fde_bytes = f.n,
	};
	return 1;
}

static void try_made(struct cfi *c)
{
	if (!c->made_tried)
		cfi_made_open(c->elf, c->machine, &c->made);
	c->made_tried = true;
}

int cfi_find(struct cfi *c, uint64_t offset, struct cfi_entry *ret)
{
	int rc;

	read_table(c, &c->eh, ".eh_frame", true);
	if (find_in(&c->eh, offset, ret))
		return 1;
	/* Go's .debug_frame tells neither of frame pointers nor where goroutines begin. */
	if (cfi_is_go(c))
		try_made(c);
	rc = c->made ? cfi_made_find(c->made, offset, ret) : 0;
	if (rc)
		return rc > 0;
	read_table(c, &c->debug, ".debug_frame", false);
	if (find_in(&c->debug, offset, ret))
		return 1;
	try_made(c);
	return c->made && cfi_made_find(c->made, offset, ret) > 0;
}

bool cfi_is_go(const struct cfi *c)
{
	static const char *const names[] = { ".gopclntab", ".data.rel.ro.gopclntab",
					     ".go.buildinfo", ".note.go.buildid" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (sections_find(c->elf, names[i], NULL))
			return true;
	}
	return false;
}

bool cfi_keeps_frames(struct cfi *c)
{
	unsigned int pointer = c->machine == EM_AARCH64 ? 29 : 6, framed = 0, kept = 0;
	size_t step;

	read_table(c, &c->eh, ".eh_frame", true);
	step = c->eh.n / SAMPLE_MAX + 1;
	for (size_t i = 0; i < c->eh.n; i += step) {
		struct cfi_fde f;
		struct cfi_entries_use use;
		size_t at = c->eh.functions[i].name;

		if (cfi_entries_next(&c->eh.section, &at, &f) != 1 || f.cie.signal)
			continue;
		use = cfi_entries_use(&f, pointer, c->eh.section.address_size);
		framed += use.pushes;
		kept += use.pushes && use.by_pointer;
	}
	/* The rest may be assembly. */
	return framed - kept <= START_FILES || kept >= framed - framed / 10;
}

static bool has_any(struct cfi *c)
{
	uint64_t address = 0;

	if (sections_find(c->elf, ".eh_frame", NULL) ||
	    sections_find(c->elf, ".debug_frame", NULL) || data_of_segment(c, &address))
		return true;
	try_made(c);
	return c->made;
}

/* Takes elf, which may be NULL. */
static int start(Elf *elf, const char *label, struct cfi **ret, struct tape_error *err)
{
	CLEANUP(cfi_freep) struct cfi *c = calloc(1, sizeof(*c));
	GElf_Ehdr header;

	if (!c) {
		elf_end(elf);
		return tape_fail(err, -ENOMEM, "%s: no memory", label);
	}
	c->elf = elf;
	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		return tape_fail(err, -ENOEXEC, "%s: not an ELF file", label);
	c->machine = header.e_machine;
	if (read_loads(c) < 0)
		return tape_fail(err, -ENOMEM, "%s: no memory", label);
	if (!has_any(c))
		return tape_fail(err, -ENODATA, "%s: no call frame information in it", label);
	*ret = TAKE(c);
	return 0;
}

int cfi_open(int fd, const char *label, struct cfi **ret, struct tape_error *err)
{
	elf_version(EV_CURRENT);
	/* Not by mmap: a file that shrinks meanwhile would be a SIGBUS. */
	return start(elf_begin(fd, ELF_C_READ, NULL), label, ret, err);
}

int cfi_open_memory(const void *image, size_t size, const char *label, struct cfi **ret,
		    struct tape_error *err)
{
	elf_version(EV_CURRENT);
	return start(elf_memory((char *)image, size), label, ret, err);
}
