// SPDX-License-Identifier: BSD-2-Clause
/* The C of cstacks.go. */
#include <pthread.h>
#include <stdint.h>

/* As cgo makes them of cstacks.go. */
long goCalled(long n);
long goCallsAgain(long n);

static volatile unsigned int sink = 1;

#define NOINLINE __attribute__((noinline, noclone))

/* While it runs, the frame pointer's register holds a number. */
#if defined(__x86_64__)
#define SPOIL(i) __asm__ volatile("mov %0, %%rbp" : : "r"(i) : "rbp")
#else
#define SPOIL(i) __asm__ volatile("" : : "r"(i))
#endif

NOINLINE static long c_hot(long n)
{
	for (long i = 0; i < n; i++) {
		SPOIL(i);
		sink = sink * 1103515245 + 12345;
	}
	return sink;
}

NOINLINE static long c_inner(long n)
{
	long sum = c_hot(n);

	SPOIL(sum);
	return sum + c_hot(n / 2);
}

NOINLINE long c_outer(long n)
{
	SPOIL(n);
	return c_inner(n) + 1;
}

NOINLINE static long c_between(long n)
{
	SPOIL(n);
	return (n < 0 ? goCallsAgain(-n) : goCalled(n)) + 1;
}

NOINLINE long c_calls_back(long n)
{
	SPOIL(n);
	return c_between(n) + 1;
}

NOINLINE static void *c_thread(void *n)
{
	for (int i = 0; i < 1000; i++) {
		SPOIL(n);
		sink = sink + (unsigned int)c_between((intptr_t)n);
	}
	return NULL;
}

/* A thread that Go knows nothing of until it is called. */
void c_on_thread(long n)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, c_thread, (void *)(intptr_t)n) == 0)
		pthread_join(thread, NULL);
}
