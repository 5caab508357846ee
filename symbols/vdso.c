// SPDX-License-Identifier: BSD-2-Clause
/*
 * Finds the image by the auxiliary vector. Its size is written nowhere: it is
 * where the last thing ends that its headers speak of.
 */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

#include "symbols/vdso.h"

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t image_size(const ElfW(Ehdr) * head)
{
	const char *image = (const char *)head;
	const ElfW(Phdr) *segments = (const void *)(image + head->e_phoff);
	const ElfW(Shdr) *sections = (const void *)(image + head->e_shoff);
	size_t size = head->e_shoff + (size_t)head->e_shnum * head->e_shentsize;

	for (size_t i = 0; i < head->e_phnum; i++)
		size = larger(size, segments[i].p_offset + segments[i].p_filesz);
	for (size_t i = 0; i < head->e_shnum; i++) {
		if (sections[i].sh_type != SHT_NOBITS)
			size = larger(size, sections[i].sh_offset + sections[i].sh_size);
	}
	return size;
}

int vdso_get(struct vdso *ret)
{
	const void *image = (const void *)getauxval(AT_SYSINFO_EHDR);

	if (!image || memcmp(image, ELFMAG, SELFMAG) != 0)
		return -ENOENT;
	*ret = (struct vdso){ .image = image, .size = image_size(image) };
	return 0;
}
