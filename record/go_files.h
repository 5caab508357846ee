/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of processes, each file looked into once: Go, or not. */
#ifndef RECORD_GO_FILES_H
#define RECORD_GO_FILES_H

#include <sys/types.h>

#include "symbols/go_program.h"

struct go_files;

int go_files_new(struct go_files **ret); /* 0 or -ENOMEM */
void go_files_free(struct go_files *f);	 /* accepts NULL */

struct go_file_found {
	struct go_program *program; /* lent; NULL: the process' program is not Go's */
	uint64_t bias;		    /* addresses of the process less those of the file */
};

/* 0; -EACCES: it may not be looked at; -EAGAIN: not now; -ENOENT, -ESRCH: it is gone. */
int go_files_find(struct go_files *f, pid_t pid, struct go_file_found *ret);

#endif
