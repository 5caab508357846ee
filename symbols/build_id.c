// SPDX-License-Identifier: BSD-2-Clause
/*
 * Walks notes: through libelf for files and images of any machine, by hand for
 * those of the running kernel, which have its own byte order.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/cleanup.h>

#include "symbols/build_id.h"

/* More is read of no file: the note stands near the beginning, and files are not trusted. */
#define NOTES_MAX_BYTES (64u * 1024)
#define NOTES_MAX	64

struct notes {
	uint64_t offset;
	uint64_t size;
	uint64_t align;
};

/* Takes a note's content: 1, or 0 if it is not a build-id. */
static int take(const GElf_Nhdr *head, const char *name, const uint8_t *content,
		struct build_id *ret)
{
	if (head->n_type != NT_GNU_BUILD_ID || head->n_namesz != sizeof("GNU") ||
	    memcmp(name, "GNU", sizeof("GNU")) != 0)
		return 0;
	/* The kernel knows none of more bytes either (linux/buildid.h). */
	if (head->n_descsz == 0 || head->n_descsz > BUILD_ID_MAX)
		return 0;
	*ret = (struct build_id){ .size = (uint8_t)head->n_descsz };
	memcpy(ret->bytes, content, head->n_descsz);
	return 1;
}

static int scan(Elf *elf, const struct notes *where, struct build_id *ret)
{
	size_t size = where->size < NOTES_MAX_BYTES ? where->size : NOTES_MAX_BYTES;
	Elf_Type type = where->align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR;
	size_t at = 0, name, content;
	GElf_Nhdr head;
	Elf_Data *data;

	if (size == 0 || where->offset > INT64_MAX)
		return 0;
	data = elf_getdata_rawchunk(elf, (int64_t)where->offset, size, type);
	if (!data)
		return 0;
	while ((at = gelf_getnote(data, at, &head, &name, &content)) > 0) {
		const char *bytes = data->d_buf;

		if (take(&head, bytes + name, (const uint8_t *)bytes + content, ret))
			return 1;
	}
	return 0;
}

static int scan_segments(Elf *elf, struct build_id *ret)
{
	size_t n, scanned = 0;
	GElf_Phdr p;

	if (elf_getphdrnum(elf, &n) != 0)
		return 0;
	for (size_t i = 0; i < n && scanned < NOTES_MAX; i++) {
		if (!gelf_getphdr(elf, (int)i, &p))
			break;
		if (p.p_type != PT_NOTE)
			continue;
		scanned++;
		if (scan(elf, &(struct notes){ p.p_offset, p.p_filesz, p.p_align }, ret))
			return 1;
	}
	return 0;
}

static int scan_sections(Elf *elf, struct build_id *ret)
{
	Elf_Scn *scn = NULL;
	size_t scanned = 0;
	GElf_Shdr h;

	while (scanned < NOTES_MAX && (scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &h) || h.sh_type != SHT_NOTE)
			continue;
		scanned++;
		if (scan(elf, &(struct notes){ h.sh_offset, h.sh_size, h.sh_addralign }, ret))
			return 1;
	}
	return 0;
}

/* Takes elf, which may be NULL. */
static int of_elf(Elf *elf, struct build_id *ret)
{
	int rc;

	if (!elf || elf_kind(elf) != ELF_K_ELF)
		rc = -ENOEXEC;
	else if (scan_segments(elf, ret) || scan_sections(elf, ret))
		rc = 0;
	else
		rc = -ENOENT;
	elf_end(elf);
	return rc;
}

int build_id_of_fd(int fd, struct build_id *ret)
{
	elf_version(EV_CURRENT);
	return of_elf(elf_begin(fd, ELF_C_READ, NULL), ret);
}

int build_id_of_memory(const void *image, size_t size, struct build_id *ret)
{
	elf_version(EV_CURRENT);
	return of_elf(elf_memory((char *)image, size), ret);
}

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static int scan_bytes(const uint8_t *bytes, size_t size, struct build_id *ret)
{
	size_t at = 0;

	while (size - at >= sizeof(GElf_Nhdr)) {
		size_t name = at + sizeof(GElf_Nhdr), content;
		GElf_Nhdr head;

		memcpy(&head, bytes + at, sizeof(head));
		if (head.n_namesz > size || head.n_descsz > size)
			break;
		content = name + padded(head.n_namesz);
		if (content > size || head.n_descsz > size - content)
			break;
		if (take(&head, (const char *)bytes + name, bytes + content, ret))
			return 1;
		at = content + padded(head.n_descsz);
		if (at > size)
			break;
	}
	return 0;
}

int build_id_of_notes_file(const char *path, struct build_id *ret)
{
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t bytes[4096];
	size_t size = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (size < sizeof(bytes)) {
		n = read(fd, bytes + size, sizeof(bytes) - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
	}
	return scan_bytes(bytes, size, ret) ? 0 : -ENOENT;
}
