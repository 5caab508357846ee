/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers for people. Integer arithmetic only and no locale, so that the same
 * number gives the same text on every machine.
 */
#ifndef ANALYZE_OUTPUTS_UNITS_H
#define ANALYZE_OUTPUTS_UNITS_H

#include <stdint.h>

#define UNITS_SIZE 48 /* room for any of these texts */

struct units_text {
	char text[UNITS_SIZE];
};

/*
 * 0, or three digits and a unit: 987ns, 1.23us, 45.6ms, 59.9s; from a minute on
 * 1m05s, 2h46m, 3d04h.
 */
struct units_text units_ns(int64_t ns);

/* 987B, 1.23KiB, 45.6MiB. */
struct units_text units_bytes(int64_t bytes);

/* part of whole with two decimals: "12.34%"; "0.00%" of nothing. */
struct units_text units_share(int64_t part, int64_t whole);

/* UTC with nanoseconds: "2026-01-31T23:59:59.000000001Z". 0 is "". */
struct units_text units_wall(uint64_t wall_ns);

/*
 * A value by the name of its unit, as tables ("ns", "bytes", "wall_ns", "hex",
 * "percent") and profiles ("nanoseconds") have it. Of others only the number.
 */
struct units_text units_value(int64_t value, const char *unit);

/* The same of a real number: two decimals where no unit says better. */
struct units_text units_real(double value, const char *unit);

#endif
