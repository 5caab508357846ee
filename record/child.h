/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command that is recorded: made before anything is attached, held back
 * until everything is, so that its start-up is on the tape from the first
 * instruction on.
 */
#ifndef RECORD_CHILD_H
#define RECORD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include <tape/error.h>

struct child {
	pid_t pid;   /* 0: none */
	int go_fd;   /* closing it lets the command begin; -1: done */
	int fail_fd; /* gives errno if it cannot */
	int status;  /* of wait(2), once it ended */
	bool ended;
};

/* tape_on_stdout: the command's output goes to standard error, so that the tape stays whole. */
int child_start(char **command, bool tape_on_stdout, struct child *ret, struct tape_error *err);

/* Lets it begin. -ENOENT and the like with *err if there is no such program. */
int child_go(struct child *c, const char *name, struct tape_error *err);

/* Whether it has ended; never waits. */
bool child_ended(struct child *c);

/* The status that a shell would give: its own, or 128 and the signal. Waits for its end. */
int child_exit_status(struct child *c);

/* Kills it if it has not begun. */
void child_done(struct child *c);

#endif
