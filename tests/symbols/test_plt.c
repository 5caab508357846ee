// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/plt.h promises, on tables of each shape that linkers make. */
#include "tests/support/elf_maker.h"
#include "tests/support/elf_load.h"

#include <errno.h>
#include <stdlib.h>

#include <tape/cleanup.h>

#include "symbols/object.h"
#include "symbols/plt.h"

#define PLT	0x1000 /* offset of the code */
#define SLOTS	0x404000
#define SYMBOLS 4

struct plan {
	GElf_Half machine;   /* x86-64 */
	const char *section; /* .plt */
	const char *code;
	size_t size;
	const char *relocations; /* .rela.plt */
	Elf64_Rela rela[4];
	size_t n;
	const char *endless; /* all of the names' section, instead of those below */
};

static const char names[] = "\0malloc\0free\0puts\0";
static const GElf_Word name_at[] = { 0, 1, 8, 13 };

struct made {
	Elf *elf;
	char section_names[128];
	size_t used;
	Elf64_Sym symbols[SYMBOLS];
	Elf64_Rela rela[4];
};

static GElf_Word section_name(struct made *m, const char *name)
{
	size_t at = m->used ? m->used : 1;

	m->used = at + strlen(strcpy(m->section_names + at, name)) + 1;
	return (GElf_Word)at;
}

static void add(struct made *m, const char *name, GElf_Shdr h, const void *bytes, Elf_Type type)
{
	h.sh_name = section_name(m, name);
	h.sh_addralign = 1;
	made_section(m->elf, &h, bytes, type);
}

/* Sections: 1 the code, 2 the names, 3 the symbols, 4 the relocations, 5 their names. */
static void add_sections(struct made *m, const struct plan *p)
{
	GElf_Shdr h = {
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = BASE + PLT,
		.sh_offset = PLT,
		.sh_size = p->size,
	};

	add(m, p->section ? p->section : ".plt", h, p->code, ELF_T_BYTE);
	h = (GElf_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = 0x2000, .sh_size = sizeof(names) };
	if (p->endless)
		h.sh_size = strlen(p->endless);
	add(m, ".dynstr", h, p->endless ? p->endless : names, ELF_T_BYTE);
	for (size_t i = 0; i < SYMBOLS; i++)
		m->symbols[i].st_name = name_at[i];
	h = (GElf_Shdr){ .sh_type = SHT_DYNSYM, .sh_offset = 0x3000, .sh_link = 2 };
	h.sh_size = sizeof(m->symbols);
	h.sh_entsize = sizeof(*m->symbols);
	add(m, ".dynsym", h, m->symbols, ELF_T_SYM);
	memcpy(m->rela, p->rela, sizeof(m->rela));
	h = (GElf_Shdr){ .sh_type = SHT_RELA, .sh_offset = 0x4000, .sh_link = 3 };
	h.sh_size = p->n * sizeof(*m->rela);
	h.sh_entsize = sizeof(*m->rela);
	add(m, p->relocations ? p->relocations : ".rela.plt", h, m->rela, ELF_T_RELA);
	h = (GElf_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = 0x5000 };
	h.sh_name = section_name(m, ".shstrtab");
	h.sh_size = m->used;
	h.sh_addralign = 1;
	made_section(m->elf, &h, m->section_names, ELF_T_BYTE);
}

static int make(const struct plan *p)
{
	static struct made made;
	GElf_Phdr load = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X };
	int fd = memfd_create("made.elf", MFD_CLOEXEC);
	GElf_Ehdr head;
	Elf *elf;

	made = (struct made){ 0 };
	elf_version(EV_CURRENT);
	elf = made.elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(elf);
	assert_non_null(gelf_newehdr(elf, ELFCLASS64));
	gelf_getehdr(elf, &head);
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	head.e_machine = p->machine ? p->machine : EM_X86_64;
	head.e_type = ET_DYN;
	head.e_phoff = sizeof(Elf64_Ehdr);
	head.e_shoff = 0x800;
	head.e_shstrndx = 5;
	assert_true(gelf_update_ehdr(elf, &head));
	elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	assert_non_null(gelf_newphdr(elf, 1));
	load.p_offset = PLT;
	load.p_vaddr = BASE + PLT;
	load.p_filesz = load.p_memsz = 0x800;
	assert_true(gelf_update_phdr(elf, 0, &load));
	add_sections(&made, p);
	if (elf_update(elf, ELF_C_WRITE) < 0)
		fail_msg("elf_update: %s", elf_errmsg(-1));
	elf_end(elf);
	return fd;
}

static int read_plan(const struct plan *p, const struct elf_symbols *symbols, struct plt **ret)
{
	int fd = make(p), rc;
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);

	rc = plt_read(elf, symbols, ret);
	elf_end(elf);
	close(fd);
	return rc;
}

/* What code at an offset of the section is to be called, and where that is. name NULL: nothing. */
struct named {
	uint64_t at;
	const char *name;
	uint64_t start;
	uint64_t size;
};

static void expect(const struct plt *p, const struct named *want)
{
	struct symbol found;
	int rc = plt_find(p, PLT + want->at, &found);

	if (rc != (want->name != NULL))
		fail_msg("%s at %#llx", rc ? found.name : "nothing", (unsigned long long)want->at);
	if (!rc)
		return;
	assert_string_equal(found.name, want->name);
	assert_int_equal(found.start, PLT + want->start);
	assert_int_equal(found.size, want->size);
	assert_int_equal(found.origin, EV_SYMBOL_PLT);
}

static void expect_all(const struct plan *plan, const struct elf_symbols *symbols,
		       const struct named *want, size_t n)
{
	struct plt *p = NULL;

	assert_int_equal(read_plan(plan, symbols, &p), 0);
	for (size_t i = 0; i < n; i++)
		expect(p, &want[i]);
	plt_free(p);
}

#define EXPECT(plan, symbols, ...)                                                                 \
	expect_all(plan, symbols, (const struct named[]){ __VA_ARGS__ },                           \
		   sizeof((const struct named[]){ __VA_ARGS__ }) / sizeof(struct named))

#define SLOT(number, symbol)                                                                       \
	{                                                                                          \
		SLOTS + 8 * (number), ELF64_R_INFO(symbol, R_X86_64_JUMP_SLOT), 0                  \
	}
#define ARM_SLOT(number, symbol)                                                                   \
	{                                                                                          \
		SLOTS + 8 * (number), ELF64_R_INFO(symbol, R_AARCH64_JUMP_SLOT), 0                 \
	}
#define CODE(bytes) .code = (bytes), .size = sizeof(bytes) - 1

/* push, jmp to the loader; then two entries that jump through slots 3 and 4. */
static const char lazy[] = "\xff\x35\x02\x30\0\0\xff\x25\x04\x30\0\0\x0f\x1f\x40\0"
			   "\xff\x25\x02\x30\0\0\x68\0\0\0\0\xe9\xe0\xff\xff\xff"
			   "\xff\x25\xfa\x2f\0\0\x68\1\0\0\0\xe9\xd0\xff\xff\xff";

static const struct plan lazy_plan = { CODE(lazy), .rela = { SLOT(3, 2), SLOT(4, 1) }, .n = 2 };

static void an_entry_has_the_name_of_what_its_slot_is_for(void **state)
{
	(void)state;
	EXPECT(&lazy_plan, NULL, { 16, "free@plt", 16, 16 }, { 47, "malloc@plt", 32, 16 },
	       { 48, NULL, 0, 0 });
}

static void the_code_before_the_first_entry_is_called_plt(void **state)
{
	(void)state;
	EXPECT(&lazy_plan, NULL, { 0, ".plt", 0, 16 }, { 15, ".plt", 0, 16 });
}

static void entries_of_8_bytes_have_their_names(void **state)
{
	const struct plan plan = {
		CODE("\xff\x25\xfa\x2f\0\0\x66\x90"
		     "\xff\x25\xfa\x2f\0\0\x66\x90"),
		.section = ".plt.got",
		.relocations = ".rela.dyn",
		.rela = { SLOT(0, 1), SLOT(1, 3) },
		.n = 2,
	};

	(void)state;
	EXPECT(&plan, NULL, { 0, "malloc@plt", 0, 8 }, { 8, "puts@plt", 8, 8 });
}

static void entries_that_begin_with_endbr64_have_their_names(void **state)
{
	const struct plan plan = {
		CODE("\xf3\x0f\x1e\xfa\xff\x25\xf6\x2f\0\0\x66\x0f\x1f\x44\0\0"
		     "\xf3\x0f\x1e\xfa\xf2\xff\x25\xed\x2f\0\0\x0f\x1f\x44\0\0"
		     "\xf3\x0f\x1e\xfa\x41\xbb\2\0\0\0\xff\x25\xe0\x2f\0\0"),
		.section = ".plt.sec",
		.rela = { SLOT(0, 1), SLOT(1, 2), SLOT(2, 3) },
		.n = 3,
	};

	(void)state;
	EXPECT(&plan, NULL, { 0, "malloc@plt", 0, 16 }, { 16, "free@plt", 16, 16 },
	       { 32, "puts@plt", 32, 16 });
}

static void entries_that_push_a_number_have_the_name_of_that_relocation(void **state)
{
	const struct plan plan = {
		CODE("\xff\x35\x02\x30\0\0\xff\x25\x04\x30\0\0\x0f\x1f\x40\0"
		     "\xf3\x0f\x1e\xfa\x68\1\0\0\0\xe9\xe2\xff\xff\xff\x66\x90"
		     "\xf3\x0f\x1e\xfa\x68\0\0\0\0\xf2\xe9\xe1\xff\xff\xff\x90"
		     "\xf3\x0f\x1e\xfa\x68\xff\0\0\0\xe9\xe2\xff\xff\xff\x66\x90"),
		.rela = { SLOT(3, 1), SLOT(4, 2) },
		.n = 2,
	};

	(void)state;
	EXPECT(&plan, NULL, { 16, "free@plt", 16, 16 }, { 32, "malloc@plt", 32, 16 },
	       { 48, NULL, 0, 0 });
}

/* stp; adrp, ldr of slot 2, add, br; nops. Then entries of slots 3 and 4. */
static void entries_of_arm_have_their_names(void **state)
{
	const struct plan plan = {
		CODE("\xf0\x7b\xbf\xa9\x70\0\0\xb0\x11\x0a\x40\xf9\x10\x42\0\x91"
		     "\x20\x02\x1f\xd6\x1f\x20\x03\xd5\x1f\x20\x03\xd5\x1f\x20\x03\xd5"
		     "\x10\0\0\xf0\x11\x0e\x40\xf9\x10\x62\0\x91\x20\x02\x1f\xd6"
		     "\x5f\x24\x03\xd5\x10\0\0\xf0\x11\x12\x40\xf9\x10\x82\0\x91"
		     "\x20\x02\x1f\xd6\x1f\x20\x03\xd5"),
		.machine = EM_AARCH64,
		.rela = { ARM_SLOT(3, 1), ARM_SLOT(4, 2) },
		.n = 2,
	};

	(void)state;
	EXPECT(&plan, NULL, { 0, ".plt", 0, 32 }, { 32, "malloc@plt", 32, 16 },
	       { 48, "free@plt", 48, 24 });
}

static const struct plan choice_plan = {
	CODE("\xff\x25\xfa\x2f\0\0\x66\x90"),
	.rela = { { SLOTS, ELF64_R_INFO(0, R_X86_64_IRELATIVE), 0x401010 } },
	.n = 1,
};

static void a_function_that_the_program_chooses_is_named_after_who_chooses(void **state)
{
	const struct made_symbol chooser = FUNC("memcpy", 0x1010, 4, STB_GLOBAL);
	int fd = make_elf(&(struct elf_plan){ .symbols = &chooser, .n = 1 });
	struct elf_symbols *symbols = NULL;

	(void)state;
	assert_int_equal(elf_load_file(fd, "made", &symbols, NULL), 0);
	close(fd);
	EXPECT(&choice_plan, symbols, { 0, "memcpy@plt", 0, 8 });
	elf_symbols_free(symbols);
}

static void who_chooses_is_an_address_without_symbols(void **state)
{
	(void)state;
	EXPECT(&choice_plan, NULL, { 0, "*ABS*+0x401010@plt", 0, 8 });
}

static void an_entry_whose_slot_has_no_relocation_has_no_name(void **state)
{
	struct plan plan = lazy_plan;

	(void)state;
	plan.n = 1;
	EXPECT(&plan, NULL, { 16, "free@plt", 16, 16 }, { 32, NULL, 0, 0 });
}

static void a_file_without_entries_has_nothing_to_name(void **state)
{
	const struct plan plan = { CODE("\x90\x90\x90\x90\x90\x90\x90\x90"), .n = 1 };
	struct plt *p = NULL;

	(void)state;
	assert_int_equal(read_plan(&plan, NULL, &p), -ENODATA);
	assert_null(p);
}

static void a_name_that_does_not_end_is_none(void **state)
{
	struct plan plan = lazy_plan;
	struct plt *p = NULL;

	(void)state;
	plan.endless = "endless name";
	assert_int_equal(read_plan(&plan, NULL, &p), -ENODATA);
}

static void a_relocation_of_a_symbol_that_is_not_there_names_nothing(void **state)
{
	struct plan plan = lazy_plan;
	struct plt *p = NULL;

	(void)state;
	plan.rela[0].r_info = ELF64_R_INFO(SYMBOLS, R_X86_64_JUMP_SLOT);
	plan.rela[1].r_info = ELF64_R_INFO(0x80000000u, R_X86_64_JUMP_SLOT);
	assert_int_equal(read_plan(&plan, NULL, &p), -ENODATA);
}

static void code_that_ends_within_an_entry_is_read_to_its_end(void **state)
{
	(void)state;
	for (size_t size = 1; size < lazy_plan.size; size++) {
		struct plan plan = lazy_plan;
		struct plt *p = NULL;

		plan.code = malloc(size);
		memcpy((char *)plan.code, lazy, plan.size = size);
		if (read_plan(&plan, NULL, &p) == 0)
			expect(p, &(struct named){ size, NULL, 0, 0 });
		assert_int_equal(p != NULL, size >= 22);
		plt_free(p);
		free((char *)plan.code);
	}
}

static void an_object_names_entries_that_its_tables_do_not(void **state)
{
	int fd = make(&lazy_plan);
	struct object *o = NULL;
	struct symbol found;

	(void)state;
	assert_int_equal(object_open(fd, "made", NULL, &o, NULL), 0);
	assert_int_equal(object_find(o, PLT + 20, &found), 1);
	assert_string_equal(found.name, "free@plt");
	assert_int_equal(found.origin, EV_SYMBOL_PLT);
	object_free(o);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_has_the_name_of_what_its_slot_is_for),
		cmocka_unit_test(the_code_before_the_first_entry_is_called_plt),
		cmocka_unit_test(entries_of_8_bytes_have_their_names),
		cmocka_unit_test(entries_that_begin_with_endbr64_have_their_names),
		cmocka_unit_test(entries_that_push_a_number_have_the_name_of_that_relocation),
		cmocka_unit_test(entries_of_arm_have_their_names),
		cmocka_unit_test(a_function_that_the_program_chooses_is_named_after_who_chooses),
		cmocka_unit_test(who_chooses_is_an_address_without_symbols),
		cmocka_unit_test(an_entry_whose_slot_has_no_relocation_has_no_name),
		cmocka_unit_test(a_file_without_entries_has_nothing_to_name),
		cmocka_unit_test(a_name_that_does_not_end_is_none),
		cmocka_unit_test(a_relocation_of_a_symbol_that_is_not_there_names_nothing),
		cmocka_unit_test(code_that_ends_within_an_entry_is_read_to_its_end),
		cmocka_unit_test(an_object_names_entries_that_its_tables_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
