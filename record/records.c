// SPDX-License-Identifier: BSD-2-Clause
/* See records.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "record/records.h"

static struct ev_header *head(struct records *r)
{
	return (struct ev_header *)r->room;
}

void *records_begin(struct records *r, uint16_t type, uint64_t time_ns)
{
	memset(r->room, 0, ev_info(type)->fixed_size);
	*head(r) = (struct ev_header){ .type = type, .time_ns = time_ns };
	return r->room;
}

struct ev_header *records_end_text(struct records *r, const char *text)
{
	size_t fixed = ev_info(head(r)->type)->fixed_size;
	size_t length = text ? strnlen(text, RECORDS_TAIL_MAX - EV_UNIT) : 0;
	size_t padded = (length + EV_UNIT) & ~(size_t)(EV_UNIT - 1);

	memset(r->room + fixed, 0, padded);
	if (length)
		memcpy(r->room + fixed, text, length);
	head(r)->units = (uint16_t)((fixed + padded) / EV_UNIT);
	return head(r);
}

struct ev_header *records_end_bytes(struct records *r, size_t n)
{
	size_t fixed = ev_info(head(r)->type)->fixed_size;
	size_t padded = (n + EV_UNIT - 1) & ~(size_t)(EV_UNIT - 1);

	memset(r->room + fixed + n, 0, padded - n);
	head(r)->units = (uint16_t)((fixed + padded) / EV_UNIT);
	return head(r);
}

struct ev_header *records_end(struct records *r)
{
	head(r)->units = (uint16_t)(ev_info(head(r)->type)->fixed_size / EV_UNIT);
	return head(r);
}

int records_put(struct records *r, uint32_t epoch, struct tape_error *err)
{
	head(r)->epoch = (uint16_t)epoch;
	return tape_writer_put(r->writer, 0, epoch, head(r), err);
}

int records_constant(struct records *r, uint16_t type, const char *key, const char *value,
		     struct tape_error *err)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s=%s", key, value);
	records_begin(r, type, 0);
	return tape_writer_add_constant(r->writer, records_end_text(r, text), err);
}

int records_note(struct records *r, uint32_t epoch, uint64_t time_ns, const char *text,
		 struct tape_error *err)
{
	records_begin(r, EV_NOTE, time_ns);
	records_end_text(r, text);
	return records_put(r, epoch, err);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t records_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t records_wall_now(void)
{
	return read_clock(CLOCK_REALTIME);
}
