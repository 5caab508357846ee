// SPDX-License-Identifier: BSD-2-Clause
/*
 * threads SECONDS [COUNT]: COUNT (1 to 4, default 4) threads named worker-1,
 * worker-2 and so on, each in a function of its own. worker-N burns N parts of
 * the CPU time and sleeps the rest, so that two CPUs can carry all of them.
 * Prints the CPU time that each truly used, in ns, by its function and its name.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "burn.h"

#define MAX_THREADS 4
#define PART_NS	    (4 * MS_NS)
#define ROUND_NS    (40 * MS_NS)

struct worker {
	pthread_t thread;
	unsigned int number; /* from 1 */
	uint64_t (*work)(uint64_t ns);
	uint64_t duration_ns;
	uint64_t used_ns;
};

static uint64_t work_one(uint64_t ns)
{
	return burn(ns);
}

static uint64_t work_two(uint64_t ns)
{
	return burn(ns);
}

static uint64_t work_three(uint64_t ns)
{
	return burn(ns);
}

static uint64_t work_four(uint64_t ns)
{
	return burn(ns);
}

static void *worker_main(void *p)
{
	struct worker *w = p;
	const uint64_t end = wall_ns() + w->duration_ns;
	uint64_t seed = w->number;
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", w->number);
	pthread_setname_np(pthread_self(), name);
	while (wall_ns() < end) {
		w->used_ns += w->work(w->number * PART_NS);
		sleep_ns(jitter(&seed, ROUND_NS - w->number * PART_NS));
	}
	return NULL;
}

static void run(struct worker *workers, unsigned int count, uint64_t duration_ns)
{
	static uint64_t (*const work[MAX_THREADS])(uint64_t) = { work_one, work_two, work_three,
								 work_four };

	for (unsigned int i = 0; i < count; i++) {
		workers[i] = (struct worker){ .number = i + 1,
					      .work = work[i],
					      .duration_ns = duration_ns };
		if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
			abort();
	}
	for (unsigned int i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
}

int main(int argc, char **argv)
{
	static const char *const names[MAX_THREADS] = { "work_one", "work_two", "work_three",
							"work_four" };
	struct worker workers[MAX_THREADS];
	const double seconds = argc > 1 ? atof(argv[1]) : 0;
	const int count = argc > 2 ? atoi(argv[2]) : MAX_THREADS;
	uint64_t total = 0;

	if (seconds <= 0 || count < 1 || count > MAX_THREADS || argc > 3) {
		fprintf(stderr, "usage: threads SECONDS [COUNT]\n");
		return 2;
	}
	run(workers, (unsigned int)count, (uint64_t)(seconds * (double)S_NS));
	for (int i = 0; i < count; i++) {
		printf("%s %" PRIu64 "\n", names[i], workers[i].used_ns);
		printf("worker-%d %" PRIu64 "\n", i + 1, workers[i].used_ns);
		total += workers[i].used_ns;
	}
	printf("total %" PRIu64 "\n", total);
	return 0;
}
