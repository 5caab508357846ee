/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One recording from beginning to end: load, attach, drain, finish. Whatever
 * goes wrong after the first event, the tape is finished with what it has.
 */
#ifndef RECORD_SESSION_H
#define RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/error.h>
#include <tape/events.h>

#include "record/options.h"

/* How it stands; given about once a second while it runs. */
struct session_status {
	uint64_t elapsed_ns;
	uint64_t events;
	uint64_t events_per_s;
	uint64_t lost;
	uint64_t bytes;
	bool paused;
};

/* How main hears of things; only main prints. */
struct session_ui {
	void (*status)(void *context, const struct session_status *status); /* NULL: not wanted */
	void (*remark)(void *context, const char *line); /* one line; never NULL */
	void *context;
};

struct session_result {
	char path[512]; /* of the tape; "-": standard output */
	uint64_t elapsed_ns;
	uint64_t events;
	uint64_t stacks;
	uint64_t lost;
	uint64_t bytes;
	uint64_t processes;
	uint64_t cpu_ns; /* of the recorder */
	enum ev_end_reason reason;
	bool has_command;
	int command_status; /* as a shell has it */
};

/*
 * Records as the options say. Returns 0 with *ret; or -errno with *err, then
 * *ret says what the tape has all the same (path[0] is 0: there is none).
 */
int session_run(const struct options *options, const struct session_ui *ui,
		struct session_result *ret, struct tape_error *err);

#endif
