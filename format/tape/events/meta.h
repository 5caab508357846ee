/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records about the tape itself: how to read it, where and how it was made,
 * what it lacks, and what making it cost. Numbers 1 to 15.
 *
 * EPOCH, LAYOUT, HOST and CONFIG are written again in every epoch, so that each
 * epoch can be read without the others.
 */
#ifndef TAPE_EVENTS_META_H
#define TAPE_EVENTS_META_H

#include <tape/events/event.h>

/*
 * The layout of one record type, as the program that made it saw it. The text
 * is one line a field: "name kind offset size unit", after a first line with
 * the record's own name. Kinds: u8 u16 u32 u64 s32 s64 char; "[]" behind a kind
 * is an array, to the record's end if its size is 0.
 * This record's own layout never changes: a reader needs it to read all others.
 */
#define EV_LAYOUT_FIELDS(F, A, T)                                                                  \
	F(uint32_t, of_type, "type", "the record type that is laid out")                           \
	F(uint32_t, fixed_size, "bytes", "its size without the tail")                              \
	T(char, text, "text", "its name, then a line for each field")
EV_STRUCT(layout, EV_LAYOUT_FIELDS);

#define EV_EPOCH_FIELDS(F, A, T)                                                                   \
	F(uint64_t, number, "count", "which epoch begins here; the first is 1")                    \
	F(uint64_t, mono_ns, "ns", "CLOCK_MONOTONIC when it began")                                \
	F(uint64_t, wall_ns, "ns", "CLOCK_REALTIME at the same moment")
EV_STRUCT(epoch, EV_EPOCH_FIELDS);

/* key=value, for example "uname.release=6.1.0-18-amd64". */
#define EV_HOST_FIELDS(F, A, T) T(char, text, "text", "key=value: one fact of the machine")
EV_STRUCT(host, EV_HOST_FIELDS);

#define EV_CONFIG_FIELDS(F, A, T) T(char, text, "text", "key=value: one option in effect")
EV_STRUCT(config, EV_CONFIG_FIELDS);

#define EV_COST_FIELDS(F, A, T)                                                                    \
	F(uint64_t, value, "count", "the figure, in the unit that ends its key")                   \
	T(char, key, "text", "what it measures, such as recorder.cpu_ns")
EV_STRUCT(cost, EV_COST_FIELDS);

/* Where events were lost. */
enum ev_loss_source {
	EV_LOSS_RING = 0,     /* the BPF ring was full */
	EV_LOSS_SIDEBAND = 1, /* the kernel's perf buffer was full: mappings, names, forks, exits */
	EV_LOSS_WRITER = 2,   /* the recorder could not keep them */
	EV_LOSS_DAMAGE = 3,   /* the tape was damaged; written by repair */
};

#define EV_LOSS_FIELDS(F, A, T)                                                                    \
	F(uint64_t, count, "count", "how many records were lost; 0: not known")                    \
	F(uint64_t, from_ns, "ns", "time of the first lost one, or a time before it")              \
	F(uint64_t, to_ns, "ns", "time of the last lost one, or a time after it")                  \
	F(uint32_t, of_type, "type", "which record type; 0: not known")                            \
	F(uint32_t, source, "enum", "enum ev_loss_source")
EV_STRUCT(loss, EV_LOSS_FIELDS);

#define EV_PAUSE_FIELDS(F, A, T)                                                                   \
	F(uint32_t, paused, "bool", "1: recording stopped here; 0: it went on here")               \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(pause, EV_PAUSE_FIELDS);

/* What a reader should tell the user: a fallback taken, a process that vanished. */
#define EV_NOTE_FIELDS(F, A, T) T(char, text, "text", "one line by the recorder, for the user")
EV_STRUCT(note, EV_NOTE_FIELDS);

/* One block of this tape; saves a scan, and is never needed. */
#define EV_INDEX_FIELDS(F, A, T)                                                                   \
	F(uint64_t, offset, "bytes", "where in the file the block's header begins")                \
	F(uint64_t, sequence, "count", "its sequence number")                                      \
	F(uint64_t, first_ns, "ns", "earliest time in it")                                         \
	F(uint64_t, last_ns, "ns", "latest time in it")                                            \
	F(uint32_t, block_epoch, "count", "its epoch")                                             \
	F(uint32_t, kind, "enum", "enum tape_block_kind")
EV_STRUCT(index, EV_INDEX_FIELDS);

enum ev_end_reason {
	EV_END_ASKED = 0,    /* a signal, -d, or the command's exit */
	EV_END_SIZE = 1,     /* --max-size was reached */
	EV_END_FAILED = 2,   /* the recorder met an error; a NOTE says which */
	EV_END_REPAIRED = 3, /* written by repair; a NOTE says what the tape lacked */
};

#define EV_END_FIELDS(F, A, T)                                                                     \
	F(uint64_t, blocks, "count", "blocks before this one")                                     \
	F(uint64_t, bytes, "bytes", "bytes before this block")                                     \
	F(uint32_t, reason, "enum", "enum ev_end_reason")                                          \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(end, EV_END_FIELDS);

/*
 * From here on the records of a probe group are complete, but for losses and
 * pauses that are told; or, the second time, no longer.
 */
#define EV_WATCH_FIELDS(F, A, T)                                                                   \
	F(uint32_t, on, "bool", "1: from here on; 0: until here")                                  \
	F(uint32_t, reserved, "none", "0")                                                         \
	T(char, group, "text", "the probe group's name")
EV_STRUCT(watch, EV_WATCH_FIELDS);

/* X(NAME, number, struct, FIELDS, help) */
#define EV_META_EVENTS(X)                                                                          \
	X(LAYOUT, 1, layout, EV_LAYOUT_FIELDS, "how the records of one type are laid out")         \
	X(EPOCH, 2, epoch, EV_EPOCH_FIELDS, "an epoch begins; pairs the two clocks")               \
	X(HOST, 3, host, EV_HOST_FIELDS, "a fact of the recorded machine")                         \
	X(CONFIG, 4, config, EV_CONFIG_FIELDS, "an option of the recorder")                        \
	X(COST, 5, cost, EV_COST_FIELDS, "what recording cost")                                    \
	X(LOSS, 6, loss, EV_LOSS_FIELDS, "records that were lost, and when")                       \
	X(PAUSE, 7, pause, EV_PAUSE_FIELDS, "recording was paused or resumed")                     \
	X(NOTE, 8, note, EV_NOTE_FIELDS, "a remark of the recorder")                               \
	X(INDEX, 9, index, EV_INDEX_FIELDS, "where one block stands")                              \
	X(END, 10, end, EV_END_FIELDS, "the recorder finished")                                    \
	X(WATCH, 11, watch, EV_WATCH_FIELDS, "a probe group is on from here, or no longer")

#endif
