// SPDX-License-Identifier: BSD-2-Clause
/*
 * What analyze/symbolize/symbolizer.h promises of debug files and servers, on programs
 * made to order below a symfs. libdebuginfod reads folders as it does servers.
 */
#include "tests/support/object_maker.h"

#include <dlfcn.h>

#include "analyze/symbolize/symbolizer.h"

#define ID    "01234567890123456789"
#define LONG  "/31323334353637383930313233343536373839"
#define BY_ID "/usr/lib/debug/.build-id/30" LONG

static const struct made_symbol all[] = {
	FUNC("hidden", TEXT + 0x140, 0x20, STB_LOCAL),
};
static const struct object_plan stripped = { .id = ID };
static const struct object_plan debug_file = {
	.id = ID, .debug_only = true, .symtab = all, .n_symtab = 1
};
static const struct object_plan other = {
	.id = "abcd", .debug_only = true, .symtab = all, .n_symtab = 1
};
static const struct module program = { .path = "/bin/program",
				       .build_id = "01234567890123456789",
				       .build_id_size = 20 };

struct fixture {
	char symfs[64];
	struct symbolizer *s;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->symfs, "/tmp/source_elf.XXXXXX");
	assert_non_null(mkdtemp(f->symfs));
	f->s = symbolizer_new(&(struct symbolizer_options){ .symfs = f->symfs });
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	symbolizer_free(f->s);
	snprintf(command, sizeof(command), "rm -rf %s", f->symfs);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void put(const struct fixture *f, const char *name, const struct object_plan *plan)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", f->symfs, name);
	make_object_at(plan, path);
}

static void expect(struct fixture *f, const char *name, enum ev_symbol_origin origin)
{
	struct frame_name found;

	symbolizer_find(f->s, &program, TEXT + 0x141, &found);
	assert_string_equal(found.name, name);
	assert_int_equal(found.origin, origin);
}

static void expect_note(const struct fixture *f, const char *part)
{
	assert_int_equal(symbolizer_n_notes(f->s), 1);
	if (!strstr(symbolizer_note(f->s, 0), part))
		fail_msg("%s", symbolizer_note(f->s, 0));
}

static void a_debug_file_below_the_symfs_names_a_stripped_program(void **state)
{
	struct fixture *f = *state;

	put(f, "/bin/program", &stripped);
	put(f, BY_ID ".debug", &debug_file);
	expect(f, "hidden", EV_SYMBOL_DEBUG_FILE);
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void a_refused_debug_file_is_told_of_its_program(void **state)
{
	struct fixture *f = *state;

	put(f, "/bin/program", &stripped);
	put(f, BY_ID ".debug", &other);
	expect(f, "[program]", EV_SYMBOL_UNTOLD);
	expect_note(f, "/bin/program: debug file of another build: ");
}

static void a_debug_file_is_enough_where_the_program_is_not_here(void **state)
{
	struct fixture *f = *state;

	put(f, BY_ID ".debug", &debug_file);
	expect(f, "hidden", EV_SYMBOL_DEBUG_FILE);
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void a_program_is_found_by_its_build_id_where_another_stands_at_its_path(void **state)
{
	struct object_plan whole = debug_file;
	struct fixture *f = *state;

	whole.debug_only = false;
	put(f, "/bin/program", &other);
	put(f, BY_ID, &whole);
	expect(f, "hidden", EV_SYMBOL_SYMTAB);
}

/* A symbolizer that may ask a server: the folder "served", or none. */
static void use_server(struct fixture *f, bool there)
{
	char text[128];

	snprintf(text, sizeof(text), "%s/cache", f->symfs);
	setenv("DEBUGINFOD_CACHE_PATH", text, 1);
	snprintf(text, sizeof(text), "file://%s/served", f->symfs);
	if (there)
		setenv("DEBUGINFOD_URLS", text, 1);
	else
		unsetenv("DEBUGINFOD_URLS");
	symbolizer_free(f->s);
	f->s = symbolizer_new(
		&(struct symbolizer_options){ .symfs = f->symfs, .debuginfod = true });
}

/* Under an emulator the library is another machine's, or curl is not there. */
static void need_library(void)
{
	if (!dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_NODELETE))
		skip();
}

#define SERVED "/served/buildid/3031323334353637383930313233343536373839"

static void a_server_is_asked_for_a_debug_file(void **state)
{
	struct fixture *f = *state;

	need_library();
	put(f, "/bin/program", &stripped);
	put(f, SERVED "/debuginfo", &debug_file);
	use_server(f, true);
	expect(f, "hidden", EV_SYMBOL_DEBUGINFOD);
}

static void a_server_is_asked_for_a_program(void **state)
{
	struct fixture *f = *state;

	need_library();
	put(f, SERVED "/executable", &stripped);
	put(f, SERVED "/debuginfo", &debug_file);
	use_server(f, true);
	expect(f, "hidden", EV_SYMBOL_DEBUGINFOD);
}

static void what_a_server_sends_is_checked(void **state)
{
	struct fixture *f = *state;

	need_library();
	put(f, "/bin/program", &stripped);
	put(f, SERVED "/debuginfo", &other);
	use_server(f, true);
	expect(f, "[program]", EV_SYMBOL_UNTOLD);
	expect_note(f, "/bin/program: the debug file that was sent has another build-id; skipped");
}

static void that_no_server_is_named_is_said(void **state)
{
	struct fixture *f = *state;

	put(f, "/bin/program", &stripped);
	use_server(f, false);
	expect(f, "[program]", EV_SYMBOL_UNTOLD);
	expect_note(f,
		    "/bin/program: --debuginfod: DEBUGINFOD_URLS names no server; none is asked");
}

static void no_server_is_asked_unasked(void **state)
{
	struct fixture *f = *state;

	put(f, "/bin/program", &stripped);
	put(f, SERVED "/debuginfo", &debug_file);
	use_server(f, true);
	symbolizer_free(f->s);
	f->s = symbolizer_new(&(struct symbolizer_options){ .symfs = f->symfs });
	expect(f, "[program]", EV_SYMBOL_UNTOLD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_debug_file_below_the_symfs_names_a_stripped_program),
		TEST(a_refused_debug_file_is_told_of_its_program),
		TEST(a_debug_file_is_enough_where_the_program_is_not_here),
		TEST(a_program_is_found_by_its_build_id_where_another_stands_at_its_path),
		TEST(a_server_is_asked_for_a_debug_file),
		TEST(a_server_is_asked_for_a_program),
		TEST(what_a_server_sends_is_checked),
		TEST(that_no_server_is_named_is_said),
		TEST(no_server_is_asked_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
