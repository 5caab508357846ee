/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What bpf/python.bpf.h must know of a process that runs CPython: the recorder finds it out. */
#ifndef BPF_PYTHON_H
#define BPF_PYTHON_H

#ifndef __VMLINUX_H__
#include <stdint.h>
#endif

#define PYTHON_MAX_PROCESSES 4096
#define PYTHON_NONE	     0xffff /* this version has no such field */

/*
 * Where the parts of CPython's structs stand, in bytes; from its headers (see
 * record/python_offsets.inc) or, from 3.13 on, from what the interpreter says of itself.
 */
struct python_offsets {
	uint16_t version;	       /* 311: 3.11 */
	uint16_t runtime_interpreters; /* _PyRuntimeState.interpreters.head */
	uint16_t interpreter_next;
	uint16_t interpreter_threads;
	uint16_t thread_next;
	uint16_t thread_id;
	uint16_t thread_top;	 /* the leaf frame; of 3.11 and 3.12: a _PyCFrame */
	uint16_t cframe_frame;	 /* its current_frame */
	uint16_t frame_back;	 /* the caller's frame */
	uint16_t frame_code;	 /* PyCodeObject */
	uint16_t frame_at;	 /* the instruction: a pointer from 3.11 on, else f_lasti */
	uint16_t frame_owner;	 /* enum _frameowner */
	uint16_t frame_is_entry; /* 3.11 */
	uint16_t code_first_line;
	uint16_t code_file;
	uint16_t code_name;
	uint16_t code_lines;
	uint16_t code_instructions;
	uint16_t code_first_traceable; /* in units of two bytes */
	uint16_t unicode_ascii_bit;    /* bits of the word at unicode_state */
	uint16_t unicode_kind_bit;
	uint16_t unicode_length;
	uint16_t unicode_state;
	uint16_t unicode_ascii; /* where characters begin if all are ASCII, */
	uint16_t unicode_other; /* and where if not */
	uint16_t bytes_size;
	uint16_t bytes_data;
	uint16_t frame_bytes; /* how much of a frame and of a code object holds all of these */
	uint16_t code_bytes;
	uint16_t reserved[3];
};

struct python_process {
	uint64_t runtime; /* the address of _PyRuntime; 0: none */
	uint64_t program; /* which program of the process it is of: filled at its first use */
	struct python_offsets offsets;
};

#endif
