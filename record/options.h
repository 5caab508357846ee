/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of record, parsed into one struct that never changes again. */
#ifndef RECORD_OPTIONS_H
#define RECORD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <tape/error.h>

enum unwind_kind { UNWIND_AUTO, UNWIND_FP, UNWIND_DWARF };

enum target_kind { TARGET_NONE, TARGET_ALL, TARGET_PIDS, TARGET_CGROUP, TARGET_COMMAND };

#define OPTIONS_MAX_PIDS 1024

struct options {
	enum target_kind target;
	pid_t pids[OPTIONS_MAX_PIDS];
	size_t n_pids;
	const char *cgroup; /* as given */
	char **command;	    /* NULL-terminated; NULL: none */

	const char *output;	 /* NULL: a name made of the date; "-": standard output */
	uint64_t duration_ns;	 /* 0: until asked to stop */
	uint64_t max_bytes;	 /* 0: no limit */
	const char *probes;	 /* names, comma between two */
	unsigned int hz;	 /* samples a second and CPU */
	unsigned int rings;	 /* 0: as many as fit the machine */
	uint64_t ring_bytes;	 /* of one ring: a power of two */
	uint64_t epoch_ns;	 /* an epoch ends after this time … */
	uint64_t epoch_bytes;	 /* … or this much, whichever comes first */
	uint64_t min_block_ns;	 /* waits of this length and more have stacks; 0: all */
	bool trace_calls;	 /* each system call is a record of its own */
	uint64_t go_interval_ns; /* between two snapshots of a Go process */
	bool names;		 /* put the names of hit addresses into the tape … */
	bool lines;		 /* … and their source lines */
	enum unwind_kind unwind;
	const char *btf;     /* a file with the kernel's BTF; NULL: the kernel's own */
	const char *without; /* features that the kernel is taken not to have; NULL: none */
	bool list;
	bool help;
	bool version;
	bool quiet;
	bool verbose;
	char command_line[1024]; /* as typed, for the tape */
};

/* Parses argv. Returns 0, or -EINVAL with *err for a usage error. */
int options_parse(int argc, char **argv, struct options *ret, struct tape_error *err);

/* As typed. Static. */
const char *options_unwind_name(enum unwind_kind kind);

/* The text of --help. */
void options_help(FILE *out);

#endif
