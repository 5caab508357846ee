// SPDX-License-Identifier: BSD-2-Clause
/* One table of units for each kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "record/quantity.h"

struct unit {
	const char *name;
	double factor;
};

static const struct unit times[] = {
	{ "", 1e9 },  { "ns", 1 },   { "us", 1e3 },   { "ms", 1e6 },
	{ "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 },
};

static const struct unit sizes[] = {
	{ "", 1 }, { "k", 1u << 10 }, { "m", 1u << 20 }, { "g", 1u << 30 }, { "t", 1ull << 40 },
};

static int parse(const char *text, const struct unit *units, size_t n, uint64_t *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || !(value >= 0) || strspn(text, "0123456789.") != (size_t)(end - text))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(end, units[i].name) != 0)
			continue;
		value = value * units[i].factor + 0.5;
		if (value >= 9e18)
			return -EINVAL;
		*ret = (uint64_t)value;
		return 0;
	}
	return -EINVAL;
}

int quantity_ns(const char *text, uint64_t *ret)
{
	return parse(text, times, sizeof(times) / sizeof(*times), ret);
}

int quantity_bytes(const char *text, uint64_t *ret)
{
	return parse(text, sizes, sizeof(sizes) / sizeof(*sizes), ret);
}

const char *quantity_show_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char *const names[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t i = 0;

	while (value >= 1024 && i + 1 < sizeof(names) / sizeof(*names)) {
		value /= 1024;
		i++;
	}
	snprintf(buf, size, i ? "%.1f %s" : "%.0f %s", value, names[i]);
	return buf;
}
