/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes small ELF files of any class and byte order, to order. .text stands at
 * address 0x401000 and offset 0x1000, .init at 0x402000 and 0x2000 (both in one
 * segment), .data at 0x404000 and 0x3000.
 */
#ifndef TESTS_ELF_MAKER_H
#define TESTS_ELF_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <gelf.h>
#include <libelf.h>

#define TEXT	     0x1000 /* offset of .text */
#define INIT	     0x2000 /* offset of .init */
#define SECTION_SIZE 0x800
#define BASE	     0x400000 /* what an address of code has more than its offset */

enum { IN_TEXT = 1, IN_INIT = 2, IN_DATA = 3 };

struct made_symbol {
	const char *name;
	uint64_t value;
	uint64_t size;
	unsigned char type;
	unsigned char bind;
	GElf_Section section;
};

struct elf_plan {
	unsigned char class, data; /* 64 bits, little-endian unless set */
	GElf_Half machine;	   /* x86-64 */
	GElf_Half type;		   /* a program */
	GElf_Word table;	   /* SHT_SYMTAB */
	bool no_segments;
	bool segment_without_init;
	bool text_without_bytes;
	const struct made_symbol *symbols;
	size_t n;
	const char *strings; /* instead of the names, if set: symbols name each of its bytes */
	size_t strings_size;
	const GElf_Word *numbers; /* a section of the symbols' section numbers */
	const uint8_t *notes;
	size_t notes_size;
	bool notes_in_section; /* and not in a segment */
};

#define FUNC(n, at, bytes, how)                                                                    \
	{                                                                                          \
		n, BASE + (at), bytes, STT_FUNC, how, IN_TEXT                                      \
	}

static inline Elf_Data *made_section(Elf *elf, const GElf_Shdr *head, const void *bytes,
				     Elf_Type type)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *data = elf_newdata(scn);
	GElf_Shdr now;

	assert_non_null(data);
	data->d_buf = (void *)bytes;
	data->d_size = head->sh_type == SHT_NOBITS ? SECTION_SIZE : head->sh_size;
	data->d_type = type;
	data->d_align = 1;
	gelf_getshdr(scn, &now);
	now = *head;
	assert_true(gelf_update_shdr(scn, &now));
	return data;
}

static inline void made_code(Elf *elf, const struct elf_plan *plan)
{
	static const char bytes[SECTION_SIZE];
	bool relocatable = plan->type == ET_REL;
	GElf_Shdr h = {
		.sh_type = plan->text_without_bytes ? SHT_NOBITS : SHT_PROGBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = relocatable ? 0 : BASE + TEXT,
		.sh_offset = TEXT,
		.sh_size = SECTION_SIZE,
	};

	made_section(elf, &h, bytes, ELF_T_BYTE);
	h.sh_type = SHT_PROGBITS;
	h.sh_addr = relocatable ? 0 : BASE + INIT;
	h.sh_offset = INIT;
	made_section(elf, &h, bytes, ELF_T_BYTE);
	h.sh_flags = SHF_ALLOC | SHF_WRITE;
	h.sh_addr = relocatable ? 0 : 0x404000;
	h.sh_offset = 0x3000;
	made_section(elf, &h, bytes, ELF_T_BYTE);
}

static inline void made_segments(Elf *elf, const struct elf_plan *plan)
{
	bool notes = plan->notes_size && !plan->notes_in_section;
	GElf_Phdr p = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = TEXT,
		.p_vaddr = BASE + TEXT,
		.p_filesz = INIT - TEXT + SECTION_SIZE,
		.p_memsz = INIT - TEXT + SECTION_SIZE,
	};

	if (plan->no_segments)
		return;
	if (plan->segment_without_init)
		p.p_filesz = p.p_memsz = SECTION_SIZE;
	assert_non_null(gelf_newphdr(elf, notes ? 2 : 1));
	assert_true(gelf_update_phdr(elf, 0, &p));
	if (!notes)
		return;
	p = (GElf_Phdr){ .p_type = PT_NOTE, .p_offset = 0x3800, .p_filesz = plan->notes_size };
	p.p_align = 4;
	assert_true(gelf_update_phdr(elf, 1, &p));
}

static inline void made_symbol(const struct elf_plan *plan, void *room, size_t index, size_t name)
{
	const struct made_symbol *m = &plan->symbols[index];

	if (plan->class == ELFCLASS32) {
		((Elf32_Sym *)room)[index + 1] = (Elf32_Sym){
			.st_name = (Elf32_Word)name,
			.st_info = ELF32_ST_INFO(m->bind, m->type),
			.st_shndx = m->section,
			.st_value = (Elf32_Addr)m->value,
			.st_size = (Elf32_Word)m->size,
		};
	} else {
		((Elf64_Sym *)room)[index + 1] = (Elf64_Sym){
			.st_name = (Elf64_Word)name,
			.st_info = ELF64_ST_INFO(m->bind, m->type),
			.st_shndx = m->section,
			.st_value = m->value,
			.st_size = m->size,
		};
	}
}

/* Section 4: the strings; 5: the symbols. */
static inline void made_symbols(Elf *elf, const struct elf_plan *plan, void *room, char *strings)
{
	size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	GElf_Shdr h = { .sh_type = SHT_STRTAB, .sh_offset = 0x4000, .sh_addralign = 1 };
	size_t at = 1;

	memset(room, 0, entry);
	for (size_t i = 0; i < plan->n; i++) {
		made_symbol(plan, room, i, at);
		if (plan->strings)
			at++;
		else
			at = (size_t)(stpcpy(strings + at, plan->symbols[i].name) - strings) + 1;
	}
	if (plan->strings)
		memcpy(strings, plan->strings, at = plan->strings_size);
	h.sh_size = at;
	made_section(elf, &h, strings, ELF_T_BYTE);
	h = (GElf_Shdr){
		.sh_type = plan->table ? plan->table : SHT_SYMTAB,
		.sh_offset = 0x100000,
		.sh_size = (plan->n + 1) * entry,
		.sh_link = 4,
		.sh_entsize = entry,
		.sh_addralign = 1,
	};
	made_section(elf, &h, room, ELF_T_SYM);
}

static inline void made_extras(Elf *elf, const struct elf_plan *plan)
{
	GElf_Shdr h = { .sh_type = SHT_NOTE, .sh_offset = 0x3800, .sh_size = plan->notes_size };

	if (plan->notes_size) {
		if (!plan->notes_in_section)
			h.sh_type = SHT_PROGBITS;
		h.sh_addralign = 4;
		made_section(elf, &h, plan->notes, ELF_T_BYTE);
	}
	if (plan->numbers) {
		h = (GElf_Shdr){
			.sh_type = SHT_SYMTAB_SHNDX,
			.sh_offset = 0x3900,
			.sh_size = (plan->n + 1) * sizeof(GElf_Word),
			.sh_link = 5,
			.sh_entsize = sizeof(GElf_Word),
			.sh_addralign = 1,
		};
		made_section(elf, &h, plan->numbers, ELF_T_WORD);
	}
}

/* Writes the file to fd. */
static inline void write_elf(const struct elf_plan *plan, int fd)
{
	static GElf_Sym room[64 * 1024];
	static char strings[512 * 1024];
	GElf_Ehdr head;
	Elf *elf;

	assert_true(plan->n < sizeof(room) / sizeof(room[0]));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(elf);
	assert_non_null(gelf_newehdr(elf, plan->class ? plan->class : ELFCLASS64));
	gelf_getehdr(elf, &head);
	head.e_ident[EI_DATA] = plan->data ? plan->data : ELFDATA2LSB;
	head.e_machine = plan->machine ? plan->machine : EM_X86_64;
	head.e_type = plan->type ? plan->type : ET_EXEC;
	head.e_phoff = plan->no_segments ? 0 : 0x80;
	head.e_shoff = 0x800;
	assert_true(gelf_update_ehdr(elf, &head));
	elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	made_segments(elf, plan);
	made_code(elf, plan);
	if (plan->n)
		made_symbols(elf, plan, room, strings);
	made_extras(elf, plan);
	if (elf_update(elf, ELF_C_WRITE) < 0)
		fail_msg("elf_update: %s", elf_errmsg(-1));
	elf_end(elf);
}

/* Gives a file without a name; the caller closes it. */
static inline int make_elf(const struct elf_plan *plan)
{
	int fd = memfd_create("made.elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	write_elf(plan, fd);
	return fd;
}

#endif
