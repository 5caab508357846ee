// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads through elf_getdata_rawchunk(), which gives bytes of files and of images in
 * memory alike and keeps each chunk until elf_end(): texts can be lent without a
 * copy. Windows overlap, so that what is short stands in one of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>

#include "symbols/pclntab_image.h"

#define WINDOW (64u * 1024)

/* Real files have a dozen; each question walks along them. */
#define MOST_LOADS 64

/* A real program needs four or so; each is a walk along all of them. */
#define MOST_RELOCATES 256

static uint64_t number(const struct pclntab_image *im, const uint8_t *bytes, size_t size)
{
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n |= (uint64_t)bytes[i] << 8 * (im->big ? size - 1 - i : i);
	return n;
}

uint32_t pclntab_image_u32(const struct pclntab_image *im, const uint8_t *bytes)
{
	return (uint32_t)number(im, bytes, 4);
}

uint64_t pclntab_image_word(const struct pclntab_image *im, const uint8_t *bytes)
{
	return number(im, bytes, im->word);
}

static const struct pclntab_load *load_of(const struct pclntab_image *im, uint64_t address)
{
	for (size_t i = 0; i < im->n_loads; i++) {
		if (address - im->loads[i].address < im->loads[i].size)
			return &im->loads[i];
	}
	return NULL;
}

int pclntab_image_segment(const struct pclntab_image *im, uint64_t offset, struct pclntab_load *ret)
{
	for (size_t i = 0; i < im->n_loads; i++) {
		if (offset - im->loads[i].offset < im->loads[i].size) {
			*ret = im->loads[i];
			return 1;
		}
	}
	return 0;
}

uint64_t pclntab_image_room(const struct pclntab_image *im, uint64_t address)
{
	const struct pclntab_load *l = load_of(im, address);

	return l ? l->size - (address - l->address) : 0;
}

/*
 * A window, and as much of the file behind it as a short piece may need. A file that
 * is shorter than its segments say gives what a smaller piece still holds.
 */
static const struct pclntab_window *window(struct pclntab_image *im, uint64_t offset)
{
	uint64_t n = offset / WINDOW + 1, start = (n - 1) * WINDOW;
	struct pclntab_window *w = &im->windows[n % PCLNTAB_IMAGE_WINDOWS];
	size_t size = WINDOW + PCLNTAB_IMAGE_MOST;
	Elf_Data *data = NULL;

	if (w->number == n)
		return w;
	if (size > im->end - start)
		size = im->end - start;
	for (; !data && size && start <= INT64_MAX; size /= 2)
		data = elf_getdata_rawchunk(im->elf, (int64_t)start, size, ELF_T_BYTE);
	*w = (struct pclntab_window){ .number = n };
	if (data && data->d_buf) {
		w->bytes = data->d_buf;
		w->size = data->d_size;
	}
	return w;
}

const uint8_t *pclntab_image_run(struct pclntab_image *im, uint64_t address, size_t *size)
{
	const struct pclntab_load *l = load_of(im, address);
	const struct pclntab_window *w;
	uint64_t offset;
	size_t at;

	if (!l)
		return NULL;
	offset = l->offset + (address - l->address);
	w = window(im, offset);
	at = offset % WINDOW;
	if (at >= w->size)
		return NULL;
	*size = w->size - at;
	if (*size > l->size - (address - l->address))
		*size = l->size - (address - l->address);
	return w->bytes + at;
}

const uint8_t *pclntab_image_bytes(struct pclntab_image *im, uint64_t address, size_t size)
{
	size_t there;
	const uint8_t *bytes = pclntab_image_run(im, address, &there);

	return bytes && size <= there ? bytes : NULL;
}

const char *pclntab_image_text(struct pclntab_image *im, uint64_t address)
{
	size_t there;
	const uint8_t *bytes = pclntab_image_run(im, address, &there);

	if (there > PCLNTAB_IMAGE_MOST)
		there = PCLNTAB_IMAGE_MOST;
	return bytes && memchr(bytes, 0, there) ? (const char *)bytes : NULL;
}

/* --- relocations --- */

/* Only of this type: the place is to hold the addend, moved as the program is. */
static uint32_t relative_type(uint32_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return R_X86_64_RELATIVE;
	case EM_AARCH64:
		return R_AARCH64_RELATIVE;
	case EM_S390:
		return R_390_RELATIVE;
	case EM_PPC64:
		return R_PPC64_RELATIVE;
	case EM_RISCV:
		return R_RISCV_RELATIVE;
	default:
		return 0;
	}
}

/* 1 with *ret, 0 if it is none of those that count, -ENODATA where the file ends. */
static int read_reloc(struct pclntab_image *im, uint64_t n, struct pclntab_reloc *ret)
{
	size_t word = im->word;
	const uint8_t *bytes = pclntab_image_bytes(im, im->rela + n * 3 * word, 3 * word);
	uint64_t info;

	if (!bytes)
		return -ENODATA;
	info = pclntab_image_word(im, bytes + word);
	if ((word == 8 ? (uint32_t)info : (uint8_t)info) != relative_type(im->machine))
		return 0;
	*ret = (struct pclntab_reloc){
		.address = pclntab_image_word(im, bytes),
		.value = pclntab_image_word(im, bytes + 2 * word),
	};
	return 1;
}

static int by_address(const void *a, const void *b)
{
	const struct pclntab_reloc *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

int pclntab_image_relocate(struct pclntab_image *im, uint64_t start, uint64_t end)
{
	struct pclntab_reloc r, *room = NULL;
	size_t n = 0, size = 0;
	int rc = 0;

	if (im->relocates_left == 0)
		return -ENODATA;
	im->relocates_left--;
	for (uint64_t i = 0; i < im->n_rela && rc >= 0; i++) {
		rc = read_reloc(im, i, &r);
		if (rc <= 0 || r.address - start >= end - start)
			continue;
		if (n == size) {
			struct pclntab_reloc *larger;

			size = size ? 2 * size : 256;
			larger = realloc(room, size * sizeof(*room));
			if (!larger)
				return free(room), -ENOMEM;
			room = larger;
		}
		room[n++] = r;
	}
	if (n)
		qsort(room, n, sizeof(*room), by_address);
	free(im->relocs);
	im->relocs = room;
	im->n_relocs = n;
	return 0;
}

uint64_t pclntab_image_pointing(struct pclntab_image *im, uint64_t n, uint64_t value,
				uint64_t *address)
{
	struct pclntab_reloc r;
	int rc = 0;

	for (; n < im->n_rela && rc >= 0; n++) {
		rc = read_reloc(im, n, &r);
		if (rc > 0 && r.value == value) {
			*address = r.address;
			return n;
		}
	}
	return im->n_rela;
}

int pclntab_image_pointer(struct pclntab_image *im, uint64_t address, uint64_t *ret)
{
	const struct pclntab_reloc key = { .address = address }, *found = NULL;
	const uint8_t *bytes;

	if (im->n_relocs)
		found = bsearch(&key, im->relocs, im->n_relocs, sizeof(key), by_address);
	if (found) {
		*ret = found->value;
		return 1;
	}
	bytes = pclntab_image_bytes(im, address, im->word);
	if (bytes)
		*ret = pclntab_image_word(im, bytes);
	return bytes != NULL;
}

/* --- opening --- */

static int read_loads(struct pclntab_image *im)
{
	size_t n;

	if (elf_getphdrnum(im->elf, &n) != 0 || n == 0)
		return 0;
	if (n > MOST_LOADS)
		n = MOST_LOADS;
	im->loads = calloc(n, sizeof(*im->loads));
	if (!im->loads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(im->elf, (int)i, &p))
			break;
		if (p.p_type != PT_LOAD || p.p_filesz == 0 ||
		    p.p_offset > INT64_MAX - (p.p_filesz & INT64_MAX) || p.p_filesz > INT64_MAX)
			continue;
		im->loads[im->n_loads++] = (struct pclntab_load){
			.address = p.p_vaddr,
			.offset = p.p_offset,
			.size = p.p_filesz,
			.flags = p.p_flags,
		};
		if (p.p_offset + p.p_filesz > im->end)
			im->end = p.p_offset + p.p_filesz;
	}
	return 0;
}

/* By the dynamic segment: a file without section headers has that, too. */
static void read_dynamic(struct pclntab_image *im, uint64_t address, uint64_t size)
{
	uint64_t rela = 0, bytes = 0, tag = DT_NULL + 1;

	for (uint64_t at = 0; at + 2 * im->word <= size && tag != DT_NULL; at += 2 * im->word) {
		const uint8_t *d = pclntab_image_bytes(im, address + at, 2 * im->word);

		if (!d)
			break;
		tag = pclntab_image_word(im, d);
		if (tag == DT_RELA)
			rela = pclntab_image_word(im, d + im->word);
		else if (tag == DT_RELASZ)
			bytes = pclntab_image_word(im, d + im->word);
	}
	if (bytes > pclntab_image_room(im, rela))
		bytes = pclntab_image_room(im, rela);
	im->rela = rela;
	im->n_rela = relative_type(im->machine) ? bytes / (3 * im->word) : 0;
}

int pclntab_image_open(Elf *elf, struct pclntab_image *ret)
{
	struct pclntab_image im = { .elf = elf, .relocates_left = MOST_RELOCATES };
	GElf_Ehdr h;
	GElf_Phdr p;
	int rc;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &h))
		return -ENOEXEC;
	im.machine = h.e_machine;
	im.big = h.e_ident[EI_DATA] == ELFDATA2MSB;
	im.word = h.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	rc = read_loads(&im);
	if (rc < 0)
		return rc;
	for (int i = 0; gelf_getphdr(elf, i, &p); i++) {
		if (p.p_type == PT_DYNAMIC)
			read_dynamic(&im, p.p_vaddr, p.p_filesz);
	}
	*ret = im;
	return 0;
}

void pclntab_image_done(struct pclntab_image *im)
{
	free(im->loads);
	free(im->relocs);
}
