/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that hold CPython: which version, where its state is, where its evaluation
 * loop is, and where the parts of its structs stand, so that bpf/python.bpf.h can
 * read the frames of a process that has such a file mapped. 3.8 to 3.13, x86-64.
 */
#ifndef RECORD_PYTHON_H
#define RECORD_PYTHON_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/python.h"
#include "record/records.h"

struct python_range {
	uint64_t start; /* an offset in the file */
	uint64_t size;	/* 0: none, or not known */
};

struct python_file {
	struct python_offsets offsets;
	uint64_t runtime;	  /* the address of _PyRuntime in the file's own count */
	uint64_t code_address;	  /* what the file says of its code: where it goes, */
	uint64_t code_offset;	  /* and where in the file it stands */
	struct python_range loop; /* _PyEval_EvalFrameDefault, */
	struct python_range cold; /* and what the compiler moved out of it */
};

/* Whether a file of this path may hold one: those of other names are not looked into. */
bool python_is_name(const char *path);

/* Looks into the ELF file open at fd. Returns 1 with *ret, or 0 if it is no CPython that we know. */
int python_read(int fd, struct python_file *ret);

/* What the BPF side must know of a process that has the file's code mapped like this. */
struct python_process python_mapped(const struct python_file *f, uint64_t start,
				    uint64_t file_offset);

/* The SCRIPT_RUNTIME record of a module, built in records' room. */
struct ev_header *python_record(const struct python_file *f, uint32_t module,
				struct records *records);

#endif
