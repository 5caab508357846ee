/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every record type that this version knows: the lists of <tape/events/...>
 * joined into one enum and one table.
 */
#ifndef TAPE_EVENTS_H
#define TAPE_EVENTS_H

#include <stddef.h>

#include <tape/events/cpu.h>
#include <tape/events/exec.h>
#include <tape/events/go.h>
#include <tape/events/lock.h>
#include <tape/events/meta.h>
#include <tape/events/process.h>
#include <tape/events/sched.h>
#include <tape/events/script.h>
#include <tape/events/stack.h>
#include <tape/events/syscall.h>

#define EV_ALL(X)                                                                                  \
	EV_META_EVENTS(X)                                                                          \
	EV_PROCESS_EVENTS(X)                                                                       \
	EV_STACK_EVENTS(X)                                                                         \
	EV_SCRIPT_EVENTS(X)                                                                        \
	EV_GO_EVENTS(X)                                                                            \
	EV_CPU_EVENTS(X) EV_SCHED_EVENTS(X) EV_LOCK_EVENTS(X) EV_SYSCALL_EVENTS(X) EV_EXEC_EVENTS(X)

#define EV_ENUM(NAME, number, name, FIELDS, help) EV_##NAME = (number),
enum ev_type { EV_ALL(EV_ENUM) };
#undef EV_ENUM

/* What a field holds. */
enum ev_kind { EV_U8, EV_U16, EV_U32, EV_U64, EV_S32, EV_S64, EV_CHAR };

struct ev_field {
	const char *name;
	const char *unit; /* "ns", "bytes", "pid", "stack", "text", … */
	const char *help; /* NULL where it was read from a tape */
	uint32_t offset;  /* in the record, its header included */
	uint32_t size;	  /* bytes, of all its elements; 0: the tail, to the record's end */
	uint8_t kind;	  /* enum ev_kind, of one element */
	uint8_t array;	  /* more than one element, or the tail */
};

/* One record type. The fields begin behind the header, in order of offset. */
struct ev_info {
	uint16_t type;
	const char *name; /* "cpu_sample" */
	const char *help;
	uint32_t fixed_size; /* without the tail */
	uint32_t n_fields;
	const struct ev_field *fields;
};

/* Never NULL for the types above; NULL for others. Static. */
const struct ev_info *ev_info(uint16_t type);

/* All types, in order of their numbers; *n is their count. Static. */
const struct ev_info *ev_all(size_t *n);

/* "cpu_sample", or "unknown". Static. */
const char *ev_name(uint16_t type);

/* Bytes of one element of a kind. */
uint32_t ev_kind_size(enum ev_kind kind);

/* "u32". Static. */
const char *ev_kind_name(enum ev_kind kind);

static inline uint32_t ev_size(const struct ev_header *h)
{
	return (uint32_t)h->units * EV_UNIT;
}

/* Where a record ends, and where a following one begins. */
static inline const struct ev_header *ev_next(const struct ev_header *h)
{
	return (const struct ev_header *)((const char *)h + ev_size(h));
}

/* Bytes behind the fixed part of a record whose type is known. */
static inline uint32_t ev_tail_size(const struct ev_header *h, size_t fixed_size)
{
	return ev_size(h) > fixed_size ? ev_size(h) - (uint32_t)fixed_size : 0;
}

#endif
