/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The Python frames of the current thread, as the interpreter chains them. Read at
 * the moment of the sample, when the thread stands still; what cannot be read then
 * (memory that is not resident) makes the stack TORN and no more.
 *
 * The thread's PyThreadState is the one whose thread_id is the thread's
 * pthread_self(), which is its FS base (glibc and musl, x86-64).
 */
#ifndef BPF_PYTHON_BPF_H
#define BPF_PYTHON_BPF_H

#include "emit.bpf.h"
#include "python.h"
#include "stacks.bpf.h"

#define PYTHON_DEPTH	    256
#define PYTHON_THREADS	    256 /* thread states that are looked at for the right one */
#define PYTHON_CACHE	    4096
#define PYTHON_SEEN	    16384
#define PYTHON_NAME	    255
#define PYTHON_FILE	    511
#define PYTHON_LINES	    8191
#define PYTHON_WIDE	    128 /* characters of a text that is not ASCII */
#define PYTHON_EXITING	    4	/* PF_EXITING, include/linux/sched.h */
#define PYTHON_OWNER_GEN    1
#define PYTHON_OWNER_CSTACK 3
#define PYTHON_INSTRUCTIONS (1 << 24) /* bytes; a greater place makes no sense */

/* One stack while it is read. One more frame than is used, for the verifier. */
struct python_walk {
	uint8_t head[sizeof(struct ev_script_stack)];
	uint64_t frames[2 * (PYTHON_DEPTH + 1)];
	struct control c;
	struct python_process process;
	uint64_t seed;
	uint64_t thread; /* PyThreadState */
	uint64_t next;	 /* the frame to be read */
	uint32_t n;
	uint8_t frame[136];
	uint8_t code[264];
};

/* A SCRIPT_CODE record, with room for the greatest offset and size that masks allow. */
struct python_text {
	uint8_t head[sizeof(struct ev_script_code)];
	uint8_t tail[1024 + PYTHON_LINES + 1];
	uint8_t wide[4 * PYTHON_WIDE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct python_walk);
} python_walks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct python_text);
} python_texts SEC(".maps");

/* The thread state of the last thread that fell on a slot. Held against the thread at each use. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PYTHON_CACHE);
	__type(key, uint32_t);
	__type(value, uint64_t);
} python_threads SEC(".maps");

/* As stacks_seen. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PYTHON_SEEN);
	__type(key, uint32_t);
	__type(value, uint64_t);
} python_seen SEC(".maps");

static __always_inline struct python_walk *python_walk(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&python_walks, &zero);
}

static __always_inline bool python_word(uint64_t address, uint64_t *ret)
{
	return bpf_probe_read_user(ret, sizeof(*ret), (void *)address) == 0;
}

/* Fields of structs that were copied. The offsets are the recorder's, the masks for the verifier. */
static __always_inline uint64_t python_frame_word(const struct python_walk *w, uint16_t at)
{
	return *(const uint64_t *)(w->frame + (at & 0x7f));
}

static __always_inline uint64_t python_code_word(const struct python_walk *w, uint16_t at)
{
	return *(const uint64_t *)(w->code + (at & 0xff));
}

/*
 * Looks in all interpreters for the thread state of the thread whose pthread_self()
 * this is. Returns 1 with w->thread, 0 if there is none, -1 if that cannot be told.
 */
__noinline int python_search(uint64_t self)
{
	struct python_walk *w = python_walk();
	uint64_t interpreter, thread = 0, id;

	if (!w)
		return -1;
	if (!python_word(w->process.runtime + w->process.offsets.runtime_interpreters,
			 &interpreter))
		return -1;
	for (int i = 0; i < PYTHON_THREADS; i++) {
		if (!thread) {
			if (!interpreter)
				return 0;
			if (!python_word(interpreter + w->process.offsets.interpreter_threads,
					 &thread) ||
			    !python_word(interpreter + w->process.offsets.interpreter_next,
					 &interpreter))
				return -1;
			continue;
		}
		if (!python_word(thread + w->process.offsets.thread_id, &id))
			return -1;
		if (id == self) {
			w->thread = thread;
			return 1;
		}
		if (!python_word(thread + w->process.offsets.thread_next, &thread))
			return -1;
	}
	return -1;
}

static __always_inline uint32_t python_put(struct python_text *t, uint32_t at, uint32_t c)
{
	if (c < 0x80) {
		t->tail[at & 1023] = c;
		return at + 1;
	}
	if (c < 0x800) {
		t->tail[at & 1023] = 0xc0 | c >> 6;
		t->tail[(at + 1) & 1023] = 0x80 | (c & 0x3f);
		return at + 2;
	}
	t->tail[at & 1023] = 0xe0 | (c >> 12 & 0xf);
	t->tail[(at + 1) & 1023] = 0x80 | (c >> 6 & 0x3f);
	t->tail[(at + 2) & 1023] = 0x80 | (c & 0x3f);
	return at + 3;
}

/* n characters of 1, 2 or 4 bytes each, which stand in wide, as UTF-8; beyond U+FFFF: '?'. */
__noinline int python_convert(uint32_t at, uint32_t n, uint32_t width)
{
	uint32_t zero = 0, c;
	struct python_text *t = bpf_map_lookup_elem(&python_texts, &zero);

	if (!t)
		return -1;
	for (uint32_t i = 0; i < PYTHON_WIDE; i++) {
		if (i >= n)
			break;
		if (width == 1)
			c = t->wide[i];
		else if (width == 2)
			c = *(uint16_t *)(t->wide + 2 * i);
		else
			c = *(uint32_t *)(t->wide + 4 * i);
		at = python_put(t, at, c > 0xffff ? '?' : c);
	}
	return at;
}

/*
 * Copies the text of a str object to a place in the tail, cut where it is too long
 * (most is a power of two less 1). Returns the place behind it, or -1.
 */
__noinline int python_copy(uint64_t object, uint32_t at, uint32_t most)
{
	struct python_walk *w = python_walk();
	uint32_t zero = 0, state, width;
	struct python_text *t = bpf_map_lookup_elem(&python_texts, &zero);
	uint64_t length;

	if (!w || !t || !python_word(object + w->process.offsets.unicode_length, &length) ||
	    bpf_probe_read_user(&state, sizeof(state),
				(void *)(object + w->process.offsets.unicode_state)))
		return -1;
	if (length > most)
		length = most;
	if (state >> (w->process.offsets.unicode_ascii_bit & 31) & 1) {
		length &= PYTHON_FILE;
		object += w->process.offsets.unicode_ascii;
		at &= 1023;
		if (bpf_probe_read_user(t->tail + at, length, (void *)object))
			return -1;
		return at + length;
	}
	width = state >> (w->process.offsets.unicode_kind_bit & 31) & 7;
	if (width != 1 && width != 2 && width != 4)
		return -1;
	if (length > PYTHON_WIDE - 1)
		length = PYTHON_WIDE - 1;
	object += w->process.offsets.unicode_other;
	if (bpf_probe_read_user(t->wide, (length * width) & (4 * PYTHON_WIDE - 1), (void *)object))
		return -1;
	return python_convert(at, length, width);
}

/* Puts the table of lines behind the text. Returns its size, 0 if it is too large or not to be had. */
__noinline int python_copy_lines(uint64_t object, uint32_t at)
{
	struct python_walk *w = python_walk();
	uint32_t zero = 0;
	struct python_text *t = bpf_map_lookup_elem(&python_texts, &zero);
	uint64_t size;

	if (!w || !t || !python_word(object + w->process.offsets.bytes_size, &size) ||
	    size > PYTHON_LINES)
		return 0;
	size &= PYTHON_LINES;
	object += w->process.offsets.bytes_data;
	if (bpf_probe_read_user(t->tail + (at & 1023), size, (void *)object))
		return 0;
	return size;
}

/* Writes the record of the code object that stands in w->code. Returns whether it is in the ring. */
__noinline int python_emit_code(uint64_t id)
{
	struct python_walk *w = python_walk();
	uint32_t zero = 0, size, end;
	struct python_text *t = bpf_map_lookup_elem(&python_texts, &zero);
	struct ev_script_code *record = (void *)t;
	int name, file, lines;
	void *ring;

	if (!w || !t)
		return 0;
	name = python_copy(python_code_word(w, w->process.offsets.code_name), 0, PYTHON_NAME);
	if (name < 0)
		return 0;
	t->tail[name & 1023] = '\t';
	file = python_copy(python_code_word(w, w->process.offsets.code_file), name + 1,
			   PYTHON_FILE);
	if (file < 0)
		return 0;
	lines = python_copy_lines(python_code_word(w, w->process.offsets.code_lines), file);
	ring = emit_ring(&w->c);
	end = (file & 1023) + (lines & PYTHON_LINES);
	if (!ring || end > sizeof(t->tail) - 8)
		return 0;
	*(uint64_t *)(t->tail + end) = 0;
	/* A tail of text ends with a NUL in every tape. */
	size = (sizeof(t->head) + end + 8) & ~7u;
	emit_head(&record->h, &w->c, EV_SCRIPT_CODE, size, bpf_ktime_get_ns());
	record->h.tid = 0;
	record->id = id;
	record->language = EV_SCRIPT_PYTHON;
	record->version = w->process.offsets.version;
	record->first_line = python_code_word(w, w->process.offsets.code_first_line);
	record->text_bytes = file & 1023;
	record->lines_bytes = lines & PYTHON_LINES;
	record->reserved = 0;
	if (size > sizeof(t->head) + sizeof(t->tail))
		return 0;
	if (bpf_ringbuf_output(ring, t, size, emit_flags(&w->c, ring)) == 0)
		return 1;
	emit_lost(EV_SCRIPT_CODE);
	return 0;
}

/* The slot of an id, or NULL where this epoch has seen it. */
static __always_inline uint64_t *python_unseen(const struct python_walk *w, uint64_t id)
{
	uint32_t slot = id & (PYTHON_SEEN - 1);
	uint64_t *seen = bpf_map_lookup_elem(&python_seen, &slot);

	return seen && *seen != seen_mix(id, w->c.epoch) ? seen : NULL;
}

/* A code object at this address; its address alone may be another one's later. */
static __always_inline uint64_t python_code_id(const struct python_walk *w, uint64_t code)
{
	const struct python_offsets *o = &w->process.offsets;
	uint64_t id = seen_mix(w->seed, code);

	id = seen_mix(id, (uint32_t)python_code_word(w, o->code_first_line));
	id = seen_mix(id, python_code_word(w, o->code_name));
	id = seen_mix(id, python_code_word(w, o->code_file));
	id ^= id >> 32;
	return id ? id : 1;
}

/*
 * Where in its code a frame is, in bytes; -1: it has not begun, and is none yet
 * (_PyFrame_IsIncomplete); -2: that makes no sense.
 */
static __always_inline int64_t python_place(const struct python_walk *w, uint64_t code)
{
	const struct python_offsets *o = &w->process.offsets;
	int64_t at = python_frame_word(w, o->frame_at);

	if (o->version < 311) {
		at = (int32_t)at;
		if (at < 0)
			at = 0;
		if (o->version == 310)
			at *= 2;
	} else {
		at -= code + o->code_instructions;
		if (at < 0 ||
		    (w->frame[o->frame_owner & 0x7f] != PYTHON_OWNER_GEN &&
		     at < 2 * (int64_t)(uint32_t)python_code_word(w, o->code_first_traceable)))
			return at < -2 ? -2 : -1;
	}
	return at < PYTHON_INSTRUCTIONS ? at : -2;
}

static __always_inline bool python_is_entry(const struct python_walk *w)
{
	const struct python_offsets *o = &w->process.offsets;

	if (o->version == 311)
		return w->frame[o->frame_is_entry & 0x7f];
	return o->version < 311;
}

/* A frame of C that stands for a call of the evaluation loop (3.12 on): marks the frame before it. */
static __always_inline void python_mark_entry(struct python_walk *w)
{
	uint32_t last = w->n - 1;

	if (last < PYTHON_DEPTH)
		w->frames[2 * last + 1] |= EV_SCRIPT_ENTRY;
}

/* Takes the frame w->next and goes on to its caller. Returns 1, 0 at the end, -1 if it makes no sense. */
__noinline int python_frame(void)
{
	struct python_walk *w = python_walk();
	uint64_t code, id, back, *unseen;
	int64_t place;
	uint32_t n;

	if (!w ||
	    bpf_probe_read_user(w->frame, w->process.offsets.frame_bytes & 127, (void *)w->next))
		return -1;
	back = python_frame_word(w, w->process.offsets.frame_back);
	code = python_frame_word(w, w->process.offsets.frame_code);
	w->next = back;
	if (w->process.offsets.version >= 312 &&
	    w->frame[w->process.offsets.frame_owner & 0x7f] == PYTHON_OWNER_CSTACK) {
		python_mark_entry(w);
		return back != 0;
	}
	if (bpf_probe_read_user(w->code, w->process.offsets.code_bytes & 255, (void *)code))
		return -1;
	place = python_place(w, code);
	if (place == -2)
		return -1;
	n = w->n;
	if (place < 0)
		return back != 0;
	if (n >= PYTHON_DEPTH) {
		((struct ev_script_stack *)w)->flags = EV_SCRIPT_CUT;
		return 0;
	}
	id = python_code_id(w, code);
	unseen = python_unseen(w, id);
	if (unseen && python_emit_code(id))
		*unseen = seen_mix(id, w->c.epoch);
	w->frames[2 * n] = id;
	w->frames[2 * n + 1] = place | (python_is_entry(w) ? EV_SCRIPT_ENTRY : 0);
	w->n = n + 1;
	return back != 0;
}

/* Writes the stack that was read if this epoch has not seen it. Returns its id. */
__noinline uint64_t python_intern(void)
{
	struct python_walk *w = python_walk();
	struct ev_script_stack *record = (void *)w;
	uint64_t id, *unseen;
	uint32_t size, n;
	void *ring;

	if (!w)
		return 0;
	id = seen_mix(w->seed, record->flags);
	n = w->n;
	for (uint32_t i = 0; i < 2 * PYTHON_DEPTH; i++) {
		if (i >= 2 * n)
			break;
		id = seen_mix(id, w->frames[i]);
	}
	id ^= id >> 32;
	id += !id;
	unseen = python_unseen(w, id);
	ring = unseen ? emit_ring(&w->c) : NULL;
	if (!unseen || !ring)
		return id;
	size = sizeof(w->head) + (n & (2 * PYTHON_DEPTH - 1)) * 2 * sizeof(uint64_t);
	if (size > sizeof(w->head) + sizeof(w->frames))
		return id;
	emit_head(&record->h, &w->c, EV_SCRIPT_STACK, size, bpf_ktime_get_ns());
	record->h.tid = 0;
	record->id = id;
	record->language = EV_SCRIPT_PYTHON;
	if (bpf_ringbuf_output(ring, w, size, emit_flags(&w->c, ring)) == 0)
		*unseen = seen_mix(id, w->c.epoch);
	else
		emit_lost(EV_SCRIPT_STACK);
	return id;
}

/* The leaf frame of a thread state, 0 if it has none, into w->next. Whether it could be read. */
static __always_inline bool python_top(struct python_walk *w, uint64_t thread)
{
	uint64_t top;

	w->next = 0;
	if (!python_word(thread + w->process.offsets.thread_top, &top))
		return false;
	if (top && w->process.offsets.cframe_frame != PYTHON_NONE &&
	    !python_word(top + w->process.offsets.cframe_frame, &top))
		return false;
	w->next = top;
	return true;
}

/*
 * Finds the thread's leaf frame. The thread state of the last time is held against
 * the thread, and without a frame there it may be one that was given up since.
 * Returns 1, 0 if it runs no Python, -1 if that cannot be told.
 */
static __always_inline int python_begin(struct python_walk *w, uint64_t self)
{
	uint32_t slot = (uint32_t)bpf_get_current_pid_tgid() & (PYTHON_CACHE - 1);
	uint64_t *known = bpf_map_lookup_elem(&python_threads, &slot);
	uint64_t id;
	int rc;

	if (!known)
		return -1;
	if (*known && python_word(*known + w->process.offsets.thread_id, &id) && id == self &&
	    python_top(w, *known) && w->next)
		return 1;
	rc = python_search(self);
	if (rc <= 0)
		return rc;
	*known = w->thread;
	if (!python_top(w, w->thread))
		return -1;
	return w->next != 0;
}

/*
 * What the recorder knows of the current process, or of its parent if this is a
 * fork of it that the recorder has not heard of yet.
 */
static __always_inline const struct python_process *python_process(uint64_t seed)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	uint32_t tgid = seed;
	struct python_process *p = bpf_map_lookup_elem(&pythons, &tgid);

	if (p && !p->program)
		p->program = seed;
	if (p)
		return p->program == seed ? p : NULL;
	tgid = BPF_CORE_READ(task, group_leader, real_parent, tgid);
	p = bpf_map_lookup_elem(&pythons, &tgid);
	return p && p->program == (tgid | (seed >> 32 << 32)) ? p : NULL;
}

/* The current thread's Python stack; 0 if it has none. */
static __always_inline uint64_t python_take(const struct control *c)
{
#ifdef __TARGET_ARCH_x86
	uint64_t seed = seen_seed();
	const struct python_process *p = python_process(seed);
	struct task_struct *task = (void *)bpf_get_current_task();
	struct python_walk *w;
	int rc;

	/* Of a thread that ends the memory goes first. */
	if (!p || BPF_CORE_READ(task, flags) & PYTHON_EXITING)
		return 0;
	w = python_walk();
	if (!w)
		return 0;
	w->process = *p;
	w->c = *c;
	w->seed = seed;
	w->n = 0;
	((struct ev_script_stack *)w)->flags = 0;
	rc = python_begin(w, BPF_CORE_READ(task, thread.fsbase));
	if (!rc)
		return 0;
	for (int i = 0; rc > 0 && i < 2 * PYTHON_DEPTH; i++)
		rc = python_frame();
	if (rc)
		((struct ev_script_stack *)w)->flags = rc < 0 ? EV_SCRIPT_TORN : EV_SCRIPT_CUT;
	return python_intern();
#else
	return 0;
#endif
}

#endif
