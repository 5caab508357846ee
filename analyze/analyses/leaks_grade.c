// SPDX-License-Identifier: BSD-2-Clause
/*
 * See leaks_grade.h. The test's normal approximation: Kendall, Rank Correlation
 * Methods (1975), with the correction for ties; in whole numbers, so that it is
 * the same everywhere.
 */
#include <string.h>

#include "analyze/analyses/leaks_grade.h"

#define STRETCHES     16
#define FEWEST	      8 /* moments that a trend is told of */
#define LEAST_RISE    3
#define FEWEST_JOINS  3
#define GOID_DISTANCE 16 /* a P takes numbers by 16: runtime._GoidCacheBatch */

/* --- trend --- */

static size_t find_floors(const uint32_t *counts, size_t n, uint32_t floors[STRETCHES])
{
	size_t stretches = n < STRETCHES ? n : STRETCHES;

	for (size_t i = 0; i < stretches; i++) {
		floors[i] = counts[i * n / stretches];
		for (size_t k = i * n / stretches; k < (i + 1) * n / stretches; k++) {
			if (counts[k] < floors[i])
				floors[i] = counts[k];
		}
	}
	return stretches;
}

/* Sum of t (t - 1) (2 t + 5) over all sets of t equal values. */
static int64_t ties(const uint32_t *x, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t equal = 0, before = 0;

		for (size_t k = 0; k < n; k++) {
			equal += x[k] == x[i];
			before += k < i && x[k] == x[i];
		}
		if (!before)
			sum += equal * (equal - 1) * (2 * equal + 5);
	}
	return sum;
}

/* One-sided, p < 0.01: (S - 1)^2 / var > 2.3264^2, and var = var18 / 18. */
static bool is_trend(const uint32_t *x, size_t n)
{
	const int64_t count = (int64_t)n;
	int64_t s = 0, var18 = count * (count - 1) * (2 * count + 5) - ties(x, n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n; k++)
			s += (x[k] > x[i]) - (x[k] < x[i]);
	}
	return s > 1 && (s - 1) * (s - 1) * 18 * 10000 > 54121 * var18;
}

/* In how many stretches there were more than ever before. */
static size_t count_rises(const uint32_t *floors, size_t n)
{
	uint32_t most = floors[0];
	size_t rises = 0;

	for (size_t i = 1; i < n; i++) {
		rises += floors[i] > most;
		if (floors[i] > most)
			most = floors[i];
	}
	return rises;
}

bool leaks_rising(const uint32_t *counts, size_t n)
{
	uint32_t floors[STRETCHES];
	size_t stretches;

	if (n < FEWEST)
		return false;
	stretches = find_floors(counts, n, floors);
	return floors[stretches - 1] >= (uint64_t)floors[0] + LEAST_RISE &&
	       count_rises(floors, stretches) >= LEAST_RISE &&
	       floors[stretches - 1] > floors[stretches * 3 / 4 - 1] && is_trend(floors, stretches);
}

/* --- grades --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* runtime.waitReasonStrings: what only the runtime's own goroutines wait for. */
static bool is_runtime(const char *reason)
{
	static const char *const own[] = {
		"GC ",		"garbage collection", "finalizer wait", "cleanup wait",
		"force gc",	"GOMAXPROCS",	      "trace ",		"wait for GC",
		"dumping heap", "debug call",	      "stopping the",	"flushing proc",
		"page trace",	"timer goroutine",    "panicwait",	"preempted",
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		if (begins(reason, own[i]))
			return true;
	}
	return false;
}

/* Nobody waits for one of these for long because there is nothing to do. */
static bool is_hindered(const char *reason)
{
	return begins(reason, "sync.Mutex") || begins(reason, "sync.RWMutex") ||
	       begins(reason, "chan send") || strstr(reason, "(nil chan)") ||
	       strstr(reason, "(no cases)");
}

static enum leak_kind kind_of(const struct leak *leak, const char *reason)
{
	if (leak->group->system || is_runtime(reason))
		return LEAK_RUNTIME;
	if (begins(reason, "IO wait"))
		return LEAK_NETWORK;
	return LEAK_NONE;
}

/*
 * A connection's own goroutines live with it, and there is one of a kind for each: made by
 * what made its reader, the maker of its reader, or, where makers are not known, born
 * together with it.
 */
static bool is_of_peers(const struct leak *leak)
{
	return (leak->bound * 2 >= leak->n && leak->makers * 4 >= leak->n * 3) ||
	       leak->readers * 4 >= leak->n * 3 || leak->beside * 4 >= leak->n * 3;
}

/* Nobody came in the second half of the time. */
static bool is_steady(const struct leak *leak, const struct gomoments *m)
{
	return m && m->n > 1 && leak->group->last_join_ns < m->ns[(m->n - 1) / 2];
}

static bool is_growing(const struct leak *leak, const struct gomoments *m)
{
	const uint32_t *counts = leak->group->counts;
	uint64_t rise;

	if (!m || !leaks_rising(counts, m->n))
		return false;
	/* Of those that came until the last quarter half are still there, not others instead. */
	rise = counts[m->n * 3 / 4];
	rise = rise > counts[0] ? rise - counts[0] : 0;
	return leak->lasting >= 2 && leak->lasting * 2 >= rise;
}

/*
 * Why those that stand there since long are no pool; NULL if they may be one. A pool that
 * is filled as work comes looks like a leak until it is full; but its workers wait for
 * the same, or select, while who was forgotten mostly has a channel of its own.
 */
static const char *why_stuck(const struct leak *leak, const struct gomoments *m, const char *reason)
{
	const struct gogroup *group = leak->group;
	bool each_its_own = leak->objects * 3 >= leak->old * 2 && leak->objects > 1;

	if (is_hindered(reason))
		return "nothing to do is no reason for this wait";
	if (leak->old < 2 || is_of_peers(leak))
		return NULL;
	if (group->joins >= FEWEST_JOINS && group->left * 2 <= group->joined &&
	    (each_its_own || !is_steady(leak, m)))
		return "they came one after another, and stay";
	if (leak->creators * 3 >= leak->old * 2 && leak->creators > 1 &&
	    leak->goids >= (uint64_t)leak->old * GOID_DISTANCE)
		return "different goroutines made them, at different times";
	return NULL;
}

static void grade_old(struct leak *leak, const struct gomoments *m, const char *reason)
{
	const bool sleeps = begins(reason, "sleep") || leak->timed * 2 > leak->n;
	const bool alone = leak->old + leak->others < 2;
	const char *why = leak->old && !alone && !sleeps ? why_stuck(leak, m, reason) : NULL;

	if (why) {
		leak->grade = ANALYSIS_STUCK;
		leak->why = why;
	} else if (!leak->old) {
		leak->kind = LEAK_YOUNG;
	} else if (sleeps) {
		leak->kind = LEAK_TIMER;
	} else if (leak->n == 1) {
		leak->grade = ANALYSIS_OLD;
		leak->why = "alone, and waiting for long";
	} else if (is_of_peers(leak)) {
		leak->kind = LEAK_PEER;
	} else if (leak->old == 1 && leak->group->joined) {
		leak->grade = ANALYSIS_OLD;
		leak->why = "one of them has waited for long, while others come and go";
	} else {
		leak->kind = LEAK_POOL;
	}
}

void leaks_grade(struct leak *leak, const struct gomoments *moments, const char *status,
		 const char *reason)
{
	leak->grade = 0;
	leak->why = "";
	leak->kind = kind_of(leak, reason);
	if (strcmp(status, "leaked") == 0) {
		leak->kind = LEAK_NONE;
		leak->grade = ANALYSIS_REPORTED;
		leak->why = "the runtime found that nothing can wake them";
	} else if (leak->kind == LEAK_NONE && is_growing(leak, moments) && is_of_peers(leak) &&
		   !is_hindered(reason)) {
		leak->kind = LEAK_PEER;
	} else if (leak->kind == LEAK_NONE && is_growing(leak, moments)) {
		leak->grade = ANALYSIS_GROWING;
		leak->why = "their number rises, p < 0.01, and they stay";
	} else if (leak->kind == LEAK_NONE && leak->is_main) {
		leak->kind = LEAK_MAIN;
	} else if (leak->kind == LEAK_NONE) {
		grade_old(leak, moments, reason);
	}
}

const char *leaks_grade_name(unsigned int grade)
{
	static const char *const names[] = { "", "reported", "growing", "stuck", "old" };

	return grade < sizeof(names) / sizeof(*names) ? names[grade] : "";
}

const char *leaks_kind_name(enum leak_kind kind)
{
	static const char *const names[] = {
		[LEAK_NONE] = "",	[LEAK_RUNTIME] = "runtime", [LEAK_NETWORK] = "network",
		[LEAK_TIMER] = "timer", [LEAK_MAIN] = "main",	    [LEAK_POOL] = "pool",
		[LEAK_PEER] = "peer",	[LEAK_YOUNG] = "young",
	};

	return names[kind];
}
