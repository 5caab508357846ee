/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a program as its file has it: bytes by address, in the file's own
 * byte order and word size, and pointers as the loader would leave them (PIE). Only
 * what is asked for is read, in windows that stay until the Elf is closed.
 */
#ifndef SYMBOLS_PCLNTAB_IMAGE_H
#define SYMBOLS_PCLNTAB_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

/* As much as one question for bytes may ask, and the longest text. */
#define PCLNTAB_IMAGE_MOST 4096

#define PCLNTAB_IMAGE_WINDOWS 64

/* A segment: its bytes in the file. */
struct pclntab_load {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
	uint32_t flags; /* PF_* */
};

/* A word that the loader fills in. */
struct pclntab_reloc {
	uint64_t address;
	uint64_t value;
};

struct pclntab_window {
	uint64_t number; /* from 1 */
	const uint8_t *bytes;
	size_t size;
};

struct pclntab_image {
	Elf *elf;
	uint32_t machine; /* EM_* */
	bool big;
	uint32_t word; /* bytes of a pointer: 4 or 8 */
	struct pclntab_load *loads;
	size_t n_loads;
	uint64_t end;  /* of the last segment, in the file */
	uint64_t rela; /* address of the relocations with addends */
	uint64_t n_rela;
	struct pclntab_reloc *relocs; /* those kept, by address */
	size_t n_relocs;
	uint32_t relocates_left; /* how often they may be gone through yet */
	struct pclntab_window windows[PCLNTAB_IMAGE_WINDOWS];
};

/* elf: borrowed until done. Returns 0, -ENOEXEC or -ENOMEM. */
int pclntab_image_open(Elf *elf, struct pclntab_image *ret);
void pclntab_image_done(struct pclntab_image *im);

/* The segment that an offset of the file is in: 1, or 0. */
int pclntab_image_segment(const struct pclntab_image *im, uint64_t offset,
			  struct pclntab_load *ret);

/* How many bytes there are from an address to the end of its segment. */
uint64_t pclntab_image_room(const struct pclntab_image *im, uint64_t address);

/* Bytes at an address, all of them or NULL. size: at most PCLNTAB_IMAGE_MOST. */
const uint8_t *pclntab_image_bytes(struct pclntab_image *im, uint64_t address, size_t size);

/* As many as stand together there, at least 1, or NULL. */
const uint8_t *pclntab_image_run(struct pclntab_image *im, uint64_t address, size_t *size);

/* A text that ends within PCLNTAB_IMAGE_MOST bytes, or NULL. */
const char *pclntab_image_text(struct pclntab_image *im, uint64_t address);

/* Of bytes in the file's order. */
uint32_t pclntab_image_u32(const struct pclntab_image *im, const uint8_t *bytes);
uint64_t pclntab_image_word(const struct pclntab_image *im, const uint8_t *bytes);

/*
 * The pointer at an address, relocated if pclntab_image_relocate() was told of that
 * place: 1 with *ret, or 0.
 */
int pclntab_image_pointer(struct pclntab_image *im, uint64_t address, uint64_t *ret);

/*
 * Keeps the relocations of a range, in place of those kept before. Returns 0, -ENOMEM,
 * or -ENODATA if that was asked too often.
 */
int pclntab_image_relocate(struct pclntab_image *im, uint64_t start, uint64_t end);

/* The first place from the n-th relocation on that will point to value: its number, or n_rela. */
uint64_t pclntab_image_pointing(struct pclntab_image *im, uint64_t n, uint64_t value,
				uint64_t *address);

#endif
