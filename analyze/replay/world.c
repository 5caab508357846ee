// SPDX-License-Identifier: BSD-2-Clause
/* Hands each record to the part of the world that it is about. */
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/replay/world.h"

#define MOST_CLOCKS	  ((size_t)1 << 18)
#define MOST_CGROUP_BYTES ((size_t)64 << 20)
#define MOST_WATCHES	  64
#define MOST_GROUP_NAME	  64

struct world *world_new(void)
{
	struct world *w = memory_alloc(sizeof(*w));

	tasks_init(&w->tasks);
	w->first_ns = UINT64_MAX;
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	tasks_done(&w->tasks);
	modules_done(&w->modules);
	stacks_done(&w->stacks);
	copies_done(&w->copies);
	scripts_done(&w->scripts);
	running_done(&w->running);
	gaps_done(&w->gaps);
	facts_done(&w->host);
	facts_done(&w->config);
	facts_done(&w->cost);
	facts_done(&w->notes);
	intern_done(&w->cgroup_paths);
	map_done(&w->cgroups);
	intern_done(&w->group_names);
	vec_done(&w->watches);
	vec_done(&w->clocks);
	free(w);
}

/* --- records about the tape --- */

static void add_clock(struct world *w, const struct world_clock *clock)
{
	const struct world_clock *last = w->clocks.n ? &w->clocks.items[w->clocks.n - 1] : NULL;

	if (!clock->wall_ns || w->clocks.n >= MOST_CLOCKS)
		return;
	if (last && last->epoch == clock->epoch && last->mono_ns == clock->mono_ns)
		return;
	*vec_push(&w->clocks) = *clock;
}

void world_set_start(struct world *w, uint64_t mono_ns, uint64_t wall_ns)
{
	w->start_ns = mono_ns;
	add_clock(w, &(struct world_clock){ .mono_ns = mono_ns, .wall_ns = wall_ns });
}

static void apply_epoch(struct world *w, const struct ev_header *h)
{
	const struct ev_epoch *record = (const struct ev_epoch *)h;

	add_clock(w, &(struct world_clock){ record->number, record->mono_ns, record->wall_ns });
	running_begin_epoch(&w->running, record);
}

static void apply_host(struct world *w, const struct ev_header *h)
{
	const struct ev_host *record = (const struct ev_host *)h;

	facts_put_text(&w->host, record->text, ev_tail_size(h, sizeof(*record)));
}

static void apply_config(struct world *w, const struct ev_header *h)
{
	const struct ev_config *record = (const struct ev_config *)h;

	facts_put_text(&w->config, record->text, ev_tail_size(h, sizeof(*record)));
}

static void apply_cost(struct world *w, const struct ev_header *h)
{
	const struct ev_cost *record = (const struct ev_cost *)h;

	facts_put_number(&w->cost, record->key, ev_tail_size(h, sizeof(*record)), record->value);
}

static void apply_note(struct world *w, const struct ev_header *h)
{
	const struct ev_note *record = (const struct ev_note *)h;

	facts_put_number(&w->notes, record->text, ev_tail_size(h, sizeof(*record)), h->time_ns);
}

static void apply_loss(struct world *w, const struct ev_header *h)
{
	if (!w->gaps_closed)
		gaps_loss(&w->gaps, (const struct ev_loss *)h);
}

static void apply_pause(struct world *w, const struct ev_header *h)
{
	if (!w->gaps_closed)
		gaps_pause(&w->gaps, (const struct ev_pause *)h);
}

static struct world_watch *find_watch(struct world *w, uint32_t group)
{
	vec_for_each (watch, &w->watches) {
		if (watch->group == group)
			return watch;
	}
	if (w->watches.n >= MOST_WATCHES)
		return NULL;
	*vec_push(&w->watches) = (struct world_watch){ .group = group };
	return &w->watches.items[w->watches.n - 1];
}

static void apply_watch(struct world *w, const struct ev_header *h)
{
	const struct ev_watch *record = (const struct ev_watch *)h;
	size_t room = ev_tail_size(h, sizeof(*record)), length;
	struct world_watch *watch;

	length = strnlen(record->group, room < MOST_GROUP_NAME ? room : MOST_GROUP_NAME);
	if (w->gaps_closed || w->watches.n >= MOST_WATCHES)
		return;
	watch = find_watch(w, intern_bytes(&w->group_names, record->group, (uint32_t)length));
	if (watch && record->on && !watch->from_ns)
		watch->from_ns = h->time_ns;
	else if (watch && !record->on)
		watch->to_ns = h->time_ns;
}

/* --- records about who ran --- */

static void apply_process(struct world *w, const struct ev_header *h)
{
	tasks_process(&w->tasks, (const struct ev_process *)h);
}

static void apply_task(struct world *w, const struct ev_header *h)
{
	tasks_task(&w->tasks, (const struct ev_task *)h);
}

static void apply_mapping(struct world *w, const struct ev_header *h)
{
	const struct ev_mapping *record = (const struct ev_mapping *)h;

	if (tasks_mapping(&w->tasks, record))
		modules_map(&w->modules, record);
}

static void apply_fork(struct world *w, const struct ev_header *h)
{
	tasks_fork(&w->tasks, (const struct ev_fork *)h);
}

static void apply_exec(struct world *w, const struct ev_header *h)
{
	tasks_exec(&w->tasks, (const struct ev_exec *)h);
	running_exec(&w->running, (const struct ev_exec *)h);
}

static void apply_comm(struct world *w, const struct ev_header *h)
{
	tasks_comm(&w->tasks, (const struct ev_comm *)h);
}

static void apply_exit(struct world *w, const struct ev_header *h)
{
	tasks_exit(&w->tasks, (const struct ev_exit *)h);
}

static void apply_running(struct world *w, const struct ev_header *h)
{
	running_tell(&w->running, (const struct ev_go_running *)h);
}

static void define_cgroup(struct world *w, const struct ev_header *h)
{
	const struct ev_cgroup *record = (const struct ev_cgroup *)h;
	size_t room = ev_tail_size(h, sizeof(*record));
	uint32_t path;

	if (w->cgroup_paths.arena.total > MOST_CGROUP_BYTES)
		return;
	path = intern_bytes(&w->cgroup_paths, record->path, (uint32_t)strnlen(record->path, room));
	*map_add(&w->cgroups, record->cgroup, NULL) = (uint64_t)path + 1;
}

typedef void apply_fn(struct world *w, const struct ev_header *h);

static apply_fn *const appliers[] = {
	[EV_EPOCH] = apply_epoch,	 [EV_HOST] = apply_host,       [EV_CONFIG] = apply_config,
	[EV_COST] = apply_cost,		 [EV_LOSS] = apply_loss,       [EV_PAUSE] = apply_pause,
	[EV_NOTE] = apply_note,		 [EV_PROCESS] = apply_process, [EV_TASK] = apply_task,
	[EV_FORK] = apply_fork,		 [EV_MAPPING] = apply_mapping, [EV_EXEC] = apply_exec,
	[EV_COMM] = apply_comm,		 [EV_EXIT] = apply_exit,       [EV_WATCH] = apply_watch,
	[EV_GO_RUNNING] = apply_running,
};

static void count(struct world *w, const struct ev_header *h)
{
	w->records++;
	w->counts[h->type < 256 ? h->type : 0]++;
	if (!h->time_ns)
		return;
	if (h->time_ns < w->first_ns)
		w->first_ns = h->time_ns;
	if (h->time_ns > w->last_ns)
		w->last_ns = h->time_ns;
}

static void define_module(struct world *w, const struct ev_header *h)
{
	modules_define(&w->modules, (const struct ev_module *)h);
}

static void define_stack(struct world *w, const struct ev_header *h)
{
	stacks_define(&w->stacks, (const struct ev_stack *)h);
}

static void define_top(struct world *w, const struct ev_header *h)
{
	copies_define_top(&w->copies, (const struct ev_stack_top *)h);
}

static void define_copy(struct world *w, const struct ev_header *h)
{
	copies_define(&w->copies, (const struct ev_stack_copy *)h);
}

static void define_part(struct world *w, const struct ev_header *h)
{
	copies_define_part(&w->copies, (const struct ev_stack_part *)h);
}

static void define_go(struct world *w, const struct ev_header *h)
{
	copies_define_go(&w->copies, (const struct ev_stack_go *)h);
}

static void define_code(struct world *w, const struct ev_header *h)
{
	scripts_define_code(&w->scripts, (const struct ev_script_code *)h);
}

static void define_script(struct world *w, const struct ev_header *h)
{
	scripts_define_stack(&w->scripts, (const struct ev_script_stack *)h);
}

static void define_runtime(struct world *w, const struct ev_header *h)
{
	scripts_define_runtime(&w->scripts, &w->modules, (const struct ev_script_runtime *)h);
}

static apply_fn *const definers[] = {
	[EV_MODULE] = define_module,	   [EV_CGROUP] = define_cgroup,
	[EV_STACK] = define_stack,	   [EV_STACK_TOP] = define_top,
	[EV_STACK_COPY] = define_copy,	   [EV_STACK_PART] = define_part,
	[EV_STACK_GO] = define_go,	   [EV_SCRIPT_CODE] = define_code,
	[EV_SCRIPT_STACK] = define_script, [EV_SCRIPT_RUNTIME] = define_runtime,
};

void world_begin_batch(struct world *w, const struct order_batch *batch)
{
	stacks_begin_epoch(&w->stacks, batch->epoch);
	copies_begin_epoch(&w->copies, batch->epoch);
	scripts_begin_epoch(&w->scripts, batch->epoch);
	tasks_begin_epoch(&w->tasks, batch->epoch);
	for (size_t i = 0; i < batch->n_definitions; i++) {
		const struct ev_header *h = batch->definitions[i];

		w->records++;
		w->counts[h->type]++;
		if (h->type < sizeof(definers) / sizeof(*definers) && definers[h->type])
			definers[h->type](w, h);
	}
}

void world_apply(struct world *w, const struct ev_header *record)
{
	count(w, record);
	if (record->type < sizeof(appliers) / sizeof(*appliers) && appliers[record->type])
		appliers[record->type](w, record);
}

void world_preview(struct world *w, const struct ev_header *record)
{
	if (record->type == EV_EPOCH || record->type == EV_HOST || record->type == EV_CONFIG)
		appliers[record->type](w, record);
}

void world_preview_gap(struct world *w, const struct ev_header *record)
{
	if (record->type == EV_LOSS || record->type == EV_PAUSE || record->type == EV_WATCH)
		appliers[record->type](w, record);
}

void world_close_gaps(struct world *w)
{
	w->gaps_closed = true;
	running_set_gaps(&w->running, &w->gaps);
}

/* --- questions --- */

/* What an offset means for each kind: <tape/events/process.h>. */
static struct world_place place(const struct world *w, const struct mapping *m, uint64_t address)
{
	uint32_t index = modules_index(&w->modules, m->module);

	if (index == MODULES_NONE)
		return (struct world_place){ MODULES_NONE, address };
	if (modules_get(&w->modules, index)->kind == EV_MODULE_ANON)
		return (struct world_place){ index, address };
	return (struct world_place){ index, address - m->start + m->file_offset };
}

struct world_place world_resolve(const struct world *w, const struct process *p, uint64_t address)
{
	const struct mapping *m = mappings_find(&p->maps, address);

	if (!m)
		m = mappings_find(&w->tasks.kernel.maps, address);
	return m ? place(w, m, address) : (struct world_place){ MODULES_NONE, address };
}

struct world_watch world_watch(const struct world *w, const char *group)
{
	vec_for_each (watch, &w->watches) {
		if (strcmp(intern_get_text(&w->group_names, watch->group), group) == 0)
			return *watch;
	}
	return (struct world_watch){ 0 };
}

const char *world_cgroup_path(const struct world *w, uint64_t id)
{
	const uint64_t *slot = id ? map_find(&w->cgroups, id) : NULL;

	return slot ? intern_get_text(&w->cgroup_paths, (uint32_t)(*slot - 1)) : NULL;
}

/* The latest pair that is not after a moment of one of the clocks, else the earliest one. */
static const struct world_clock *clock_at(const struct world *w, uint64_t ns, bool wall)
{
	const struct world_clock *best = NULL;
	uint64_t best_at = 0;

	vec_for_each (c, &w->clocks) {
		uint64_t at = wall ? c->wall_ns : c->mono_ns;
		bool better = at <= ns ? best_at > ns || at >= best_at : at < best_at;

		if (best && !better)
			continue;
		best = c;
		best_at = at;
	}
	return best;
}

uint64_t world_wall_ns(const struct world *w, uint64_t mono_ns)
{
	const struct world_clock *c = clock_at(w, mono_ns, false);

	return c ? c->wall_ns + (mono_ns - c->mono_ns) : 0;
}

uint64_t world_mono_ns(const struct world *w, uint64_t wall_ns)
{
	const struct world_clock *c = clock_at(w, wall_ns, true);

	if (!c || (wall_ns < c->wall_ns && c->wall_ns - wall_ns > c->mono_ns))
		return 0;
	return c->mono_ns + (wall_ns - c->wall_ns);
}

uint64_t world_start_ns(const struct world *w)
{
	if (w->start_ns)
		return w->start_ns;
	if (w->clocks.n)
		return w->clocks.items[0].mono_ns;
	return w->first_ns == UINT64_MAX ? 0 : w->first_ns;
}
