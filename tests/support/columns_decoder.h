/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of columns: the decoder, in memory that ends where it may not read on. */
#ifndef TESTS_SUPPORT_COLUMNS_DECODER_H
#define TESTS_SUPPORT_COLUMNS_DECODER_H

#include <stdlib.h>
#include <string.h>

#include "format/columns.h"

/* In memory of just the right size, so that a sanitizer sees a byte too many. */
static inline int decode(const uint8_t *form, size_t form_size, uint8_t *plain, size_t size)
{
	size_t most = size / sizeof(struct ev_header);
	struct tape_columns_decoder d = {
		.form = malloc(form_size + !form_size),
		.offsets = malloc(most * sizeof(*d.offsets) + !most),
	};
	int rc;

	memcpy(d.form, form, form_size);
	rc = tape_columns_decode(&d, form_size, plain, size);
	tape_columns_decoder_done(&d);
	return rc;
}

#endif
