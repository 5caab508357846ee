// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/jitdump.h promises, of files made here byte by byte. */
#include <byteswap.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/jitdump.h"
#include "tests/support/test.h"

struct dump {
	bool swapped;
	size_t n;
	uint8_t bytes[4096];
};

static void put32(struct dump *d, uint32_t v)
{
	v = d->swapped ? bswap_32(v) : v;
	memcpy(d->bytes + d->n, &v, sizeof(v));
	d->n += sizeof(v);
}

static void put64(struct dump *d, uint64_t v)
{
	v = d->swapped ? bswap_64(v) : v;
	memcpy(d->bytes + d->n, &v, sizeof(v));
	d->n += sizeof(v);
}

static void put_text(struct dump *d, const char *text)
{
	strcpy((char *)d->bytes + d->n, text);
	d->n += strlen(text) + 1;
}

static struct dump head(bool swapped, uint64_t flags)
{
	struct dump d = { .swapped = swapped };

	put32(&d, 0x4A695444);
	put32(&d, 1);
	put32(&d, 40);
	put32(&d, 62);
	put32(&d, 0);
	put32(&d, 4711);
	put64(&d, 1);
	put64(&d, flags);
	return d;
}

static void load(struct dump *d, uint64_t time, uint64_t start, uint64_t index, const char *name)
{
	put32(d, 0);
	put32(d, (uint32_t)(56 + strlen(name) + 1 + 16));
	put64(d, time);
	put32(d, 1);
	put32(d, 1);
	put64(d, start);
	put64(d, start);
	put64(d, 16);
	put64(d, index);
	put_text(d, name);
	memset(d->bytes + d->n, 0x90, 16); /* the code */
	d->n += 16;
}

static void move(struct dump *d, uint64_t time, uint64_t from, uint64_t to, uint64_t index)
{
	put32(d, 1);
	put32(d, 64);
	put64(d, time);
	put32(d, 1);
	put32(d, 1);
	put64(d, to);
	put64(d, from);
	put64(d, to);
	put64(d, 16);
	put64(d, index);
}

static struct jit_hit ask(const struct dump *d, uint64_t address, uint64_t time, char *name,
			  char *file)
{
	struct jit_hits h = { 0 };
	struct jit_hit hit;
	int fd = memfd_create("dump", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, d->bytes, d->n) == (ssize_t)d->n);
	jit_hits_add(&h, address, time);
	jit_hits_settle(&h);
	assert_int_equal(jitdump_read(fd, &h), 0);
	hit = h.at[0];
	strcpy(name, jit_hits_text(&h, hit.name));
	strcpy(file, jit_hits_text(&h, hit.file));
	jit_hits_done(&h);
	close(fd);
	return hit;
}

static void assert_name(const struct dump *d, uint64_t address, uint64_t time, const char *name)
{
	char found[256], file[256];

	ask(d, address, time, found, file);
	assert_string_equal(found, name);
}

static void a_load_names_its_range(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	load(&d, 10, 0x1000, 1, "f");
	assert_name(&d, 0x1000, 20, "f");
	assert_name(&d, 0x100f, 20, "f");
	assert_name(&d, 0x1010, 20, "");
}

static void a_file_of_the_other_byte_order_is_read_as_well(void **state)
{
	struct dump d = head(true, 0);

	(void)state;
	load(&d, 10, 0x1000, 1, "f");
	assert_name(&d, 0x1004, 20, "f");
}

static void a_later_load_at_a_place_names_later_hits_only(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	load(&d, 10, 0x1000, 1, "old");
	load(&d, 30, 0x1000, 2, "new");
	assert_name(&d, 0x1000, 5, "");
	assert_name(&d, 0x1000, 20, "old");
	assert_name(&d, 0x1000, 30, "new");
}

static void a_move_takes_the_name_along(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	load(&d, 10, 0x1000, 7, "f");
	load(&d, 10, 0x3000, 8, "g");
	move(&d, 20, 0x1000, 0x2000, 7);
	assert_name(&d, 0x2008, 30, "f");
	assert_name(&d, 0x2008, 15, "");
}

static void times_of_the_processor_are_left_aside(void **state)
{
	struct dump d = head(false, 1);

	(void)state;
	load(&d, 1ull << 60, 0x1000, 1, "old");
	load(&d, 1ull << 61, 0x1000, 2, "new");
	assert_name(&d, 0x1000, 5, "new");
}

static void lines_reach_to_the_next_one(void **state)
{
	struct dump d = head(false, 0);
	char name[256], file[256];
	struct jit_hit hit;

	(void)state;
	put32(&d, 2);
	put32(&d, 32 + 16 + 7 + 16 + 2);
	put64(&d, 10);
	put64(&d, 0x1000);
	put64(&d, 2);
	put64(&d, 0x1000);
	put32(&d, 5);
	put32(&d, 0);
	put_text(&d, "/a.jsx");
	put64(&d, 0x1008);
	put32(&d, 6);
	put32(&d, 0);
	put_text(&d, "\xff");
	load(&d, 10, 0x1000, 1, "f");
	hit = ask(&d, 0x1007, 20, name, file);
	assert_int_equal(hit.line, 5);
	assert_string_equal(file, "/a.jsx");
	hit = ask(&d, 0x100f, 20, name, file);
	assert_int_equal(hit.line, 6);
	assert_string_equal(file, "/a.jsx");
}

static void lines_that_do_not_fill_their_record_are_not_believed(void **state)
{
	struct dump d = head(false, 0);
	char name[256], file[256];

	(void)state;
	put32(&d, 2);
	put32(&d, 32 + 16 + 7 + 12);
	put64(&d, 10);
	put64(&d, 0x1000);
	put64(&d, 1);
	put64(&d, 0x1000);
	put32(&d, 5);
	put32(&d, 0);
	put_text(&d, "/a.jsx");
	d.n += 12;
	load(&d, 10, 0x1000, 1, "f");
	assert_int_equal(ask(&d, 0x1007, 20, name, file).line, 0);
	assert_string_equal(name, "f");
}

static void lines_that_count_from_an_elf_header_are_set_right(void **state)
{
	struct dump d = head(false, 0);
	char name[256], file[256];

	(void)state;
	put32(&d, 2);
	put32(&d, 32 + 16 + 7);
	put64(&d, 10);
	put64(&d, 0x1000);
	put64(&d, 1);
	put64(&d, 0x1000 + 64 + 4);
	put32(&d, 5);
	put32(&d, 0);
	put_text(&d, "/a.jsx");
	load(&d, 10, 0x1000, 1, "f");
	assert_int_equal(ask(&d, 0x1003, 20, name, file).line, 0);
	assert_int_equal(ask(&d, 0x1004, 20, name, file).line, 5);
}

static void records_of_other_kinds_are_stepped_over(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	for (uint32_t id = 4; id < 100; id += 95) {
		put32(&d, id);
		put32(&d, 24);
		put64(&d, 1);
		put64(&d, 0);
	}
	load(&d, 10, 0x1000, 1, "f");
	assert_name(&d, 0x1000, 20, "f");
}

static void nothing_is_read_behind_the_end_mark(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	put32(&d, 3);
	put32(&d, 16);
	put64(&d, 1);
	load(&d, 10, 0x1000, 1, "f");
	assert_name(&d, 0x1000, 20, "");
}

static void a_file_that_is_cut_anywhere_gives_what_is_whole(void **state)
{
	struct dump d = head(false, 0);
	size_t whole, all;

	(void)state;
	load(&d, 10, 0x1000, 1, "f");
	whole = d.n;
	load(&d, 10, 0x2000, 2, "g");
	all = d.n;
	for (d.n = whole; d.n < all; d.n++)
		assert_name(&d, 0x1000, 20, "f");
}

static void a_record_of_no_size_ends_the_file(void **state)
{
	struct dump d = head(false, 0);

	(void)state;
	put32(&d, 9);
	put32(&d, 0);
	put64(&d, 1);
	load(&d, 10, 0x1000, 1, "f");
	assert_name(&d, 0x1000, 20, "");
}

static void what_is_no_jitdump_is_refused(void **state)
{
	struct jit_hits h = { 0 };
	int fd = memfd_create("dump", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "0000000000000000000000000000000000000000000", 43), 43);
	assert_int_equal(jitdump_read(fd, &h), -EINVAL);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_names_its_range),
		cmocka_unit_test(a_file_of_the_other_byte_order_is_read_as_well),
		cmocka_unit_test(a_later_load_at_a_place_names_later_hits_only),
		cmocka_unit_test(a_move_takes_the_name_along),
		cmocka_unit_test(times_of_the_processor_are_left_aside),
		cmocka_unit_test(lines_reach_to_the_next_one),
		cmocka_unit_test(lines_that_do_not_fill_their_record_are_not_believed),
		cmocka_unit_test(lines_that_count_from_an_elf_header_are_set_right),
		cmocka_unit_test(records_of_other_kinds_are_stepped_over),
		cmocka_unit_test(nothing_is_read_behind_the_end_mark),
		cmocka_unit_test(a_file_that_is_cut_anywhere_gives_what_is_whole),
		cmocka_unit_test(a_record_of_no_size_ends_the_file),
		cmocka_unit_test(what_is_no_jitdump_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
