// SPDX-License-Identifier: BSD-2-Clause
/* See pipeline.h. What is lost or unknown on the way ends up in the result's coverage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "analyze/analyses/frames.h"
#include "analyze/base/memory.h"
#include "analyze/pipeline.h"
#include "analyze/replay/order.h"
#include "analyze/unwind/unwind.h"

#define MOST_NOTES	20
/* How many records before its turn an event is announced: some hundred nanoseconds. */
#define AHEAD		8
/* A few bytes of a packed tape may be a long name. */
#define MOST_NAME_BYTES ((size_t)512 << 20)

struct pipeline {
	struct tape_reader *reader;
	const struct analysis *analysis;
	struct filter filter;
	bool filter_is_active;
	struct world *world;
	struct order *order;
	struct result *result;
	struct bundle *bundle;
	struct cfi_store *cfi;
	void *state;
	struct analysis_input in;
	bool wanted[256];   /* by record type */
	bool filtered[256]; /* of these the analysis gets what passes */
	bool gaps_first;    /* they are known before the first event */
	size_t name_bytes;  /* of all symbols and lines */
	uint64_t events;
	uint64_t left_out; /* of them, by the filter, whether the analysis got them or not */
	uint64_t first_ns, last_ns; /* of the events that passed */
};

static void pipeline_done(struct pipeline *p)
{
	if (p->state && p->analysis->done)
		p->analysis->done(p->state);
	free(p->state);
	unwinder_free(p->in.unwinder);
	cfi_store_free(p->cfi);
	order_free(p->order);
	world_free(p->world);
	result_free(p->result);
	bundle_free(p->bundle);
}

/* A block of a kind that is new to this version is none. */
static bool is_damage(const struct tape_damage *place)
{
	return place->kind != TAPE_DAMAGE_UNKNOWN;
}

static void add_damage(struct pipeline *p)
{
	for (size_t i = 0; i < p->in.health.n_places; i++) {
		if (is_damage(&p->in.health.places[i]))
			gaps_damage(&p->world->gaps, &p->in.health.places[i]);
	}
}

/* --- the beginning --- */

/*
 * The first epoch that can be read says how the tape was made; that is known
 * before the first event even if the block that said it then is lost.
 */
static int preview(struct pipeline *p, struct tape_error *err)
{
	struct tape_block *block;
	bool found = false;
	int rc = 0;

	while (!found && (rc = tape_reader_next(p->reader, &block, err)) > 0) {
		found = block->header.kind == TAPE_BLOCK_EPOCH;
		if (found) {
			tape_block_for_each (block, record) {
				world_preview(p->world, record);
			}
		}
		tape_block_free(block);
	}
	tape_reader_rewind(p->reader);
	return rc < 0 ? rc : 0;
}

/* What is not there, before anything that is: a wait may overlap a loss that is told later. */
static int find_gaps(struct pipeline *p, struct tape_error *err)
{
	struct tape_block *block;
	int rc;

	while ((rc = tape_reader_next(p->reader, &block, err)) > 0) {
		tape_block_for_each (block, record) {
			world_preview_gap(p->world, record);
		}
		tape_block_free(block);
	}
	tape_reader_health(p->reader, &p->in.health);
	add_damage(p);
	world_close_gaps(p->world);
	tape_reader_rewind(p->reader);
	return rc;
}

static void add_cfi(struct pipeline *p, struct modules *modules, const struct ev_header *record)
{
	const struct ev_cfi *cfi = (const struct ev_cfi *)record;
	uint32_t index;

	if (record->type == EV_MODULE)
		modules_define(modules, (const struct ev_module *)record);
	if (record->type != EV_CFI)
		return;
	index = modules_index(modules, cfi->module);
	if (index != MODULES_NONE)
		cfi_store_add(p->cfi, modules_get(modules, index), cfi);
}

/*
 * How frames are unwound stands behind the run, and is needed from the first stack
 * on. Its blocks repeat the modules that they name. All others are passed over.
 */
static int find_cfi(struct pipeline *p, struct tape_error *err)
{
	CLEANUP(modules_done) struct modules modules = { 0 };
	struct tape_block_header next;
	struct tape_block *block;
	int rc = 0;

	while (rc >= 0 && tape_reader_peek(p->reader, &next) > 0) {
		if (next.kind != TAPE_BLOCK_SYMBOLS) {
			tape_reader_skip(p->reader);
			continue;
		}
		rc = tape_reader_next(p->reader, &block, err);
		if (rc <= 0)
			break;
		tape_block_for_each (block, record) {
			add_cfi(p, &modules, record);
		}
		tape_block_free(block);
	}
	tape_reader_rewind(p->reader);
	return rc < 0 ? rc : 0;
}

static bool passes(const struct analysis_input *in, const struct thread *thread)
{
	return filter_passes_thread(in->filter, in->world, thread);
}

static void on_process_end(void *arg, const struct process *process)
{
	struct pipeline *p = arg;

	p->analysis->on_process(p->state, &p->in, process);
}

static void set_types(struct pipeline *p)
{
	const struct analysis *a = p->analysis;

	for (const uint16_t *type = a->wants; *type; type++) {
		p->wanted[*type & 255] = true;
		p->filtered[*type & 255] = !a->unfiltered;
	}
	for (const uint16_t *type = a->filtered; type && *type; type++)
		p->filtered[*type & 255] = true;
}

static int begin(struct pipeline *p, const struct pipeline_options *options, struct tape_error *err)
{
	const struct tape_file_header *header;
	bool known;
	int rc;

	p->filter = *options->filter;
	p->filter_is_active = filter_is_active(&p->filter);
	p->world = world_new();
	p->result = result_new(p->analysis->name, p->analysis->title);
	p->bundle = bundle_new();
	p->cfi = cfi_store_new(&options->files);
	p->in.unwinder = unwinder_new(p->cfi);
	p->state = memory_alloc(p->analysis->state_size);
	header = tape_reader_header(p->reader, &known);
	if (known)
		world_set_start(p->world, header->mono_ns, header->wall_ns);
	rc = preview(p, err);
	p->gaps_first = p->analysis->needs_gaps ||
			(p->analysis->asks_gaps && p->analysis->asks_gaps(p->world));
	if (rc == 0 && p->gaps_first)
		rc = find_gaps(p, err);
	if (rc >= 0)
		rc = find_cfi(p, err);
	if (rc < 0)
		return rc;

	p->order = order_new(p->reader, ORDER_LIMIT);
	filter_bind(&p->filter, p->world);
	set_types(p);
	p->in.world = p->world;
	p->in.options = options->options;
	p->in.until_ns = p->filter.to_ns;
	p->in.filter = &p->filter;
	p->in.passes = passes;
	p->in.file_bytes = options->file_bytes;
	p->in.from_ns = world_start_ns(p->world);
	if (p->in.from_ns < p->filter.from_ns)
		p->in.from_ns = p->filter.from_ns;
	if (p->analysis->on_process) {
		p->world->tasks.on_end = on_process_end;
		p->world->tasks.on_end_arg = p;
	}
	if (p->analysis->begin)
		p->analysis->begin(p->state, &p->in);
	return 0;
}

/* --- the middle --- */

/* The module that a record of names is about. Returns 1 or 0: too much, or not known. */
static int names_module(struct pipeline *p, const struct ev_header *record, uint32_t number,
			struct module *ret)
{
	uint32_t index = modules_index(&p->world->modules, number);

	p->name_bytes += ev_size(record);
	if (index == MODULES_NONE || p->name_bytes > MOST_NAME_BYTES)
		return 0;
	*ret = frames_module(modules_get(&p->world->modules, index));
	return 1;
}

static void add_symbol(struct pipeline *p, const struct ev_symbol *record)
{
	struct symbol symbol = { record->start, record->size, record->name,
				 (enum ev_symbol_origin)record->origin };
	struct module module;

	if (names_module(p, &record->h, record->module, &module))
		bundle_add(p->bundle, &module, &symbol);
}

/* Lines that make no sense are none: the frame keeps its name. */
static void add_lines(struct pipeline *p, const struct ev_line *record)
{
	struct symbol range = { record->start, record->size, "",
				(enum ev_symbol_origin)record->origin };
	struct module module;

	if (names_module(p, &record->h, record->module, &module))
		bundle_add_lines(p->bundle, &module, &range, record->text);
}

static void add_names(struct pipeline *p, const struct ev_header *definition)
{
	if (definition->type == EV_SYMBOL)
		add_symbol(p, (const struct ev_symbol *)definition);
	else if (definition->type == EV_LINE)
		add_lines(p, (const struct ev_line *)definition);
}

static void run_event(struct pipeline *p, const struct ev_header *event)
{
	const struct thread *thread = tasks_thread(&p->world->tasks, event);
	const bool filtered = p->filtered[event->type];

	p->events++;
	if ((filtered || p->filter_is_active) &&
	    !filter_passes(&p->filter, p->world, thread, event)) {
		p->left_out++;
		if (filtered)
			return;
	}
	p->in.events++;
	if (!p->first_ns || event->time_ns < p->first_ns)
		p->first_ns = event->time_ns;
	if (event->time_ns > p->last_ns)
		p->last_ns = event->time_ns;
	p->analysis->on_event(p->state, &p->in, thread, event);
}

static bool is_wanted(const struct pipeline *p, const struct ev_header *record)
{
	return record->type < 256 && p->wanted[record->type];
}

/* Announces the event that comes a little after the i'th record. */
static void look_ahead(const struct pipeline *p, const struct order_batch *batch, size_t i)
{
	const struct ev_header *record;

	if (!p->analysis->soon || i + AHEAD >= batch->n_records)
		return;
	record = batch->records[i + AHEAD].record;
	if (is_wanted(p, record))
		p->analysis->soon(p->state, &p->in, record);
}

static void run_batch(struct pipeline *p, const struct order_batch *batch)
{
	world_begin_batch(p->world, batch);
	for (size_t i = 0; i < batch->n_definitions; i++)
		add_names(p, batch->definitions[i]);
	for (size_t i = 0; i < batch->n_records; i++) {
		const struct ev_header *record = batch->records[i].record;

		look_ahead(p, batch, i);
		world_apply(p->world, record);
		if (is_wanted(p, record))
			run_event(p, record);
	}
}

/* --- the end --- */

static void fill_coverage(struct pipeline *p)
{
	const struct world *w = p->world;
	const struct tape_health *health = &p->in.health;
	struct coverage *c = result_coverage(p->result);

	c->records = w->records;
	c->lost_events = gaps_lost_events(&w->gaps, p->filter.from_ns, p->filter.to_ns);
	c->lost_ns = gaps_covered_ns(&w->gaps, GAP_LOSS, p->in.from_ns, p->in.to_ns);
	c->paused_ns = gaps_covered_ns(&w->gaps, GAP_PAUSE, p->in.from_ns, p->in.to_ns);
	for (size_t i = 0; i < health->n_places; i++)
		c->damaged_places += is_damage(&health->places[i]);
	c->lost_blocks = health->lost_blocks;
	c->lost_bytes = health->lost_bytes;
	c->unknown_records = health->unknown_records + health->bad_records;
	c->complete = health->complete;
	c->filtered = p->left_out > 0;
	c->first_ns = p->first_ns;
	c->last_ns = p->last_ns;
}

static void fill_notes(struct pipeline *p)
{
	const struct facts *notes = &p->world->notes;
	char filter[512], text[600];

	if (p->events && !p->in.events) {
		filter_describe(&p->filter, filter, sizeof(filter));
		snprintf(text, sizeof(text), "no sample matches %s", filter);
		result_add_note(p->result, text);
	}
	if (p->in.health.unknown_blocks) {
		snprintf(text, sizeof(text),
			 "parts of the tape are of kinds that this version does not know "
			 "(blocks: %llu); a newer analyze can read them",
			 (unsigned long long)p->in.health.unknown_blocks);
		result_add_note(p->result, text);
	}
	for (size_t i = 0; i < facts_count(notes) && i < MOST_NOTES; i++)
		result_add_note(p->result, facts_key(notes, i));
	if (facts_count(notes) > MOST_NOTES)
		result_add_note(p->result, "there are more remarks: see analyze info");
}

static void finish(struct pipeline *p)
{
	const struct world *w = p->world;

	tape_reader_health(p->reader, &p->in.health);
	if (!p->gaps_first)
		add_damage(p);
	p->in.to_ns = w->last_ns < p->filter.to_ns ? w->last_ns : p->filter.to_ns;
	if (p->in.to_ns < p->in.from_ns)
		p->in.to_ns = p->in.from_ns;
	tasks_end_all(&p->world->tasks);
	fill_coverage(p);
	fill_notes(p);
	if (p->analysis->finish)
		p->analysis->finish(p->state, &p->in, p->result);
}

int pipeline_run(struct tape_reader *reader, const struct pipeline_options *options,
		 struct pipeline_report *ret, struct tape_error *err)
{
	CLEANUP(pipeline_done) struct pipeline p = { .reader = reader };
	struct order_batch batch;
	int rc;

	p.analysis = options->analysis;
	rc = begin(&p, options, err);
	while (rc >= 0 && (rc = order_next(p.order, &batch, err)) > 0)
		run_batch(&p, &batch);
	if (rc < 0)
		return rc;
	finish(&p);

	ret->events = p.events;
	ret->passed = p.in.events;
	ret->result = TAKE(p.result);
	ret->bundle = TAKE(p.bundle);
	return 0;
}

void pipeline_report_done(struct pipeline_report *report)
{
	result_free(report->result);
	bundle_free(report->bundle);
	*report = (struct pipeline_report){ 0 };
}
