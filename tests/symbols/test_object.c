// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/object.h promises, on programs and debug files made to order. */
#include "tests/support/object_maker.h"

#include <lzma.h>

#include "symbols/mini.h"
#include "symbols/object.h"

#define ID    "01234567890123456789"
#define BY_ID "/usr/lib/debug/.build-id/30/31323334353637383930313233343536373839.debug"

struct fixture {
	char root[64];
	char path[128];
	char debug[256];
	int fd;
	struct object *object;
	int fetched; /* how often */
	const struct object_plan *served;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->root, "/tmp/object.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	snprintf(f->path, sizeof(f->path), "%s/usr/bin/program", f->root);
	snprintf(f->debug, sizeof(f->debug), "%s" BY_ID, f->root);
	f->fd = -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	object_free(f->object);
	if (f->fd >= 0)
		close(f->fd);
	snprintf(command, sizeof(command), "rm -rf %s", f->root);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static int serve(void *context, const struct build_id *id)
{
	struct fixture *f = context;
	int fd = memfd_create("served", MFD_CLOEXEC);

	assert_int_equal(id->size, 20);
	f->fetched++;
	make_object(f->served, fd);
	return fd;
}

static void open_with(struct fixture *f, const struct object_plan *plan,
		      const struct object_options *options)
{
	struct tape_error err = { 0 };

	make_object_at(plan, f->path);
	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (object_open(f->fd, f->path, options, &f->object, &err) < 0)
		fail_msg("%s", err.text);
}

static void open_plan(struct fixture *f, const struct object_plan *plan)
{
	open_with(f, plan, &(struct object_options){ .root = f->root });
}

/* Fails unless the code at an offset has this name, and it is known from there. */
static void expect(struct fixture *f, uint64_t offset, const char *name,
		   enum ev_symbol_origin origin)
{
	struct symbol found;

	if (!object_find(f->object, offset, &found))
		fail_msg("nothing at %#llx", (unsigned long long)offset);
	assert_string_equal(found.name, name);
	assert_int_equal(found.origin, origin);
	assert_true(offset >= found.start && offset - found.start < found.size);
}

static void expect_none(struct fixture *f, uint64_t offset)
{
	struct symbol found;

	assert_int_equal(object_find(f->object, offset, &found), 0);
}

#define N(list) (sizeof(list) / sizeof((list)[0]))

static const struct made_symbol exported[] = {
	FUNC("exported", TEXT + 0x100, 0x20, STB_GLOBAL),
	FUNC("inside", TEXT + 0x148, 4, STB_GLOBAL),
	FUNC("endless", TEXT + 0x200, 0, STB_GLOBAL),
};
static const struct made_symbol all[] = {
	FUNC("exported", TEXT + 0x100, 0x20, STB_GLOBAL),
	FUNC("hidden", TEXT + 0x140, 0x20, STB_LOCAL),
	FUNC("behind", TEXT + 0x280, 0x20, STB_LOCAL),
};

#define SYMTAB .symtab = all, .n_symtab = N(all)
#define DYNSYM .dynsym = exported, .n_dynsym = N(exported)

static void a_symbol_table_is_said_to_know(void **state)
{
	struct fixture *f = *state;

	open_plan(f, &(struct object_plan){ SYMTAB, DYNSYM });
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_SYMTAB);
}

static void a_stripped_file_has_its_exported_names(void **state)
{
	struct fixture *f = *state;

	open_plan(f, &(struct object_plan){ DYNSYM });
	expect(f, TEXT + 0x101, "exported", EV_SYMBOL_DYNSYM);
	expect_none(f, TEXT + 0x141);
}

/* An ELF file packed as .gnu_debugdata; *size is its size. */
static uint8_t *pack(const struct object_plan *plan, size_t *size)
{
	static uint8_t plain[64 * 1024], packed[64 * 1024];
	int fd = memfd_create("mini", MFD_CLOEXEC);
	ssize_t n;

	make_object(plan, fd);
	n = pread(fd, plain, sizeof(plain), 0);
	close(fd);
	assert_true(n > 0);
	*size = 0;
	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, plain, (size_t)n,
						 packed, size, sizeof(packed)),
			 LZMA_OK);
	return packed;
}

static const struct made_symbol mini_only[] = {
	FUNC("hidden", TEXT + 0x140, 0x20, STB_LOCAL),
	FUNC("behind", TEXT + 0x280, 0x20, STB_LOCAL),
};

static void open_mini(struct fixture *f)
{
	const struct object_plan mini = { .debug_only = true,
					  .symtab = mini_only,
					  .n_symtab = N(mini_only) };
	struct object_plan plan = { DYNSYM };

	plan.mini = pack(&mini, &plan.mini_size);
	open_plan(f, &plan);
}

static void mini_debuginfo_adds_what_is_not_exported(void **state)
{
	open_mini(*state);
	expect(*state, TEXT + 0x141, "hidden", EV_SYMBOL_MINI);
	expect(*state, TEXT + 0x101, "exported", EV_SYMBOL_DYNSYM);
}

static void an_exported_name_ends_where_a_better_table_knows_more(void **state)
{
	struct symbol found;

	open_mini(*state);
	expect(*state, TEXT + 0x27f, "endless", EV_SYMBOL_DYNSYM);
	expect(*state, TEXT + 0x281, "behind", EV_SYMBOL_MINI);
	assert_int_equal(object_find(((struct fixture *)*state)->object, TEXT + 0x240, &found), 1);
	assert_int_equal(found.start + found.size, TEXT + 0x280);
}

static void an_exported_name_does_not_count_within_what_a_better_table_knows(void **state)
{
	open_mini(*state);
	expect(*state, TEXT + 0x149, "hidden", EV_SYMBOL_MINI);
}

static void damaged_mini_debuginfo_costs_no_more_than_its_names(void **state)
{
	struct fixture *f = *state;
	struct object_plan plan = { DYNSYM };
	uint8_t *packed = pack(&(struct object_plan){ SYMTAB }, &plan.mini_size);

	packed[plan.mini_size / 2] ^= 0x55;
	plan.mini = packed;
	open_plan(f, &plan);
	expect(f, TEXT + 0x101, "exported", EV_SYMBOL_DYNSYM);
	assert_non_null(strstr(object_note(f->object), ".gnu_debugdata is damaged; skipped"));
}

static void cut_mini_debuginfo_is_damaged(void **state)
{
	struct fixture *f = *state;
	struct object_plan plan = { DYNSYM };

	plan.mini = pack(&(struct object_plan){ SYMTAB }, &plan.mini_size);
	plan.mini_size /= 2;
	open_plan(f, &plan);
	expect(f, TEXT + 0x101, "exported", EV_SYMBOL_DYNSYM);
	assert_non_null(strstr(object_note(f->object), ".gnu_debugdata is damaged; skipped"));
}

/* Zeros, of which xz makes a seven-thousandth. */
static void mini_debuginfo_that_swells_is_refused(void **state)
{
	static const uint8_t zeros[1 << 20];
	static uint8_t packed[256 * 1024];
	lzma_stream s = LZMA_STREAM_INIT;
	struct fixture *f = *state;
	struct object_plan plan = { DYNSYM };

	if (getenv("RUN") && *getenv("RUN"))
		skip(); /* an emulator takes half a minute for it */
	assert_int_equal(lzma_easy_encoder(&s, 0, LZMA_CHECK_CRC32), LZMA_OK);
	s.next_out = packed;
	s.avail_out = sizeof(packed);
	for (size_t i = 0; i <= MINI_MAX_BYTES >> 20; i++) {
		s.next_in = zeros;
		s.avail_in = sizeof(zeros);
		assert_int_equal(lzma_code(&s, LZMA_RUN), LZMA_OK);
	}
	assert_int_equal(lzma_code(&s, LZMA_FINISH), LZMA_STREAM_END);
	plan.mini = packed;
	plan.mini_size = s.total_out;
	lzma_end(&s);
	open_plan(f, &plan);
	expect(f, TEXT + 0x101, "exported", EV_SYMBOL_DYNSYM);
	assert_non_null(strstr(object_note(f->object), ".gnu_debugdata is too large; skipped"));
}

static const struct object_plan debug_file = { .id = ID, .debug_only = true, SYMTAB };

static void a_debug_file_names_what_was_stripped(void **state)
{
	struct fixture *f = *state;

	make_object_at(&debug_file, f->debug);
	open_plan(f, &(struct object_plan){ .id = ID, DYNSYM });
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_DEBUG_FILE);
	expect(f, TEXT + 0x101, "exported", EV_SYMBOL_DEBUG_FILE);
}

static void a_debug_file_of_another_build_is_not_believed(void **state)
{
	struct fixture *f = *state;

	make_object_at(&(struct object_plan){ .id = "abcd", .debug_only = true, SYMTAB }, f->debug);
	open_plan(f, &(struct object_plan){ .id = ID, DYNSYM });
	expect_none(f, TEXT + 0x141);
	assert_non_null(strstr(object_note(f->object), "debug file of another build"));
}

static void nothing_is_looked_for_where_the_symbol_table_is_there(void **state)
{
	struct fixture *f = *state;

	make_object_at(&(struct object_plan){ .id = "abcd" }, f->debug);
	open_plan(f, &(struct object_plan){ .id = ID, SYMTAB });
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_SYMTAB);
	assert_null(object_note(f->object));
}

static void debug_files_can_be_left_out(void **state)
{
	struct fixture *f = *state;

	make_object_at(&debug_file, f->debug);
	open_with(f, &(struct object_plan){ .id = ID, DYNSYM },
		  &(struct object_options){ .root = f->root, .no_debug_files = true });
	expect_none(f, TEXT + 0x141);
}

static void open_served(struct fixture *f, const struct object_plan *served)
{
	f->served = served;
	open_with(f, &(struct object_plan){ .id = ID, DYNSYM },
		  &(struct object_options){ .root = f->root, .fetch = serve, .context = f });
}

static void a_debug_file_can_come_from_elsewhere(void **state)
{
	open_served(*state, &debug_file);
	expect(*state, TEXT + 0x141, "hidden", EV_SYMBOL_DEBUGINFOD);
}

static void elsewhere_is_asked_once(void **state)
{
	struct fixture *f = *state;

	open_served(f, &(struct object_plan){ .id = "abcd" });
	expect_none(f, TEXT + 0x141);
	expect_none(f, TEXT + 0x171);
	assert_int_equal(f->fetched, 1);
}

static void elsewhere_is_not_asked_for_what_is_here(void **state)
{
	struct fixture *f = *state;

	make_object_at(&debug_file, f->debug);
	open_served(f, &debug_file);
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_DEBUG_FILE);
	assert_int_equal(f->fetched, 0);
}

static void a_wrong_file_from_elsewhere_is_refused(void **state)
{
	struct fixture *f = *state;

	open_served(f, &(struct object_plan){ .id = "abcd", .debug_only = true, SYMTAB });
	expect_none(f, TEXT + 0x141);
	assert_non_null(strstr(object_note(f->object), "was sent has another build-id; skipped"));
}

static void a_debug_file_stands_for_a_program_that_is_not_here(void **state)
{
	open_plan(*state, &debug_file);
	expect(*state, TEXT + 0x141, "hidden", EV_SYMBOL_DEBUG_FILE);
}

static void a_debug_file_of_the_other_byte_order_does_so_too(void **state)
{
	struct fixture *f = *state;

	open_plan(f, &(struct object_plan){ .debug_only = true, .data = ELFDATA2MSB, SYMTAB });
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_DEBUG_FILE);
}

static void an_image_in_memory_is_read_as_a_file_is(void **state)
{
	static uint8_t image[64 * 1024];
	struct fixture *f = *state;
	int fd = memfd_create("image", MFD_CLOEXEC);
	ssize_t n;

	make_object(&(struct object_plan){ SYMTAB }, fd);
	n = pread(fd, image, sizeof(image), 0);
	close(fd);
	assert_int_equal(object_open_memory(image, (size_t)n, "image", &f->object, NULL), 0);
	expect(f, TEXT + 0x141, "hidden", EV_SYMBOL_SYMTAB);
}

static void sources_of_names_are_counted(void **state)
{
	open_plan(*state, &(struct object_plan){ DYNSYM });
	assert_int_equal(object_n_sources(((struct fixture *)*state)->object), 1);
}

static void a_file_without_names_has_no_source(void **state)
{
	open_plan(*state, &(struct object_plan){ .id = ID });
	assert_int_equal(object_n_sources(((struct fixture *)*state)->object), 0);
}

static void what_is_no_elf_file_is_refused(void **state)
{
	struct tape_error err = { 0 };
	struct object *o = NULL;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(object_open(fd, "/dev/null", NULL, &o, &err), -ENOEXEC);
	assert_string_equal(err.text, "/dev/null: not an ELF file");
	assert_null(o);
	close(fd);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	object_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_symbol_table_is_said_to_know),
		TEST(a_stripped_file_has_its_exported_names),
		TEST(mini_debuginfo_adds_what_is_not_exported),
		TEST(an_exported_name_ends_where_a_better_table_knows_more),
		TEST(an_exported_name_does_not_count_within_what_a_better_table_knows),
		TEST(damaged_mini_debuginfo_costs_no_more_than_its_names),
		TEST(cut_mini_debuginfo_is_damaged),
		TEST(mini_debuginfo_that_swells_is_refused),
		TEST(a_debug_file_names_what_was_stripped),
		TEST(a_debug_file_of_another_build_is_not_believed),
		TEST(nothing_is_looked_for_where_the_symbol_table_is_there),
		TEST(debug_files_can_be_left_out),
		TEST(a_debug_file_can_come_from_elsewhere),
		TEST(elsewhere_is_asked_once),
		TEST(elsewhere_is_not_asked_for_what_is_here),
		TEST(a_wrong_file_from_elsewhere_is_refused),
		TEST(a_debug_file_stands_for_a_program_that_is_not_here),
		TEST(a_debug_file_of_the_other_byte_order_does_so_too),
		TEST(an_image_in_memory_is_read_as_a_file_is),
		TEST(sources_of_names_are_counted),
		TEST(a_file_without_names_has_no_source),
		TEST(what_is_no_elf_file_is_refused),
		cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
