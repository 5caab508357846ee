// SPDX-License-Identifier: BSD-2-Clause
/* See stand_in.h. Segments without writable data have no bytes in memory that the file lacks. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/stand_in.h"

#define SEGMENTS_MAX 64

bool stand_in_needed(Elf *elf)
{
	GElf_Phdr p;
	size_t n;

	if (elf_getphdrnum(elf, &n) != 0)
		return false;
	for (size_t i = 0; i < n && gelf_getphdr(elf, (int)i, &p); i++) {
		if (p.p_type == PT_LOAD && (p.p_flags & PF_X) && p.p_memsz && !p.p_filesz)
			return true;
	}
	return false;
}

/* Places p behind the bytes before end. Returns 0, or -ENOTSUP if no linker does that. */
static int place(GElf_Phdr *p, uint64_t *end)
{
	uint64_t align = p->p_align ? p->p_align : 1;
	uint64_t shift = (p->p_vaddr - *end) & (align - 1);

	if ((align & (align - 1)) || p->p_memsz > INT64_MAX || *end > INT64_MAX - shift)
		return -ENOTSUP;
	p->p_offset = *end + shift;
	p->p_filesz = p->p_memsz;
	*end = p->p_offset + p->p_filesz;
	return 0;
}

/* The segments that code can be in, up to the first that is written to. */
static int collect(Elf *debug, GElf_Phdr *segments, size_t *ret)
{
	bool code = false;
	uint64_t end = 0;
	size_t n, kept = 0;

	if (elf_getphdrnum(debug, &n) != 0)
		return -ENOEXEC;
	for (size_t i = 0; i < n && kept < SEGMENTS_MAX; i++) {
		GElf_Phdr *p = &segments[kept];

		if (!gelf_getphdr(debug, (int)i, p) || p->p_type != PT_LOAD)
			continue;
		if ((p->p_flags & PF_W) || place(p, &end) < 0)
			break;
		code = code || (p->p_flags & PF_X);
		kept++;
	}
	*ret = kept;
	return code ? 0 : -ENOTSUP;
}

/* Writes one header in the file's own class and byte order. Returns its size there, or 0. */
static size_t write_one(Elf *like, const GElf_Ehdr *head, void *to, Elf_Data *from)
{
	Elf_Data file = { .d_buf = to, .d_size = gelf_fsize(like, from->d_type, 1, EV_CURRENT) };

	from->d_version = file.d_version = EV_CURRENT;
	return gelf_xlatetof(like, &file, from, head->e_ident[EI_DATA]) ? file.d_size : 0;
}

static size_t write_segment(Elf *like, const GElf_Ehdr *head, void *to, const GElf_Phdr *p)
{
	Elf32_Phdr narrow = {
		.p_type = p->p_type,
		.p_flags = p->p_flags,
		.p_offset = (Elf32_Off)p->p_offset,
		.p_vaddr = (Elf32_Addr)p->p_vaddr,
		.p_filesz = (Elf32_Word)p->p_filesz,
		.p_memsz = (Elf32_Word)p->p_memsz,
		.p_align = (Elf32_Word)p->p_align,
	};
	bool is_narrow = head->e_ident[EI_CLASS] == ELFCLASS32;
	Elf_Data data = {
		.d_buf = is_narrow ? (void *)&narrow : (void *)p,
		.d_type = ELF_T_PHDR,
		.d_size = is_narrow ? sizeof(narrow) : sizeof(*p),
	};

	return write_one(like, head, to, &data);
}

static size_t write_header(Elf *like, const GElf_Ehdr *head, void *to, size_t n)
{
	Elf32_Ehdr narrow = { 0 };
	Elf64_Ehdr wide = { 0 };
	bool is_narrow = head->e_ident[EI_CLASS] == ELFCLASS32;
	Elf_Data data = {
		.d_buf = is_narrow ? (void *)&narrow : (void *)&wide,
		.d_type = ELF_T_EHDR,
		.d_size = is_narrow ? sizeof(narrow) : sizeof(wide),
	};

#define FILL(h, class)                                                                             \
	do {                                                                                       \
		memcpy((h).e_ident, head->e_ident, EI_NIDENT);                                     \
		(h).e_type = head->e_type;                                                         \
		(h).e_machine = head->e_machine;                                                   \
		(h).e_version = EV_CURRENT;                                                        \
		(h).e_flags = head->e_flags;                                                       \
		(h).e_ehsize = (h).e_phoff = sizeof(class##_Ehdr);                                 \
		(h).e_phentsize = sizeof(class##_Phdr);                                            \
		(h).e_phnum = (GElf_Half)n;                                                        \
		(h).e_shentsize = sizeof(class##_Shdr);                                            \
	} while (0)
	FILL(narrow, Elf32);
	FILL(wide, Elf64);
#undef FILL
	return write_one(like, head, to, &data);
}

int stand_in_make(Elf *debug, void **ret, size_t *size, struct tape_error *err)
{
	CLEANUP(freep) uint8_t *image = NULL;
	GElf_Phdr segments[SEGMENTS_MAX];
	GElf_Ehdr head;
	size_t n, at, wrote;
	int rc = gelf_getehdr(debug, &head) ? collect(debug, segments, &n) : -ENOEXEC;

	if (rc < 0)
		return tape_fail(err, rc, "it does not tell where the code stood in its program");
	image = calloc(1, sizeof(Elf64_Ehdr) + n * sizeof(Elf64_Phdr));
	if (!image)
		return tape_fail(err, -ENOMEM, "no memory");
	wrote = at = write_header(debug, &head, image, n);
	for (size_t i = 0; wrote && i < n; i++) {
		wrote = write_segment(debug, &head, image + at, &segments[i]);
		at += wrote;
	}
	if (!wrote)
		return tape_fail(err, -ENOEXEC, "its headers cannot be written: %s",
				 elf_errmsg(-1));
	*ret = TAKE(image);
	*size = at;
	return 0;
}
