// SPDX-License-Identifier: BSD-2-Clause
/*
 * nofp [--deep] DEPTH TIME: code without frame pointers, as compilers make it unless told
 * otherwise. Three threads burn TIME of CPU each: "deep" at the end of a recursion of
 * DEPTH calls, "signal" in a signal handler that interrupts it, "call" in system
 * calls; --deep: the first alone. TIME is in ms. Prints the CPU time of each, in ns.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "burn.h"

#ifdef __clang__ /* which clones nothing, and does not know the word */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

/* What stands behind a call keeps it from becoming a jump. */
#define NO_TAIL() __asm__ volatile("" ::: "memory")

static uint64_t burn_for_ns;
static int depth;
static __thread uint64_t used_ns;

static NOINLINE void leaf(void)
{
	used_ns = burn(burn_for_ns);
	NO_TAIL();
}

static NOINLINE int descend(int n)
{
	volatile char room[64 + (n & 63)]; /* frames of many sizes */
	int sum = 0;

	room[0] = (char)n;
	if (n > 1)
		sum = descend(n - 1);
	else
		leaf();
	NO_TAIL();
	return sum + room[0];
}

static NOINLINE void *deep_main(void *ret)
{
	prctl(PR_SET_NAME, "deep");
	descend(depth);
	*(uint64_t *)ret = used_ns;
	return NULL;
}

static NOINLINE void on_signal(int number)
{
	(void)number;
	leaf();
	NO_TAIL();
}

static NOINLINE void interrupted(void)
{
	raise(SIGUSR1);
	NO_TAIL();
}

static NOINLINE void *signal_main(void *ret)
{
	prctl(PR_SET_NAME, "signal");
	interrupted();
	NO_TAIL();
	*(uint64_t *)ret = used_ns;
	return NULL;
}

static NOINLINE void call_often(void)
{
	uint64_t start = cpu_ns();

	while (cpu_ns() - start < burn_for_ns) {
		for (int i = 0; i < 1000; i++)
			syscall(SYS_getppid);
	}
	used_ns = cpu_ns() - start;
}

static NOINLINE void *call_main(void *ret)
{
	prctl(PR_SET_NAME, "call");
	call_often();
	NO_TAIL();
	*(uint64_t *)ret = used_ns;
	return NULL;
}

int main(int argc, char **argv)
{
	static void *(*const mains[])(void *) = { deep_main, signal_main, call_main };
	static const char *const names[] = { "deep", "signal", "call" };
	const struct sigaction action = { .sa_handler = on_signal };
	uint64_t used[3] = { 0 };
	bool alone = argc > 1 && strcmp(argv[1], "--deep") == 0;
	int n = alone ? 1 : 3;
	pthread_t threads[3];

	argc -= alone;
	argv += alone;
	if (argc != 3 || (depth = atoi(argv[1])) < 1) {
		fprintf(stderr, "usage: nofp [--deep] DEPTH MILLISECONDS\n");
		return 2;
	}
	burn_for_ns = strtoull(argv[2], NULL, 10) * MS_NS;
	sigaction(SIGUSR1, &action, NULL);
	for (int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, mains[i], &used[i]);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("{");
	for (int i = 0; i < n; i++)
		printf("%s\"%s\":%llu", i ? "," : "", names[i], (unsigned long long)used[i]);
	printf("}\n");
	return 0;
}
