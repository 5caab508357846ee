// SPDX-License-Identifier: BSD-2-Clause
/*
 * shape SECONDS: one thread, three functions at 60, 30 and 10 % of its CPU time,
 * each below a caller of its own. Prints the CPU time that each truly used, in
 * ns: measured, so that a busy machine does not change the truth.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "burn.h"

#define ROUND_NS (10 * MS_NS)

struct totals {
	uint64_t sixty;
	uint64_t thirty;
	uint64_t ten;
};

static uint64_t burn_sixty(uint64_t ns)
{
	return burn(ns);
}

static uint64_t burn_thirty(uint64_t ns)
{
	return burn(ns);
}

static uint64_t burn_ten(uint64_t ns)
{
	return burn(ns);
}

/* Each of the three burns up to its share of all rounds so far: no error adds up. */
static uint64_t shortfall(uint64_t used, uint64_t all, uint64_t percent)
{
	const uint64_t due = all / 100 * percent;

	return due > used ? due - used : 0;
}

static void calls_sixty(struct totals *t, uint64_t all)
{
	t->sixty += burn_sixty(shortfall(t->sixty, all, 60));
}

static void calls_the_others(struct totals *t, uint64_t all)
{
	t->thirty += burn_thirty(shortfall(t->thirty, all, 30));
	t->ten += burn_ten(shortfall(t->ten, all, 10));
}

static void run(struct totals *t, uint64_t duration_ns)
{
	uint64_t seed = 1;

	for (uint64_t all = 0; all < duration_ns;) {
		all += jitter(&seed, ROUND_NS);
		calls_sixty(t, all);
		calls_the_others(t, all);
	}
}

int main(int argc, char **argv)
{
	struct totals t = { 0 };
	const double seconds = argc == 2 ? atof(argv[1]) : 0;

	if (seconds <= 0) {
		fprintf(stderr, "usage: shape SECONDS\n");
		return 2;
	}
	run(&t, (uint64_t)(seconds * (double)S_NS));
	printf("burn_sixty %" PRIu64 "\n", t.sixty);
	printf("burn_thirty %" PRIu64 "\n", t.thirty);
	printf("burn_ten %" PRIu64 "\n", t.ten);
	printf("total %" PRIu64 "\n", t.sixty + t.thirty + t.ten);
	return 0;
}
