// SPDX-License-Identifier: BSD-2-Clause
/* See words.h. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "analyze/analyses/words.h"

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
	struct words w = { "" };
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm tm;

	if (wall_ns && gmtime_r(&seconds, &tm))
		strftime(w.text, sizeof(w.text), "%Y-%m-%d %H:%M:%S UTC", &tm);
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
	struct words w = { "" };

	for (uint32_t i = 0; i < n && 2 * i + 2 < sizeof(w.text); i++)
		snprintf(w.text + 2 * i, 3, "%02x", bytes[i]);
	return w;
}

struct words words_share(uint64_t part, uint64_t whole)
{
	struct words w = { "" };
	uint64_t hundredths;

	if (!whole || part > UINT64_MAX / 10000)
		return w;
	hundredths = part * 10000 / whole;
	snprintf(w.text, sizeof(w.text), "%" PRIu64 ".%02" PRIu64 " %%", hundredths / 100,
		 hundredths % 100);
	return w;
}
