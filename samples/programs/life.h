/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs about waiting share: what a thread knows of itself at its
 * end, as members of a JSON object, and how their arguments are read.
 *
 * All times are in ns; points in time are CLOCK_MONOTONIC, the clock of tapes.
 */
#ifndef SAMPLES_LIFE_H
#define SAMPLES_LIFE_H

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "direct.h"

/*
 * A wait that a program times itself: by the time of day, which has the way into the
 * kernel and back in it, and the CPU time of that. How long it had no CPU is between
 * slept_ns - cpu_ns and slept_ns. A timer that ends before the thread has left the
 * CPU is no wait: waits, the kernel's own count, is then 0.
 */
struct nap {
	uint64_t slept_ns;
	uint64_t cpu_ns;
	uint64_t waits;
};

/* How often the calling thread left the CPU because it waited. */
static inline uint64_t waits_so_far(void)
{
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	return (uint64_t)u.ru_nvcsw;
}

ALWAYS_INLINE struct nap nap(uint64_t ns)
{
	const uint64_t waits = waits_so_far(), cpu = cpu_ns(), start = wall_ns();

	direct_sleep(ns);
	return (struct nap){ .slept_ns = wall_ns() - start,
			     .cpu_ns = cpu_ns() - cpu,
			     .waits = waits_so_far() - waits };
}

/* Between life_begin() and life_end(), which the thread itself calls. */
struct life {
	char name[16];
	pid_t pid;
	pid_t tid;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t cpu_ns;
	uint64_t runnable_ns; /* wanted a CPU and had none: the kernel's own count */
	uint64_t voluntary;   /* switches because it waited */
	uint64_t forced;      /* switches because another thread took the CPU */
};

static inline uint64_t runnable_ns(void)
{
	unsigned long long waited = 0;
	FILE *f = fopen("/proc/thread-self/schedstat", "re");

	if (!f || fscanf(f, "%*u %llu", &waited) != 1)
		die("/proc/thread-self/schedstat", -errno);
	fclose(f);
	return waited;
}

/* Adds the counts of now `times` (1 or -1) to the life's. */
static inline void life_add(struct life *l, int times)
{
	const uint64_t factor = (uint64_t)(int64_t)times;
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	l->cpu_ns += factor * cpu_ns();
	l->voluntary += factor * (uint64_t)u.ru_nvcsw;
	l->forced += factor * (uint64_t)u.ru_nivcsw;
}

/* Takes the name, in the kernel too, and the ids and the time: all that needs no file. */
static inline void life_name(struct life *l, const char *name, int number)
{
	if (number < 0)
		snprintf(l->name, sizeof(l->name), "%s", name);
	else
		snprintf(l->name, sizeof(l->name), "%.8s-%d", name, number % 100000);
	prctl(PR_SET_NAME, l->name);
	l->pid = getpid();
	l->tid = gettid();
	l->start_ns = wall_ns();
}

/* The name is NAME-NUMBER, or NAME if the number is below 0. */
static inline void life_begin(struct life *l, const char *name, int number)
{
	life_name(l, name, number);
	l->runnable_ns = 0 - runnable_ns();
	life_add(l, -1);
	l->start_ns = wall_ns();
}

static inline void life_end(struct life *l)
{
	l->end_ns = wall_ns();
	life_add(l, 1);
	l->runnable_ns += runnable_ns();
}

/* Members of an object, without its braces: who it was and when. */
static inline void print_who(const struct life *l)
{
	printf("\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"start_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64,
	       l->name, (int)l->pid, (int)l->tid, l->start_ns, l->end_ns);
}

/* The same and the counts. */
static inline void print_life(const struct life *l)
{
	print_who(l);
	printf(",\"cpu_ns\":%" PRIu64 ",\"runnable_ns\":%" PRIu64 ",\"voluntary\":%" PRIu64
	       ",\"forced\":%" PRIu64,
	       l->cpu_ns, l->runnable_ns, l->voluntary, l->forced);
}

static inline void print_ns(const char *key, uint64_t value)
{
	printf(",\"%s\":%" PRIu64, key, value);
}

static inline void start_thread_or_die(pthread_t *thread, void *(*run)(void *), void *arg)
{
	const int code = pthread_create(thread, NULL, run, arg);

	if (code != 0)
		die("pthread_create", -code);
}

/*
 * The calling thread, and those that it starts, on this CPU alone, without one
 * waking thread taking the CPU from the other: a switch is then where one waits.
 */
static inline void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("sched_setaffinity", -errno);
	if (sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 }) < 0)
		die("sched_setscheduler", -errno);
}

/* "250us", "5ms" or "1.5s" in ns; what follows goes to *end. Returns 0 if it is none. */
static inline uint64_t parse_time(const char *text, char **end)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	const double value = strtod(text, end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const size_t n = strlen(units[i].unit);

		if (strncmp(*end, units[i].unit, n) == 0) {
			*end += n;
			return value > 0 && value < 1e6 ? (uint64_t)(value * units[i].ns) : 0;
		}
	}
	return 0;
}

/* A single time, or 0 if the text is anything else. */
static inline uint64_t time_argument(const char *text)
{
	char *end;
	const uint64_t ns = parse_time(text, &end);

	return *end == '\0' ? ns : 0;
}

/* A whole number from 1 to `most`, or 0 if the text is anything else. */
static inline int count_argument(const char *text, int most)
{
	char *end;
	const long n = strtol(text, &end, 10);

	return *end == '\0' && n >= 1 && n <= most ? (int)n : 0;
}

#endif
