// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "execs": the programs that were started, with their arguments, by whom,
 * when, for how long, and how they ended. A process that starts one program
 * after another has a row for each.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/analysis.h"
#include "analyze/base/intern.h"
#include "analyze/base/map.h"

/* What is beyond these is counted only. */
#define MOST_PROGRAMS 65536
#define MOST_BYTES    ((size_t)64 << 20) /* of paths and arguments */

#define CORE_DUMPED 0x80 /* of a status as wait(2) gives it */

enum end { RUNS_ON, REPLACED, ENDED };

struct program {
	uint64_t start_ns;
	uint64_t end_ns; /* of RUNS_ON: when the tape ends */
	uint32_t pid;
	uint32_t ppid;
	uint32_t parent;    /* its name, by tasks_name() */
	uint32_t path;	    /* texts, */
	uint32_t arguments; /* one blank between two */
	uint32_t status;
	enum end end;
};

struct execs {
	VEC(struct program) programs;
	struct map running; /* by tgid, index + 1; 0: none */
	struct intern texts;
	size_t bytes;
	uint64_t beyond;
};

/* The text at *at, up to its NUL or to size, and moves on behind it. */
static const char *next_text(const char *args, size_t size, size_t *at, size_t *length)
{
	const char *text = args + *at;

	*length = strnlen(text, size - *at);
	*at += *length + (*at + *length < size);
	return text;
}

/* The arguments behind the path, which the record pads with NULs: "ls -l". */
static uint32_t join_arguments(struct execs *e, const struct ev_exec_args *ev, size_t size,
			       size_t at)
{
	char text[8192];
	size_t length, used = 0;

	while (size > at && ev->args[size - 1] == '\0')
		size--;
	while (at < size) {
		const char *argument = next_text(ev->args, size, &at, &length);

		if (used + length + 8 > sizeof(text))
			break;
		if (used)
			text[used++] = ' ';
		memcpy(text + used, argument, length);
		used += length;
	}
	if (at < size || (ev->flags & EV_EXEC_CUT)) {
		memcpy(text + used, " …", sizeof(" …") - 1);
		used += sizeof(" …") - 1;
	}
	e->bytes += used;
	return intern_bytes(&e->texts, text, (uint32_t)used);
}

static void end_program(struct execs *e, uint32_t tgid, uint64_t now, enum end end, uint32_t status)
{
	uint64_t *index = map_find(&e->running, tgid);
	struct program *p;

	if (!index || !*index)
		return;
	p = &e->programs.items[*index - 1];
	p->end_ns = now;
	p->end = end;
	p->status = status;
	*index = 0;
}

static void start_program(struct execs *e, const struct world *w, const struct ev_exec_args *ev)
{
	size_t size = ev_tail_size(&ev->h, sizeof(*ev)), at = 0, length;
	const struct process *parent = tasks_find(&w->tasks, ev->ppid);
	struct program p = { .start_ns = ev->h.time_ns, .pid = ev->h.tgid, .ppid = ev->ppid };
	const char *path;

	if (e->programs.n >= MOST_PROGRAMS || e->bytes >= MOST_BYTES) {
		e->beyond++;
		return;
	}
	path = next_text(ev->args, size, &at, &length);
	p.path = intern_bytes(&e->texts, path, (uint32_t)length);
	p.arguments = join_arguments(e, ev, size, at);
	p.parent = parent ? parent->name : TASKS_NO_NAME;
	e->bytes += length;
	*vec_push(&e->programs) = p;
	*map_add(&e->running, p.pid, NULL) = e->programs.n;
}

static void execs_on_event(void *state, const struct analysis_input *in,
			   const struct thread *thread, const struct ev_header *event)
{
	struct execs *e = state;

	(void)thread;
	if (event->type == EV_EXEC_EXIT) {
		end_program(e, event->tgid, event->time_ns, ENDED,
			    ((const struct ev_exec_exit *)event)->status);
		return;
	}
	end_program(e, event->tgid, event->time_ns, REPLACED, 0);
	start_program(e, in->world, (const struct ev_exec_args *)event);
}

/* --- results --- */

struct end_text {
	char text[64];
};

/* "exit 1", "SIGSEGV, core dumped"; the number of a signal that has no name here. */
static struct end_text end_of(const struct program *p)
{
	struct end_text end = { "runs on" };
	const char *name = sigabbrev_np((int)(p->status & 0x7f));
	const char *core = p->status & CORE_DUMPED ? ", core dumped" : "";

	if (p->end == REPLACED)
		snprintf(end.text, sizeof(end.text), "next program");
	else if (p->end == ENDED && !(p->status & 0x7f))
		snprintf(end.text, sizeof(end.text), "exit %" PRIu32, p->status >> 8 & 0xff);
	else if (p->end == ENDED && name)
		snprintf(end.text, sizeof(end.text), "SIG%s%s", name, core);
	else if (p->end == ENDED)
		snprintf(end.text, sizeof(end.text), "signal %" PRIu32 "%s", p->status & 0x7f,
			 core);
	return end;
}

static struct table *programs_table(const struct execs *e, const struct world *w)
{
	static const struct table_column columns[] = {
		{ "start", "ns", TABLE_INTEGER },    { "pid", "", TABLE_INTEGER },
		{ "ppid", "", TABLE_INTEGER },	     { "parent", "", TABLE_TEXT },
		{ "duration", "ns", TABLE_INTEGER }, { "end", "", TABLE_TEXT },
		{ "program", "", TABLE_TEXT },	     { "arguments", "", TABLE_TEXT },
	};
	struct table *t = table_new("programs", "Programs that were started", columns,
				    sizeof(columns) / sizeof(*columns));
	uint64_t start_ns = world_start_ns(w);

	vec_for_each (p, &e->programs) {
		struct end_text end = end_of(p);
		const union table_cell row[] = {
			{ .integer = (int64_t)(p->start_ns - start_ns) },
			{ .integer = p->pid },
			{ .integer = p->ppid },
			{ .text = tasks_name(&w->tasks, p->parent) },
			{ .integer = (int64_t)(p->end_ns - p->start_ns) },
			{ .text = end.text },
			{ .text = intern_get_text(&e->texts, p->path) },
			{ .text = intern_get_text(&e->texts, p->arguments) },
		};

		table_add(t, row);
	}
	return t;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static struct timeline *programs_timeline(const struct execs *e, const struct world *w)
{
	struct timeline *t = timeline_new("execs", "Programs that were started");
	struct map tracks = { 0 };
	uint64_t start_ns = world_start_ns(w);

	timeline_set_clock(t, start_ns, world_wall_ns(w, start_ns));
	vec_for_each (p, &e->programs) {
		const char *path = intern_get_text(&e->texts, p->path);
		bool added;
		uint64_t *track = map_add(&tracks, p->pid, &added);

		if (added)
			*track = timeline_add_track(
				t, &(struct timeline_track){ .name = base_name(path),
							     .parent = TIMELINE_NO_PARENT,
							     .pid = p->pid,
							     .kind = TIMELINE_TRACK_PROCESS });
		timeline_add_slice(t, &(struct timeline_slice){
					      .track = (uint32_t)*track,
					      .start_ns = p->start_ns,
					      .end_ns = p->end_ns,
					      .name = base_name(path),
					      .detail = intern_get_text(&e->texts, p->arguments) });
	}
	map_done(&tracks);
	return t;
}

static void execs_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct execs *e = state;
	char text[120];

	vec_for_each (p, &e->programs) {
		if (p->end == RUNS_ON)
			p->end_ns = in->to_ns > p->start_ns ? in->to_ns : p->start_ns;
	}
	result_take_table(ret, programs_table(e, in->world));
	if (e->programs.n)
		result_take_timeline(ret, programs_timeline(e, in->world));
	if (!e->programs.n && !facts_find(&in->world->config, "exec.arguments_bytes"))
		result_add_note(ret,
				"starts of programs were not recorded; record with --probes exec");
	if (e->beyond) {
		snprintf(text, sizeof(text), "%" PRIu64 " more programs were started", e->beyond);
		result_add_note(ret, text);
	}
}

static void execs_done(void *state)
{
	struct execs *e = state;

	vec_done(&e->programs);
	map_done(&e->running);
	intern_done(&e->texts);
}

extern const struct analysis analysis_execs;

static const uint16_t wants[] = { EV_EXEC_ARGS, EV_EXEC_EXIT, 0 };

const struct analysis analysis_execs = {
	.name = "execs",
	.help = "which programs were started, and how they ended",
	.title = "Which programs were started",
	.wants = wants,
	.shapes = RESULT_TABLE | RESULT_TIMELINE,
	.state_size = sizeof(struct execs),
	.on_event = execs_on_event,
	.finish = execs_finish,
	.done = execs_done,
};
