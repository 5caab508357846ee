// SPDX-License-Identifier: BSD-2-Clause
/*
 * bench/symbolize FILE <ADDRESSES: names, files and lines of addresses (hexadecimal,
 * one a line) much as `eu-addr2line -a -i -f -e FILE` prints them, so that both can be
 * measured and compared.
 *
 * bench/symbolize -n FILE <OFFSETS: names alone, of offsets in the file, a line each, as
 * record puts them into a tape; FILE "[kernel]": of addresses of the running kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/kallsyms.h"
#include "symbols/object.h"

struct segment {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
};

struct segments {
	struct segment at[64];
	size_t n;
};

static void read_segments(int fd, struct segments *ret)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	size_t n = 0;
	GElf_Phdr p;

	elf_getphdrnum(elf, &n);
	for (int i = 0; i < (int)n && ret->n < 64 && gelf_getphdr(elf, i, &p); i++) {
		if (p.p_type == PT_LOAD)
			ret->at[ret->n++] = (struct segment){ p.p_vaddr, p.p_offset, p.p_filesz };
	}
	elf_end(elf);
}

/* The offset in the file of an address, by the segment that it is loaded by. */
static uint64_t offset_of(const struct segments *s, uint64_t address)
{
	for (size_t i = 0; i < s->n; i++) {
		if (address >= s->at[i].address && address - s->at[i].address < s->at[i].size)
			return address - s->at[i].address + s->at[i].offset;
	}
	return UINT64_MAX;
}

static const char *or_unknown(const char *text)
{
	return *text ? text : "??";
}

static void print_lines(struct object *o, uint64_t offset)
{
	struct symbol symbol = { .name = "" };
	struct lines found = { .n = 0 };

	if (!object_lines(o, offset, &found)) {
		object_find(o, offset, &symbol);
		printf("%s\n??:0\n", or_unknown(symbol.name));
	}
	for (size_t i = 0; i < found.n; i++)
		printf("%s\n%s:%u\n", or_unknown(found.at[i].function),
		       or_unknown(found.at[i].file), found.at[i].line);
}

static int fail(const struct tape_error *err)
{
	fprintf(stderr, "symbolize: %s\n", err->text);
	return 1;
}

static void print_name(uint64_t address, bool found, const struct symbol *symbol)
{
	printf("0x%016" PRIx64 " %s\n", address, found ? or_unknown(symbol->name) : "??");
}

static int name_kernel(void)
{
	struct tape_error err;
	struct kallsyms *k;
	struct symbol symbol;
	char line[64];

	if (kallsyms_load("/proc/kallsyms", &k, &err) < 0)
		return fail(&err);
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t address = strtoull(line, NULL, 16);

		print_name(address, kallsyms_find(k, address, &symbol, NULL), &symbol);
	}
	kallsyms_free(k);
	return 0;
}

static void name_all(struct object *o)
{
	struct symbol symbol;
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		uint64_t offset = strtoull(line, NULL, 16);

		print_name(offset, object_find(o, offset, &symbol), &symbol);
	}
}

static void print_all(struct object *o, int fd)
{
	struct segments segments = { .n = 0 };
	char line[64];

	read_segments(fd, &segments);
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t address = strtoull(line, NULL, 16);

		printf("0x%016" PRIx64 "\n", address);
		print_lines(o, offset_of(&segments, address));
	}
}

int main(int argc, char **argv)
{
	bool names = argc == 3 && !strcmp(argv[1], "-n");
	const struct object_options options = { .tables_only = names };
	const char *path = argv[argc - 1];
	struct tape_error err;
	struct object *o;
	int fd;

	if (names && !strcmp(path, "[kernel]"))
		return name_kernel();
	fd = names || argc == 2 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) {
		fprintf(stderr, "usage: symbolize [-n] FILE <ADDRESSES\n");
		return 2;
	}
	elf_version(EV_CURRENT);
	if (object_open(fd, path, &options, &o, &err) < 0)
		return fail(&err);
	if (names)
		name_all(o);
	else
		print_all(o, fd);
	object_free(o);
	close(fd);
	return 0;
}
