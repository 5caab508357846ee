// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/unpack.h promises, on sections that are packed here. */
#include "tests/support/test.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "symbols/unpack.h"

enum {
	SIZE = 60000, /* more than is read at a time, packed too */
	ZSTD = 2,     /* gABI: ELFCOMPRESS_ZSTD */
};

struct packed {
	uint8_t bytes[2 * SIZE];
	size_t n;
};

static const struct unpack_form wide = { .wide = true };

static uint8_t byte_of(size_t i)
{
	return (uint8_t)((i * 2654435761u) >> 13 & (i & 1 ? 0xff : 3));
}

static void put(struct packed *p, uint64_t value, unsigned int size, bool big)
{
	for (unsigned int i = 0; i < size; i++)
		p->bytes[p->n++] = (uint8_t)(value >> 8 * (big ? size - 1 - i : i));
}

/* The head of a 64-bit file's section that says to become so large. */
static void put_head(struct packed *p, uint32_t method, uint64_t size)
{
	put(p, method, 4, false);
	put(p, 0, 4, false);
	put(p, size, 8, false);
	put(p, 1, 8, false);
}

static void put_packed(struct packed *p, uint32_t method)
{
	static uint8_t plain[SIZE];
	uLongf room = sizeof(p->bytes) - p->n;

	for (size_t i = 0; i < SIZE; i++)
		plain[i] = byte_of(i);
	if (method == ZSTD) {
		p->n += ZSTD_compress(p->bytes + p->n, room, plain, SIZE, 3);
		return;
	}
	assert_int_equal(compress(p->bytes + p->n, &room, plain, SIZE), Z_OK);
	p->n += room;
}

static size_t read_packed(const void *context, uint64_t at, void *to, size_t n)
{
	const struct packed *p = context;

	if (at >= p->n)
		return 0;
	if (n > p->n - at)
		n = p->n - at;
	memcpy(to, p->bytes + at, n);
	return n;
}

/* How many of the bytes come out as they were. */
static size_t unpacked(const struct packed *p, struct unpack_form form)
{
	static uint8_t room[SIZE];
	const struct unpack_from from = { read_packed, p };
	struct unpack_head head;
	uint64_t n;

	assert_int_equal(unpack_head(p->bytes, UNPACK_HEAD, p->n, form, &head), 0);
	assert_int_equal(head.size, SIZE);
	n = unpack_all(&head, &from, room);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(room[i], byte_of(i));
	return n;
}

static void a_section_packed_by_zlib_comes_out(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, ELFCOMPRESS_ZLIB, SIZE);
	put_packed(&p, ELFCOMPRESS_ZLIB);
	assert_int_equal(unpacked(&p, wide), SIZE);
}

static void a_section_packed_by_zstd_comes_out(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, ZSTD, SIZE);
	put_packed(&p, ZSTD);
	assert_int_equal(unpacked(&p, wide), SIZE);
}

static void a_section_of_gnu_comes_out(void **state)
{
	struct packed p = { .n = 4 };

	(void)state;
	memcpy(p.bytes, "ZLIB", 4);
	put(&p, SIZE, 8, true);
	put_packed(&p, ELFCOMPRESS_ZLIB);
	assert_int_equal(unpacked(&p, (struct unpack_form){ .gnu = true }), SIZE);
}

static void a_big_endian_section_of_32_bits_comes_out(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put(&p, ZSTD, 4, true);
	put(&p, SIZE, 4, true);
	put(&p, 1, 4, true);
	put_packed(&p, ZSTD);
	assert_int_equal(unpacked(&p, (struct unpack_form){ .big = true }), SIZE);
}

static void of_a_section_that_was_cut_what_is_there_comes_out(void **state)
{
	static const uint32_t methods[] = { ELFCOMPRESS_ZLIB, ZSTD };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct packed p = { .n = 0 };
		size_t n;

		put_head(&p, methods[i], SIZE);
		put_packed(&p, methods[i]);
		p.n -= 64;
		n = unpacked(&p, wide);
		assert_in_range(n, i == 0 ? SIZE / 2 : 0, SIZE - 1);
	}
}

static void what_is_broken_gives_nothing_and_ends(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, ZSTD, SIZE);
	for (int i = 0; i < 1000; i++)
		put(&p, 0x5a, 1, false);
	assert_int_equal(unpacked(&p, wide), 0);
}

static int head_of(const struct packed *p, struct unpack_form form)
{
	struct unpack_head head = { .method = 77 };
	int rc = unpack_head(p->bytes, p->n < UNPACK_HEAD ? p->n : UNPACK_HEAD, p->n, form, &head);

	if (rc < 0)
		assert_int_equal(head.method, 77);
	return rc;
}

static void an_unknown_way_is_refused(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, 3, 100);
	assert_int_equal(head_of(&p, wide), -EBADMSG);
	assert_int_equal(head_of(&p, (struct unpack_form){ .gnu = true }), -EBADMSG);
}

static void a_section_that_claims_more_than_it_can_hold_is_refused(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, ZSTD, 1ull << 40);
	assert_int_equal(head_of(&p, wide), -EBADMSG);
}

static void a_head_that_was_cut_is_refused(void **state)
{
	struct packed p = { .n = 0 };

	(void)state;
	put_head(&p, ZSTD, 100);
	p.n = UNPACK_HEAD - 1;
	assert_int_equal(head_of(&p, wide), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_packed_by_zlib_comes_out),
		cmocka_unit_test(a_section_packed_by_zstd_comes_out),
		cmocka_unit_test(a_section_of_gnu_comes_out),
		cmocka_unit_test(a_big_endian_section_of_32_bits_comes_out),
		cmocka_unit_test(of_a_section_that_was_cut_what_is_there_comes_out),
		cmocka_unit_test(what_is_broken_gives_nothing_and_ends),
		cmocka_unit_test(an_unknown_way_is_refused),
		cmocka_unit_test(a_section_that_claims_more_than_it_can_hold_is_refused),
		cmocka_unit_test(a_head_that_was_cut_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
