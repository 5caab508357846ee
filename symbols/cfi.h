/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call frame information by function: the FDE (and its CIE) that is responsible for
 * an offset, of .eh_frame, else .debug_frame, else made of Go's tables. In the form
 * of EV_CFI: pointers are resolved, the instructions stay as they are. The file is
 * not trusted.
 */
#ifndef SYMBOLS_CFI_H
#define SYMBOLS_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>
#include <tape/events/stack.h>

struct cfi;

/* start and size are offsets in the file. Instructions are lent until the next question. */
struct cfi_entry {
	uint64_t start;
	uint64_t size;
	uint32_t flags; /* enum ev_cfi_flags */
	uint32_t code_align;
	int32_t data_align;
	uint32_t return_register;
	const uint8_t *cie;
	size_t cie_bytes;
	const uint8_t *fde;
	size_t fde_bytes;
};

/* fd stays the caller's, and must stay open until free. Returns -ENODATA if the file has none. */
int cfi_open(int fd, const char *label, struct cfi **ret, struct tape_error *err);

/* The same of an image in memory (the vdso), borrowed until free. */
int cfi_open_memory(const void *image, size_t size, const char *label, struct cfi **ret,
		    struct tape_error *err);

/* Returns 1 with *ret, or 0 if no function with such information is there. */
int cfi_find(struct cfi *c, uint64_t offset, struct cfi_entry *ret);

/*
 * Whether the file's code keeps frame pointers: nearly all functions with a frame do by
 * .eh_frame, or there is nothing that tells of them.
 */
bool cfi_keeps_frames(struct cfi *c);

/* Whether it is a Go program. Cheap. */
bool cfi_is_go(const struct cfi *c);

/* Accepts NULL. */
void cfi_free(struct cfi *c);

#endif
