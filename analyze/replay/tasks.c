// SPDX-License-Identifier: BSD-2-Clause
/*
 * The records' meaning is that of the kernel's fork, exec and exit. They may be
 * incomplete (lost, damaged, or begun in mid-life), so nothing here relies on
 * a record that should have come before.
 */
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/replay/tasks.h"

/* More than machines have alive at once; what a hostile tape names beyond is lumped together. */
#define MOST_PROCESSES	   ((size_t)1 << 20)
#define MOST_THREADS	   ((size_t)2 << 20)
/* A few bytes of a packed tape may be a long command line. */
#define MOST_CMDLINE_BYTES ((size_t)64 << 20)
/* An event of a process this long after its end is of another one whose fork was lost. */
#define AFTERLIFE_NS	   1000000000ull
/* /proc tells start times in ticks of 10 ms; no pid comes round as fast as that. */
#define START_GRAIN_NS	   20000000ull

static struct process *process_of(uint64_t slot)
{
	return (struct process *)(uintptr_t)slot;
}

static struct thread *thread_of(uint64_t slot)
{
	return (struct thread *)(uintptr_t)slot;
}

static uint32_t intern_comm(struct tasks *t, const char comm[EV_COMM_SIZE])
{
	return intern_bytes(&t->names, comm, (uint32_t)strnlen(comm, EV_COMM_SIZE));
}

void tasks_init(struct tasks *t)
{
	*t = (struct tasks){ 0 };
	intern_text(&t->names, "[unknown]");
	t->kernel.name = intern_text(&t->names, "swapper");
	t->kernel.flags = EV_PROCESS_KERNEL;
	t->crowd_thread.process = &t->crowd;
	t->last = &t->kernel;
}

/* --- threads --- */

static void thread_unlink(struct thread *thread)
{
	struct process *p = thread->process;

	if (thread->previous)
		thread->previous->next = thread->next;
	else
		p->threads = thread->next;
	if (thread->next)
		thread->next->previous = thread->previous;
	if (!thread->ended)
		p->live--;
}

static void thread_link(struct thread *thread, struct process *p)
{
	thread->process = p;
	thread->previous = NULL;
	thread->next = p->threads;
	if (p->threads)
		p->threads->previous = thread;
	p->threads = thread;
	thread->ended = false;
	p->live++;
}

static void thread_drop(struct tasks *t, struct thread *thread)
{
	thread_unlink(thread);
	map_remove(&t->by_tid, thread->tid);
	t->n_threads--;
	free(thread);
}

/* The thread of this tid in p: the one that is there, or a new one. */
static struct thread *thread_put(struct tasks *t, struct process *p, uint32_t tid)
{
	uint64_t *slot = map_find(&t->by_tid, tid);
	struct thread *thread = slot ? thread_of(*slot) : NULL;

	if (thread) {
		thread->age = t->age;
		if (thread->process == p && !thread->ended)
			return thread;
		thread_unlink(thread);
	} else if (p == &t->crowd || t->n_threads >= MOST_THREADS) {
		return &t->crowd_thread;
	} else {
		thread = memory_alloc(sizeof(*thread));
		thread->tid = tid;
		thread->age = t->age;
		*map_add(&t->by_tid, tid, NULL) = (uintptr_t)thread;
		t->n_threads++;
	}
	thread->name = tid == p->tgid ? p->name : TASKS_NO_NAME;
	thread->born_ns = 0;
	thread_link(thread, p);
	return thread;
}

static void thread_end(struct thread *thread)
{
	if (thread->ended)
		return;
	thread->ended = true;
	thread->process->live--;
}

/* Forgets the threads that this epoch and the one before did not speak of. */
static void clean_threads(struct tasks *t, struct process *p)
{
	struct thread *next;

	if (p->cleaned == t->age)
		return;
	p->cleaned = t->age;
	for (struct thread *thread = p->threads; thread; thread = next) {
		next = thread->next;
		if (thread->age + 1 < t->age)
			thread_drop(t, thread);
	}
}

/* --- processes --- */

/* Room bytes of text at most are looked at; NULL: it is not known any more. */
static void set_cmdline(struct tasks *t, struct process *p, const char *text, size_t room)
{
	size_t length = text ? strnlen(text, room) : 0;

	if (p->cmdline)
		t->cmdline_bytes -= strlen(p->cmdline);
	free(p->cmdline);
	p->cmdline = NULL;
	if (!text || t->cmdline_bytes + length > MOST_CMDLINE_BYTES)
		return;
	p->cmdline = memory_alloc(length + 1);
	memcpy(p->cmdline, text, length);
	t->cmdline_bytes += length;
}

static void process_unlink(struct tasks *t, struct process *p)
{
	p->previous->next = p->next;
	if (p->next)
		p->next->previous = p->previous;
	else
		t->last = p->previous;
}

static void process_append(struct tasks *t, struct process *p)
{
	p->age = t->age;
	p->previous = t->last;
	p->next = NULL;
	t->last->next = p;
	t->last = p;
}

/* Notes that this epoch speaks of it. */
static void touch(struct tasks *t, struct process *p)
{
	if (p->age == t->age || !p->number)
		return;
	process_unlink(t, p);
	process_append(t, p);
}

static void process_drop(struct tasks *t, struct process *p)
{
	uint64_t *slot = map_find(&t->by_tgid, p->tgid);

	if (t->on_end)
		t->on_end(t->on_end_arg, p);
	while (p->threads)
		thread_drop(t, p->threads);
	if (slot && process_of(*slot) == p)
		map_remove(&t->by_tgid, p->tgid);
	process_unlink(t, p);
	mappings_clear(&p->maps, &t->pool);
	mappings_clear(&p->maps_before, &t->pool);
	set_cmdline(t, p, NULL, 0);
	t->n_processes--;
	free(p);
}

/* A new life of tgid; the one before, if any, is over. */
static struct process *process_new(struct tasks *t, uint32_t tgid, uint64_t time_ns)
{
	struct process *p, *old;
	uint64_t *slot;

	if (t->n_processes >= MOST_PROCESSES)
		return &t->crowd;
	slot = map_add(&t->by_tgid, tgid, NULL);
	old = process_of(*slot);
	if (old && !old->exit_ns)
		old->exit_ns = time_ns;

	p = memory_alloc(sizeof(*p));
	*slot = (uintptr_t)p;
	p->tgid = tgid;
	p->number = ++t->numbers;
	p->first_ns = time_ns;
	process_append(t, p);
	t->n_processes++;
	return p;
}

static struct process *find_process(const struct tasks *t, uint32_t tgid)
{
	const uint64_t *slot = map_find(&t->by_tgid, tgid);

	return slot ? process_of(*slot) : NULL;
}

const struct process *tasks_find(const struct tasks *t, uint32_t tgid)
{
	return tgid ? find_process(t, tgid) : &t->kernel;
}

/* The process of a tgid, made if the tape did not tell of it. */
static struct process *get_process(struct tasks *t, uint32_t tgid, uint64_t time_ns)
{
	struct process *p = tgid ? find_process(t, tgid) : &t->kernel;

	if (!p)
		return process_new(t, tgid, time_ns);
	touch(t, p);
	return p;
}

/* --- records --- */

/* Whether the record speaks of the life that we know. */
static bool same_life(const struct process *p, const struct ev_process *record)
{
	uint64_t a = p->start_ns, b = record->start_ns;

	if (a && b)
		return (a > b ? a - b : b - a) < START_GRAIN_NS;
	return !p->exit_ns;
}

void tasks_process(struct tasks *t, const struct ev_process *record)
{
	const struct ev_header *h = &record->h;
	struct process *p = get_process(t, h->tgid, h->time_ns);

	if (p == &t->kernel || p == &t->crowd)
		return;
	if (!same_life(p, record))
		p = process_new(t, h->tgid, h->time_ns);
	if (p == &t->crowd)
		return;
	p->exit_ns = 0;
	p->name = intern_comm(t, record->comm);
	p->ppid = record->ppid;
	p->ns_pid = record->ns_pid;
	p->flags = record->flags;
	if (record->start_ns)
		p->start_ns = record->start_ns;
	if (record->cgroup)
		p->cgroup = record->cgroup;
	set_cmdline(t, p, record->cmdline, ev_tail_size(h, sizeof(*record)));

	mappings_copy(&p->maps_before, &t->pool, &p->maps);
	mappings_clear(&p->maps, &t->pool);
	clean_threads(t, p);
	thread_put(t, p, h->tgid)->name = p->name;
}

void tasks_task(struct tasks *t, const struct ev_task *record)
{
	struct process *p = get_process(t, record->h.tgid, record->h.time_ns);

	if (p == &t->kernel || p == &t->crowd)
		return;
	thread_put(t, p, record->h.tid)->name = intern_comm(t, record->comm);
}

static void fork_thread(struct tasks *t, const struct ev_fork *record)
{
	const struct ev_header *h = &record->h;
	struct process *p = get_process(t, h->tgid, h->time_ns);
	const uint64_t *parent = map_find(&t->by_tid, record->parent_tid);
	struct thread *thread;
	uint32_t name;

	if (p == &t->kernel || p == &t->crowd)
		return;
	name = parent ? thread_of(*parent)->name : p->name;
	thread = thread_put(t, p, h->tid);
	thread->name = name;
	thread->born_ns = h->time_ns;
}

void tasks_fork(struct tasks *t, const struct ev_fork *record)
{
	const struct ev_header *h = &record->h;
	const uint64_t *parent_thread = map_find(&t->by_tid, record->parent_tid);
	const struct process *parent = tasks_find(t, record->parent_tgid);
	struct process *p = find_process(t, h->tgid);
	struct thread *thread;

	if (!h->tgid)
		return;
	if (h->tid != h->tgid) {
		fork_thread(t, record);
		return;
	}
	/* Stated in full at this very moment: nothing to add. */
	if (p && !p->exit_ns && p->first_ns == h->time_ns) {
		p->born = true;
		thread_put(t, p, h->tid)->born_ns = h->time_ns;
		return;
	}
	p = process_new(t, h->tgid, h->time_ns);
	if (p == &t->crowd)
		return;
	p->born = true;
	p->ppid = record->parent_tgid;
	if (parent && parent != p) {
		p->name = parent_thread ? thread_of(*parent_thread)->name : parent->name;
		p->cgroup = parent->cgroup;
		p->flags = parent->flags & EV_PROCESS_KERNEL;
		if (parent->tgid)
			mappings_copy(&p->maps, &t->pool, &parent->maps);
	}
	thread = thread_put(t, p, h->tid);
	thread->name = p->name;
	thread->born_ns = h->time_ns;
}

void tasks_exec(struct tasks *t, const struct ev_exec *record)
{
	const struct ev_header *h = &record->h;
	struct process *p = get_process(t, h->tgid, h->time_ns);

	if (p == &t->kernel || p == &t->crowd)
		return;
	p->exit_ns = 0;
	p->name = intern_comm(t, record->comm);
	p->flags &= ~(uint32_t)EV_PROCESS_KERNEL;
	set_cmdline(t, p, NULL, 0);
	mappings_clear(&p->maps, &t->pool);
	mappings_clear(&p->maps_before, &t->pool);
	for (struct thread *thread = p->threads; thread; thread = thread->next) {
		if (thread->tid != p->tgid)
			thread_end(thread);
	}
	thread_put(t, p, h->tgid)->name = p->name;
}

void tasks_comm(struct tasks *t, const struct ev_comm *record)
{
	const struct ev_header *h = &record->h;
	struct process *p = get_process(t, h->tgid, h->time_ns);
	struct thread *thread;

	if (p == &t->kernel || p == &t->crowd)
		return;
	thread = thread_put(t, p, h->tid);
	thread->name = intern_comm(t, record->comm);
	if (h->tid == h->tgid)
		p->name = thread->name;
}

void tasks_exit(struct tasks *t, const struct ev_exit *record)
{
	const uint64_t *slot = map_find(&t->by_tid, record->h.tid);
	struct thread *thread = slot ? thread_of(*slot) : NULL;

	if (!thread || thread->process->tgid != record->h.tgid)
		return;
	thread_end(thread);
	touch(t, thread->process);
	if (!thread->process->live)
		thread->process->exit_ns = record->h.time_ns;
}

bool tasks_mapping(struct tasks *t, const struct ev_mapping *record)
{
	struct process *p = get_process(t, record->h.tgid, record->h.time_ns);
	struct mapping range = { record->start, record->end, record->file_offset, record->module };
	const struct mapping *now, *before;

	if (p == &t->crowd)
		return false;
	now = mappings_find(&p->maps, range.start);
	before = mappings_find(&p->maps_before, range.start);
	now = now && now->module == range.module ? now : NULL;
	before = before && before->module == range.module ? before : NULL;
	mappings_add(&p->maps, &t->pool, &range);
	return !now && !before;
}

static bool has_long_ended(const struct process *p, const struct ev_header *event)
{
	return p->exit_ns && event->tid == event->tgid && event->time_ns > p->exit_ns &&
	       event->time_ns - p->exit_ns > AFTERLIFE_NS;
}

const struct thread *tasks_peek(const struct tasks *t, const struct ev_header *event)
{
	const uint64_t *slot = map_find(&t->by_tid, event->tid);
	const struct thread *thread = slot ? thread_of(*slot) : NULL;

	return thread && thread->process->tgid == event->tgid ? thread : NULL;
}

const struct thread *tasks_thread(struct tasks *t, const struct ev_header *event)
{
	const uint64_t *slot = map_find(&t->by_tid, event->tid);
	struct thread *thread = slot ? thread_of(*slot) : NULL;
	struct process *p;

	if (thread && thread->process->tgid == event->tgid &&
	    !has_long_ended(thread->process, event)) {
		thread->age = t->age;
		touch(t, thread->process);
		return thread;
	}
	p = get_process(t, event->tgid, event->time_ns);
	if (has_long_ended(p, event))
		p = process_new(t, event->tgid, event->time_ns);
	thread = thread_put(t, p, event->tid);
	p->exit_ns = 0;
	return thread;
}

/* --- the end of things --- */

void tasks_begin_epoch(struct tasks *t, uint32_t epoch)
{
	if (epoch == t->epoch)
		return;
	t->epoch = epoch;
	t->age++;
	while (t->kernel.next && t->kernel.next->age + 1 < t->age)
		process_drop(t, t->kernel.next);
}

void tasks_end_all(struct tasks *t)
{
	for (struct process *p = t->kernel.next; p && t->on_end; p = p->next)
		t->on_end(t->on_end_arg, p);
}

static void free_threads(struct tasks *t, struct process *p)
{
	while (p->threads)
		thread_drop(t, p->threads);
}

void tasks_done(struct tasks *t)
{
	t->on_end = NULL;
	while (t->kernel.next)
		process_drop(t, t->kernel.next);
	free_threads(t, &t->kernel);
	free_threads(t, &t->crowd);
	mappings_clear(&t->kernel.maps, &t->pool);
	mappings_clear(&t->kernel.maps_before, &t->pool);
	map_done(&t->by_tgid);
	map_done(&t->by_tid);
	intern_done(&t->names);
}
