/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads GNU build-ids: the note of type NT_GNU_BUILD_ID and name "GNU" in an
 * ELF file's PT_NOTE segments, in an image in memory, or in raw notes such as
 * /sys/kernel/notes.
 */
#ifndef SYMBOLS_BUILD_ID_H
#define SYMBOLS_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

#define BUILD_ID_MAX 20

struct build_id {
	uint8_t bytes[BUILD_ID_MAX];
	uint8_t size; /* 0: none */
};

/* Each returns 0 with *ret; -ENOENT if there is no such note; -errno. *ret untouched then. */
int build_id_of_fd(int fd, struct build_id *ret);
int build_id_of_memory(const void *image, size_t size, struct build_id *ret);
int build_id_of_notes_file(const char *path, struct build_id *ret);

#endif
