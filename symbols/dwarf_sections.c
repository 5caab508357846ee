// SPDX-License-Identifier: BSD-2-Clause
/* See dwarf_sections.h. What of a section lies together is told by look(), which all reading goes through. */
#include "symbols/dwarf_sections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gelf.h>
#include <tape/cleanup.h>

#include "symbols/unpack.h"

enum {
	BLOCK = 8192,
	N_BLOCKS = 1024,
};

static const char *const names[DWARF_N_SECTIONS] = {
	[DWARF_INFO] = "info",
	[DWARF_ABBREV] = "abbrev",
	[DWARF_LINE] = "line",
	[DWARF_STR] = "str",
	[DWARF_LINE_STR] = "line_str",
	[DWARF_RANGES] = "ranges",
	[DWARF_RNGLISTS] = "rnglists",
	[DWARF_ADDR] = "addr",
	[DWARF_STR_OFFSETS] = "str_offsets",
	[DWARF_ARANGES] = "aranges",
	[DWARF_CU_INDEX] = "cu_index",
};

/* start and stored: in the file. */
struct section {
	uint64_t start;
	uint64_t stored;
	uint64_t size;
	const uint8_t *image; /* the file in memory, or what was unpacked */
	uint8_t *unpacked;
	bool packed; /* and not yet unpacked */
	struct unpack_head head;
};

struct block {
	uint64_t number;
	uint32_t which;
	uint32_t n;
	uint8_t *bytes;
};

struct dwarf_sections {
	int fd;
	const uint8_t *image; /* the file, if it is in memory */
	bool big;
	bool wide; /* ELFCLASS64 */
	uint64_t file_size;
	struct dwarf_sections *program; /* NULL: this is no .dwo or .dwp file */
	struct section sections[DWARF_N_SECTIONS];
	struct block blocks[N_BLOCKS];
};

/* Bytes as they are stored, whatever packed them. */
static size_t read_stored(const struct dwarf_sections *s, const struct section *x, uint64_t at,
			  void *to, size_t n)
{
	size_t done = 0;

	if (at >= x->stored)
		return 0;
	if (n > x->stored - at)
		n = x->stored - at;
	if (s->fd < 0) {
		memcpy(to, x->image + at, n);
		return n;
	}
	while (done < n) {
		ssize_t rc =
			pread(s->fd, (char *)to + done, n - done, (off_t)(x->start + at + done));

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			break;
		done += (size_t)rc;
	}
	return done;
}

static void read_head(const struct dwarf_sections *s, struct section *x, bool gnu)
{
	const struct unpack_form form = { .gnu = gnu, .wide = s->wide, .big = s->big };
	uint8_t bytes[UNPACK_HEAD];
	size_t n = read_stored(s, x, 0, bytes, sizeof(bytes));

	if (unpack_head(bytes, n, x->stored, form, &x->head) < 0) {
		*x = (struct section){ 0 };
		return;
	}
	x->size = x->head.size;
	x->packed = true;
}

struct packed {
	const struct dwarf_sections *sections;
	const struct section *section;
};

static size_t read_packed(const void *context, uint64_t at, void *to, size_t n)
{
	const struct packed *p = context;

	return read_stored(p->sections, p->section, at, to, n);
}

static void unpack(const struct dwarf_sections *s, struct section *x)
{
	const struct packed packed = { s, x };
	const struct unpack_from from = { read_packed, &packed };

	x->packed = false;
	x->unpacked = malloc(x->size ? x->size : 1);
	x->size = x->unpacked ? unpack_all(&x->head, &from, x->unpacked) : 0;
	x->image = x->unpacked;
}

/* Which section a name is of, if one that is read. */
static int section_of(const char *name, bool split, bool *gnu)
{
	*gnu = strncmp(name, ".zdebug_", 8) == 0;
	if (!*gnu && strncmp(name, ".debug_", 7) != 0)
		return -1;
	name += *gnu ? 8 : 7;
	for (int i = 0; i < DWARF_N_SECTIONS; i++) {
		const char *ending = split && i != DWARF_CU_INDEX ? ".dwo" : "";
		size_t n = strlen(names[i]);

		if (strncmp(name, names[i], n) == 0 && strcmp(name + n, ending) == 0)
			return i;
	}
	return -1;
}

static void add_section(struct dwarf_sections *s, const GElf_Shdr *h, const char *name)
{
	bool gnu;
	int which = name ? section_of(name, s->program, &gnu) : -1;
	struct section x = { .start = h->sh_offset, .stored = h->sh_size };

	if (which < 0 || h->sh_type == SHT_NOBITS || s->sections[which].stored ||
	    x.start >= s->file_size)
		return;
	if (x.stored > s->file_size - x.start)
		x.stored = s->file_size - x.start;
	if (s->fd < 0)
		x.image = s->image + x.start;
	x.size = x.stored;
	if (gnu || (h->sh_flags & SHF_COMPRESSED))
		read_head(s, &x, gnu);
	s->sections[which] = x;
}

static int find_sections(struct dwarf_sections *s, Elf *elf)
{
	Elf_Scn *scn = NULL;
	size_t strings;
	GElf_Ehdr head;

	if (!gelf_getehdr(elf, &head) || elf_getshdrstrndx(elf, &strings) != 0)
		return -ENODATA;
	s->big = head.e_ident[EI_DATA] == ELFDATA2MSB;
	s->wide = head.e_ident[EI_CLASS] == ELFCLASS64;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr h;

		if (!gelf_getshdr(scn, &h))
			continue;
		if (head.e_type == ET_REL && !s->program &&
		    (h.sh_type == SHT_RELA || h.sh_type == SHT_REL))
			return -ENODATA;
		add_section(s, &h, elf_strptr(elf, strings, h.sh_name));
	}
	return s->sections[DWARF_INFO].size && s->sections[DWARF_ABBREV].size ? 0 : -ENODATA;
}

static int find_size(struct dwarf_sections *s, Elf *elf)
{
	struct stat st;
	size_t size = 0;

	if (s->fd < 0) {
		s->image = (const uint8_t *)elf_rawfile(elf, &size);
		s->file_size = s->image ? size : 0;
		return 0;
	}
	if (fstat(s->fd, &st) < 0)
		return -errno;
	s->file_size = (uint64_t)st.st_size;
	return 0;
}

DEFINE_CLEANUP(dwarf_sections_free, struct dwarf_sections);

static int open_sections(Elf *elf, int fd, struct dwarf_sections *program,
			 struct dwarf_sections **ret)
{
	CLEANUP(dwarf_sections_freep) struct dwarf_sections *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->fd = fd;
	s->program = program;
	rc = find_size(s, elf);
	if (rc == 0)
		rc = find_sections(s, elf);
	if (rc == 0 && program && program->big != s->big)
		rc = -ENODATA;
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

int dwarf_sections_open(Elf *elf, int fd, struct dwarf_sections **ret)
{
	return open_sections(elf, fd, NULL, ret);
}

int dwarf_sections_open_split(Elf *elf, int fd, struct dwarf_sections *program,
			      struct dwarf_sections **ret)
{
	return open_sections(elf, fd, program, ret);
}

uint64_t dwarf_sections_size(const struct dwarf_sections *s, enum dwarf_section which)
{
	return s->sections[which].size;
}

uint64_t dwarf_sections_total(const struct dwarf_sections *s)
{
	uint64_t total = 0;

	for (int i = 0; i < DWARF_N_SECTIONS; i++)
		total += s->sections[i].size;
	return total;
}

bool dwarf_sections_big_endian(const struct dwarf_sections *s)
{
	return s->big;
}

/* Which file has a section. */
static struct dwarf_sections *holder(struct dwarf_sections *s, enum dwarf_section which)
{
	bool shared = which == DWARF_ADDR || which == DWARF_RANGES;

	return s->program && shared ? s->program : s;
}

/* The block of a section that a place is in, NULL without memory. */
static const struct block *get_block(struct dwarf_sections *s, enum dwarf_section which,
				     uint64_t number)
{
	struct block *b = &s->blocks[(number * DWARF_N_SECTIONS + which) % N_BLOCKS];

	if (b->bytes && b->number == number && b->which == which)
		return b;
	if (!b->bytes)
		b->bytes = malloc(BLOCK);
	if (!b->bytes)
		return NULL;
	b->number = number;
	b->which = which;
	b->n = (uint32_t)read_stored(s, &s->sections[which], number * BLOCK, b->bytes, BLOCK);
	return b;
}

/* The bytes from a place on that lie together. Returns how many, 0 behind the end. */
static size_t look(struct dwarf_sections *s, enum dwarf_section which, uint64_t at,
		   const uint8_t **ret)
{
	struct section *x = &s->sections[which];
	const struct block *b;

	if (x->packed)
		unpack(s, x);
	if (at >= x->size)
		return 0;
	if (x->image) {
		*ret = x->image + at;
		return x->size - at;
	}
	b = get_block(s, which, at / BLOCK);
	if (!b || at % BLOCK >= b->n)
		return 0;
	*ret = b->bytes + at % BLOCK;
	return b->n - at % BLOCK;
}

size_t dwarf_sections_read(struct dwarf_sections *s, enum dwarf_section which, uint64_t at,
			   void *to, size_t n)
{
	const struct section *x;
	const uint8_t *from;
	size_t done = 0, part;

	s = holder(s, which);
	x = &s->sections[which];
	if (n >= 8 * BLOCK && !x->image && !x->packed)
		return read_stored(s, x, at, to, n);
	while (done < n && (part = look(s, which, at + done, &from)) > 0) {
		if (part > n - done)
			part = n - done;
		memcpy((char *)to + done, from, part);
		done += part;
	}
	return done;
}

size_t dwarf_sections_text(struct dwarf_sections *s, enum dwarf_section which, uint64_t at,
			   char *to, size_t room)
{
	const uint8_t *from;
	size_t done = 0, part;

	s = holder(s, which);
	while (done + 1 < room && (part = look(s, which, at + done, &from)) > 0) {
		const uint8_t *nul;

		if (part > room - 1 - done)
			part = room - 1 - done;
		nul = memchr(from, 0, part);
		if (nul)
			part = (size_t)(nul - from);
		memcpy(to + done, from, part);
		done += part;
		if (nul)
			break;
	}
	to[done] = '\0';
	return done;
}

void dwarf_sections_free(struct dwarf_sections *s)
{
	if (!s)
		return;
	for (int i = 0; i < DWARF_N_SECTIONS; i++)
		free(s->sections[i].unpacked);
	for (int i = 0; i < N_BLOCKS; i++)
		free(s->blocks[i].bytes);
	free(s);
}
