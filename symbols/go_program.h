/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the file of a Go program tells of its runtime: the version, and where the
 * runtime's variables are as far as there are symbols. Addresses are the file's own.
 * The file is not trusted.
 */
#ifndef SYMBOLS_GO_PROGRAM_H
#define SYMBOLS_GO_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/cleanup.h>

#include "symbols/go_own.h"

#define GO_TEXT_MAX   64
#define GO_RANGES_MAX 8

struct go_range {
	uint64_t start, end;
};

/* Addresses of variables; 0: no symbol told it. */
struct go_variables {
	uint64_t version; /* runtime.buildVersion, a string */
	uint64_t allgs;	  /* a slice of pointers to g */
	uint64_t buckets; /* runtime.mbuckets */
	uint64_t rate;	  /* runtime.MemProfileRate */
	uint64_t no_heap; /* runtime.disableMemoryProfiling, a bool */
	uint64_t gc;	  /* runtime.gcController */
	uint64_t stats;	  /* runtime.memstats */
	uint64_t work;	  /* runtime.work */
	uint64_t sched;	  /* runtime.sched */
};

struct go_program {
	char version[GO_TEXT_MAX]; /* of the build information; "": there is none */
	struct go_variables at;
	struct go_words reasons, statuses;   /* runtime.waitReasonStrings, gStatusStrings */
	struct go_range text;		     /* all code */
	uint64_t code_offset;		     /* in the file, of the code that is first, */
	uint64_t code_address;		     /* and its address */
	struct go_range data[GO_RANGES_MAX]; /* what can be written, .bss too */
	size_t n_data;
	void *names; /* what go_program_name() asks; NULL: nobody knows */
};

/* fd stays the caller's. Returns 1 with *ret, the caller's to free; 0: no Go program for x86-64; -ENOMEM. */
int go_program_open(int fd, struct go_program **ret);
void go_program_free(struct go_program *p); /* accepts NULL */

DEFINE_CLEANUP(go_program_free, struct go_program);

/* The name of the function at an address, lent until the next question; NULL: not known. */
const char *go_program_name(struct go_program *p, uint64_t address);

/* The function of this name; false: there is none. */
bool go_program_function(struct go_program *p, const char *name, struct go_range *ret);

/* How many calls are inlined at an address. *function: where the function begins; 0: not known. */
uint32_t go_program_inlined(struct go_program *p, uint64_t address, uint64_t *function);

/* How far above sp the return address of the function at an address is there; -1: not known. */
int32_t go_program_depth(struct go_program *p, uint64_t address);

/* What its DWARF tells, read at the first question and lent until free. 0, or as go_own_open(). */
int go_program_own(struct go_program *p, struct go_own **ret);

/* Copies bytes of the file's code; false: not all of them are there. */
bool go_program_code(const struct go_program *p, uint64_t address, void *to, size_t size);

/* "go1.24.4 X:…" as 124; 0: none. */
uint32_t go_version_number(const char *text);

#endif
