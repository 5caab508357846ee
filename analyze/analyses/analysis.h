/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An analysis turns a tape's events into a result: profiles, tables, timelines.
 * One file an analysis, one line in list.c. The pipeline replays the world, drops
 * what the filters leave out, and hands over only the events that are wanted.
 * An analysis never sees an output.
 */
#ifndef ANALYZE_ANALYSES_ANALYSIS_H
#define ANALYZE_ANALYSES_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/reader.h>

#include "analyze/replay/world.h"
#include "analyze/result/result.h"

/* Whose time it is: in the order of --by's words. */
enum analysis_by { ANALYSIS_BY_THREAD, ANALYSIS_BY_GOROUTINE, ANALYSIS_BY_GOID };

/* What the user may ask for besides filters; all zero asks for nothing. */
struct analysis_options {
	unsigned int top;    /* rows that the user wants; 0: not said */
	uint64_t min_ns;     /* --min: only spans of this length and more */
	unsigned int states; /* --state: bits of enum analysis_state; 0: all */
	unsigned int chain;  /* --chain: how deep wakers are followed; 0: not at all */
	uint64_t goid;	     /* --goid: this goroutine alone; 0: not said */
	uint64_t age_ns;     /* --age: who waits for longer is old; 0: not said */
	unsigned int fail;   /* --fail: enum analysis_grade; 0: not said */
	enum analysis_by by; /* --by */
	bool at;	     /* --at: one moment, not the run */
	bool dump;	     /* --dump: each one */
	bool growth;	     /* --growth: what came in that time, not what there is */
	bool all;	     /* --all: also what is meant to be so */
};

/* Of a thread that does not run: why. In the order of enum span_wait, from SPAN_WAIT_SLEEP on. */
enum analysis_state {
	ANALYSIS_SLEEP = 1,
	ANALYSIS_DISK = 2,
	ANALYSIS_LOCK = 4,
	ANALYSIS_STOPPED = 8,
	ANALYSIS_PREEMPTED = 16, /* it could run and another one did, or had to wait for a CPU */
};

/* How sure it is that goroutines leak: the stronger the less. In the order of --fail's words. */
enum analysis_grade {
	ANALYSIS_REPORTED = 1,
	ANALYSIS_GROWING,
	ANALYSIS_STUCK,
	ANALYSIS_OLD,
};

struct unwinder;

/* What an analysis may look at besides its own state. */
struct analysis_input {
	const struct world *world; /* at the event's time; at the end in finish() */
	uint64_t from_ns;  /* the time that is looked at: the tape's, cut by --from and --to; */
	uint64_t to_ns;	   /* to_ns is only known in finish() */
	uint64_t events;   /* that passed the filters so far */
	uint64_t until_ns; /* what --to says, from the beginning on; UINT64_MAX: nothing */
	struct analysis_options options;
	/* Whether the filters let a thread pass, as far as they are not about time. */
	bool (*passes)(const struct analysis_input *in, const struct thread *thread);
	const void *filter;	   /* for passes */
	struct unwinder *unwinder; /* for frames_init() */
	uint64_t file_bytes;	   /* 0: not known */
	struct tape_health health; /* complete in finish() */
};

struct analysis {
	const char *name; /* "cpu" */
	const char *help;
	const uint16_t *wants; /* record types, 0 behind the last */
	unsigned int shapes;   /* enum result_shape: what its result holds */
	/* It gets the events of all threads and times, and heeds the filters itself; */
	bool unfiltered;
	const uint16_t *filtered; /* but not of these types, 0 behind the last; NULL: of none */
	bool needs_gaps; /* the world knows all gaps from the beginning: the tape is read twice */
	/* The same for some tapes only: asked once the world knows what the recorder was told. */
	bool (*asks_gaps)(const struct world *w);
	size_t state_size; /* of the state, zeroed, that all functions get; each may be NULL */
	void (*begin)(void *state, const struct analysis_input *in);
	/*
	 * The event comes a few events later, if it passes the filter: for asking
	 * for the memory that it will need. The world is not yet at its time.
	 */
	void (*soon)(const void *state, const struct analysis_input *in,
		     const struct ev_header *event);
	void (*on_event)(void *state, const struct analysis_input *in, const struct thread *thread,
			 const struct ev_header *event);
	/* Before a process is forgotten, whether it ended or the tape did. */
	void (*on_process)(void *state, const struct analysis_input *in, const struct process *p);
	/* Puts what was found into ret. */
	void (*finish)(void *state, const struct analysis_input *in, struct result *ret);
	void (*done)(void *state); /* frees what the state holds */
	const char *title;	   /* of the result: what it answers */
	unsigned int top;	   /* rows if the user does not say; 0: the output's default */
	bool brief;		   /* the report shall fit on one screen */
	const struct analysis *by_goroutine; /* in its place with --by goroutine; NULL: none */
};

/* All analyses; *n is their count. Static. */
const struct analysis *const *analysis_list(size_t *n);

/* NULL if there is none. Static. */
const struct analysis *analysis_by_name(const char *name);

#endif
