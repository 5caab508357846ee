/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compressed sections of ELF files: those of SHF_COMPRESSED (gABI, "Section
 * Compression") by zlib or zstd, and the older .zdebug_* of GNU, "ZLIB" and a
 * big-endian size. libelf of Debian 12 knows no zstd.
 */
#ifndef SYMBOLS_UNPACK_H
#define SYMBOLS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNPACK_HEAD = 24 }; /* bytes of the longest head */

/* How a section is packed; the caller knows it by its name and its file. */
struct unpack_form {
	bool gnu;  /* .zdebug_* */
	bool wide; /* ELFCLASS64 */
	bool big;  /* ELFDATA2MSB */
};

struct unpack_head {
	uint32_t method; /* ELFCOMPRESS_* */
	uint32_t bytes;	 /* of the head; the rest is packed */
	uint64_t size;	 /* when it is unpacked */
};

/*
 * Reads a head, of a section of stored bytes whose first n, at least UNPACK_HEAD
 * where there are so many, are given. Returns 0, or -EBADMSG if it is none, packed in
 * an unknown way, or says to become larger than its bytes can make it.
 */
int unpack_head(const uint8_t *bytes, size_t n, uint64_t stored, struct unpack_form form,
		struct unpack_head *ret);

/* Where packed bytes come from: up to n of them from a place on; returns how many there were. */
struct unpack_from {
	size_t (*read)(const void *context, uint64_t at, void *to, size_t n);
	const void *context;
};

/*
 * Unpacks what is behind the head into head->size bytes. Returns how many came out:
 * less if it is broken, or there is no memory. zstd takes at most 128 MiB on the way.
 */
uint64_t unpack_all(const struct unpack_head *head, const struct unpack_from *from, uint8_t *to);

#endif
