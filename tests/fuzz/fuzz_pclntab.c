// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as a Go program: as they are if they begin as an ELF file does, else as
 * what to change in a program that is right: two bytes say which one, then three
 * bytes each say where, and what to write. What is found must hold the place that
 * was asked for, and every text must end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libelf.h>

#include "symbols/pclntab.h"
#include "tests/support/pclntab_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void ask_lines(struct pclntab *p, uint64_t at)
{
	struct lines l;

	if (!pclntab_lines(p, at, &l))
		return;
	require(at >= l.start && at - l.start < l.size && l.n >= 1 && l.n <= LINES_MAX);
	for (size_t i = 0; i < l.n; i++)
		require(strlen(l.at[i].function) > 0 && strlen(l.at[i].file) < 65536);
}

static void ask_depths(struct pclntab *p, uint64_t at)
{
	struct pclntab_frame f[4];
	struct pclntab_depth d[4];
	size_t n = pclntab_depths(p, at, d, 4);

	for (size_t i = 0; i < n && i < 4; i++)
		require(d[i].start <= d[i].end && (i == 0 || d[i].start >= d[i - 1].end));
	n = pclntab_frames(p, at, f, 4);
	for (size_t i = 0; i < n && i < 4; i++)
		require(f[i].start <= f[i].end);
}

static void ask(struct pclntab *p, size_t size)
{
	for (uint64_t at = 0; at < size + 64; at += 1 + size / 512) {
		struct symbol s;

		if (pclntab_find(p, at, &s)) {
			require(at >= s.start && at - s.start < s.size);
			require(strlen(s.name) > 0);
		}
		ask_lines(p, at);
		ask_depths(p, at);
	}
}

static void change(uint8_t *bytes, const uint8_t *data, size_t size)
{
	const struct pclntab_plan plan = {
		.layout = (enum made_layout)(data[0] % MADE_LAYOUTS),
		.big = data[1] & 1,
		.narrow = data[1] & 2,
		.pie = data[1] & 4,
		.no_sections = data[1] & 8,
		.section = data[1] & 16 ? ".data.rel.ro" : NULL,
		.no_module = data[1] & 32,
		.two_texts = data[1] & 64,
		.circle = data[1] & 128,
		.machine = data[0] & 128 ? 183 : 0,
	};

	make_pclntab(&plan, bytes);
	for (size_t i = 2; i + 3 <= size; i += 3)
		bytes[(data[i] << 8 | data[i + 1]) % MADE_BYTES] = data[i + 2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t made[MADE_BYTES];
	struct pclntab *p = NULL;
	Elf *elf;

	if (size < 2)
		return 0;
	if (data[0] != 0x7f) {
		change(made, data, size);
		data = made;
		size = sizeof(made);
	}
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)data, size);
	if (!elf)
		return 0;
	if (pclntab_open(elf, "fuzz", &p, NULL) == 0)
		ask(p, size);
	pclntab_free(p);
	elf_end(elf);
	return 0;
}
