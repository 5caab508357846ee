// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "info": all that the tape says about itself: host, options, cost,
 * modules, processes, epochs, losses, remarks, and how many records of each type.
 */
#include <stdlib.h>

#include "analyze/analyses/lives.h"
#include "analyze/analyses/recording.h"
#include "analyze/analyses/words.h"

/* Longer tables help nobody; a note says that rows are left out. */
#define MOST_ROWS ((size_t)100000)

struct info {
	struct lives lives;
};

static void info_on_process(void *state, const struct analysis_input *in, const struct process *p)
{
	struct info *info = state;

	lives_add(&info->lives, p, in->world->last_ns);
}

static void add_texts(struct result *ret, const struct facts *facts, const char *name,
		      const char *title)
{
	static const struct table_column columns[] = { { "key", "", TABLE_TEXT },
						       { "value", "", TABLE_TEXT } };
	struct table *t;

	if (!facts_count(facts))
		return;
	t = table_new(name, title, columns, 2);
	for (size_t i = 0; i < facts_count(facts); i++) {
		union table_cell row[] = { { .text = facts_key(facts, i) },
					   { .text = facts_value(facts, i) } };

		table_add(t, row);
	}
	result_take_table(ret, t);
}

static void add_cost(struct result *ret, const struct facts *cost)
{
	static const struct table_column columns[] = { { "figure", "", TABLE_TEXT },
						       { "value", "count", TABLE_INTEGER } };
	struct table *t;

	if (!facts_count(cost))
		return;
	t = table_new("cost", "What recording cost", columns, 2);
	for (size_t i = 0; i < facts_count(cost); i++) {
		union table_cell row[] = { { .text = facts_key(cost, i) },
					   { .integer = (int64_t)facts_number(cost, i) } };

		table_add(t, row);
	}
	result_take_table(ret, t);
}

static void add_records(struct result *ret, const struct world *w)
{
	static const struct table_column columns[] = { { "type", "", TABLE_INTEGER },
						       { "record", "", TABLE_TEXT },
						       { "count", "count", TABLE_INTEGER } };
	struct table *t = table_new("records", "Records", columns, 3);

	for (uint16_t type = 1; type < 256; type++) {
		union table_cell row[] = { { .integer = type },
					   { .text = ev_name(type) },
					   { .integer = (int64_t)w->counts[type] } };

		if (w->counts[type])
			table_add(t, row);
	}
	if (w->counts[0])
		table_add(t, (union table_cell[]){ { .integer = 0 },
						   { .text = "other" },
						   { .integer = (int64_t)w->counts[0] } });
	result_take_table(ret, t);
}

static void add_epochs(struct result *ret, const struct world *w)
{
	static const struct table_column columns[] = { { "epoch", "", TABLE_INTEGER },
						       { "began", "wall_ns", TABLE_INTEGER },
						       { "after", "ns", TABLE_INTEGER } };
	uint64_t start = world_start_ns(w);
	struct table *t = table_new("epochs", "Epochs", columns, 3);
	size_t n = 0;

	vec_for_each (c, &w->clocks) {
		union table_cell row[] = { { .integer = (int64_t)c->epoch },
					   { .integer = (int64_t)c->wall_ns },
					   { .integer = (int64_t)(c->mono_ns - start) } };

		if (c->epoch && n++ < MOST_ROWS)
			table_add(t, row);
	}
	result_take_table(ret, t);
}

static const char *module_kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[EV_MODULE_FILE] = "file", [EV_MODULE_KERNEL] = "kernel", [EV_MODULE_KMOD] = "kmod",
		[EV_MODULE_VDSO] = "vdso", [EV_MODULE_BPF] = "bpf",	  [EV_MODULE_ANON] = "anon",
	};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : "unknown";
}

static void add_modules(struct result *ret, const struct world *w)
{
	static const struct table_column columns[] = { { "kind", "", TABLE_TEXT },
						       { "module", "", TABLE_TEXT },
						       { "build-id", "", TABLE_TEXT },
						       { "mappings", "count", TABLE_INTEGER } };
	struct table *t = table_new("modules", "Modules", columns, 4);

	for (uint32_t i = 0; i < w->modules.list.n && i < MOST_ROWS; i++) {
		const struct tape_module *m = modules_get(&w->modules, i);
		struct words build_id = words_hex(m->build_id, m->build_id_size);
		union table_cell row[] = { { .text = module_kind_name(m->kind) },
					   { .text = m->path },
					   { .text = build_id.text },
					   { .integer = (int64_t)m->mappings } };

		table_add(t, row);
	}
	result_take_table(ret, t);
}

static void add_processes(struct result *ret, const struct analysis_input *in, struct lives *lives)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	{ "parent", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },	{ "seen", "ns", TABLE_INTEGER },
		{ "for", "ns", TABLE_INTEGER }, { "state", "", TABLE_TEXT },
		{ "cgroup", "", TABLE_TEXT },	{ "command line", "", TABLE_TEXT },
	};
	struct table *t = table_new("processes", "Processes", columns, 8);
	uint64_t start = world_start_ns(in->world);
	size_t n = 0;

	lives_sort(lives);
	vec_for_each (life, &lives->list) {
		union table_cell row[] = {
			{ .integer = life->tgid },
			{ .integer = life->ppid },
			{ .text = tasks_name(&in->world->tasks, life->name) },
			{ .integer = (int64_t)(life->from_ns - start) },
			{ .integer = (int64_t)(life->to_ns - life->from_ns) },
			{ .text = life->ended ? "ended" : "alive" },
			{ .text = world_cgroup_path(in->world, life->cgroup) },
			{ .text = life->cmdline },
		};

		if (n++ < MOST_ROWS)
			table_add(t, row);
	}
	result_take_table(ret, t);
}

static void add_gaps(struct result *ret, const struct world *w)
{
	static const struct table_column columns[] = {
		{ "what", "", TABLE_TEXT },	{ "after", "ns", TABLE_INTEGER },
		{ "for", "ns", TABLE_INTEGER }, { "records", "count", TABLE_INTEGER },
		{ "type", "", TABLE_TEXT },	{ "source", "", TABLE_TEXT },
	};
	uint64_t start = world_start_ns(w);
	struct table *t;
	size_t n = 0;

	if (!w->gaps.list.n)
		return;
	t = table_new("gaps", "What is missing", columns, 6);
	vec_for_each (gap, &w->gaps.list) {
		bool loss = gap->kind == GAP_LOSS;
		uint64_t from = gap->from_ns > start ? gap->from_ns : start;
		uint64_t to = gap->to_ns < w->last_ns ? gap->to_ns : w->last_ns;
		union table_cell row[] = {
			{ .text = gaps_kind_name(gap->kind) },
			{ .integer = (int64_t)(from - start) },
			{ .integer = to > from ? (int64_t)(to - from) : 0 },
			{ .integer = loss ? (int64_t)gap->count : 0 },
			{ .text = loss && gap->of_type ? ev_name((uint16_t)gap->of_type) : NULL },
			{ .text = loss ? recording_source_name(gap->source) : NULL },
		};

		if (n++ < MOST_ROWS)
			table_add(t, row);
	}
	result_take_table(ret, t);
}

static void note_long_tables(struct result *ret, const struct world *w, const struct lives *lives)
{
	if (w->clocks.n > MOST_ROWS || w->modules.list.n > MOST_ROWS || lives->list.n > MOST_ROWS ||
	    w->gaps.list.n > MOST_ROWS)
		result_add_note(ret, "long tables end after 100000 rows");
}

static void info_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct info *info = state;
	const struct world *w = in->world;

	result_take_table(ret, recording_table(in));
	add_texts(ret, &w->host, "host", "Host");
	add_texts(ret, &w->config, "config", "Options");
	add_cost(ret, &w->cost);
	add_records(ret, w);
	add_epochs(ret, w);
	add_modules(ret, w);
	add_processes(ret, in, &info->lives);
	add_gaps(ret, w);
	note_long_tables(ret, w, &info->lives);
}

static void info_done(void *state)
{
	lives_done(&((struct info *)state)->lives);
}

extern const struct analysis analysis_info;

const struct analysis analysis_info = {
	.name = "info",
	.help = "what the tape says about itself: host, options, cost, modules, processes",
	.title = "The tape",
	.wants = (const uint16_t[]){ 0 },
	.shapes = RESULT_TABLE,
	.state_size = sizeof(struct info),
	.on_process = info_on_process,
	.finish = info_finish,
	.done = info_done,
};
