// SPDX-License-Identifier: BSD-2-Clause
/*
 * The parts of a recording, in the order in which they are set up. The order
 * matters: the side band runs before /proc is read, so that no change falls
 * between the two; both run before the probes, so that every event finds its
 * process; the command is let go last.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record/child.h"
#include "record/cost.h"
#include "record/frame_info.h"
#include "record/go.h"
#include "record/groups.h"
#include "record/host.h"
#include "record/jit.h"
#include "record/kernel.h"
#include "record/layouts.h"
#include "record/loop.h"
#include "record/names.h"
#include "record/privileges.h"
#include "record/proc.h"
#include "record/session.h"

struct session {
	const struct options *options;
	const struct session_ui *ui;
	struct child child;
	struct core *core;
	struct groups *groups;
	struct sideband *sideband;
	struct modules *modules;
	struct jit *jit; /* NULL: no names are wanted */
	struct cgroups *cgroups;
	struct processes *processes;
	struct layouts layouts;
	struct records records; /* holds the writer, which is ours */
	struct drain *drain;
	struct go *go; /* NULL: nobody asked for it */
	struct cost_meter meter;
	bool build_ids;
	uint64_t start_ns;
	uint64_t start_wall_ns;
	char path[512];
};

static void session_done(struct session *s)
{
	groups_close(s->groups);
	child_done(&s->child);
	go_free(s->go);
	drain_free(s->drain);
	sideband_close(s->sideband);
	processes_free(s->processes);
	cgroups_free(s->cgroups);
	jit_free(s->jit);
	modules_free(s->modules);
	tape_writer_close(s->records.writer);
	layouts_done(&s->layouts);
	core_close(s->core);
	cost_meter_stop(&s->meter, records_now());
}

static void remark(const struct session *s, const char *line)
{
	s->ui->remark(s->ui->context, line);
}

/* A process has ended: a later one with its id is not a target. */
static void on_process_end(void *context, uint32_t tgid)
{
	const struct session *s = context;

	if (!s->core)
		return;
	core_remove_target(s->core, (pid_t)tgid);
	core_remove_python(s->core, (pid_t)tgid);
}

/* Beyond what its map holds processes have native frames only. */
static void on_python(void *context, uint32_t tgid, const struct python_process *python)
{
	const struct session *s = context;

	if (s->core && !core_is_without(s->core, "python"))
		core_set_python(s->core, (pid_t)tgid, python);
}

/* A process for which there is no room is unwound by copies. */
static void on_unwind(void *context, uint32_t tgid, enum control_unwind how)
{
	const struct session *s = context;

	if (s->core)
		core_set_unwind(s->core, (pid_t)tgid, how);
}

/* With frame pointers and without names nothing is wanted of files but who they are. */
static bool wants_hits(const struct options *o)
{
	return o->names || o->unwind != UNWIND_FP;
}

static int open_core(struct session *s, struct tape_error *err)
{
	static const enum control_filter filters[] = {
		[TARGET_ALL] = CONTROL_ALL,
		[TARGET_PIDS] = CONTROL_TARGETS,
		[TARGET_CGROUP] = CONTROL_CGROUP,
		[TARGET_COMMAND] = CONTROL_TARGETS,
	};
	static const enum control_unwind unwinds[] = {
		[UNWIND_AUTO] = CONTROL_UNWIND_AUTO,
		[UNWIND_FP] = CONTROL_UNWIND_FP,
		[UNWIND_DWARF] = CONTROL_UNWIND_COPY,
	};
	const struct core_options options = {
		.rings = s->options->rings,
		.ring_bytes = s->options->ring_bytes,
		.btf = s->options->btf,
		.without = s->options->without,
		.filter = filters[s->options->target],
		.unwind = unwinds[s->options->unwind],
	};

	return core_open(&options, &s->core, err);
}

static int set_cgroup(struct session *s, struct tape_error *err)
{
	CLEANUP(closep) int fd = cgroups_open(s->cgroups, s->options->cgroup, err);
	int rc;

	if (fd < 0)
		return fd;
	rc = core_set_cgroup(s->core, fd);
	if (rc < 0)
		return tape_fail(err, rc, "--cgroup %s: not a group of cgroup2: %s",
				 s->options->cgroup, strerror(-rc));
	return 0;
}

static int add_pid(struct session *s, pid_t pid, struct tape_error *err)
{
	int rc;

	if (kill(pid, 0) < 0 && errno == ESRCH)
		return tape_fail(err, -ESRCH, "pid %d: no such process", (int)pid);
	rc = core_add_target(s->core, pid);
	return rc < 0 ? tape_fail(err, rc, "pid %d: cannot follow it: %s", (int)pid, strerror(-rc))
		      : 0;
}

static int set_targets(struct session *s, struct tape_error *err)
{
	int rc = 0;

	if (s->options->target == TARGET_CGROUP)
		return set_cgroup(s, err);
	if (s->options->target == TARGET_COMMAND)
		return add_pid(s, s->child.pid, err);
	for (size_t i = 0; rc == 0 && i < s->options->n_pids; i++)
		rc = add_pid(s, s->options->pids[i], err);
	return rc;
}

static void make_path(struct session *s)
{
	time_t now = time(NULL);
	struct tm t;
	char date[32];

	if (s->options->output) {
		snprintf(s->path, sizeof(s->path), "%s", s->options->output);
		return;
	}
	localtime_r(&now, &t);
	strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &t);
	snprintf(s->path, sizeof(s->path), "perftape-%s.tape", date);
}

static int open_writer(struct session *s, struct tape_error *err)
{
	struct tape_writer_options options = { 0 };
	int rc = layouts_of_btf(bpf_object__btf(core_object(s->core)), &s->layouts, err);

	if (rc < 0)
		return rc;
	make_path(s);
	if (strcmp(s->path, "-") == 0 && isatty(STDOUT_FILENO))
		return tape_fail(
			err, -EINVAL,
			"-o -: the tape would go to the terminal; redirect it or give a file");
	s->start_ns = records_now();
	s->start_wall_ns = records_wall_now();
	options.wall_ns = s->start_wall_ns;
	options.mono_ns = s->start_ns;
	options.layouts = s->layouts.infos;
	options.n_layouts = s->layouts.n;
	return tape_writer_open(s->path, &options, &s->records.writer, err);
}

static int add_constants(struct session *s, struct tape_error *err)
{
	static const char *const targets[] = { [TARGET_ALL] = "all",
					       [TARGET_PIDS] = "pid",
					       [TARGET_CGROUP] = "cgroup",
					       [TARGET_COMMAND] = "command" };
	int rc = host_write(&s->records, err);

	if (rc == 0)
		rc = records_constant(&s->records, EV_CONFIG, "recorder.version", PERFTAPE_VERSION,
				      err);
	if (rc == 0)
		rc = records_constant(&s->records, EV_CONFIG, "command_line",
				      s->options->command_line, err);
	if (rc == 0)
		rc = records_constant(&s->records, EV_CONFIG, "target", targets[s->options->target],
				      err);
	if (rc == 0)
		rc = records_constant(&s->records, EV_CONFIG, "symbols",
				      s->options->lines	  ? "lines"
				      : s->options->names ? "names"
							  : "none",
				      err);
	if (rc == 0)
		rc = records_constant(&s->records, EV_CONFIG, "unwind",
				      options_unwind_name(s->options->unwind), err);
	return rc < 0 ? rc : groups_describe(s->groups, &s->records, err);
}

static int make_picture(struct session *s, struct tape_error *err)
{
	struct processes_tools tools = { .records = &s->records,
					 .on_end = on_process_end,
					 .on_python = on_python,
					 .on_unwind = s->options->unwind == UNWIND_AUTO ? on_unwind
											: NULL,
					 .context = s };

	if (modules_new(wants_hits(s->options), &s->modules) < 0 || cgroups_new(&s->cgroups) < 0)
		return tape_fail(err, -ENOMEM, "out of memory");
	if (s->options->names && jit_new(&s->jit) < 0)
		return tape_fail(err, -ENOMEM, "out of memory");
	tools.modules = s->modules;
	tools.jit = s->jit;
	tools.cgroups = s->cgroups;
	return processes_new(&tools, &s->processes) < 0 ? tape_fail(err, -ENOMEM, "out of memory")
							: 0;
}

static int scan_any(void *context, pid_t pid)
{
	const struct session *s = context;
	int rc = processes_scan(s->processes, pid);

	return rc == -ENOMEM ? rc : 0; /* one that is gone by now is told of by the side band */
}

static int scan(struct session *s, struct tape_error *err)
{
	int rc = 0;

	if (s->options->target == TARGET_ALL || s->options->target == TARGET_CGROUP)
		rc = proc_each(scan_any, s);
	else if (s->options->target == TARGET_COMMAND)
		rc = processes_scan(s->processes, s->child.pid);
	for (size_t i = 0; rc == 0 && i < s->options->n_pids; i++) {
		rc = processes_scan(s->processes, s->options->pids[i]);
		if (rc == -ENOENT || rc == -ESRCH)
			return tape_fail(err, rc, "pid %d: it ended before recording began",
					 (int)s->options->pids[i]);
	}
	return rc < 0 ? tape_fail(err, rc, "cannot read /proc: %s", strerror(-rc)) : 0;
}

static int look_around(struct session *s, struct tape_error *err)
{
	struct tape_error hidden;
	int rc = sideband_open(&s->sideband, &s->build_ids, err);

	if (rc == 0)
		rc = scan(s, err);
	if (rc < 0)
		return rc;
	if (kernel_add(s->processes, s->modules, &hidden) < 0)
		remark(s, hidden.text);
	return 0;
}

static int open_drain(struct session *s, struct tape_error *err)
{
	const struct drain_tools tools = {
		.core = s->core,
		.sideband = s->sideband,
		.processes = s->processes,
		.cgroups = s->cgroups,
		.records = &s->records,
		.keep_hits = wants_hits(s->options),
	};

	return drain_new(&tools, &s->drain, err);
}

/* With a control group, by where a process is now. */
static bool is_target(void *context, uint32_t tgid)
{
	const struct session *s = context;

	if (s->options->target == TARGET_ALL)
		return true;
	if (s->options->target == TARGET_CGROUP)
		return cgroups_holds(s->cgroups, s->options->cgroup, (pid_t)tgid);
	return core_is_target(s->core, (pid_t)tgid);
}

static int set_layout(void *context, uint32_t tgid, const struct go_layout *layout)
{
	const struct session *s = context;

	return core_set_go(s->core, (pid_t)tgid, layout);
}

static bool has_doubts(void *context, uint32_t tgid)
{
	const struct session *s = context;

	return core_doubts_go(s->core, (pid_t)tgid);
}

static void on_remark(void *context, const char *line)
{
	remark(context, line);
}

static int open_go(struct session *s, struct tape_error *err)
{
	const struct go_tools tools = {
		.processes = s->processes,
		.writer = { &s->records, s->drain },
		.interval_ns = s->options->go_interval_ns,
		.is_target = is_target,
		.set_layout = set_layout,
		.has_doubts = has_doubts,
		.remark = on_remark,
		.context = s,
	};

	if (!groups_has(s->groups, "go"))
		return 0;
	return go_new(&tools, &s->go) < 0 ? tape_fail(err, -ENOMEM, "out of memory") : 0;
}

/* Everything but the probes' beginning. */
static int prepare(struct session *s, struct tape_error *err)
{
	const struct probe_config config = {
		.hz = s->options->hz,
		.min_block_ns = s->options->min_block_ns,
		.trace_calls = s->options->trace_calls,
		.go_interval_ns = s->options->go_interval_ns,
	};
	int rc = privileges_check(err);

	if (rc == 0 && s->options->target == TARGET_COMMAND)
		rc = child_start(s->options->command,
				 s->options->output && strcmp(s->options->output, "-") == 0,
				 &s->child, err);
	if (rc == 0)
		rc = make_picture(s, err);
	if (rc == 0)
		rc = open_core(s, err);
	if (rc == 0)
		rc = set_targets(s, err);
	if (rc == 0)
		rc = groups_open(s->options->probes, s->core, &config, &s->groups, err);
	if (rc == 0)
		rc = open_writer(s, err);
	if (rc == 0)
		rc = add_constants(s, err);
	if (rc == 0)
		rc = look_around(s, err);
	if (rc == 0)
		rc = open_drain(s, err);
	return rc < 0 ? rc : open_go(s, err);
}

static int put_notes(struct session *s, struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < groups_count(s->groups); i++) {
		const char *note = groups_note(s->groups, i);

		if (note) {
			remark(s, note);
			rc = records_note(&s->records, 1, s->start_ns, note, err);
		}
	}
	return rc;
}

/* Lets everything run, until the loop says that it is over. */
static int run(struct session *s, struct loop *loop, struct tape_error *err)
{
	int rc = loop_begin_epoch(loop, err);

	if (rc == 0)
		rc = core_attach(s->core, err);
	if (rc == 0)
		rc = groups_attach(s->groups, err);
	if (rc == 0)
		rc = groups_watch(s->groups, true, &s->records, loop_epoch(loop), err);
	if (rc == 0 && s->child.pid)
		rc = child_go(&s->child, s->options->command[0], err);
	/* Not before: where nothing runs there is nothing to remark on. */
	if (rc == 0)
		rc = put_notes(s, err);
	if (rc < 0)
		return rc;
	if (privileges_drop() < 0)
		remark(s, "cannot drop privileges; going on with all of them");
	s->start_ns = records_now();
	return loop_run(loop, err);
}

static int put_costs(struct session *s, uint32_t epoch, struct tape_error *err)
{
	struct drain_counts counts;
	int rc;

	cost_meter_stop(&s->meter, records_now());
	rc = cost_put_meter(&s->records, epoch, &s->meter, err);
	if (rc == 0)
		rc = cost_put_programs(&s->records, epoch, core_object(s->core), &s->meter, err);

	drain_counts(s->drain, &counts);
	for (size_t i = 0; rc == 0 && i < groups_count(s->groups); i++) {
		const struct bpf_object *object = groups_object(s->groups, i);

		if (object)
			rc = cost_put_programs(&s->records, epoch, object, &s->meter, err);
	}
	if (rc == 0)
		rc = cost_put(&s->records, epoch, "events_count", counts.events, err);
	if (rc == 0)
		rc = cost_put(&s->records, epoch, "lost_count", counts.lost, err);
	return rc < 0 ? rc : cost_put_self(&s->records, epoch, err);
}

/* The end of a tape: the rest of the events, the names, the account. */
static int finish(struct session *s, const struct loop *loop, enum ev_end_reason reason,
		  struct tape_error *err)
{
	int rc = groups_watch(s->groups, false, &s->records, loop_epoch(loop), err);

	groups_detach(s->groups);
	if (rc == 0)
		rc = groups_collect(s->groups, &s->records, loop_epoch(loop), err);
	if (rc == 0 && s->go)
		rc = go_finish(s->go, loop_epoch(loop), err);
	if (rc == 0)
		rc = drain_pass(s->drain, true, err);
	if (rc == 0)
		rc = drain_put_losses(s->drain, err);
	if (rc == 0)
		rc = tape_writer_flush(s->records.writer, err);
	if (rc == 0 && s->options->names)
		rc = names_write(s->modules, &s->records, loop_epoch(loop), s->options->lines, err);
	if (rc == 0)
		rc = jit_write(s->jit, s->modules, &s->records, s->options->lines, err);
	if (rc == 0)
		rc = frame_info_write(s->modules, &s->records, err);
	if (rc == 0)
		rc = put_costs(s, loop_epoch(loop), err);
	return rc < 0 ? rc : tape_writer_finish(s->records.writer, reason, err);
}

static void tell(const struct session *s, struct session_result *ret)
{
	struct drain_counts counts = { 0 };

	if (!s->records.writer)
		return;
	if (s->drain)
		drain_counts(s->drain, &counts);
	snprintf(ret->path, sizeof(ret->path), "%s", s->path);
	ret->elapsed_ns = records_now() - s->start_ns;
	ret->events = counts.events;
	ret->stacks = counts.stacks;
	ret->lost = counts.lost;
	ret->bytes = tape_writer_bytes(s->records.writer);
	ret->processes = processes_stated(s->processes);
	ret->cpu_ns = cost_cpu_ns();
}

static int record(struct session *s, struct session_result *ret, struct tape_error *err)
{
	struct loop_tools tools = { .options = s->options, .ui = s->ui };
	CLEANUP(loop_freep) struct loop *loop = NULL;
	struct tape_error second;
	int rc, ended;

	tools.core = s->core;
	tools.drain = s->drain;
	tools.sideband = s->sideband;
	tools.processes = s->processes;
	tools.records = &s->records;
	tools.groups = s->groups;
	tools.meter = &s->meter;
	tools.child = &s->child;
	tools.go = s->go;
	rc = loop_new(&tools, &loop, err);
	if (rc == 0)
		rc = run(s, loop, err);
	ret->reason = rc < 0 ? EV_END_FAILED : loop_reason(loop);
	if (!loop || loop_quit_now(loop))
		return rc;
	/* After a failure too: what was recorded is worth its names. */
	ended = finish(s, loop, ret->reason, rc < 0 ? &second : err);
	return rc < 0 ? rc : ended;
}

/* A tape that failed before its first event is of no use to anybody. */
static void remove_empty(const struct session *s, struct session_result *ret)
{
	if (!ret->path[0] || ret->events || strcmp(ret->path, "-") == 0)
		return;
	unlink(s->path);
	ret->path[0] = 0;
}

int session_run(const struct options *options, const struct session_ui *ui,
		struct session_result *ret, struct tape_error *err)
{
	CLEANUP(session_done)
	struct session s = { .options = options,
			     .ui = ui,
			     .meter = COST_METER_OFF,
			     .child = { .go_fd = -1, .fail_fd = -1 } };
	int rc;

	*ret = (struct session_result){ .has_command = options->target == TARGET_COMMAND };
	loop_hold_signals();
	rc = prepare(&s, err);
	if (rc == 0)
		rc = record(&s, ret, err);
	tell(&s, ret);
	if (rc < 0)
		remove_empty(&s, ret);
	else if (s.child.pid)
		ret->command_status = child_exit_status(&s.child);
	return rc;
}
