/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of one .eh_frame or .debug_frame section: common information (CIE) and
 * the descriptions of functions (FDE) that refer to it. DWARF 5, 6.4.1; .eh_frame and
 * augmentations: Linux Standard Base, core, 10.6. The bytes are not trusted; each
 * question costs no more than the entry is long. Private to symbols/.
 */
#ifndef SYMBOLS_CFI_ENTRIES_H
#define SYMBOLS_CFI_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cfi_section {
	const uint8_t *bytes;
	size_t size;
	uint64_t address; /* where it stands in memory, for pointers relative to it */
	uint64_t text;	  /* address of .text, and */
	uint64_t data;	  /* of .got, which pointers may be relative to; 0: there is none */
	bool eh;	  /* .eh_frame */
	bool big;	  /* big-endian */
	uint8_t address_size;
};

struct cfi_cie {
	bool signal;
	bool sized; /* its FDEs have augmentation data with a size before it */
	uint8_t pointers;
	uint8_t address_size;
	uint8_t segment_size;
	uint64_t code_align;
	int64_t data_align;
	uint64_t return_register;
	const uint8_t *instructions;
	size_t n;
};

struct cfi_fde {
	uint64_t start; /* an address */
	uint64_t size;
	struct cfi_cie cie;
	bool big;
	const uint8_t *instructions;
	size_t n;
};

/*
 * Reads the entry at *at, and sets *at to the one behind it. Returns 1 with *ret; 0 if it
 * is no FDE, or none that can be understood; -1 at the end.
 */
int cfi_entries_next(const struct cfi_section *s, size_t *at, struct cfi_fde *ret);

/* Registers and offsets that an entry's instructions use, as far as frames are told by them. */
struct cfi_entries_use {
	bool pushes;	 /* the frame is ever larger than the return address */
	bool by_pointer; /* its place is ever told by the frame pointer */
};

/* frame_pointer: DWARF's number of it. */
struct cfi_entries_use cfi_entries_use(const struct cfi_fde *f, unsigned int frame_pointer,
				       unsigned int word);

#endif
