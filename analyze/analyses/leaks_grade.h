/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How sure it is that a group of goroutines leaks, and what tells it apart from
 * those that are meant to wait. Names of functions are not known here: the rules
 * are about what the runtime says they wait for, and how they came to be.
 */
#ifndef ANALYZE_ANALYSES_LEAKS_GRADE_H
#define ANALYZE_ANALYSES_LEAKS_GRADE_H

#include "analyze/analyses/gogroups.h"

/* What is meant to wait. */
enum leak_kind {
	LEAK_NONE,    /* not meant to, as far as is known */
	LEAK_RUNTIME, /* the runtime's own */
	LEAK_NETWORK, /* for a connection, a file, a pipe */
	LEAK_TIMER,   /* sleeps, or waits for a timer */
	LEAK_MAIN,    /* the first goroutine: it waits for the program's end */
	LEAK_POOL,    /* a number that stays, made at once: workers */
	LEAK_PEER,    /* of a connection that is still there, one each */
	LEAK_YOUNG,   /* not waiting for long */
};

/* A group at the end of the time that is looked at. */
struct leak {
	const struct gogroup *group;
	const struct goroutines_process *process;
	size_t first; /* of the members, as they were sorted */
	size_t n;
	size_t old;	 /* that have stood there for the age that was asked for */
	size_t lasting;	 /* that lived before the last quarter of the time */
	size_t creators; /* different ones of the old; those not known are one */
	size_t makers;	 /* different ones of all */
	size_t objects;	 /* different ones that the old wait for, as far as they are known */
	size_t timed;	 /* of all: that wait for a timer's channel */
	size_t bound;	 /* of all: whose maker waits for the network, or made another that does, */
	size_t readers;	 /* that made one that does and is there still, */
	size_t beside;	 /* whose maker is not known, next to one that does by their numbers */
	uint64_t goids;	 /* from the first to the last number of the old */
	bool is_main;	 /* the first goroutine, alone */
	uint64_t since_ns; /* of who has stood there longest */
	uint64_t stack_bytes;
	uint64_t creator;   /* the one that made all of them; 0: there are several, or not known */
	uint64_t object;    /* that all of them wait for; 0: each has its own, or not known */
	uint64_t others;    /* of other groups that wait for it, */
	uint64_t other;	    /* and the number of one of them */
	unsigned int grade; /* enum analysis_grade; 0: none */
	enum leak_kind kind;
	const char *why; /* what speaks for it */
};

/*
 * Whether a number rises steadily: its lowest values in up to 16 stretches of equal
 * length have a trend (Mann and Kendall's test, one-sided, p < 0.01), end at least
 * 3 higher than they began, rose at least 3 times, and still in the last quarter. So
 * neither a burst that ends nor a start that levels off does, nor a pool that is made.
 */
bool leaks_rising(const uint32_t *counts, size_t n);

/* Sets grade, kind and why. names: of its status and reason. */
void leaks_grade(struct leak *leak, const struct gomoments *moments, const char *status,
		 const char *reason);

const char *leaks_grade_name(unsigned int grade); /* "growing"; "" of 0 */
const char *leaks_kind_name(enum leak_kind kind); /* "pool"; "" of LEAK_NONE */

#endif
