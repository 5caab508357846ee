// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/build_id.h promises, on this program, the vdso and notes made to order. */
#include "tests/support/elf_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>

#include "symbols/build_id.h"
#include "symbols/vdso.h"

/* A note in this machine's byte order: head, "GNU", content. */
struct note {
	uint32_t name_size, size, type;
	char name[4];
	uint8_t content[20];
};

#define NOTE(bytes, kind)                                                                          \
	{                                                                                          \
		4, bytes, kind, "GNU",                                                             \
		{                                                                                  \
			1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20      \
		}                                                                                  \
	}

/* The notes of this program as its loader sees them. */
static int own_notes(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct build_id *id = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const struct note *n = (const void *)(info->dlpi_addr + p->p_vaddr);

		if (p->p_type != PT_NOTE || n->type != NT_GNU_BUILD_ID)
			continue;
		id->size = (uint8_t)n->size;
		memcpy(id->bytes, n->content, n->size);
	}
	return 1; /* the first is the program itself */
}

static void assert_first_bytes(const struct build_id *id, size_t size)
{
	assert_int_equal(id->size, size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(id->bytes[i], i + 1);
}

static void the_build_id_of_this_program_is_what_its_loader_sees(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct build_id id = { 0 }, want = { 0 };

	(void)state;
	dl_iterate_phdr(own_notes, &want);
	assert_true(want.size > 0);
	assert_int_equal(build_id_of_fd(fd, &id), 0);
	assert_int_equal(id.size, want.size);
	assert_memory_equal(id.bytes, want.bytes, want.size);
	close(fd);
}

static void the_vdso_in_memory_has_a_build_id(void **state)
{
	struct build_id id = { 0 };
	struct vdso vdso;

	(void)state;
	if (vdso_get(&vdso) < 0)
		skip();
	assert_int_equal(build_id_of_memory(vdso.image, vdso.size, &id), 0);
	assert_int_equal(id.size, 20);
}

static int read_plan(const struct elf_plan *plan, struct build_id *id)
{
	int fd = make_elf(plan);
	int rc = build_id_of_fd(fd, id);

	close(fd);
	return rc;
}

static int read_notes(const void *notes, size_t size, struct build_id *id)
{
	unsigned char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

	return read_plan(&(struct elf_plan){ .notes = notes, .notes_size = size, .data = order },
			 id);
}

static void a_note_in_a_segment_is_found_behind_others(void **state)
{
	static const struct note notes[] = { NOTE(20, NT_GNU_ABI_TAG), NOTE(20, NT_GNU_BUILD_ID) };
	struct build_id id;

	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), &id), 0);
	assert_first_bytes(&id, 20);
}

static void a_short_build_id_keeps_its_size(void **state)
{
	static const struct note notes[] = { NOTE(8, NT_GNU_BUILD_ID) };
	struct build_id id;

	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), &id), 0);
	assert_first_bytes(&id, 8);
}

static void a_note_in_a_section_serves_where_no_segment_has_one(void **state)
{
	static const struct note note = NOTE(20, NT_GNU_BUILD_ID);
	unsigned char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	struct build_id id;

	(void)state;
	assert_int_equal(read_plan(&(struct elf_plan){ .notes = (const uint8_t *)&note,
						       .notes_size = sizeof(note),
						       .notes_in_section = true,
						       .data = order },
				   &id),
			 0);
	assert_first_bytes(&id, 20);
}

static void a_file_of_the_other_byte_order_reads_the_same(void **state)
{
	static const uint8_t big[] = { 0, 0, 0,	  4,   0,   0, 0, 4, 0, 0,
				       0, 3, 'G', 'N', 'U', 0, 1, 2, 3, 4 };
	static const uint8_t small[] = { 4, 0, 0,   0,	 4,   0, 0, 0, 3, 0,
					 0, 0, 'G', 'N', 'U', 0, 1, 2, 3, 4 };
	struct build_id id;

	(void)state;
	assert_int_equal(read_plan(&(struct elf_plan){ .notes = big,
						       .notes_size = sizeof(big),
						       .class = ELFCLASS32,
						       .data = ELFDATA2MSB },
				   &id),
			 0);
	assert_first_bytes(&id, 4);
	id = (struct build_id){ 0 };
	assert_int_equal(
		read_plan(&(struct elf_plan){ .notes = small, .notes_size = sizeof(small) }, &id),
		0);
	assert_first_bytes(&id, 4);
}

static void a_file_without_the_note_is_said_to_have_none(void **state)
{
	static const struct note notes[] = { NOTE(20, NT_GNU_ABI_TAG) };
	struct build_id id = { .size = 77 };

	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), &id), -ENOENT);
	assert_int_equal(read_plan(&(struct elf_plan){ 0 }, &id), -ENOENT);
	assert_int_equal(id.size, 77);
}

static void a_build_id_of_another_owner_does_not_count(void **state)
{
	struct note note = NOTE(20, NT_GNU_BUILD_ID);
	struct build_id id;

	(void)state;
	memcpy(note.name, "Go\0", 4);
	assert_int_equal(read_notes(&note, sizeof(note), &id), -ENOENT);
}

static void a_build_id_of_too_many_bytes_does_not_count(void **state)
{
	struct note notes[2] = { NOTE(32, NT_GNU_BUILD_ID) };
	struct build_id id;

	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), &id), -ENOENT);
}

static void what_is_no_elf_file_is_refused(void **state)
{
	struct build_id id = { .size = 77 };

	(void)state;
	assert_int_equal(build_id_of_memory("#!/bin/sh\n", 10, &id), -ENOEXEC);
	assert_int_equal(id.size, 77);
}

/* Writes a file for build_id_of_notes_file() and reads it. */
static int read_raw(const void *bytes, size_t size, struct build_id *id)
{
	int fd = memfd_create("notes", MFD_CLOEXEC);
	char path[64];
	int rc;

	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = build_id_of_notes_file(path, id);
	close(fd);
	return rc;
}

static void raw_notes_are_searched_to_their_end(void **state)
{
	/* As in /sys/kernel/notes: names and contents of odd sizes, padded to 4. */
	static const struct note note = NOTE(20, NT_GNU_BUILD_ID);
	uint8_t bytes[64] = { 0 };
	uint32_t head[3] = { 6, 3, 1 };
	struct build_id id;

	(void)state;
	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + 12, "Linux\0\0\0abc", 11);
	memcpy(bytes + 24, &note, sizeof(note));
	assert_int_equal(read_raw(bytes, 24 + sizeof(note), &id), 0);
	assert_first_bytes(&id, 20);
}

static void raw_notes_cut_anywhere_have_no_build_id(void **state)
{
	static const struct note note = NOTE(20, NT_GNU_BUILD_ID);
	struct build_id id;

	(void)state;
	for (size_t size = 0; size < sizeof(note); size++)
		assert_int_equal(read_raw(&note, size, &id), -ENOENT);
}

static void raw_notes_of_absurd_sizes_end_the_search(void **state)
{
	static const uint32_t heads[][3] = { { UINT32_MAX, 0, 3 },
					     { 4, UINT32_MAX, 3 },
					     { UINT32_MAX, UINT32_MAX, 3 },
					     { 36, 36, 3 } };
	struct build_id id;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		uint8_t bytes[48] = { 0 };

		memcpy(bytes, heads[i], sizeof(heads[i]));
		assert_int_equal(read_raw(bytes, sizeof(bytes), &id), -ENOENT);
	}
}

static void a_missing_notes_file_gives_its_errno(void **state)
{
	struct build_id id;

	(void)state;
	assert_int_equal(build_id_of_notes_file("/nonexistent/notes", &id), -ENOENT);
	assert_int_equal(build_id_of_notes_file("/dev/null/notes", &id), -ENOTDIR);
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_build_id_of_this_program_is_what_its_loader_sees),
		TEST(the_vdso_in_memory_has_a_build_id),
		TEST(a_note_in_a_segment_is_found_behind_others),
		TEST(a_short_build_id_keeps_its_size),
		TEST(a_note_in_a_section_serves_where_no_segment_has_one),
		TEST(a_file_of_the_other_byte_order_reads_the_same),
		TEST(a_file_without_the_note_is_said_to_have_none),
		TEST(a_build_id_of_another_owner_does_not_count),
		TEST(a_build_id_of_too_many_bytes_does_not_count),
		TEST(what_is_no_elf_file_is_refused),
		TEST(raw_notes_are_searched_to_their_end),
		TEST(raw_notes_cut_anywhere_have_no_build_id),
		TEST(raw_notes_of_absurd_sizes_end_the_search),
		TEST(a_missing_notes_file_gives_its_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
