// SPDX-License-Identifier: BSD-2-Clause
/* What analyze/symbolize/demangle.h promises, by a table of names and by names made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/symbolize/demangle.h"

static void assert_name(const char *name, const char *want)
{
	char *text = demangle_name(name);

	assert_string_equal(text, want);
	free(text);
}

static void cxx_names_are_given_with_their_parameters(void **state)
{
	(void)state;
	assert_name("_ZN3foo3barEid", "foo::bar(int, double)");
	assert_name("_ZNSt6vectorIiSaIiEE9push_backERKi",
		    "std::vector<int, std::allocator<int> >::push_back(int const&)");
	assert_name("_ZN3fooC1Ev", "foo::foo()");
	assert_name("_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo()");
	assert_name("_ZThn8_N3foo3barEv", "non-virtual thunk to foo::bar()");
}

static void cxx_templates_do_not_begin_with_what_they_return(void **state)
{
	(void)state;
	assert_name("_Z3maxIiET_S0_S0_", "max<int>(int, int)");
}

static void clones_by_the_compiler_are_told_apart(void **state)
{
	(void)state;
	assert_name("_ZN3fooEv.cold", "foo() [clone .cold]");
	assert_name("_Z3foov.constprop.0", "foo() [clone .constprop.0]");
}

static void entries_of_a_linkage_table_are_named_as_what_they_call(void **state)
{
	(void)state;
	assert_name("_Znwm@plt", "operator new(unsigned long)@plt");
	assert_name("_ZN3std2io5stdio6_print17h0123456789abcdefE@plt",
		    "std::io::stdio::_print@plt");
	assert_name("malloc@plt", "malloc@plt");
	assert_name("_Zxxx@plt", "_Zxxx@plt");
	assert_name("@plt", "@plt");
}

static void legacy_rust_names_lose_their_hash(void **state)
{
	(void)state;
	assert_name("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE",
		    "core::fmt::Write::write_fmt");
	assert_name("_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$4grow17h0123456789abcdefE",
		    "alloc::raw_vec::RawVec<T,A>::grow");
}

static void rust_v0_names_are_read(void **state)
{
	(void)state;
	assert_name("_RNvCs1234_7mycrate3foo", "mycrate::foo");
	assert_name("_RNvMs_NtCs4fqI2P2rA04_4core3numy3foo", "<u64>::foo");
}

static void rust_names_of_other_scripts_are_read(void **state)
{
	(void)state;
	assert_name("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y",
		    "utf8_idents::საჭმელად_გემრიელი_სადილი");
}

static void d_names_are_read(void **state)
{
	(void)state;
	assert_name("_Dmain", "D main");
	assert_name("_D8demangle4testFaZv", "demangle.test(char)");
}

static void names_of_c_and_go_stay_as_they_are(void **state)
{
	(void)state;
	assert_name("malloc", "malloc");
	assert_name("main.(*T).Foo", "main.(*T).Foo");
	assert_name("runtime.mallocgc", "runtime.mallocgc");
	assert_name("go.shape.int_0", "go.shape.int_0");
	assert_name("", "");
	assert_name("_", "_");
}

static void names_that_only_look_mangled_stay_as_they_are(void **state)
{
	static const char *const names[] = { "_Z",     "_Zgarbage",
					     "_R",     "_Rgarbage",
					     "_D",     "_Dfoo",
					     "_ZN3fo", "_ZN999999999999999999999fooEv" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_name(names[i], names[i]);
}

/* A name of head, n times part, and tail. */
static char *make_name(const char *head, const char *part, size_t n, const char *tail)
{
	char *name = malloc(strlen(head) + n * strlen(part) + strlen(tail) + 1);
	char *p;

	assert_non_null(name);
	p = stpcpy(name, head);
	for (size_t i = 0; i < n; i++)
		p = stpcpy(p, part);
	stpcpy(p, tail);
	return name;
}

static void a_name_longer_than_4_kib_stays_as_it_is(void **state)
{
	char *name = make_name("_Z1f", "i", 5000, "");

	(void)state;
	assert_name(name, name);
	free(name);
}

static void a_deeply_nested_name_stays_as_it_is(void **state)
{
	char *name = make_name("_Z1f", "P", 4000, "i");

	(void)state;
	assert_name(name, name);
	free(name);
}

/* Each pair<S, S> has the text before it twice: 2^steps names of a type. */
static void cxx_bomb(char *name, size_t steps)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	/* S0_ is p, S1_ the first pair, and each new pair is the next one. */
	name += sprintf(name, "_Z1f1a1pIS_S_E");
	for (size_t i = 1; i < steps; i++)
		name += sprintf(name, "S0_IS%c_S%c_E", digits[i], digits[i]);
}

/* Tuples of two back-references to the tuple before. */
static void rust_bomb(char *name, size_t steps)
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char *p = stpcpy(name, "_RINvC1a1f");
	size_t last = (size_t)(p - name) - 2;

	p = stpcpy(p, "TyyE");
	for (size_t i = 0; i < steps; i++) {
		size_t here = (size_t)(p - name) - 2, number = last - 1;
		char reference[8];

		if (number < 62)
			sprintf(reference, "B%c_", digits[number]);
		else
			sprintf(reference, "B%c%c_", digits[number / 62], digits[number % 62]);
		p += sprintf(p, "T%s%sE", reference, reference);
		last = here;
	}
	strcpy(p, "E");
}

static void a_short_cxx_name_that_stands_for_gigabytes_stays_as_it_is(void **state)
{
	char name[2048];

	(void)state;
	cxx_bomb(name, 3);
	assert_name(name, "f(a, p<a, a>, p<p<a, a>, p<a, a> >, "
			  "p<p<p<a, a>, p<a, a> >, p<p<a, a>, p<a, a> > >)");
	cxx_bomb(name, 30);
	assert_name(name, name);
}

static void a_short_rust_name_that_stands_for_gigabytes_stays_as_it_is(void **state)
{
	char name[2048];

	(void)state;
	rust_bomb(name, 1);
	assert_name(name, "a::f::<(u64, u64), ((u64, u64), (u64, u64))>");
	rust_bomb(name, 40);
	assert_name(name, name);
}

static void a_d_name_of_many_back_references_stays_as_it_is(void **state)
{
	char *name = make_name("_D1a1fF", "Qb", 30, "Zv");

	(void)state;
	assert_name(name, name);
	free(name);
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cxx_names_are_given_with_their_parameters),
		TEST(cxx_templates_do_not_begin_with_what_they_return),
		TEST(clones_by_the_compiler_are_told_apart),
		TEST(entries_of_a_linkage_table_are_named_as_what_they_call),
		TEST(legacy_rust_names_lose_their_hash),
		TEST(rust_v0_names_are_read),
		TEST(rust_names_of_other_scripts_are_read),
		TEST(d_names_are_read),
		TEST(names_of_c_and_go_stay_as_they_are),
		TEST(names_that_only_look_mangled_stay_as_they_are),
		TEST(a_name_longer_than_4_kib_stays_as_it_is),
		TEST(a_deeply_nested_name_stays_as_it_is),
		TEST(a_short_cxx_name_that_stands_for_gigabytes_stays_as_it_is),
		TEST(a_short_rust_name_that_stands_for_gigabytes_stays_as_it_is),
		TEST(a_d_name_of_many_back_references_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
