// SPDX-License-Identifier: BSD-2-Clause
/* See units.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/base/calendar.h"
#include "analyze/outputs/units.h"

static struct units_text signed_text(int64_t value, struct units_text magnitude)
{
	struct units_text t;

	if (value >= 0)
		return magnitude;
	snprintf(t.text, sizeof(t.text), "-%.*s", UNITS_SIZE - 2, magnitude.text);
	return t;
}

static uint64_t magnitude_of(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/*
 * value/scale with three digits in all. Returns 0 if it rounds to limit or
 * more: then the next bigger unit is to be used.
 */
static int three_digits(uint64_t value, uint64_t scale, unsigned int limit, struct units_text *ret,
			const char *unit)
{
	static const unsigned int steps[] = { 100, 10, 1 };

	for (int decimals = 2; decimals >= 0; decimals--) {
		unsigned int step = steps[2 - decimals];
		uint64_t rounded = (uint64_t)(((__uint128_t)value * step + scale / 2) / scale);

		if (rounded >= 1000 && decimals > 0)
			continue;
		if (rounded >= (uint64_t)limit * step)
			return 0;
		if (decimals == 0)
			snprintf(ret->text, sizeof(ret->text), "%" PRIu64 "%s", rounded, unit);
		else
			snprintf(ret->text, sizeof(ret->text), "%" PRIu64 ".%0*" PRIu64 "%s",
				 rounded / step, decimals, rounded % step, unit);
		return 1;
	}
	return 0;
}

struct unit_step {
	const char *unit;
	uint64_t scale;
	unsigned int limit;
};

/* The first unit in which value stays below its limit. The first is exact. Returns 0 if none. */
static int fit(uint64_t value, const struct unit_step *steps, struct units_text *ret)
{
	if (value < steps->limit) {
		snprintf(ret->text, sizeof(ret->text), "%" PRIu64 "%s", value, steps->unit);
		return 1;
	}
	for (const struct unit_step *s = steps + 1; s->unit; s++) {
		if (three_digits(value, s->scale, s->limit, ret, s->unit))
			return 1;
	}
	return 0;
}

static struct units_text long_time(uint64_t ns)
{
	struct units_text t;
	uint64_t s = ns / 1000000000 + (ns % 1000000000 >= 500000000);
	uint64_t m = ns / 60000000000 + (ns % 60000000000 >= 30000000000);
	uint64_t h = ns / 3600000000000 + (ns % 3600000000000 >= 1800000000000);

	if (s < 3600)
		snprintf(t.text, sizeof(t.text), "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (m < 1440)
		snprintf(t.text, sizeof(t.text), "%" PRIu64 "h%02" PRIu64 "m", m / 60, m % 60);
	else
		snprintf(t.text, sizeof(t.text), "%" PRIu64 "d%02" PRIu64 "h", h / 24, h % 24);
	return t;
}

struct units_text units_ns(int64_t ns)
{
	static const struct unit_step steps[] = {
		{ "ns", 1, 1000 },
		{ "us", 1000, 1000 },
		{ "ms", 1000000, 1000 },
		{ "s", 1000000000, 60 },
		{ 0 },
	};
	struct units_text t = { "0" };

	if (ns && !fit(magnitude_of(ns), steps, &t))
		t = long_time(magnitude_of(ns));
	return signed_text(ns, t);
}

struct units_text units_bytes(int64_t bytes)
{
	static const struct unit_step steps[] = {
		{ "B", 1, 1024 },
		{ "KiB", 1ull << 10, 1000 },
		{ "MiB", 1ull << 20, 1000 },
		{ "GiB", 1ull << 30, 1000 },
		{ "TiB", 1ull << 40, 1000 },
		{ "PiB", 1ull << 50, 1000 },
		{ "EiB", 1ull << 60, UINT32_MAX },
		{ 0 },
	};
	struct units_text t = { "" };

	fit(magnitude_of(bytes), steps, &t);
	return signed_text(bytes, t);
}

struct units_text units_share(int64_t part, int64_t whole)
{
	__uint128_t p = magnitude_of(part), w = magnitude_of(whole);
	uint64_t hundredths = w ? (uint64_t)((p * 10000 + w / 2) / w) : 0;
	struct units_text t;

	snprintf(t.text, sizeof(t.text), "%" PRIu64 ".%02" PRIu64 "%%", hundredths / 100,
		 hundredths % 100);
	return signed_text((part < 0) != (whole < 0) && hundredths ? -1 : 0, t);
}

struct units_text units_wall(uint64_t wall_ns)
{
	struct calendar c = calendar_of(wall_ns);
	struct units_text t = { "" };

	if (wall_ns)
		snprintf(t.text, sizeof(t.text), "%04u-%02u-%02uT%02u:%02u:%02u.%09uZ", c.year,
			 c.month, c.day, c.hour, c.minute, c.second, c.nanosecond);
	return t;
}

struct units_text units_value(int64_t value, const char *unit)
{
	struct units_text t;

	if (strcmp(unit, "ns") == 0 || strcmp(unit, "nanoseconds") == 0)
		return units_ns(value);
	if (strcmp(unit, "bytes") == 0)
		return units_bytes(value);
	if (strcmp(unit, "wall_ns") == 0)
		return units_wall((uint64_t)value);
	if (strcmp(unit, "hex") == 0)
		snprintf(t.text, sizeof(t.text), "0x%" PRIx64, (uint64_t)value);
	else if (strcmp(unit, "percent") == 0)
		snprintf(t.text, sizeof(t.text), "%" PRId64 "%%", value);
	else
		snprintf(t.text, sizeof(t.text), "%" PRId64, value);
	return t;
}

struct units_text units_real(double value, const char *unit)
{
	struct units_text t;

	if (!isfinite(value)) {
		strcpy(t.text, isnan(value) ? "-" : value < 0 ? "-inf" : "inf");
		return t;
	}
	if ((strcmp(unit, "ns") == 0 || strcmp(unit, "bytes") == 0) && fabs(value) < 9e18)
		return units_value(llround(value), unit);
	if (fabs(value) < 1e15)
		snprintf(t.text, sizeof(t.text), "%.2f%s", value,
			 strcmp(unit, "percent") == 0 ? "%" : "");
	else
		snprintf(t.text, sizeof(t.text), "%.3e", value);
	return t;
}
