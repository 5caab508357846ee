/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every record of a tape begins with, and the macros by which each record
 * is written down exactly once.
 *
 * A record is listed as a macro of fields:
 *
 *	#define EV_CPU_SAMPLE_FIELDS(F, A, T) \
 *		F(uint64_t, kstack, "stack", "the kernel stack, 0 if none") ...
 *
 * F(type, name, unit, help)          one integer
 * A(type, name, count, unit, help)   an array of a fixed length
 * T(type, name, unit, help)          the tail: an array to the end of the record, last
 *
 * EV_STRUCT() makes the C struct of it, for BPF, record, analyze and third
 * parties alike; <tape/events.h> makes the enum, the names and the tables by
 * which fields are found. The struct that BPF reserves is the struct on disk:
 * little-endian, 8-byte aligned, its size a multiple of 8. Fields are only ever
 * appended (before a tail: never, so a record with a tail stays as it is),
 * numbers are never used again.
 *
 * Included by BPF programs too: it needs fixed-width types and nothing else.
 */
#ifndef TAPE_EVENTS_EVENT_H
#define TAPE_EVENTS_EVENT_H

#ifndef __VMLINUX_H__
#include <stdint.h>
#endif

struct ev_header {
	uint16_t type;	  /* enum ev_type */
	uint16_t units;	  /* the record's size in units of 8 bytes, this header included */
	uint16_t cpu;	  /* where it was made */
	uint16_t epoch;	  /* low 16 bits of the epoch that was current when it was made */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t tid;	  /* the thread that it is about; 0: none, or the idle task */
	uint32_t tgid;	  /* its process; 0: the kernel, or none */
};

#define EV_UNIT 8

/* The largest record: units is 16 bits wide. */
#define EV_MAX_SIZE (UINT16_MAX * EV_UNIT)

#define EV_MEMBER_F(type, name, unit, help)	   type name;
#define EV_MEMBER_A(type, name, count, unit, help) type name[count];
#define EV_MEMBER_T(type, name, unit, help)	   type name[];

#define EV_STRUCT(name, FIELDS)                                                                    \
	struct ev_##name {                                                                         \
		struct ev_header h;                                                                \
		FIELDS(EV_MEMBER_F, EV_MEMBER_A, EV_MEMBER_T)                                      \
	};                                                                                         \
	_Static_assert(sizeof(struct ev_##name) % EV_UNIT == 0, "ev_" #name " is not padded")

#endif
