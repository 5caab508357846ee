/* SPDX-License-Identifier: BSD-2-Clause */
/* UTC without libc: no time zone, no locale, and the same on every machine. */
#ifndef ANALYZE_BASE_CALENDAR_H
#define ANALYZE_BASE_CALENDAR_H

#include <stdint.h>

/* month and day count from 1. */
struct calendar {
	unsigned int year, month, day;
	unsigned int hour, minute, second, nanosecond;
};

/* Of a time in ns since 1970, in the proleptic Gregorian calendar without leap seconds. */
struct calendar calendar_of(uint64_t ns);

#endif
