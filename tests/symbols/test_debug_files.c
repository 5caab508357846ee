// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/debug_files.h promises, on files made to order below a folder. */
#include "tests/support/object_maker.h"

#include <zlib.h>

#include "symbols/debug_files.h"

#define ID "01234567890123456789"

struct fixture {
	char root[64];
	char path[128];
	int fd;
	Elf *elf;
	struct debug_file found;
	struct tape_error note;
	struct debug_search search;
	struct build_id id;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->root, "/tmp/debug_files.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	snprintf(f->path, sizeof(f->path), "%s/usr/bin/program", f->root);
	f->fd = f->found.fd = -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
	debug_file_done(&f->found);
	snprintf(command, sizeof(command), "rm -rf %s", f->root);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static const char *below(const struct fixture *f, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", f->root, name);
	return path;
}

/* The program that a debug file is looked for. */
static void make_program(struct fixture *f, const struct object_plan *plan)
{
	make_object_at(plan, f->path);
	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	f->elf = elf_begin(f->fd, ELF_C_READ, NULL);
	f->id.size = 0;
	build_id_of_fd(f->fd, &f->id);
	f->search = (struct debug_search){ f->root, f->path, f->fd, f->elf, &f->id };
}

static uint32_t crc_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	static uint8_t bytes[64 * 1024];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	close(fd);
	assert_true(n > 0 && n < (ssize_t)sizeof(bytes));
	return (uint32_t)crc32(0, bytes, (uInt)n);
}

static int find(struct fixture *f)
{
	return debug_files_find(&f->search, &f->found, &f->note);
}

#define BY_ID "/usr/lib/debug/.build-id/30/313233343536373839"
#define LONG  "30313233343536373839"

static void it_is_found_by_its_build_id(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID });
	make_object_at(&(struct object_plan){ .id = ID, .debug_only = true },
		       below(f, BY_ID LONG ".debug"));
	assert_int_equal(find(f), 0);
	assert_string_equal(f->found.path, below(f, BY_ID LONG ".debug"));
}

static void one_of_another_build_is_refused_and_named(void **state)
{
	struct fixture *f = *state;
	char want[512];

	make_program(f, &(struct object_plan){ .id = ID });
	make_object_at(&(struct object_plan){ .id = "abcd", .debug_only = true },
		       below(f, BY_ID LONG ".debug"));
	assert_int_equal(find(f), -ENOENT);
	snprintf(
		want, sizeof(want),
		"debug file of another build: %s (its build-id is 61626364, and %s is wanted); skipped",
		below(f, BY_ID LONG ".debug"), "30313233343536373839" LONG);
	assert_string_equal(f->note.text, want);
}

static void one_without_a_build_id_is_refused_where_there_should_be_one(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID });
	make_object_at(&(struct object_plan){ .debug_only = true }, below(f, BY_ID LONG ".debug"));
	assert_int_equal(find(f), -ENOENT);
	assert_non_null(strstr(f->note.text, "its build-id is missing"));
}

static void another_place_is_tried_after_a_refusal(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID, .link = "program.debug" });
	make_object_at(&(struct object_plan){ .id = "abcd" }, below(f, BY_ID LONG ".debug"));
	make_object_at(&(struct object_plan){ .id = ID }, below(f, "/usr/bin/program.debug"));
	assert_int_equal(find(f), 0);
	assert_string_equal(f->found.path, below(f, "/usr/bin/program.debug"));
	assert_int_equal(f->note.code, 0);
}

/* A program without a build-id, whose debuglink's sum is that of a file at name. */
static int find_linked(struct fixture *f, const char *name, unsigned char data)
{
	const struct object_plan debug = { .debug_only = true };
	struct object_plan program = { .link = "program.debug", .data = data };

	make_object_at(&debug, below(f, name));
	program.crc = crc_of(below(f, name));
	make_program(f, &program);
	return find(f);
}

static void a_debuglink_leads_to_a_file_beside_the_program(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(find_linked(f, "/usr/bin/program.debug", 0), 0);
	assert_string_equal(f->found.path, below(f, "/usr/bin/program.debug"));
}

static void a_debuglink_of_the_other_byte_order_is_understood(void **state)
{
	assert_int_equal(find_linked(*state, "/usr/bin/program.debug", ELFDATA2MSB), 0);
}

static void a_debuglink_leads_to_a_folder_named_debug(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(find_linked(f, "/usr/bin/.debug/program.debug", 0), 0);
	assert_string_equal(f->found.path, below(f, "/usr/bin/.debug/program.debug"));
}

static void a_debuglink_leads_to_the_folder_of_all_debug_files(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(find_linked(f, "/usr/lib/debug/usr/bin/program.debug", 0), 0);
	assert_string_equal(f->found.path, below(f, "/usr/lib/debug/usr/bin/program.debug"));
}

static void a_file_of_another_sum_is_refused_and_named(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .link = "program.debug", .crc = 1 });
	make_object_at(&(struct object_plan){ .debug_only = true },
		       below(f, "/usr/bin/program.debug"));
	assert_int_equal(find(f), -ENOENT);
	assert_non_null(strstr(f->note.text, "and 00000001 is wanted); skipped"));
}

static void a_debuglink_cannot_lead_out_of_its_folders(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID, .link = "../secret" });
	make_object_at(&(struct object_plan){ .id = ID }, below(f, "/usr/secret"));
	assert_int_equal(find(f), -ENOENT);
}

static void a_program_is_not_its_own_debug_file(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID, .link = "program" });
	assert_int_equal(find(f), -ENOENT);
	assert_int_equal(f->note.code, 0);
}

static void nothing_is_said_where_nothing_is(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID, .link = "program.debug" });
	assert_int_equal(find(f), -ENOENT);
	assert_int_equal(f->note.code, 0);
}

static void what_is_no_regular_file_is_left_alone(void **state)
{
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .id = ID, .link = "fifo" });
	assert_int_equal(mkfifo(below(f, "/usr/bin/fifo"), 0600), 0);
	assert_int_equal(find(f), -ENOENT);
}

static void a_debug_file_is_found_without_its_program(void **state)
{
	struct fixture *f = *state;
	struct build_id id = { .size = 20 };

	memcpy(id.bytes, ID, 20);
	make_object_at(&(struct object_plan){ .id = ID }, below(f, BY_ID LONG ".debug"));
	assert_int_equal(debug_files_by_id(f->root, &id, false, &f->found, &f->note), 0);
}

static void a_shared_file_is_found_where_its_link_says(void **state)
{
	static const char link[] = "../lib/shared.debug\0ABCDEFGHIJKLMNOPQRST";
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .alt = link, .alt_size = sizeof(link) - 1 });
	make_object_at(&(struct object_plan){ .id = "ABCDEFGHIJKLMNOPQRST" },
		       below(f, "/usr/lib/shared.debug"));
	assert_int_equal(debug_files_find_alt(&f->search, &f->found, &f->note), 0);
}

static void a_shared_file_of_another_build_is_refused(void **state)
{
	static const char link[] = "../lib/shared.debug\0ABCDEFGHIJKLMNOPQRST";
	struct fixture *f = *state;

	make_program(f, &(struct object_plan){ .alt = link, .alt_size = sizeof(link) - 1 });
	make_object_at(&(struct object_plan){ .id = ID }, below(f, "/usr/lib/shared.debug"));
	assert_int_equal(debug_files_find_alt(&f->search, &f->found, &f->note), -ENOENT);
	assert_non_null(strstr(f->note.text, "debug file of another build"));
}

/* --- split DWARF --- */

/* Whether the file at a path is opened for a name at a place. */
static bool opens(struct fixture *f, const char *path, unsigned int place, const char *folder,
		  const char *name)
{
	const struct debug_search s = { .root = f->root, .path = f->path };
	struct stat wanted, got;
	int fd = debug_files_open_split(&s, place, folder, name);
	bool right;

	if (fd < 0)
		return false;
	assert_int_equal(fstat(fd, &got), 0);
	right = stat(below(f, path), &wanted) == 0 && wanted.st_ino == got.st_ino;
	close(fd);
	return right;
}

static void make_empty(struct fixture *f, const char *path)
{
	make_object_at(&(struct object_plan){ .debug_only = true }, below(f, path));
}

static void a_dwo_file_is_where_it_was_compiled(void **state)
{
	struct fixture *f = *state;

	make_empty(f, "/src/obj/a.dwo");
	assert_true(opens(f, "/src/obj/a.dwo", 0, "/src", "obj/a.dwo"));
	assert_true(opens(f, "/src/obj/a.dwo", 0, "/elsewhere", "/src/obj/a.dwo"));
}

static void a_dwo_file_is_beside_the_program(void **state)
{
	struct fixture *f = *state;

	make_empty(f, "/usr/bin/obj/a.dwo");
	make_empty(f, "/usr/bin/b.dwo");
	assert_true(opens(f, "/usr/bin/obj/a.dwo", 1, "/src", "obj/a.dwo"));
	assert_true(opens(f, "/usr/bin/b.dwo", 2, "/src", "obj/b.dwo"));
	assert_true(opens(f, "/usr/bin/b.dwo", 2, "/src", "/obj/b.dwo"));
	assert_false(opens(f, "/usr/bin/b.dwo", 0, "/src", "obj/b.dwo"));
}

static void a_dwp_file_is_named_after_the_program(void **state)
{
	struct fixture *f = *state;

	make_empty(f, "/usr/bin/program.dwp");
	assert_true(opens(f, "/usr/bin/program.dwp", 0, "", NULL));
	strcat(f->path, ".debug");
	assert_true(opens(f, "/usr/bin/program.dwp", 1, "", NULL));
}

static void no_pipe_is_opened_for_a_dwo_file(void **state)
{
	struct fixture *f = *state;

	make_empty(f, "/src/a.dwo");
	assert_int_equal(mkfifo(below(f, "/src/pipe.dwo"), 0666), 0);
	assert_false(opens(f, "/src/pipe.dwo", 0, "/src", "pipe.dwo"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_found_by_its_build_id),
		TEST(one_of_another_build_is_refused_and_named),
		TEST(one_without_a_build_id_is_refused_where_there_should_be_one),
		TEST(another_place_is_tried_after_a_refusal),
		TEST(a_debuglink_leads_to_a_file_beside_the_program),
		TEST(a_debuglink_of_the_other_byte_order_is_understood),
		TEST(a_debuglink_leads_to_a_folder_named_debug),
		TEST(a_debuglink_leads_to_the_folder_of_all_debug_files),
		TEST(a_file_of_another_sum_is_refused_and_named),
		TEST(a_debuglink_cannot_lead_out_of_its_folders),
		TEST(a_program_is_not_its_own_debug_file),
		TEST(nothing_is_said_where_nothing_is),
		TEST(what_is_no_regular_file_is_left_alone),
		TEST(a_debug_file_is_found_without_its_program),
		TEST(a_shared_file_is_found_where_its_link_says),
		TEST(a_shared_file_of_another_build_is_refused),
		TEST(a_dwo_file_is_where_it_was_compiled),
		TEST(a_dwo_file_is_beside_the_program),
		TEST(a_dwp_file_is_named_after_the_program),
		TEST(no_pipe_is_opened_for_a_dwo_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
