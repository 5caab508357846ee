/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes small programs and debug files that belong together: .text at address
 * 0x401000 and offset 0x1000, named sections, build-id, debuglink, .gnu_debugdata.
 */
#ifndef TESTS_OBJECT_MAKER_H
#define TESTS_OBJECT_MAKER_H

#include "tests/support/elf_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

struct object_plan {
	unsigned char data; /* little-endian unless set */
	bool debug_only;    /* as objcopy --only-keep-debug: the code's bytes and places are gone */
	const struct made_symbol *symtab, *dynsym;
	size_t n_symtab, n_dynsym;
	const char *id;	  /* the build-id's bytes, as text; NULL: none */
	const char *link; /* debuglink; NULL: none */
	uint32_t crc;
	const void *mini;
	size_t mini_size;
	const char *alt; /* altlink: a path, and a build-id behind its NUL */
	size_t alt_size;
};

struct object_maker {
	Elf *elf;
	uint64_t offset;
	char names[256];
	size_t names_size;
	char room[16 * 1024];
	size_t used;
};

static inline void *om_take(struct object_maker *m, size_t size)
{
	void *p = m->room + m->used;

	m->used += (size + 7) & ~(size_t)7;
	assert_true(m->used <= sizeof(m->room));
	return p;
}

static inline void om_section(struct object_maker *m, const char *name, GElf_Shdr h,
			      const void *bytes, Elf_Type type)
{
	h.sh_name = (GElf_Word)m->names_size;
	m->names_size +=
		(size_t)(stpcpy(m->names + m->names_size, name) - (m->names + m->names_size)) + 1;
	if (!h.sh_offset)
		h.sh_offset = m->offset;
	if (h.sh_type != SHT_NOBITS && h.sh_offset == m->offset)
		m->offset += (h.sh_size + 63) & ~63ull;
	if (!h.sh_addralign)
		h.sh_addralign = 1;
	made_section(m->elf, &h, bytes, type);
}

static inline void om_symbols(struct object_maker *m, GElf_Word number, GElf_Word type,
			      const struct made_symbol *symbols, size_t n)
{
	const struct elf_plan plan = { .symbols = symbols, .n = n };
	Elf64_Sym *entries = om_take(m, (n + 1) * sizeof(*entries));
	char *strings = om_take(m, 1024);
	GElf_Shdr h = { .sh_type = SHT_STRTAB };
	size_t at = 1;

	for (size_t i = 0; i < n; i++) {
		made_symbol(&plan, entries, i, at);
		at = (size_t)(stpcpy(strings + at, symbols[i].name) - strings) + 1;
	}
	h.sh_size = at;
	om_section(m, type == SHT_SYMTAB ? ".strtab" : ".dynstr", h, strings, ELF_T_BYTE);
	h = (GElf_Shdr){
		.sh_type = type,
		.sh_link = number,
		.sh_size = (n + 1) * sizeof(*entries),
		.sh_entsize = sizeof(*entries),
	};
	om_section(m, type == SHT_SYMTAB ? ".symtab" : ".dynsym", h, entries, ELF_T_SYM);
}

static inline uint32_t om_word(const struct object_plan *p, uint32_t value)
{
	bool big = p->data == ELFDATA2MSB;
	uint8_t b[4];

	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(value >> 8 * (big ? 3 - i : i));
	memcpy(&value, b, 4);
	return value;
}

static inline void om_build_id(struct object_maker *m, const struct object_plan *p)
{
	size_t size = strlen(p->id);
	struct {
		uint32_t name, content, type;
		char text[4];
		char id[24];
	} *note = om_take(m, sizeof(*note));
	GElf_Shdr h = { .sh_type = SHT_NOTE, .sh_size = 16 + size, .sh_addralign = 4 };

	note->name = om_word(p, 4);
	note->content = om_word(p, (uint32_t)size);
	note->type = om_word(p, NT_GNU_BUILD_ID);
	memcpy(note->text, "GNU", 4);
	memcpy(note->id, p->id, size);
	/* As bytes: they are in the file's order already. */
	om_section(m, ".note.gnu.build-id", h, note, ELF_T_BYTE);
}

static inline void om_debuglink(struct object_maker *m, const struct object_plan *p)
{
	size_t at = (strlen(p->link) + 4) & ~(size_t)3;
	uint32_t crc = om_word(p, p->crc);
	GElf_Shdr h = { .sh_type = SHT_PROGBITS, .sh_size = at + 4 };
	char *bytes = om_take(m, at + 4);

	strcpy(bytes, p->link);
	memcpy(bytes + at, &crc, 4);
	om_section(m, ".gnu_debuglink", h, bytes, ELF_T_BYTE);
}

static inline void om_begin(struct object_maker *m, const struct object_plan *p)
{
	GElf_Phdr load = {
		.p_type = PT_LOAD,
		.p_flags = PF_R,
		.p_vaddr = BASE,
		.p_memsz = 0x800,
		.p_filesz = 0x800,
		.p_align = 0x1000,
	};
	GElf_Ehdr head;

	assert_non_null(gelf_newehdr(m->elf, ELFCLASS64));
	gelf_getehdr(m->elf, &head);
	head.e_ident[EI_DATA] = p->data ? p->data : ELFDATA2LSB;
	head.e_machine = EM_X86_64;
	head.e_type = ET_EXEC;
	head.e_phoff = sizeof(Elf64_Ehdr);
	head.e_shoff = 0x800;
	assert_true(gelf_update_ehdr(m->elf, &head));
	elf_flagelf(m->elf, ELF_C_SET, ELF_F_LAYOUT);
	assert_non_null(gelf_newphdr(m->elf, 2));
	assert_true(gelf_update_phdr(m->elf, 0, &load));
	load.p_flags = PF_R | PF_X;
	load.p_offset = p->debug_only ? 0 : TEXT;
	load.p_vaddr = BASE + TEXT;
	load.p_filesz = p->debug_only ? 0 : SECTION_SIZE;
	load.p_memsz = SECTION_SIZE;
	assert_true(gelf_update_phdr(m->elf, 1, &load));
	m->names_size = 1;
	m->offset = 0x2000;
}

static inline void om_sections(struct object_maker *m, const struct object_plan *p)
{
	static const char code[SECTION_SIZE];
	GElf_Shdr h = {
		.sh_type = p->debug_only ? SHT_NOBITS : SHT_PROGBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = BASE + TEXT,
		.sh_offset = TEXT,
		.sh_size = SECTION_SIZE,
	};

	om_section(m, ".text", h, code, ELF_T_BYTE);
	if (p->symtab)
		om_symbols(m, 2, SHT_SYMTAB, p->symtab, p->n_symtab);
	if (p->dynsym)
		om_symbols(m, p->symtab ? 4 : 2, SHT_DYNSYM, p->dynsym, p->n_dynsym);
	if (p->id)
		om_build_id(m, p);
	if (p->link)
		om_debuglink(m, p);
	h = (GElf_Shdr){ .sh_type = SHT_PROGBITS, .sh_size = p->mini_size };
	if (p->mini)
		om_section(m, ".gnu_debugdata", h, p->mini, ELF_T_BYTE);
	h.sh_size = p->alt_size;
	if (p->alt)
		om_section(m, ".gnu_debugaltlink", h, p->alt, ELF_T_BYTE);
}

/* Writes the file to fd. */
static inline void make_object(const struct object_plan *p, int fd)
{
	struct object_maker *m = calloc(1, sizeof(*m));
	GElf_Shdr h = { .sh_type = SHT_STRTAB };
	GElf_Ehdr head;

	elf_version(EV_CURRENT);
	m->elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(m->elf);
	om_begin(m, p);
	om_sections(m, p);
	h.sh_size = m->names_size + sizeof(".shstrtab");
	om_section(m, ".shstrtab", h, m->names, ELF_T_BYTE);
	gelf_getehdr(m->elf, &head);
	elf_getshdrnum(m->elf, &m->used);
	head.e_shstrndx = (GElf_Half)(m->used - 1);
	assert_true(gelf_update_ehdr(m->elf, &head));
	if (elf_update(m->elf, ELF_C_WRITE) < 0)
		fail_msg("elf_update: %s", elf_errmsg(-1));
	elf_end(m->elf);
	free(m);
}

/* Makes the folders of a path, and a file there. */
static inline void make_object_at(const struct object_plan *p, const char *path)
{
	char folder[4096];
	int fd;

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		mkdir(folder, 0777);
	}
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	assert_true(fd >= 0);
	make_object(p, fd);
	close(fd);
}

#endif
