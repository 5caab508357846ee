// SPDX-License-Identifier: BSD-2-Clause
/*
 * A process that has just begun is left alone for a moment: a child between vfork and
 * exec shows its parent's memory, and a runtime that starts has no goroutines yet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/go.h"
#include "record/go_files.h"
#include "record/privileges.h"
#include "symbols/go_tls.h"

#define REFRESH_NS 100000000 /* between two looks for new processes */
#define YOUNG_NS   150000000
#define SLICE_NS   10000000 /* of reading, then rings are drained */
#define RETRY_NS   200000000
#define MOST_TRIES 25
#define FINISH_NS  5000000000 /* for the last snapshots, all together */
#define REST	   3	      /* times as long as a snapshot took nothing is read of it */

#define MOST_LINES 8 /* for the user, of processes that are not read */

#define HIDDEN                                                                                     \
	"go: programs of other users may not be looked at without CAP_SYS_PTRACE: goroutines of theirs are not recorded"
#define DENIED                                                                                     \
	"its memory may not be read; it takes CAP_SYS_PTRACE, and kernel.yama.ptrace_scope below 3"
#define MORE "go: nothing is read of more processes; the tape says which, and why"

enum state {
	YOUNG,
	OTHER, /* no Go program, or nobody asked for it */
	OFF,   /* Go, and not to be read */
	LIVE,
};

struct target {
	uint32_t tgid;
	enum state state;
	bool other_threads;
	uint64_t due_ns;
	uint32_t tries;
	uint32_t off_epoch; /* which has been told that it is off */
	const char *why;
	char version[GO_TEXT_MAX];
	uint64_t round; /* of the refresh that saw it last */
	bool threads;	/* it is told what they run */
	struct go_process process;
	UT_hash_handle hh;
};

struct go {
	struct go_tools tools;
	struct go_files *files;
	struct go_goroutines *reader;
	struct go_stacks stacks;
	struct target *by_tgid;
	struct target *current; /* whose snapshot is being read */
	uint64_t round;
	uint64_t refreshed_ns;
	uint32_t hidden;  /* processes that may not be looked at */
	uint32_t layouts; /* told the BPF side, of all processes */
	uint32_t denied;  /* whose memory may not be read */
	uint32_t lines;	  /* told the user, of processes that are not read */
	uint32_t epoch;	  /* now */
};

int go_new(const struct go_tools *tools, struct go **ret)
{
	CLEANUP(go_freep) struct go *g = calloc(1, sizeof(*g));

	if (!g || go_files_new(&g->files) < 0)
		return -ENOMEM;
	g->tools = *tools;
	*ret = TAKE(g);
	return 0;
}

/* It is no longer told what its threads run. */
static void hide_threads(struct go *g, struct target *t)
{
	if (t->threads)
		g->tools.set_layout(g->tools.context, t->tgid, NULL);
	t->threads = false;
}

static void forget(struct go *g, struct target *t)
{
	hide_threads(g, t);
	if (g->current == t)
		g->current = NULL;
	HASH_DEL(g->by_tgid, t);
	go_process_done(&t->process);
	free(t);
}

void go_free(struct go *g)
{
	struct target *t, *next;

	if (!g)
		return;
	HASH_ITER(hh, g->by_tgid, t, next)
	forget(g, t);
	go_goroutines_free(g->reader);
	go_known_clear(&g->stacks.ids);
	go_files_free(g->files);
	free(g);
}

/* --- which processes there are --- */

static uint64_t boot_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct target *add(struct go *g, const struct process_view *view)
{
	struct target *t = calloc(1, sizeof(*t));
	bool young = view->execs || boot_now() - view->start_ns < YOUNG_NS;

	if (!t)
		return NULL;
	t->tgid = view->tgid;
	t->process.tgid = (pid_t)view->tgid;
	t->process.execs = view->execs;
	t->process.other_threads = view->ns_pid && view->ns_pid != view->tgid;
	t->due_ns = records_now() + (young ? YOUNG_NS : 0);
	HASH_ADD(hh, g->by_tgid, tgid, sizeof(t->tgid), t);
	if (t->hh.tbl)
		return t;
	free(t);
	return NULL;
}

static int on_process(void *context, const struct process_view *view)
{
	struct go *g = context;
	struct target *t;

	HASH_FIND(hh, g->by_tgid, &view->tgid, sizeof(view->tgid), t);
	if (t && t->process.execs != view->execs) {
		forget(g, t);
		t = NULL;
	}
	if (!t)
		t = add(g, view);
	if (t)
		t->round = g->round;
	return 0;
}

static void refresh(struct go *g, uint64_t now)
{
	struct target *t, *next;

	g->round++;
	g->refreshed_ns = now;
	processes_each(g->tools.processes, on_process, g);
	HASH_ITER(hh, g->by_tgid, t, next)
	{
		if (t->round != g->round)
			forget(g, t);
	}
}

/* --- one of them --- */

/* A line for the user, and for the tape's reports: not one for each of a hundred. */
static int tell(struct go *g, const char *line, struct tape_error *err)
{
	if (++g->lines > MOST_LINES + 1)
		return 0;
	if (g->lines > MOST_LINES)
		line = MORE;
	g->tools.remark(g->tools.context, line);
	return records_note(g->tools.writer.records, g->epoch, records_now(), line, err);
}

/* Nothing more is read of it, which each epoch says. */
static int switch_off(struct go *g, struct target *t, const char *why, struct tape_error *err)
{
	char line[256];
	int rc = 0;

	hide_threads(g, t);
	t->state = OFF;
	t->why = why;
	t->off_epoch = g->epoch;
	if (g->current == t)
		g->current = NULL;
	snprintf(line, sizeof(line), "go: nothing is read of process %u%s%s: %s", t->tgid,
		 t->version[0] ? ", " : "", t->version, why);
	/* Where one is denied all are. */
	if (strcmp(why, DENIED) != 0 || !g->denied++)
		rc = tell(g, line, err);
	return rc < 0 ? rc : go_write_off(&g->tools.writer, t->process.tgid, g->epoch, why, err);
}

/* What a failure to read it means. Never one of the recording. */
static int heed(struct go *g, struct target *t, int rc, const char *why, struct tape_error *err)
{
	/* What the last snapshot knew is not in the tape. */
	t->process.epoch = 0;
	g->stacks.epoch = 0;
	if (g->current == t)
		g->current = NULL;
	if (rc == -ESRCH || rc == -ENOENT) {
		hide_threads(g, t);
		t->state = OTHER;
		return 0;
	}
	t->why = why;
	if (rc == -EAGAIN && ++t->tries < MOST_TRIES) {
		t->due_ns = records_now() + RETRY_NS;
		return 0;
	}
	if (rc == -EPERM)
		why = DENIED;
	if (rc == -ENOMEM)
		why = "out of memory";
	return switch_off(g, t, why, err);
}

/* A line for the user and the tape: what its threads run is not known, and why. */
static int remark_threads(struct go *g, const struct target *t, const char *why,
			  struct tape_error *err)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "go: which goroutines the threads of process %u, %s, run is not told: %s", t->tgid,
		 t->version, why);
	return tell(g, line, err);
}

static int show_threads(struct go *g, struct target *t, struct tape_error *err)
{
	const struct go_offsets *o = t->process.live.offsets;
	struct go_layout layout = {
		.program = (uint64_t)++g->layouts << 32 | t->tgid,
		.g_m = o->g_m,
		.g_sp = o->g_sp,
		.g_pc = o->g_pc,
		.g_bp = o->g_bp,
		.g_status = o->g_status,
		.g_goid = o->g_goid,
		.m_procid = o->m_procid,
		.m_curg = o->m_curg,
	};
	int32_t tls;

	if (go_tls_find(t->process.program, &tls) < 0)
		return remark_threads(g, t, "its code does not say where they keep it", err);
	layout.tls = tls;
	if (g->tools.set_layout(g->tools.context, t->tgid, &layout) < 0)
		return remark_threads(g, t, "there are too many programs of Go", err);
	t->threads = true;
	return 0;
}

static int check_threads(struct go *g, struct target *t, struct tape_error *err)
{
	if (!t->threads || !g->tools.has_doubts(g->tools.context, t->tgid))
		return 0;
	hide_threads(g, t);
	return remark_threads(g, t, "what was read of it made no sense", err);
}

static int make_reader(struct go *g)
{
	return g->reader ? 0 : go_goroutines_new(&g->reader);
}

/* With all rights there is nothing for the user to do, but the tape must not be silent. */
static int tell_hidden(struct go *g, const struct target *t, struct tape_error *err)
{
	char line[128];

	if (!privileges_may_look()) {
		g->tools.remark(g->tools.context, HIDDEN);
		return records_note(g->tools.writer.records, g->epoch, records_now(), HIDDEN, err);
	}
	snprintf(line, sizeof(line),
		 "go: the kernel does not show process %u: whether it runs Go is not known",
		 t->tgid);
	return records_note(g->tools.writer.records, g->epoch, records_now(), line, err);
}

/* A first look: whether it is Go, and where its runtime is. */
static int discover(struct go *g, struct target *t, struct tape_error *err)
{
	struct go_process *p = &t->process;
	struct go_file_found found;
	const char *why = "its program cannot be read";
	int rc;

	if (!g->tools.is_target(g->tools.context, t->tgid)) {
		t->state = OTHER;
		return 0;
	}
	rc = go_files_find(g->files, p->tgid, &found);
	if (rc == 0 && !found.program)
		t->state = OTHER;
	if (rc == -EACCES && !g->hidden++) {
		t->state = OTHER;
		return tell_hidden(g, t, err);
	}
	if (rc == -EAGAIN)
		return heed(g, t, rc, why, err);
	if (rc < 0 || t->state == OTHER) {
		t->state = OTHER;
		return 0;
	}
	p->program = found.program;
	p->memory = go_memory_of(&p->tgid);
	rc = go_live_open(p->program, found.bias, &p->memory, &p->live, &why);
	memcpy(t->version, p->live.version, sizeof(t->version));
	if (rc == 0)
		rc = make_reader(g);
	if (rc < 0)
		return heed(g, t, rc, why, err);
	t->state = LIVE;
	t->tries = 0;
	return show_threads(g, t, err);
}

static int begin(struct go *g, struct target *t, struct tape_error *err)
{
	int rc = go_snapshot_begin(&t->process, g->reader, g->epoch);

	t->due_ns = records_now() + g->tools.interval_ns;
	if (rc < 0)
		return heed(g, t, rc, "its list of goroutines is no longer as it must be", err);
	t->tries = 0;
	g->current = t;
	return check_threads(g, t, err);
}

/* One that takes long to read, as there is much of it, is read less often. */
static void rest(struct target *t)
{
	uint64_t now = records_now(), took = now - t->process.began_ns;

	if (t->due_ns < now + REST * took)
		t->due_ns = now + REST * took;
}

/* Reads some more of the current one; writes it down if that was all. */
static int go_on(struct go *g, struct tape_error *err)
{
	struct target *t = g->current;
	int rc = go_snapshot_step(&t->process, g->reader, &g->stacks);

	if (rc == 0 && g->epoch - t->process.epoch > 1)
		rc = -EAGAIN; /* so slow that its epoch takes no more records */
	if (rc < 0)
		return heed(g, t, rc, "its goroutines cannot be read", err);
	if (rc > 0)
		return 0;
	g->current = NULL;
	rest(t);
	return go_write_snapshot(&g->tools.writer, &t->process, err);
}

static int do_due(struct go *g, struct target *t, struct tape_error *err)
{
	if (t->state == YOUNG)
		return discover(g, t, err);
	return begin(g, t, err);
}

/* Whose turn comes first; NULL: nobody's. */
static struct target *find_first(const struct go *g)
{
	struct target *t, *found = NULL;

	for (t = g->by_tgid; t; t = t->hh.next) {
		if ((t->state == YOUNG || t->state == LIVE) &&
		    (!found || t->due_ns < found->due_ns))
			found = t;
	}
	return found;
}

/* Those of which nothing is read are told of in each epoch. */
static int repeat_off(struct go *g, struct tape_error *err)
{
	struct target *t;
	int rc = 0;

	for (t = g->by_tgid; rc == 0 && t; t = t->hh.next) {
		if (t->state != OFF || t->off_epoch == g->epoch)
			continue;
		t->off_epoch = g->epoch;
		rc = go_write_off(&g->tools.writer, t->process.tgid, g->epoch, t->why, err);
	}
	return rc;
}

int go_look(struct go *g, uint32_t epoch, uint64_t *next_ns, struct tape_error *err)
{
	uint64_t start = records_now(), now = start;
	int rc = 0;

	g->epoch = epoch;
	if (now - g->refreshed_ns >= REFRESH_NS) {
		refresh(g, now);
		rc = repeat_off(g, err);
	}
	*next_ns = 0;
	while (rc == 0 && *next_ns <= now && now - start < SLICE_NS) {
		struct target *t = g->current ? NULL : find_first(g);

		if (g->current)
			rc = go_on(g, err);
		else if (t && t->due_ns <= now)
			rc = do_due(g, t, err);
		else
			*next_ns = t ? t->due_ns : UINT64_MAX;
		now = records_now();
	}
	return rc;
}

int go_finish(struct go *g, uint32_t epoch, struct tape_error *err)
{
	uint64_t until = records_now() + FINISH_NS;
	struct target *t, *next;
	int rc = 0;

	g->epoch = epoch;
	while (rc == 0 && g->current && records_now() < until)
		rc = go_on(g, err);
	HASH_ITER(hh, g->by_tgid, t, next)
	{
		/* It was hoped for until now. */
		if (rc == 0 && t->state == YOUNG && t->why)
			rc = switch_off(g, t, t->why, err);
		if (rc < 0 || t->state != LIVE || records_now() >= until)
			continue;
		t->process.last = true;
		rc = begin(g, t, err);
		while (rc == 0 && g->current && records_now() < until)
			rc = go_on(g, err);
	}
	return rc;
}
