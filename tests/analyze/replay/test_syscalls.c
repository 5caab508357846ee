// SPDX-License-Identifier: BSD-2-Clause
/* What replay/syscalls.h promises: names by the recorded machine, not by this one. */
#include <string.h>

#include "analyze/replay/syscalls.h"
#include "tests/support/test.h"

/* Whether a call has this name on such a machine; NULL: the tape does not tell which. */
static void assert_name(const char *machine, int32_t number, const char *wanted)
{
	struct world *w = world_new();

	if (machine)
		facts_put_text(&w->host, machine, strlen(machine));
	assert_string_equal(syscalls_name(w, number).text, wanted);
	world_free(w);
}

static void x86_64_has_its_names(void **state)
{
	(void)state;
	assert_name("uname.machine=x86_64", 202, "futex");
}

static void aarch64_has_its_names(void **state)
{
	(void)state;
	assert_name("uname.machine=aarch64", 98, "futex");
}

static void s390x_has_its_names(void **state)
{
	(void)state;
	assert_name("uname.machine=s390x", 238, "futex");
}

static void i686_has_those_of_its_family(void **state)
{
	(void)state;
	assert_name("uname.machine=i686", 240, "futex");
}

static void armv7l_has_those_of_its_family(void **state)
{
	(void)state;
	assert_name("uname.machine=armv7l", 240, "futex");
}

static void unknown_number_is_shown_as_a_number(void **state)
{
	(void)state;
	assert_name("uname.machine=x86_64", 99999, "call 99999");
}

static void unknown_machine_has_numbers(void **state)
{
	(void)state;
	assert_name("uname.machine=pdp11", 3, "call 3");
}

static void machine_that_is_not_told_has_numbers(void **state)
{
	(void)state;
	assert_name(NULL, 3, "call 3");
}

static void machine_named_like_nothing_has_numbers(void **state)
{
	(void)state;
	assert_name("uname.machine=i", 3, "call 3");
}

static void no_call_has_no_name(void **state)
{
	(void)state;
	assert_name("uname.machine=x86_64", -1, "");
}

static void negative_numbers_are_not_the_library_s_inventions(void **state)
{
	(void)state;
	assert_name("uname.machine=x86_64", -101, "call -101");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_64_has_its_names),
		cmocka_unit_test(aarch64_has_its_names),
		cmocka_unit_test(s390x_has_its_names),
		cmocka_unit_test(i686_has_those_of_its_family),
		cmocka_unit_test(armv7l_has_those_of_its_family),
		cmocka_unit_test(unknown_number_is_shown_as_a_number),
		cmocka_unit_test(unknown_machine_has_numbers),
		cmocka_unit_test(machine_that_is_not_told_has_numbers),
		cmocka_unit_test(machine_named_like_nothing_has_numbers),
		cmocka_unit_test(no_call_has_no_name),
		cmocka_unit_test(negative_numbers_are_not_the_library_s_inventions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
