// SPDX-License-Identifier: BSD-2-Clause
/*
 * napper THREADS COUNTS TIMES: threads napper-0, napper-1 and so on, each of
 * which naps COUNT times for TIME in nap_in_here, called by nap_outer. COUNTS
 * and TIMES are lists with commas, one for each thread; the last one serves the
 * threads that are left. Prints how often each truly waited, and how long it slept.
 */
#include "life.h"

#define MAX_THREADS 64

struct napper {
	struct life life;
	pthread_t thread;
	int number;
	uint64_t naps;
	uint64_t nap_ns;
	struct nap sum;
	uint64_t longest_ns;
};

static struct nap nap_in_here(uint64_t ns)
{
	return nap(ns);
}

static void nap_outer(struct napper *n)
{
	for (uint64_t i = 0; i < n->naps; i++) {
		const struct nap one = nap_in_here(n->nap_ns);

		n->sum.slept_ns += one.slept_ns;
		n->sum.cpu_ns += one.cpu_ns;
		n->sum.waits += one.waits;
		if (one.slept_ns > n->longest_ns)
			n->longest_ns = one.slept_ns;
	}
}

static void *napper_main(void *p)
{
	struct napper *n = p;

	life_begin(&n->life, "napper", n->number);
	nap_outer(n);
	life_end(&n->life);
	return NULL;
}

/* Steps over the comma to the next of a list, if there is one. */
static const char *next_of(const char *at, const char *end)
{
	return *end == ',' ? end + 1 : at;
}

/* False if a list holds what is neither a count nor a time. */
static bool parse_lists(struct napper *nappers, int n, const char *counts, const char *times)
{
	char *end;

	for (int i = 0; i < n; i++) {
		nappers[i].number = i;
		nappers[i].naps = strtoul(counts, &end, 10);
		if (nappers[i].naps == 0 || (*end != ',' && *end != '\0'))
			return false;
		counts = next_of(counts, end);
		nappers[i].nap_ns = parse_time(times, &end);
		if (nappers[i].nap_ns == 0 || (*end != ',' && *end != '\0'))
			return false;
		times = next_of(times, end);
	}
	return true;
}

static void print_truth(const struct napper *nappers, int n)
{
	printf("{\"program\":\"napper\",\"pid\":%d,\"threads\":[", (int)getpid());
	for (int i = 0; i < n; i++) {
		printf(i > 0 ? ",{" : "{");
		print_life(&nappers[i].life);
		print_ns("naps", nappers[i].naps);
		print_ns("left_cpu", nappers[i].sum.waits);
		print_ns("nap_ns", nappers[i].nap_ns);
		print_ns("slept_ns", nappers[i].sum.slept_ns);
		print_ns("slept_cpu_ns", nappers[i].sum.cpu_ns);
		print_ns("longest_ns", nappers[i].longest_ns);
		printf("}");
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	struct napper nappers[MAX_THREADS] = { 0 };
	const int n = argc == 4 ? count_argument(argv[1], MAX_THREADS) : 0;

	if (n == 0 || !parse_lists(nappers, n, argv[2], argv[3])) {
		fprintf(stderr, "usage: napper THREADS COUNT[,COUNT...] TIME[,TIME...]\n");
		return 2;
	}
	for (int i = 0; i < n; i++)
		start_thread_or_die(&nappers[i].thread, napper_main, &nappers[i]);
	for (int i = 0; i < n; i++)
		pthread_join(nappers[i].thread, NULL);
	print_truth(nappers, n);
	return 0;
}
