/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs of this folder share: clocks, and work that is nothing but
 * CPU time. The work is inlined, so that it counts for the function that asked
 * for it and for no other: the names in a report are the names in the source.
 */
#ifndef SAMPLES_BURN_H
#define SAMPLES_BURN_H

#include <stdint.h>
#include <time.h>

#define MS_NS 1000000ULL
#define S_NS  1000000000ULL

/* About 50 us between two looks at the clock, which then cost less than 1 %. */
#define BURN_STEPS 40000

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * S_NS + (uint64_t)t.tv_nsec;
}

/* CPU time of the calling thread. */
ALWAYS_INLINE uint64_t cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

ALWAYS_INLINE uint64_t wall_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Burns until the thread has used `ns` more of CPU time; returns what it used. */
ALWAYS_INLINE uint64_t burn(uint64_t ns)
{
	const uint64_t start = cpu_ns();
	uint64_t used;

	do {
		uint64_t x = start | 1;

		for (int i = 0; i < BURN_STEPS; i++)
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		__asm__ volatile("" : : "r"(x)); /* the compiler may not drop the work */
		used = cpu_ns() - start;
	} while (used < ns);
	return used;
}

ALWAYS_INLINE void sleep_ns(uint64_t ns)
{
	const struct timespec t = { .tv_sec = (time_t)(ns / S_NS), .tv_nsec = (long)(ns % S_NS) };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/*
 * A length between half and one and a half of `ns`, from a seed: rounds of one
 * length would run in step with a profiler's clock and make its figures
 * luckier or unluckier than they are.
 */
ALWAYS_INLINE uint64_t jitter(uint64_t *seed, uint64_t ns)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return ns / 2 + (*seed >> 33) % ns;
}

#endif
