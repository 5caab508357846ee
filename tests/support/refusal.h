/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of what a reader says of bytes that it does not read. */
#ifndef TESTS_SUPPORT_REFUSAL_H
#define TESTS_SUPPORT_REFUSAL_H

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static inline void assert_refused(const struct made_tape *t, int code, const char *text)
{
	struct tape_error err = { 0 };
	struct tape_reader *r = NULL;

	assert_int_equal(tape_reader_open_memory(t->data, t->size, 0, &r, &err), code);
	assert_int_equal(err.code, code);
	assert_string_equal(err.text, text);
	assert_null(r);
}

#endif
