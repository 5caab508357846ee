// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a mangled name: the answer comes soon, is bounded and may be shown. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/symbolize/demangle.h"
#include "analyze/symbolize/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1), *text, *plain;

	if (!name)
		abort();
	memcpy(name, data, size);
	name[size] = '\0';
	text = demangle_name(name);
	if (strlen(text) > 2 * 1024 * 1024 + size)
		abort();
	plain = strdup(plain_text(text));
	if (!plain || strcmp(plain_text(text), plain) != 0)
		abort();
	free(plain);
	free(text);
	free(name);
	return 0;
}
