// SPDX-License-Identifier: BSD-2-Clause
/*
 * sleeper SECONDS: sleeps, and works a hundredth of the time in work_a_little.
 * Prints how often and how long it slept, and the CPU time that it used, in ns.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "burn.h"

#define NAP_NS (20 * MS_NS)

struct totals {
	uint64_t sleeps;
	uint64_t slept_ns;
	uint64_t used_ns;
};

static uint64_t work_a_little(uint64_t ns)
{
	return burn(ns);
}

static uint64_t sleep_a_lot(uint64_t ns)
{
	const uint64_t start = wall_ns();

	sleep_ns(ns);
	return wall_ns() - start;
}

int main(int argc, char **argv)
{
	struct totals t = { 0 };
	const double seconds = argc == 2 ? atof(argv[1]) : 0;

	if (seconds <= 0) {
		fprintf(stderr, "usage: sleeper SECONDS\n");
		return 2;
	}
	const uint64_t end = wall_ns() + (uint64_t)(seconds * (double)S_NS);

	while (wall_ns() < end) {
		t.slept_ns += sleep_a_lot(NAP_NS);
		t.used_ns += work_a_little(NAP_NS / 100);
		t.sleeps++;
	}
	printf("sleeps %" PRIu64 "\n", t.sleeps);
	printf("slept %" PRIu64 "\n", t.slept_ns);
	printf("work_a_little %" PRIu64 "\n", t.used_ns);
	return 0;
}
