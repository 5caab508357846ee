// SPDX-License-Identifier: BSD-2-Clause
/* Each part of the file is written by a function of its own, at its fixed place. */
#include <elf.h>
#include <string.h>

#include "tests/support/pclntab_maker.h"

enum {
	NAMES = 0x80, /* parts of the table, from its head on */
	UNITS = 0x100,
	FILES = 0x140,
	VALUES = 0x200,
	FUNCTIONS = 0x300,
	RECORDS = 0x80, /* from the functions on */
	RECORD = 0x80,
	TEXTS = 0x3700, /* offsets in the file */
	RELOCS = 0x3800,
	DYNAMIC = 0x3f00,
	SECTIONS = 0x4000,
	SECTION_NAMES = 0x4800,
	SPLIT = 0x1800, /* the second text */
	TEXT_SIZE = 0x100,
	FIRST_NAME = 5, /* number of a name for main.first, the last one */
};

struct maker {
	const struct pclntab_plan *plan;
	uint8_t *bytes;
	size_t word;
	size_t n_relocs;
	size_t values; /* the end of what was written of them */
};

static void put(struct maker *m, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		m->bytes[at + i] = (uint8_t)(value >> 8 * (m->plan->big ? size - 1 - i : i));
}

static void put_word(struct maker *m, size_t at, uint64_t value)
{
	put(m, at, value, m->word);
}

static void put_pointer(struct maker *m, size_t at, uint64_t value)
{
	size_t reloc = RELOCS + m->n_relocs * 3 * m->word;

	if (!m->plan->pie || value == 0) {
		put_word(m, at, value);
		return;
	}
	put_word(m, reloc, at + MADE_DATA_BASE);
	put_word(m, reloc + m->word, R_X86_64_RELATIVE);
	put_word(m, reloc + 2 * m->word, value);
	m->n_relocs++;
}

static void put_text(struct maker *m, size_t at, const char *text)
{
	memcpy(m->bytes + at, text, strlen(text) + 1);
}

static bool is_old(const struct maker *m)
{
	return m->plan->layout <= MADE_1_13;
}

static bool is_by_address(const struct maker *m)
{
	return m->plan->layout <= MADE_1_16;
}

struct value {
	uint64_t length; /* bytes of code; 0: the end */
	int32_t value;
};

/* A table of values. Returns its offset among them. */
static uint32_t put_values(struct maker *m, const struct value *v)
{
	size_t begin = m->values;
	int32_t last = -1;

	for (; v->length; v++) {
		int32_t change = v->value - last;
		uint32_t n = change < 0 ? ~((uint32_t)change << 1) : (uint32_t)change << 1;

		for (; n >= 0x80; n >>= 7)
			m->bytes[m->values++] = (uint8_t)(n | 0x80);
		m->bytes[m->values++] = (uint8_t)n;
		m->bytes[m->values++] = (uint8_t)v->length;
		last = v->value;
	}
	m->bytes[m->values++] = 0;
	return (uint32_t)(begin - MADE_TABLE - (is_old(m) ? 0 : VALUES));
}

#define VALUES_OF(m, ...) put_values(m, (const struct value[]){ __VA_ARGS__, { 0, 0 } })

/* Names from NAMES on, files from FILES on. Offsets count from there, or from the head. */
static void put_names(struct maker *m)
{
	put_text(m, MADE_TABLE + NAMES, "main.first");
	put_text(m, MADE_TABLE + NAMES + 16, "main.second");
	put_text(m, MADE_TABLE + NAMES + 32, "main.last");
	put_text(m, MADE_TABLE + NAMES + 48, "main.inner");
	put_text(m, MADE_TABLE + NAMES + 64, "main.deepest");
	if (m->plan->first)
		put_text(m, MADE_TABLE + NAMES + 16 * FIRST_NAME, m->plan->first);
	put_text(m, MADE_TABLE + FILES, "/src/a.go");
	put_text(m, MADE_TABLE + FILES + 16, "/src/b.go");
	put_text(m, MADE_TABLE + FILES + 32, "/src/c.go");
	/* Files of the unit, by number; of old, their count is the first. */
	for (uint32_t i = 0; i < 3; i++)
		put(m, MADE_TABLE + UNITS + (is_old(m) ? 4 : 0) + 4 * i,
		    (is_old(m) ? FILES : 0) + 16 * i, 4);
	if (is_old(m))
		put(m, MADE_TABLE + UNITS, 4, 4);
}

static uint32_t name(const struct maker *m, uint32_t n)
{
	return (is_old(m) ? NAMES : 0) + 16 * n;
}

/* The number of a file. */
static int32_t file(const struct maker *m, int32_t n)
{
	return n + (is_old(m) ? 1 : 0);
}

static void put_call(struct maker *m, uint32_t n, uint32_t place, uint32_t line)
{
	bool old = m->plan->layout < MADE_1_20;
	size_t at = MADE_FUNCDATA + 0x10 + (old ? 20 : 16) * n;
	int parent = m->plan->circle ? (int)n : (int)n - 1;

	if (old) {
		put(m, at, (uint64_t)parent, 2);
		put(m, at + 4, (uint64_t)file(m, n ? 2 : 1), 4);
		put(m, at + 8, line, 4);
		put(m, at + 12, name(m, 3 + n), 4);
		put(m, at + 16, place, 4);
	} else {
		put(m, at + 4, name(m, 3 + n), 4);
		put(m, at + 8, m->plan->circle ? 0x20 + 0x20 * n : place, 4);
		put(m, at + 12, 100 + 100 * n, 4);
	}
}

/* pcdata and funcdata of the inlined calls have these numbers. */
static uint32_t pcdata_number(const struct maker *m)
{
	return m->plan->layout == MADE_1_12 ? 1 : 2;
}

static uint32_t funcdata_number(const struct maker *m)
{
	return m->plan->layout == MADE_1_12 ? 2 : m->plan->layout == MADE_1_13 ? 4 : 3;
}

struct record {
	uint32_t depths, file, line, calls;
	uint32_t first_line;
};

/* The n-th function's record. */
static void put_record(struct maker *m, uint32_t n, const struct record *r)
{
	bool old = m->plan->layout < MADE_1_18;
	size_t at = MADE_TABLE + FUNCTIONS + RECORDS + RECORD * n;
	static const uint32_t starts[] = { 0, 0x40, 0xc0 };

	if (old)
		put_pointer(m, at, MADE_TEXT + MADE_TEXT_BASE + starts[n]);
	else
		put(m, at, starts[n], 4);
	at += old ? m->word : 4;
	put(m, at, name(m, n == 0 && m->plan->first ? FIRST_NAME : n), 4);
	put(m, at + 12, r->depths, 4);
	put(m, at + 16, r->file, 4);
	put(m, at + 20, r->line, 4);
	put(m, at + 24, r->calls ? pcdata_number(m) + 1 : 0, 4);
	at += is_old(m) ? 28 : 32;
	if (m->plan->layout >= MADE_1_20) {
		put(m, at, r->first_line, 4);
		at += 4;
	}
	m->bytes[at + 3] = r->calls ? (uint8_t)(funcdata_number(m) + 1) : 0;
	at += 4;
	if (!r->calls)
		return;
	put(m, at + 4 * pcdata_number(m), r->calls, 4);
	at += 4 * (pcdata_number(m) + 1);
	if (old) {
		at = (at + m->word - 1) / m->word * m->word;
		put_pointer(m, at + m->word * funcdata_number(m),
			    MADE_FUNCDATA + 0x10 + MADE_DATA_BASE);
		return;
	}
	for (uint32_t i = 0; i < funcdata_number(m); i++)
		put(m, at + 4 * i, UINT32_MAX, 4);
	put(m, at + 4 * funcdata_number(m), 0x10, 4);
}

static void put_functions(struct maker *m)
{
	uint32_t a, b, lines, calls, depths;

	m->values = MADE_TABLE + VALUES + 1;
	a = VALUES_OF(m, { 0x40, file(m, 0) });
	lines = VALUES_OF(m, { 0x10, 10 }, { 0x20, 12 });
	depths = VALUES_OF(m, { 8, 0 }, { 0x30, 24 }, { 8, 0 });
	put_record(m, 0, &(struct record){ depths, a, lines, 0, 9 });
	b = VALUES_OF(m, { 0x20, file(m, 1) }, { 0x40, file(m, 2) }, { 0x20, file(m, 1) });
	lines = VALUES_OF(m, { 0x10, 20 }, { 0x10, 21 }, { 0x20, 101 }, { 0x20, 201 },
			  { 0x20, 22 });
	calls = VALUES_OF(m, { 0x20, -1 }, { 0x20, 0 }, { 0x20, 1 }, { 0x20, -1 });
	put_record(m, 1, &(struct record){ depths, b, lines, calls, 19 });
	put_record(m, 2, &(struct record){ 0 });
	put_call(m, 0, 0x10, 21);
	put_call(m, 1, 0x28, 101);
}

/* The list of functions, and the files' place behind that of 1.12. */
static void put_list(struct maker *m, size_t at)
{
	static const uint32_t starts[] = { 0, 0x40, 0xc0, TEXT_SIZE };
	size_t field = is_by_address(m) ? m->word : 4;
	uint32_t base = is_old(m) ? FUNCTIONS : 0;

	for (uint32_t i = 0; i < 4; i++) {
		if (is_by_address(m))
			put_pointer(m, at + 2 * i * field, MADE_TEXT + MADE_TEXT_BASE + starts[i]);
		else
			put(m, at + 2 * i * field, starts[i], 4);
		if (i < 3)
			put(m, at + (2 * i + 1) * field, base + RECORDS + RECORD * i, field);
	}
	if (is_old(m))
		put(m, at + 7 * field, UNITS, 4);
}

static void put_head(struct maker *m)
{
	static const uint32_t magics[] = { 0xfffffffb, 0xfffffffb, 0xfffffffa, 0xfffffff0,
					   0xfffffff1, 0xfffffff1, 0xfffffff1 };
	static const uint32_t parts[] = { NAMES, UNITS, FILES, VALUES, FUNCTIONS };
	size_t at = MADE_TABLE + 8;

	put(m, MADE_TABLE, magics[m->plan->layout], 4);
	m->bytes[MADE_TABLE + 6] = 1;
	m->bytes[MADE_TABLE + 7] = (uint8_t)m->word;
	put_word(m, at, 3);
	if (is_old(m)) {
		put_list(m, at + m->word);
		return;
	}
	put_word(m, at + m->word, 3);
	at += 2 * m->word;
	if (!is_by_address(m)) {
		if (m->plan->layout < MADE_1_26)
			put_pointer(m, at, MADE_TEXT + MADE_TEXT_BASE);
		at += m->word;
	}
	for (size_t i = 0; i < 5; i++)
		put_word(m, at + i * m->word, parts[i]);
	put_list(m, MADE_TABLE + FUNCTIONS);
}

/* Two texts: the last function is in the second. */
static void put_texts(struct maker *m, size_t slice)
{
	static const uint64_t texts[] = { 0, 0xc0, 0xc0, TEXT_SIZE };

	put_pointer(m, slice, TEXTS + MADE_DATA_BASE);
	put_word(m, slice + m->word, 2);
	put_word(m, slice + 2 * m->word, 2);
	for (size_t i = 0; i < 2; i++) {
		size_t at = TEXTS + 3 * m->word * i;

		put_word(m, at, texts[2 * i]);
		put_word(m, at + m->word, texts[2 * i + 1]);
		put_pointer(m, at + 2 * m->word,
			    (i ? SPLIT : MADE_TEXT) + (uint64_t)MADE_TEXT_BASE);
	}
}

static void put_module(struct maker *m)
{
	static const uint32_t parts[] = { NAMES, UNITS, FILES, VALUES, FUNCTIONS };
	size_t funcdata = m->plan->layout == MADE_1_18 ? 38 : m->plan->layout < MADE_1_27 ? 40 : 43;
	size_t texts = funcdata + (m->plan->layout >= MADE_1_26 ? 2 : 1);

	put_pointer(m, MADE_MODULE, MADE_TABLE + MADE_DATA_BASE);
	for (size_t i = 0; i < 5; i++)
		put_pointer(m, MADE_MODULE + (1 + 3 * i) * m->word,
			    MADE_TABLE + MADE_DATA_BASE + parts[i]);
	put_pointer(m, MADE_MODULE + 22 * m->word, MADE_TEXT + MADE_TEXT_BASE);
	put_pointer(m, MADE_MODULE + 23 * m->word, MADE_TEXT + MADE_TEXT_BASE + TEXT_SIZE);
	put_pointer(m, MADE_MODULE + funcdata * m->word, MADE_FUNCDATA + MADE_DATA_BASE);
	if (m->plan->zeros)
		put_pointer(m, MADE_MODULE + 37 * m->word, MADE_MODULE + 0x400 + MADE_DATA_BASE);
	if (m->plan->two_texts)
		put_texts(m, MADE_MODULE + texts * m->word);
}

/* A program header's fields are in another order with 32 bits. */
static void put_segment(struct maker *m, size_t n, const Elf64_Phdr *p)
{
	size_t at = m->word == 8 ? 0x40 + 56 * n : 0x34 + 32 * n;

	put(m, at, p->p_type, 4);
	if (m->word == 8)
		put(m, at + 4, p->p_flags, 4);
	at += m->word;
	put_word(m, at, p->p_offset);
	put_word(m, at + m->word, p->p_vaddr);
	put_word(m, at + 3 * m->word, p->p_filesz);
	put_word(m, at + 4 * m->word, p->p_filesz);
	if (m->word == 4)
		put(m, at + 20, p->p_flags, 4);
}

static void put_section(struct maker *m, size_t n, uint32_t name_at, const Elf64_Shdr *s)
{
	size_t at = SECTIONS + n * (m->word == 8 ? 64 : 40);

	put(m, at, name_at, 4);
	put(m, at + 4, s->sh_type, 4);
	put_word(m, at + 8, s->sh_flags);
	put_word(m, at + 8 + m->word, s->sh_addr);
	put_word(m, at + 8 + 2 * m->word, s->sh_offset);
	put_word(m, at + 8 + 3 * m->word, s->sh_size);
}

static void put_sections(struct maker *m)
{
	put_text(m, SECTION_NAMES + 1, m->plan->section ? m->plan->section : ".gopclntab");
	put_text(m, SECTION_NAMES + 32, ".shstrtab");
	put_text(m, SECTION_NAMES + 64, ".go.buildinfo");
	put_section(m, 1, 1,
		    &(Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				   .sh_flags = SHF_ALLOC,
				   .sh_addr = MADE_TABLE + MADE_DATA_BASE,
				   .sh_offset = MADE_TABLE,
				   .sh_size = MADE_FUNCDATA - MADE_TABLE });
	put_section(
		m, 2, 32,
		&(Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = SECTION_NAMES, .sh_size = 96 });
	put_section(m, 3, 64,
		    &(Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				   .sh_flags = SHF_ALLOC,
				   .sh_addr = TEXTS + MADE_DATA_BASE,
				   .sh_offset = TEXTS,
				   .sh_size = 16 });
}

static void put_elf(struct maker *m)
{
	bool wide = m->word == 8;
	size_t at = 24;

	memcpy(m->bytes, ELFMAG, SELFMAG);
	m->bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	m->bytes[EI_DATA] = m->plan->big ? ELFDATA2MSB : ELFDATA2LSB;
	m->bytes[EI_VERSION] = EV_CURRENT;
	put(m, 16, m->plan->pie ? ET_DYN : ET_EXEC, 2);
	put(m, 18, m->plan->machine ? m->plan->machine : EM_X86_64, 2);
	put(m, 20, EV_CURRENT, 4);
	put_word(m, at + m->word, wide ? 0x40 : 0x34);
	put_word(m, at + 2 * m->word, m->plan->no_sections ? 0 : SECTIONS);
	at += 3 * m->word + 4;
	put(m, at, wide ? 0x40 : 0x34, 2);
	put(m, at + 2, wide ? 56 : 32, 2);
	put(m, at + 4, 3, 2);
	put(m, at + 6, wide ? 64 : 40, 2);
	put(m, at + 8, m->plan->no_sections ? 0 : 4, 2);
	put(m, at + 10, m->plan->no_sections ? 0 : 2, 2);
	put_segment(m, 0,
		    &(Elf64_Phdr){ .p_type = PT_LOAD,
				   .p_flags = PF_R | PF_X,
				   .p_offset = MADE_TEXT,
				   .p_vaddr = MADE_TEXT + MADE_TEXT_BASE,
				   .p_filesz = 0x1000 });
	put_segment(m, 1,
		    &(Elf64_Phdr){ .p_type = PT_LOAD,
				   .p_flags = PF_R | PF_W,
				   .p_offset = MADE_TABLE,
				   .p_vaddr = MADE_TABLE + MADE_DATA_BASE,
				   .p_filesz = SECTIONS - MADE_TABLE });
	put_segment(m, 2,
		    &(Elf64_Phdr){ .p_type = PT_DYNAMIC,
				   .p_flags = PF_R | PF_W,
				   .p_offset = DYNAMIC,
				   .p_vaddr = DYNAMIC + MADE_DATA_BASE,
				   .p_filesz = 0x60 });
}

void make_pclntab(const struct pclntab_plan *plan, uint8_t *bytes)
{
	struct maker m = { .plan = plan, .bytes = bytes, .word = plan->narrow ? 4 : 8 };

	memset(bytes, 0, MADE_BYTES);
	put_elf(&m);
	if (!plan->no_sections)
		put_sections(&m);
	put_head(&m);
	put_names(&m);
	put_functions(&m);
	if (!is_by_address(&m) && !plan->no_module)
		put_module(&m);
	/* main.first saves the frame pointer as Go before 1.21 did: mov [rsp + 16], rbp. */
	memcpy(bytes + MADE_TEXT + 8, "\x48\x89\x6c\x24\x10", 5);
	put_word(&m, DYNAMIC, DT_RELA);
	put_word(&m, DYNAMIC + m.word, RELOCS + MADE_DATA_BASE);
	put_word(&m, DYNAMIC + 2 * m.word, DT_RELASZ);
	put_word(&m, DYNAMIC + 3 * m.word, m.n_relocs * 3 * m.word);
}
