/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot as records: all of them have its time, and its GO_SNAPSHOT is the last. */
#ifndef RECORD_GO_WRITE_H
#define RECORD_GO_WRITE_H

#include "record/drain.h"
#include "record/go_snapshot.h"
#include "record/records.h"

struct go_writer {
	struct records *records; /* both borrowed */
	struct drain *drain;
};

/* What was gathered, into the epoch that it was begun for. */
int go_write_snapshot(const struct go_writer *w, const struct go_process *p,
		      struct tape_error *err);

/* A GO_RUNTIME that says why nothing is read. */
int go_write_off(const struct go_writer *w, pid_t tgid, uint32_t epoch, const char *why,
		 struct tape_error *err);

#endif
