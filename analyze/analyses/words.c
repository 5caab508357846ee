// SPDX-License-Identifier: BSD-2-Clause
/* See words.h. */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyses/words.h"
#include "analyze/base/calendar.h"
#include "analyze/base/hex.h"

struct words words_duration(uint64_t ns)
{
	struct words w;

	if (ns < 1000000)
		snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%03" PRIu64 " us", ns / 1000,
			 ns % 1000);
	else if (ns < 1000000000)
		snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%03" PRIu64 " ms", ns / 1000000,
			 ns / 1000 % 1000);
	else
		snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%03" PRIu64 " s", ns / 1000000000,
			 ns / 1000000 % 1000);
	return w;
}

struct words words_bytes(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	struct words w;
	uint64_t rest = 0;
	size_t unit = 0;

	for (; bytes >= 1024; bytes /= 1024, unit++)
		rest = bytes % 1024;
	if (unit == 0)
		snprintf(w.text, sizeof(w.text), "%" PRIu64 " B", bytes);
	else
		snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%" PRIu64 " %s", bytes,
			 rest * 10 / 1024, units[unit]);
	return w;
}

struct words words_wall(uint64_t wall_ns)
{
	struct calendar c = calendar_of(wall_ns);
	struct words w = { "" };

	if (wall_ns)
		snprintf(w.text, sizeof(w.text), "%04u-%02u-%02u %02u:%02u:%02u UTC", c.year,
			 c.month, c.day, c.hour, c.minute, c.second);
	return w;
}

struct words words_count(uint64_t n, const char *what)
{
	struct words w;

	snprintf(w.text, sizeof(w.text), "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
	return w;
}

struct words words_hex(const uint8_t *bytes, uint32_t n)
{
	struct words w;

	hex_bytes(w.text, sizeof(w.text), bytes, n);
	return w;
}

struct words words_share(uint64_t part, uint64_t whole)
{
	struct words w = { "" };
	uint64_t hundredths;

	for (; part > UINT64_MAX / 10000; part /= 2)
		whole /= 2;
	if (!whole)
		return w;
	hundredths = part * 10000 / whole;
	snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%02" PRIu64 " %%", hundredths / 100,
		 hundredths % 100);
	return w;
}
