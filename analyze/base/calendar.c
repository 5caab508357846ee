// SPDX-License-Identifier: BSD-2-Clause
/* See calendar.h. */
#include "analyze/base/calendar.h"

/* days: since 1970. */
static void set_date(struct calendar *c, uint64_t days)
{
	/* Counts from 1 March 0000, so that the leap day is the last of its year. */
	uint64_t z = days + 719468, era = z / 146097;
	unsigned int in_era = (unsigned int)(z % 146097);
	unsigned int y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	unsigned int in_year = in_era - (365 * y + y / 4 - y / 100);
	unsigned int m = (5 * in_year + 2) / 153;

	c->day = in_year - (153 * m + 2) / 5 + 1;
	c->month = m < 10 ? m + 3 : m - 9;
	c->year = (unsigned int)(era * 400) + y + (c->month <= 2);
}

struct calendar calendar_of(uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;
	unsigned int in_day = (unsigned int)(seconds % 86400);
	struct calendar c = {
		.hour = in_day / 3600,
		.minute = in_day / 60 % 60,
		.second = in_day % 60,
		.nanosecond = (unsigned int)(ns % 1000000000),
	};

	set_date(&c, seconds / 86400);
	return c;
}
