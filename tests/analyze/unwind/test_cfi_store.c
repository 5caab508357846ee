// SPDX-License-Identifier: BSD-2-Clause
/* What cfi_store.h promises of the records of a tape. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/unwind/cfi_store.h"
#include "symbols/build_id.h"
#include "tests/support/stack_maker.h"
#include "tests/support/test.h"

static const struct tape_module one = { .path = "/bin/one", .kind = EV_MODULE_FILE };

static struct cfi_store *new_store(void)
{
	static const struct cfi_store_options options = { .no_files = true };

	return cfi_store_new(&options);
}

static struct tape_module with_id(const char *path, uint8_t id)
{
	struct tape_module m = { .path = path, .kind = EV_MODULE_FILE, .build_id_size = 20 };

	m.build_id[19] = id;
	return m;
}

/* fde is a byte by which the function is told from others. */
static void add(struct cfi_store *s, const struct tape_module *m, uint64_t start, uint8_t fde)
{
	const struct made_cfi cfi = { .start = start, .size = 16, .fde = &fde, .fde_bytes = 1 };
	struct ev_cfi *record = made_cfi(&cfi);

	cfi_store_add(s, m, record);
	free(record);
}

/* The byte of the function at an offset, or 0. */
static uint8_t find(struct cfi_store *s, const struct tape_module *m, uint64_t offset)
{
	struct cfi_entry entry;

	return cfi_store_find(s, m, offset, &entry) ? entry.fde[0] : 0;
}

static void a_function_is_found_at_its_offsets_and_no_others(void **state)
{
	struct cfi_store *s = new_store();

	(void)state;
	add(s, &one, 0x200, 2);
	add(s, &one, 0x100, 1);
	assert_int_equal(find(s, &one, 0x100), 1);
	assert_int_equal(find(s, &one, 0x10f), 1);
	assert_int_equal(find(s, &one, 0x20f), 2);
	assert_int_equal(find(s, &one, 0x110), 0);
	assert_int_equal(find(s, &one, 0xff), 0);
	assert_int_equal(find(s, &one, 0x210), 0);
	cfi_store_free(s);
}

static void what_is_added_after_a_question_is_found(void **state)
{
	struct cfi_store *s = new_store();

	(void)state;
	add(s, &one, 0x200, 2);
	assert_int_equal(find(s, &one, 0x100), 0);
	add(s, &one, 0x100, 1);
	assert_int_equal(find(s, &one, 0x100), 1);
	cfi_store_free(s);
}

static void the_first_of_those_at_one_place_counts(void **state)
{
	struct cfi_store *s = new_store();

	(void)state;
	add(s, &one, 0x100, 1);
	add(s, &one, 0x100, 2);
	assert_int_equal(find(s, &one, 0x100), 1);
	cfi_store_free(s);
}

static void a_build_id_tells_modules_apart_whatever_their_path(void **state)
{
	const struct tape_module a = with_id("/bin/a", 1), moved = with_id("/bin/b", 1),
				 other = with_id("/bin/a", 2);
	struct cfi_store *s = new_store();

	(void)state;
	add(s, &a, 0x100, 1);
	assert_int_equal(find(s, &moved, 0x100), 1);
	assert_int_equal(find(s, &other, 0x100), 0);
	assert_int_equal(find(s, &one, 0x100), 0);
	cfi_store_free(s);
}

static void a_record_that_lies_about_its_size_is_none(void **state)
{
	const struct made_cfi cfi = { .start = 0x100, .size = 16 };
	struct ev_cfi *record = made_cfi(&cfi);
	struct cfi_store *s = new_store();

	(void)state;
	record->fde_bytes = 4;
	cfi_store_add(s, &one, record);
	record->fde_bytes = UINT32_MAX;
	cfi_store_add(s, &one, record);
	record->fde_bytes = 0;
	record->cie_bytes = UINT32_MAX;
	cfi_store_add(s, &one, record);
	record->cie_bytes = 0;
	record->size = UINT64_MAX;
	cfi_store_add(s, &one, record);
	assert_int_equal(cfi_store_count(s), 0);
	record->size = 1;
	cfi_store_add(s, &one, record);
	assert_int_equal(cfi_store_count(s), 1);
	free(record);
	cfi_store_free(s);
}

/* How many places of this program a store that may open files knows how to leave. */
static size_t count_own(const struct tape_module *self, const struct cfi_store_options *options)
{
	struct cfi_store *s = cfi_store_new(options);
	size_t n = 0;

	for (uint64_t at = 0; at < 1 << 22; at += 256) {
		struct cfi_entry entry;

		n += (size_t)cfi_store_find(s, self, at, &entry);
	}
	cfi_store_free(s);
	return n;
}

/* The program itself: the compiler gives every function call frame information. */
static void a_file_counts_only_if_its_build_id_is_the_modules(void **state)
{
	static const struct cfi_store_options files = { .symfs = NULL },
					      none = { .no_files = true };
	struct tape_module self = with_id("/proc/self/exe", 1);
	struct build_id id;
	int fd = open("/proc/self/exe", O_RDONLY);

	(void)state;
	assert_int_equal(count_own(&self, &files), 0);
	if (build_id_of_fd(fd, &id) == 0) {
		memcpy(self.build_id, id.bytes, id.size);
		self.build_id_size = id.size;
		assert_true(count_own(&self, &files) > 100);
		assert_int_equal(count_own(&self, &none), 0);
	}
	close(fd);
}

static void a_file_without_a_build_id_counts_only_below_a_folder_that_the_user_named(void **state)
{
	static const struct cfi_store_options files = { .symfs = NULL }, folder = { .symfs = "" };
	const struct tape_module self = { .path = "/proc/self/exe", .kind = EV_MODULE_FILE };

	(void)state;
	assert_int_equal(count_own(&self, &files), 0);
	assert_true(count_own(&self, &folder) > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_found_at_its_offsets_and_no_others),
		cmocka_unit_test(what_is_added_after_a_question_is_found),
		cmocka_unit_test(the_first_of_those_at_one_place_counts),
		cmocka_unit_test(a_build_id_tells_modules_apart_whatever_their_path),
		cmocka_unit_test(a_record_that_lies_about_its_size_is_none),
		cmocka_unit_test(a_file_counts_only_if_its_build_id_is_the_modules),
		cmocka_unit_test(
			a_file_without_a_build_id_counts_only_below_a_folder_that_the_user_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
