// SPDX-License-Identifier: BSD-2-Clause
/* See processes.h. Process 0 stands for the kernel: it has mappings, no threads. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/mappings.h"
#include "record/proc.h"
#include "record/processes.h"
#include "record/seen.h"
#include "record/threads.h"

struct process {
	uint32_t tgid;
	struct proc_info info;
	bool info_read; /* cmdline and cgroup are those of the present program */
	bool late;
	uint64_t cgroup;
	struct mappings mappings;
	struct threads threads;
	uint32_t execs;
	uint32_t memory; /* the module of its memory without a file; 0: none yet */
	struct seen stated;
	uint32_t ended_in;
	UT_hash_handle hh;
};

struct processes {
	struct processes_tools tools;
	struct process *by_tgid;
	uint32_t epoch;
	uint64_t epoch_start_ns;
	uint64_t boot_offset_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC */
	size_t n_stated;
	bool lost; /* the side band did: there may be processes that we never heard of */
};

static struct process *find(const struct processes *p, uint32_t tgid)
{
	struct process *process;

	HASH_FIND(hh, p->by_tgid, &tgid, sizeof(tgid), process);
	return process;
}

static void forget(struct processes *p, struct process *process)
{
	HASH_DEL(p->by_tgid, process);
	threads_done(&process->threads);
	mappings_done(&process->mappings);
	free(process);
}

/* A new process of this id; one that had the id before is forgotten. */
static struct process *add(struct processes *p, uint32_t tgid)
{
	struct process *process = find(p, tgid);

	if (process)
		forget(p, process);
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->tgid = tgid;
	HASH_ADD(hh, p->by_tgid, tgid, sizeof(tgid), process);
	if (process->hh.tbl)
		return process;
	free(process);
	return NULL;
}

int processes_new(const struct processes_tools *tools, struct processes **ret)
{
	struct processes *p = calloc(1, sizeof(*p));
	struct timespec boot;

	if (!p)
		return -ENOMEM;
	p->tools = *tools;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	p->boot_offset_ns =
		(uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec - records_now();
	if (!add(p, 0)) {
		free(p);
		return -ENOMEM;
	}
	*ret = p;
	return 0;
}

void processes_free(struct processes *p)
{
	struct process *process, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->by_tgid, process, next)
	forget(p, process);
	free(p);
}

/* Whom and when a record is about, and the epoch that it goes into. */
struct moment {
	uint64_t time_ns;
	uint32_t epoch;
	uint32_t tid;
	uint32_t tgid;
};

struct scan {
	struct processes *p;
	struct process *process;
};

/* The module of a process' memory without a file: names in it mean nothing to others. */
static uint32_t memory_of(struct processes *p, struct process *process)
{
	if (!process->memory) {
		process->memory = modules_of_memory(p->tools.modules, process->tgid);
		jit_add(p->tools.jit, process->memory, process->tgid);
	}
	return process->memory;
}

static void tell_python(const struct processes *p, const struct process *process,
			const struct mapping *at)
{
	const struct module *m = modules_get(p->tools.modules, at->module);
	struct python_process python;

	if (!m || !m->python || !p->tools.on_python)
		return;
	python = python_mapped(m->python, at->start, at->file_offset);
	p->tools.on_python(p->tools.context, process->tgid, &python);
}

/* Finds the module of a mapping at its place, and adds it. */
static int map_place(struct processes *p, struct process *process, struct mapping *mapping,
		     const struct module_place *at, const struct build_id *build_id)
{
	const struct module *m;

	mapping->module = modules_of_mapping(p->tools.modules, at, build_id);
	m = modules_get(p->tools.modules, mapping->module);
	if (!m)
		return -ENOMEM;
	if (m->kind == EV_MODULE_ANON)
		mapping->file_offset = mapping->start; /* an offset in it is the address */
	if (modules_is_memory(m))
		mapping->module = memory_of(p, process);
	else if (jit_is_dump(at->path) && m->fd >= 0)
		jit_add_dump(p->tools.jit, memory_of(p, process), m->fd);
	tell_python(p, process, mapping);
	return mapping->module ? mappings_add(&process->mappings, mapping) : -ENOMEM;
}

static int scan_mapping(void *context, const struct proc_mapping *m)
{
	struct scan *s = context;
	struct mapping mapping = { m->start, m->end, m->file_offset, 0 };
	const struct module_place at = {
		s->process->tgid, m->start, m->end, m->path, { m->device, m->inode, 0 }
	};

	return map_place(s->p, s->process, &mapping, &at, NULL);
}

static int scan_thread(void *context, pid_t tid, const char *comm)
{
	struct scan *s = context;

	return threads_add(&s->process->threads, (uint32_t)tid, comm) ? 0 : -ENOMEM;
}

/* What /proc knows and the side band does not tell. */
static void read_rest(struct processes *p, struct process *process)
{
	struct proc_info info;
	char path[4096];

	process->info_read = true;
	if (proc_read((pid_t)process->tgid, &info) < 0 ||
	    strncmp(info.comm, process->info.comm, EV_COMM_SIZE) != 0)
		return; /* it is gone, or another one has its id */
	memcpy(process->info.cmdline, info.cmdline, sizeof(info.cmdline));
	process->info.ns_pid = info.ns_pid;
	if (proc_cgroup((pid_t)process->tgid, path, sizeof(path)) == 0)
		process->cgroup = cgroups_id(p->tools.cgroups, path);
}

int processes_scan(struct processes *p, pid_t pid)
{
	struct proc_info info;
	struct scan s = { .p = p };
	int rc = proc_read(pid, &info);

	if (rc < 0)
		return rc;
	s.process = add(p, (uint32_t)pid);
	if (!s.process)
		return -ENOMEM;
	s.process->info = info;
	read_rest(p, s.process);
	proc_threads(pid, scan_thread, &s);
	rc = info.kernel_thread ? 0 : proc_mappings(pid, scan_mapping, &s);
	/* Without the right to read its mappings it still has a name. */
	return rc == -ENOMEM ? rc : 0;
}

int processes_map_kernel(struct processes *p, uint32_t module, uint64_t start, uint64_t end)
{
	struct mapping mapping = { start, end, 0, module };
	const struct module *m = modules_get(p->tools.modules, module);

	if (!m)
		return -ENOMEM;
	mapping.file_offset = start - m->base;
	return mappings_add(&find(p, 0)->mappings, &mapping);
}

static int state_mapping(struct processes *p, const struct process *process,
			 const struct mapping *mapping, const struct moment *at,
			 struct tape_error *err)
{
	int rc =
		modules_define(p->tools.modules, mapping->module, p->tools.records, at->epoch, err);
	struct ev_mapping *ev;

	if (rc < 0)
		return rc;
	ev = records_begin(p->tools.records, EV_MAPPING, at->time_ns);
	ev->h.tgid = process->tgid;
	ev->h.tid = process->tgid;
	ev->start = mapping->start;
	ev->end = mapping->end;
	ev->file_offset = mapping->file_offset;
	ev->module = mapping->module;
	records_end(p->tools.records);
	return records_put(p->tools.records, at->epoch, err);
}

static int state_mappings(struct processes *p, const struct process *process,
			  const struct moment *at, struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < process->mappings.n; i++)
		rc = state_mapping(p, process, &process->mappings.items[i], at, err);
	return rc;
}

/* Asked for when a process is used, so that files which nobody runs are not read. */
static void tell_unwind(const struct processes *p, const struct process *process)
{
	if (p->tools.on_unwind && process->mappings.n)
		p->tools.on_unwind(p->tools.context, process->tgid,
				   unwind_choose(p->tools.modules, &process->mappings));
}

/* Writes a process down in full. */
static int state(struct processes *p, struct process *process, const struct moment *at,
		 struct tape_error *err)
{
	struct ev_process *ev;
	int rc;

	if (!process->info_read)
		read_rest(p, process);
	rc = cgroups_define(p->tools.cgroups, process->cgroup, p->tools.records, at->epoch, err);
	if (rc < 0)
		return rc;
	ev = records_begin(p->tools.records, EV_PROCESS, at->time_ns);
	ev->h.tid = process->tgid;
	ev->h.tgid = process->tgid;
	ev->start_ns = process->info.start_ns;
	ev->cgroup = process->cgroup;
	ev->ppid = process->info.ppid;
	ev->ns_pid = process->info.ns_pid;
	ev->flags = (process->info.kernel_thread ? EV_PROCESS_KERNEL : 0u) |
		    (process->late ? EV_PROCESS_LATE : 0u);
	memcpy(ev->comm, process->info.comm, EV_COMM_SIZE);
	records_end_text(p->tools.records, process->info.cmdline);
	rc = records_put(p->tools.records, at->epoch, err);
	if (rc < 0)
		return rc;
	if (!process->stated.in[0] && !process->stated.in[1])
		p->n_stated++;
	seen_set(&process->stated, at->epoch);
	tell_unwind(p, process);
	return state_mappings(p, process, at, err);
}

/* Writes a record of one thread that carries nothing but a name: TASK, COMM or EXEC. */
static int put_named(struct processes *p, uint16_t type, const struct moment *at, const char *comm,
		     struct tape_error *err)
{
	struct ev_comm *ev = records_begin(p->tools.records, type, at->time_ns);

	ev->h.tid = at->tid;
	ev->h.tgid = at->tgid;
	memcpy(ev->comm, comm, strnlen(comm, EV_COMM_SIZE - 1));
	records_end(p->tools.records);
	return records_put(p->tools.records, at->epoch, err);
}

/* A process that the side band did not announce: it lost the fork, or we asked too early. */
static struct process *find_late(struct processes *p, uint32_t tgid)
{
	struct process *process = find(p, tgid);

	if (process)
		return process;
	processes_scan(p, (pid_t)tgid);
	process = find(p, tgid);
	if (!process)
		process = add(p, tgid);
	if (process)
		process->late = true;
	return process;
}

int processes_use(struct processes *p, const struct ev_header *event, uint32_t epoch,
		  struct tape_error *err)
{
	const struct moment at = { event->time_ns, epoch, event->tid, event->tgid };
	struct process *process;
	struct thread *t;
	int rc;

	if (!event->tgid)
		return 0;
	process = find_late(p, event->tgid);
	if (!process)
		return tape_fail(err, -ENOMEM, "out of memory");
	if (!seen_in(&process->stated, epoch)) {
		rc = state(p, process, &at, err);
		if (rc < 0)
			return rc;
	}
	t = threads_find(&process->threads, event->tid);
	if (!t)
		t = threads_add(&process->threads, event->tid, process->info.comm);
	if (!t)
		return tape_fail(err, -ENOMEM, "out of memory");
	if (seen_in(&t->stated, epoch))
		return 0;
	seen_set(&t->stated, epoch);
	return put_named(p, EV_TASK, &at, t->comm, err);
}

/* A child begins as its parent is. An earlier process of its id is forgotten. */
static struct process *add_child(struct processes *p, const struct process *parent,
				 const struct sideband_event *ev, const char *comm)
{
	struct process *child = add(p, ev->tgid);

	if (!child || mappings_copy(&child->mappings, &parent->mappings) < 0)
		return NULL;
	child->info = parent->info;
	child->info.ppid = ev->parent_tgid;
	child->info.ns_pid = 0; /* read_rest() asks, if it still lives by then */
	child->info.start_ns = ev->time_ns + p->boot_offset_ns;
	memcpy(child->info.comm, comm, sizeof(child->info.comm));
	child->cgroup = parent->cgroup;
	for (size_t i = 0; i < child->mappings.n; i++)
		tell_python(p, child, &child->mappings.items[i]);
	return child;
}

static int put_fork(struct processes *p, const struct sideband_event *ev, const struct moment *at,
		    struct tape_error *err)
{
	struct ev_fork *record = records_begin(p->tools.records, EV_FORK, ev->time_ns);

	record->h.tid = ev->tid;
	record->h.tgid = ev->tgid;
	record->parent_tid = ev->parent_tid;
	record->parent_tgid = ev->parent_tgid;
	records_end(p->tools.records);
	return records_put(p->tools.records, at->epoch, err);
}

/* Whether this epoch has uses of an earlier thread of this id already. */
static bool was_used(const struct process *process, uint32_t tid, uint32_t epoch)
{
	const struct thread *t = process ? threads_find(&process->threads, tid) : NULL;

	return t && seen_in(&t->stated, epoch);
}

static int apply_fork(struct processes *p, const struct sideband_event *ev, const struct moment *at,
		      struct tape_error *err)
{
	const struct ev_header use = { .time_ns = ev->time_ns, .tid = ev->tid, .tgid = ev->tgid };
	struct process *parent = find(p, ev->parent_tgid), *child = find(p, ev->tgid);
	const struct thread *t = parent ? threads_find(&parent->threads, ev->parent_tid) : NULL;
	bool again = was_used(child, ev->tid, at->epoch);
	char comm[EV_COMM_SIZE];
	int rc = 0;

	if (!parent) {
		/* find_late() takes what /proc says of the child when it is used. */
		if (child && child->ended_in)
			forget(p, child);
		return 0;
	}
	memcpy(comm, t ? t->comm : parent->info.comm, sizeof(comm));
	if (ev->tgid != ev->parent_tgid)
		child = add_child(p, parent, ev, comm);
	if (!child || !threads_add(&child->threads, ev->tid, comm))
		return tape_fail(err, -ENOMEM, "out of memory");
	if (seen_in(&parent->stated, at->epoch))
		rc = put_fork(p, ev, at, err);
	/* The first use in an epoch is all that we hear of, and that one was of the earlier. */
	return rc < 0 || !again ? rc : processes_use(p, &use, at->epoch, err);
}

static int apply_name(struct processes *p, struct process *process, const struct sideband_event *ev,
		      const struct moment *at, struct tape_error *err)
{
	bool exec = ev->kind == SIDEBAND_EXEC;

	if (exec) {
		if (process->memory)
			jit_end(p->tools.jit, process->memory);
		mappings_clear(&process->mappings);
		process->memory = 0;
		process->execs++;
		process->info_read = false;
		process->info.cmdline[0] = 0;
	}
	if (exec || ev->tid == ev->tgid) {
		memset(process->info.comm, 0, EV_COMM_SIZE);
		memcpy(process->info.comm, ev->text, strnlen(ev->text, EV_COMM_SIZE - 1));
	}
	if (!threads_add(&process->threads, ev->tid, ev->text))
		return tape_fail(err, -ENOMEM, "out of memory");
	if (!seen_in(&process->stated, at->epoch))
		return 0;
	return put_named(p, exec ? EV_EXEC : EV_COMM, at, ev->text, err);
}

static int apply_mmap(struct processes *p, struct process *process, const struct sideband_event *ev,
		      const struct moment *at, struct tape_error *err)
{
	struct mapping mapping = { ev->start, ev->end, ev->file_offset, 0 };
	const struct module_place place = { process->tgid,
					    ev->start,
					    ev->end,
					    ev->text,
					    { ev->device, ev->inode, ev->inode_generation } };

	if (map_place(p, process, &mapping, &place, &ev->build_id) < 0)
		return tape_fail(err, -ENOMEM, "out of memory");
	if (!seen_in(&process->stated, at->epoch))
		return 0;
	tell_unwind(p, process);
	return state_mapping(p, process, &mapping, at, err);
}

static int apply_exit(struct processes *p, struct process *process, const struct sideband_event *ev,
		      const struct moment *at, struct tape_error *err)
{
	threads_end(&process->threads, ev->tid, p->epoch);
	if (!process->threads.n_alive) {
		process->ended_in = p->epoch;
		if (process->memory)
			jit_end(p->tools.jit, process->memory);
		p->tools.on_end(p->tools.context, process->tgid);
	}
	if (!seen_in(&process->stated, at->epoch))
		return 0;
	struct ev_exit *record = records_begin(p->tools.records, EV_EXIT, ev->time_ns);
	record->h.tid = ev->tid;
	record->h.tgid = ev->tgid;
	records_end(p->tools.records);
	return records_put(p->tools.records, at->epoch, err);
}

static int apply_ksymbol(struct processes *p, const struct sideband_event *ev,
			 const struct moment *at, struct tape_error *err)
{
	struct process *kernel = find(p, 0);
	struct mapping mapping = { ev->start, ev->end, 0, 0 };

	if (ev->gone)
		return 0; /* samples that hit it before may still be on their way */
	mapping.module =
		modules_of_kernel(p->tools.modules, EV_MODULE_BPF, ev->text, ev->start, NULL);
	if (!mapping.module || mappings_add(&kernel->mappings, &mapping) < 0)
		return tape_fail(err, -ENOMEM, "out of memory");
	return state_mapping(p, kernel, &mapping, at, err);
}

static int apply_lost(struct processes *p, const struct sideband_event *ev, const struct moment *at,
		      struct tape_error *err)
{
	struct ev_loss *record = records_begin(p->tools.records, EV_LOSS, ev->time_ns);

	record->h.cpu = (uint16_t)ev->cpu;
	record->count = ev->lost;
	record->from_ns = ev->lost_since_ns;
	record->to_ns = ev->time_ns;
	record->source = EV_LOSS_SIDEBAND;
	p->lost = true;
	records_end(p->tools.records);
	return records_put(p->tools.records, at->epoch, err);
}

int processes_apply(struct processes *p, const struct sideband_event *ev, struct tape_error *err)
{
	bool before = ev->time_ns < p->epoch_start_ns && p->epoch > 1;
	const struct moment at = { ev->time_ns, p->epoch - before, ev->tid, ev->tgid };
	struct process *process;

	if (ev->kind == SIDEBAND_FORK)
		return apply_fork(p, ev, &at, err);
	if (ev->kind == SIDEBAND_KSYMBOL)
		return apply_ksymbol(p, ev, &at, err);
	if (ev->kind == SIDEBAND_LOST)
		return apply_lost(p, ev, &at, err);
	process = find(p, ev->tgid);
	/* Its fork was lost, but from its exec on it is known as well as any other. */
	if (!process && p->lost && ev->kind == SIDEBAND_EXEC && (process = add(p, ev->tgid)))
		process->late = true;
	if (!process)
		return 0;
	if (ev->kind == SIDEBAND_MMAP)
		return apply_mmap(p, process, ev, &at, err);
	if (ev->kind == SIDEBAND_EXIT)
		return apply_exit(p, process, ev, &at, err);
	return apply_name(p, process, ev, &at, err);
}

static void forget_ended(struct processes *p)
{
	struct process *process, *next;

	HASH_ITER(hh, p->by_tgid, process, next)
	{
		threads_forget_ended(&process->threads, p->epoch);
		if (process->ended_in && process->ended_in + 1 < p->epoch)
			forget(p, process);
	}
}

int processes_begin_epoch(struct processes *p, uint32_t number, uint64_t start_ns,
			  struct tape_error *err)
{
	const struct moment at = { .epoch = number, .time_ns = start_ns };

	p->epoch = number;
	p->epoch_start_ns = start_ns;
	forget_ended(p);
	return state_mappings(p, find(p, 0), &at, err);
}

void processes_hit(struct processes *p, const struct ev_header *at, const uint64_t *ips, size_t n)
{
	const struct process *process = find(p, at->tgid);

	for (size_t i = 0; process && i < n; i++) {
		/* Callers: the call, not what follows it. */
		uint64_t ip = ips[i] - (i > 0 || at->type != EV_STACK);
		const struct mapping *m = mappings_find(&process->mappings, ip);

		if (!m)
			continue;
		modules_hit(p->tools.modules, m->module, ip - m->start + m->file_offset);
		jit_hit(p->tools.jit, m->module, ip, at->time_ns);
	}
}

int processes_each(const struct processes *p,
		   int (*fn)(void *context, const struct process_view *view), void *context)
{
	const struct process *process;
	int rc = 0;

	for (process = p->by_tgid; rc == 0 && process; process = process->hh.next) {
		const struct process_view view = { process->tgid, process->execs,
						   process->info.ns_pid, process->info.start_ns };

		if (process->tgid && !process->info.kernel_thread && !process->ended_in)
			rc = fn(context, &view);
	}
	return rc;
}

size_t processes_stated(const struct processes *p)
{
	return p->n_stated;
}
