/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that code runs from: each once, with its build-id and, from its
 * first sight on, an open handle, so that it can be named when the process or
 * its container is long gone. Also which of their offsets were hit.
 */
#ifndef RECORD_MODULES_H
#define RECORD_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>
#include <tape/events/process.h>

#include "record/hits.h"
#include "record/python.h"
#include "record/records.h"
#include "record/seen.h"
#include "symbols/build_id.h"

/* What unwind.c found out of a file. */
enum module_frames { MODULE_FRAMES_UNKNOWN, MODULE_FRAMES_NONE, MODULE_FRAMES_KEPT };
enum module_go { MODULE_GO_UNKNOWN, MODULE_GO_NO, MODULE_GO_YES };

struct module {
	uint32_t number; /* in the tape, from 1 on */
	enum ev_module_kind kind;
	struct build_id build_id;
	const char *path;
	uint64_t base;	     /* KERNEL, KMOD, BPF: the address of offset 0 */
	int fd;		     /* FILE; -1: could not be opened */
	struct seen defined; /* has the epoch its MODULE record? */
	struct hits hits;
	enum module_frames frames; /* whether its code keeps frame pointers */
	enum module_go go;
	struct python_file *python; /* FILE: it holds CPython; NULL: it does not */
};

struct modules;

/* keep: open files and hits are wanted, for names at the end. Returns 0 or -ENOMEM. */
int modules_new(bool keep, struct modules **ret);
void modules_free(struct modules *m); /* accepts NULL */

/* Which file it is, as the kernel tells it with a mapping. */
struct module_file {
	uint64_t device;     /* dev_t of its file system */
	uint64_t inode;	     /* 0: not told; a build-id then is */
	uint32_t generation; /* tells an inode's number from its earlier uses; 0: not told */
};

/* Where a file is mapped. */
struct module_place {
	uint32_t tgid;
	uint64_t start, end;
	const char *path; /* as the process sees it; "" or a name in brackets: no file */
	struct module_file file;
};

/*
 * The module of a mapping in a process: a file, or memory without one. build_id
 * may be NULL or empty: it is then read from the file, if the file can still be
 * told to be the one that was mapped. Returns its number, or 0 without memory.
 */
uint32_t modules_of_mapping(struct modules *m, const struct module_place *at,
			    const struct build_id *build_id);

/* Whether it is memory without a file and without a special use: code in it was made at run time. */
bool modules_is_memory(const struct module *m);

/* The same, of one process alone: a new module at each call, or 0 without memory. */
uint32_t modules_of_memory(struct modules *m, uint32_t tgid);

/* A part of the kernel; base is the address of its offset 0. */
uint32_t modules_of_kernel(struct modules *m, enum ev_module_kind kind, const char *name,
			   uint64_t base, const struct build_id *build_id);

struct module *modules_get(struct modules *m, uint32_t number); /* NULL if there is none */
size_t modules_count(const struct modules *m);

/* Writes its MODULE record, and SCRIPT_RUNTIME of an interpreter, if this epoch has it not yet. */
int modules_define(struct modules *m, uint32_t number, struct records *records, uint32_t epoch,
		   struct tape_error *err);

/* Its MODULE record, built in records' room. */
struct ev_header *modules_record(const struct module *m, struct records *records, uint64_t time_ns);

/* This offset of a module was seen in a stack. */
void modules_hit(struct modules *m, uint32_t number, uint64_t offset);

#endif
