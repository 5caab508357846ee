// SPDX-License-Identifier: BSD-2-Clause
/* The known chain (README.md) in C: chain SECONDS. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define KEPT __attribute__((noinline, noclone))

static volatile unsigned int sink = 1;

/* Nothing may follow the last call of a function, or the compiler makes it a jump. */
static KEPT long hot(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 1103515245 + 12345;
	return sink;
}

static KEPT long warm(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 1664525 + 1013904223;
	return sink;
}

static KEPT long cool(long n)
{
	for (long i = 0; i < n; i++)
		sink = sink * 22695477 + 1;
	return sink;
}

static KEPT long inner(long n)
{
	return hot(6 * n) + warm(3 * n) + cool(n);
}

static KEPT long middle(long n)
{
	return inner(n) + 1;
}

static KEPT long outer(long n)
{
	return middle(n) + 1;
}

static KEPT long deep(int depth, long n)
{
	if (depth == 1)
		return hot(n) + 1;
	return deep(depth - 1, n) + sink;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static KEPT long root(double seconds)
{
	double end = now() + seconds;
	long sum = 0;

	while (now() < end)
		sum += outer(200000) + deep(20, 400000);
	return sum;
}

int main(int argc, char **argv)
{
	puts("ready");
	fflush(stdout);
	return root(argc > 1 ? atof(argv[1]) : 3) == 1;
}
