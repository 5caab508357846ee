// SPDX-License-Identifier: BSD-2-Clause
/* All outputs. A new one is one line in OUTPUTS. */
#include <string.h>

#include "analyze/outputs/output.h"

#define OUTPUTS(X)                                                                                 \
	X(text)                                                                                    \
	X(folded)                                                                                  \
	X(pprof)                                                                                   \
	X(json)                                                                                    \
	X(svg)                                                                                     \
	X(html)                                                                                    \
	X(perfetto)

#define DECLARE(name) extern const struct output output_##name;
OUTPUTS(DECLARE)

#define LIST(name) &output_##name,
static const struct output *const outputs[] = { OUTPUTS(LIST) };

const struct output *const *output_list(size_t *n)
{
	*n = sizeof(outputs) / sizeof(outputs[0]);
	return outputs;
}

const struct output *output_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (strcmp(outputs[i]->name, name) == 0)
			return outputs[i];
	}
	return NULL;
}

/* Whether path ends in one of the suffixes, and is more than that. */
static int ends_in(const char *path, const char *suffixes)
{
	size_t length = strlen(path);

	while (*suffixes) {
		size_t n = strcspn(suffixes, " ");

		if (length > n && memcmp(path + length - n, suffixes, n) == 0)
			return 1;
		suffixes += n;
		suffixes += strspn(suffixes, " ");
	}
	return 0;
}

const struct output *output_by_suffix(const char *path)
{
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (ends_in(path, outputs[i]->suffixes))
			return outputs[i];
	}
	return NULL;
}
