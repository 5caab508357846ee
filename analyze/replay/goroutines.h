/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The goroutines of Go processes, as the recorder's snapshots tell: who there is,
 * where it stands, and since when every snapshot has found it so.
 *
 * Snapshots are told as differences (tape/events/go.h), so one that is missing
 * makes all that follows unknown until the next that states every goroutine.
 * A snapshot's number and counts say whether something is missing.
 */
#ifndef ANALYZE_REPLAY_GOROUTINES_H
#define ANALYZE_REPLAY_GOROUTINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"

#define GOROUTINES_WANTS                                                                           \
	EV_EXEC, EV_GO_RUNTIME, EV_GO_NAME, EV_GO_GOROUTINE, EV_GO_ENDED, EV_GO_CHANNEL,           \
		EV_GO_SNAPSHOT, EV_GO_LOCK

/* Beyond these they are counted only. */
#define GOROUTINES_MOST		  ((size_t)4 << 20)
#define GOROUTINES_MOST_PROCESSES 4096
#define GOROUTINES_MOST_CHANNELS  ((size_t)1 << 20)

struct goroutine {
	uint64_t goid;
	uint64_t ustack; /* and so on as in the record */
	uint64_t created_at;
	uint64_t start;
	uint64_t creator;
	uint64_t wait_object;
	uint64_t wait_since_ns;
	uint64_t stack_bytes;
	uint64_t first_ns; /* the snapshot that had it first */
	uint64_t since_ns; /* from that snapshot on it was always found as it is */
	uint32_t status;
	uint32_t wait_reason;
	uint32_t thread;
	uint32_t flags;	   /* enum ev_go_goroutine_flags */
	uint32_t snapshot; /* which one stated it last */
	bool born;	   /* it was not there in the snapshot before first_ns */
	bool longer;	   /* it may have been as it is before since_ns: nobody looked */
	bool grouped;	   /* whether group is set: both are the watcher's, not of the tape */
	uint32_t group;
	uint32_t stack; /* the watcher's too */
};

struct goroutine_channel {
	uint64_t count;
	uint64_t room;
	uint32_t element_bytes;
	uint32_t closed;
	bool timed; /* a timer feeds it; false before Go 1.23, too */
};

/* The 32 bytes around a semaphore, as in the record. */
struct goroutine_lock {
	uint64_t words[4];
};

/* What the snapshots of a process were like. */
struct goroutines_health {
	uint64_t snapshots;
	uint64_t whole;
	uint64_t unknown; /* of them: something before them is missing */
	uint64_t gaps;	  /* places where something is missing */
	uint64_t torn;	  /* goroutines that changed while they were read, of all snapshots */
	uint64_t unread;
	uint64_t took_ns;
	uint64_t longest_ns;
	uint64_t changed;
	uint64_t beyond; /* goroutines that are too many */
};

/* One program: an exec begins another one. */
struct goroutines_process {
	uint64_t number; /* of the process */
	uint32_t index;	 /* in order of first sight */
	uint32_t tgid;
	uint32_t name; /* by tasks_name() */
	uint32_t version;
	uint32_t flags;		    /* enum ev_go_flags */
	const char *text;	    /* of GO_RUNTIME; "" if there was none */
	struct map names;	    /* kind << 32 | number, to a number of texts + 1 */
	VEC(struct goroutine) list; /* in no order */
	struct map by_goid;	    /* to index */
	struct map channels;	    /* to index */
	VEC(struct goroutine_channel) channel_list;
	struct map locks; /* to index */
	VEC(struct goroutine_lock) lock_list;
	struct goroutines_health health;
	uint64_t last_number; /* of a snapshot; 0: none yet */
	uint64_t first_ns;    /* of the first known snapshot */
	uint64_t last_ns;     /* of the last one */
	uint64_t received;    /* GO_GOROUTINE records since the last snapshot */
	uint32_t current;     /* counts snapshots, for struct goroutine */
	bool known;	      /* whether list is what the last snapshot found */
};

/* before or now is NULL where a goroutine is new or gone. The watcher may set its fields of now. */
struct goroutines_watcher {
	void *arg;
	void (*on_change)(void *arg, struct goroutines_process *p, const struct goroutine *before,
			  struct goroutine *now);
	/* The list is known, and of the moment ns. */
	void (*on_snapshot)(void *arg, struct goroutines_process *p, uint64_t ns);
};

/* All zero but for the watcher is an empty one. */
struct goroutines {
	struct goroutines_watcher watcher; /* each function may be NULL */
	VEC(struct goroutines_process *) processes;
	struct map by_number; /* of a process, to index + 1; of the latest program */
	struct intern texts;
	size_t n;		   /* goroutines of all, */
	size_t n_channels;	   /* and channels and locks */
	uint64_t beyond_processes; /* records of those that are too many */
};

void goroutines_done(struct goroutines *g);

/* A record of GOROUTINES_WANTS, of the process with this number and name. */
void goroutines_event(struct goroutines *g, uint64_t process, uint32_t name,
		      const struct ev_header *event);

/* "waiting", "chan receive": as the runtime prints it; NULL if the tape does not name it. */
const char *goroutines_name(const struct goroutines *g, const struct goroutines_process *p,
			    enum ev_go_names kind, uint32_t number);

const struct goroutine *goroutines_find(const struct goroutines_process *p, uint64_t goid);
const struct goroutine_channel *goroutines_channel(const struct goroutines_process *p,
						   uint64_t address);
const struct goroutine_lock *goroutines_lock(const struct goroutines_process *p, uint64_t address);

/* Whether it waits, as goroutines do until others wake them. */
bool goroutines_waits(const struct goroutines *g, const struct goroutines_process *p,
		      const struct goroutine *goroutine);

#endif
