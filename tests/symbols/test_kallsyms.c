// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/kallsyms.h promises, on texts made here and on the running kernel's own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "symbols/kallsyms.h"

static int load_bytes(const char *text, size_t size, struct kallsyms **ret, struct tape_error *err)
{
	int fd = memfd_create("kallsyms", MFD_CLOEXEC);
	char path[64];
	int rc;

	assert_int_equal(write(fd, text, size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = kallsyms_load(path, ret, err);
	close(fd);
	return rc;
}

static struct kallsyms *load(const char *text)
{
	struct tape_error err = { 0 };
	struct kallsyms *k = NULL;

	if (load_bytes(text, strlen(text), &k, &err) < 0)
		fail_msg("%s", err.text);
	return k;
}

/* The name at an address, "" if there is none. */
static const char *name_at(const struct kallsyms *k, uint64_t address)
{
	struct symbol found;

	return kallsyms_find(k, address, &found, NULL) ? found.name : "";
}

static const char kernel[] = "ffffffff81000000 T _stext\n"
			     "ffffffff81000000 T _text\n"
			     "ffffffff81000000 t startup_routine\n"
			     "ffffffff81000100 t do_one_thing\n"
			     "ffffffff81000180 W do_another\n"
			     "ffffffff81000200 D some_data\n"
			     "ffffffff81000300 T third\n"
			     "ffffffff81000400 R _etext\n"
			     "ffffffffc0000000 t open_file\t[ext4]\n"
			     "ffffffffc0000040 t close_file\t[ext4]\n"
			     "ffffffffc0100000 t bpf_prog_6deef7357e7b4530_f\t[bpf]\n";

static void a_function_reaches_to_the_next_symbol(void **state)
{
	struct kallsyms *k = load(kernel);
	struct symbol found;

	(void)state;
	assert_int_equal(kallsyms_find(k, 0xffffffff8100017f, &found, NULL), 1);
	assert_string_equal(found.name, "do_one_thing");
	assert_int_equal(found.start, 0xffffffff81000100);
	assert_int_equal(found.size, 0x80);
	kallsyms_free(k);
}

static void data_ends_a_function_and_names_nothing(void **state)
{
	struct kallsyms *k = load(kernel);

	(void)state;
	assert_string_equal(name_at(k, 0xffffffff810001ff), "do_another");
	assert_string_equal(name_at(k, 0xffffffff81000200), "");
	assert_string_equal(name_at(k, 0xffffffff810002ff), "");
	assert_string_equal(name_at(k, 0xffffffff81000400), "");
	kallsyms_free(k);
}

static void of_aliases_the_shortest_wins_and_then_the_alphabet(void **state)
{
	struct kallsyms *k = load("10 t longest\n10 t cc\n10 t bb\n10 D a\n20 D _etext\n"
				  "20 t begins_where_text_ends\n");

	(void)state;
	assert_string_equal(name_at(k, 0x10), "bb");
	assert_string_equal(name_at(k, 0x1f), "bb");
	assert_string_equal(name_at(k, 0x20), "begins_where_text_ends");
	kallsyms_free(k);
}

static void the_module_is_given_with_the_symbol(void **state)
{
	struct kallsyms *k = load(kernel);
	const char *module;
	struct symbol found;

	(void)state;
	assert_int_equal(kallsyms_find(k, 0xffffffff81000100, &found, &module), 1);
	assert_string_equal(module, "");
	assert_int_equal(kallsyms_find(k, 0xffffffffc0000041, &found, &module), 1);
	assert_string_equal(found.name, "close_file");
	assert_string_equal(module, "ext4");
	assert_int_equal(kallsyms_find(k, 0xffffffffc0100000, &found, &module), 1);
	assert_string_equal(found.name, "bpf_prog_6deef7357e7b4530_f");
	assert_string_equal(module, "bpf");
	kallsyms_free(k);
}

static void the_last_function_of_a_module_ends_with_the_page_behind_its_own(void **state)
{
	struct kallsyms *k = load(kernel);

	(void)state;
	assert_string_equal(name_at(k, 0xffffffffc0001fff), "close_file");
	assert_string_equal(name_at(k, 0xffffffffc0002000), "");
	kallsyms_free(k);
}

static void the_last_function_of_a_module_ends_where_another_begins(void **state)
{
	struct kallsyms *k = load("10000 t a [m]\n10040 t b [n]\n");
	struct symbol found;

	(void)state;
	assert_int_equal(kallsyms_find(k, 0x1003f, &found, NULL), 1);
	assert_string_equal(found.name, "a");
	assert_int_equal(found.size, 0x40);
	kallsyms_free(k);
}

static void the_last_function_at_the_end_of_memory_is_found(void **state)
{
	struct kallsyms *k = load("ffffffffffffff00 t last\n");

	(void)state;
	assert_string_equal(name_at(k, 0xfffffffffffffffe), "last");
	kallsyms_free(k);
}

static void lines_in_any_order_are_sorted(void **state)
{
	struct kallsyms *k = load("3000 t third\n1000 t first\n2000 t second\n");

	(void)state;
	assert_string_equal(name_at(k, 0xfff), "");
	assert_string_equal(name_at(k, 0x1fff), "first");
	assert_string_equal(name_at(k, 0x2000), "second");
	kallsyms_free(k);
}

static void boundaries_of_the_kernel_are_known_by_name_whatever_their_type(void **state)
{
	struct kallsyms *k = load(kernel);

	(void)state;
	assert_int_equal(kallsyms_address(k, "_text"), 0xffffffff81000000);
	assert_int_equal(kallsyms_address(k, "_stext"), 0xffffffff81000000);
	assert_int_equal(kallsyms_address(k, "_etext"), 0xffffffff81000400);
	kallsyms_free(k);
}

static void a_symbol_of_a_module_is_not_the_kernels(void **state)
{
	struct kallsyms *k = load(kernel);

	(void)state;
	assert_int_equal(kallsyms_address(k, "third"), 0xffffffff81000300);
	assert_int_equal(kallsyms_address(k, "open_file"), 0);
	assert_int_equal(kallsyms_address(k, "no_such_symbol"), 0);
	kallsyms_free(k);
}

static void hidden_addresses_are_refused_with_the_remedy(void **state)
{
	static const char text[] = "0000000000000000 T _text\n0000000000000000 t f\t[m]\n";
	struct tape_error err = { 0 };
	struct kallsyms *k = NULL;
	char want[200];
	char *path;

	(void)state;
	assert_int_equal(load_bytes(text, strlen(text), &k, &err), -EPERM);
	assert_null(k);
	path = strstr(err.text, ": all");
	assert_non_null(path);
	snprintf(want, sizeof(want),
		 "%.*s: all addresses are hidden; run as root or set the sysctl "
		 "kernel.kptr_restrict to 0",
		 (int)(path - err.text), err.text);
	assert_string_equal(err.text, want);
}

static void a_text_without_symbols_is_refused(void **state)
{
	struct tape_error err = { 0 };
	struct kallsyms *k = NULL;

	(void)state;
	assert_int_equal(load_bytes("hello\n", 6, &k, &err), -ENODATA);
	assert_int_equal(load_bytes("", 0, &k, &err), -ENODATA);
	assert_null(k);
}

static void a_missing_file_is_named(void **state)
{
	struct tape_error err = { 0 };
	struct kallsyms *k = NULL;

	(void)state;
	assert_int_equal(kallsyms_load("/nonexistent/kallsyms", &k, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/kallsyms: No such file or directory");
}

static void lines_that_are_none_are_stepped_over(void **state)
{
	struct kallsyms *k = load("\n"
				  "no address\n"
				  "12\n"
				  "12 t\n"
				  "12 t \n"
				  "12345678901234567 t too_long\n"
				  "1000 t good\n"
				  " 1800 t blank\n"
				  "3000 t end [m\n"
				  "4000 t last");

	(void)state;
	assert_string_equal(name_at(k, 0x12), "");
	assert_int_equal(kallsyms_address(k, "too_long"), 0);
	assert_string_equal(name_at(k, 0x1000), "good");
	assert_string_equal(name_at(k, 0x1800), "good");
	assert_string_equal(name_at(k, 0x3000), "end");
	assert_string_equal(name_at(k, 0x4000), "last");
	kallsyms_free(k);
}

static void a_name_that_begins_with_a_zero_byte_is_none(void **state)
{
	static const char text[] = "1000 t \0ff\n2000 t good\n";
	struct kallsyms *k = NULL;

	(void)state;
	assert_int_equal(load_bytes(text, sizeof(text) - 1, &k, NULL), 0);
	assert_string_equal(name_at(k, 0x2000), "good");
	assert_int_equal(kallsyms_find(k, 0x1000, &(struct symbol){ 0 }, NULL), 0);
	kallsyms_free(k);
}

static void a_module_that_comes_back_is_the_same_module(void **state)
{
	struct kallsyms *k = load("10000 t a [m]\n20000 t kernel\n90000 t b [m]\n15000 t c [m]\n");

	(void)state;
	/* a reaches to c, although the kernel's line stands between them in the text. */
	assert_string_equal(name_at(k, 0x14fff), "a");
	kallsyms_free(k);
}

/* Its text as it is now: BPF programs come and go while it is read. */
static FILE *copy_kernel(void)
{
	FILE *from = fopen("/proc/kallsyms", "re"), *to = tmpfile();
	char line[1024];

	if (!from)
		skip();
	assert_non_null(to);
	while (fgets(line, sizeof(line), from))
		assert_true(fputs(line, to) >= 0);
	fclose(from);
	rewind(to);
	return to;
}

static void the_running_kernel_is_read_in_full(void **state)
{
	FILE *f = copy_kernel();
	struct tape_error err;
	struct kallsyms *k;
	char line[1024], path[64];
	size_t checked = 0;
	int rc;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	rc = kallsyms_load(path, &k, &err);
	if (rc == -EPERM)
		skip();
	assert_int_equal(rc, 0);
	while (fgets(line, sizeof(line), f)) {
		unsigned long address;
		char type, name[512];
		struct symbol found;

		if (sscanf(line, "%lx %c %511s", &address, &type, name) != 3 || address == 0 ||
		    !strchr("tTwW", type))
			continue;
		assert_int_equal(kallsyms_find(k, address, &found, NULL), 1);
		assert_int_equal(found.start, address);
		assert_true(strlen(found.name) <= strlen(name));
		checked++;
	}
	assert_true(checked > 1000);
	fclose(f);
	kallsyms_free(k);
}

#define TEST cmocka_unit_test

static uint64_t scan(const char *text, const char *name)
{
	int fd = memfd_create("kallsyms", MFD_CLOEXEC);
	char path[64];
	uint64_t address;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	address = kallsyms_scan(path, name);
	close(fd);
	return address;
}

static void a_scan_finds_one_symbol_of_the_kernel_of_whatever_type(void **state)
{
	(void)state;
	assert_int_equal(scan(kernel, "_etext"), 0xffffffff81000400);
	assert_int_equal(scan(kernel, "some_data"), 0xffffffff81000200);
}

static void a_scan_takes_no_symbol_of_a_module_and_no_part_of_a_name(void **state)
{
	(void)state;
	assert_int_equal(scan(kernel, "open_file"), 0);
	assert_int_equal(scan(kernel, "thir"), 0);
	assert_int_equal(kallsyms_scan("/no/such/file", "_text"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_function_reaches_to_the_next_symbol),
		TEST(data_ends_a_function_and_names_nothing),
		TEST(of_aliases_the_shortest_wins_and_then_the_alphabet),
		TEST(the_module_is_given_with_the_symbol),
		TEST(the_last_function_of_a_module_ends_with_the_page_behind_its_own),
		TEST(the_last_function_of_a_module_ends_where_another_begins),
		TEST(the_last_function_at_the_end_of_memory_is_found),
		TEST(lines_in_any_order_are_sorted),
		TEST(boundaries_of_the_kernel_are_known_by_name_whatever_their_type),
		TEST(a_symbol_of_a_module_is_not_the_kernels),
		TEST(hidden_addresses_are_refused_with_the_remedy),
		TEST(a_text_without_symbols_is_refused),
		TEST(a_missing_file_is_named),
		TEST(lines_that_are_none_are_stepped_over),
		TEST(a_name_that_begins_with_a_zero_byte_is_none),
		TEST(a_module_that_comes_back_is_the_same_module),
		TEST(the_running_kernel_is_read_in_full),
		cmocka_unit_test(a_scan_finds_one_symbol_of_the_kernel_of_whatever_type),
		cmocka_unit_test(a_scan_takes_no_symbol_of_a_module_and_no_part_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
