// SPDX-License-Identifier: BSD-2-Clause
/* See perfetto_writer.h; perfetto.proto says what the numbers mean. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/perfetto_writer.h"
#include "perfetto.pb-c.h"

#define SEQUENCE      1
#define STATE_CLEARED 1
#define NEEDS_STATE   2
#define REALTIME      1
#define MONOTONIC     3
#define EXPLICIT      3 /* order of children */
#define KEY_DETAIL    1 /* iids of annotations' names */
#define KEY_LASTS     2
#define LANE_SHIFT    32

enum said { SAID_NAME = 1, SAID_DETAIL = 2 };

/* What one packet tells before it uses it. */
struct news {
	Perftape__Perfetto__InternedData data;
	Perftape__Perfetto__InternedName name, category, keys[2];
	Perftape__Perfetto__InternedName *names[1], *categories[1], *key_list[2];
	Perftape__Perfetto__InternedText detail, *details[1];
};

void perfetto_writer_init(struct perfetto_writer *w, FILE *out, const struct timeline *t)
{
	*w = (struct perfetto_writer){ .out = { .file = out }, .timeline = t };
	w->iids = memory_alloc(timeline_n_texts(t) * sizeof(*w->iids));
}

void perfetto_writer_done(struct perfetto_writer *w)
{
	intern_done(&w->texts);
	free(w->iids);
	vec_done(&w->said);
	vec_done(&w->packed);
}

static void write_packet(struct perfetto_writer *w, Perftape__Perfetto__TracePacket *packet)
{
	Perftape__Perfetto__Trace trace = PERFTAPE__PERFETTO__TRACE__INIT;
	size_t size;

	packet->has_trusted_packet_sequence_id = true;
	packet->trusted_packet_sequence_id = SEQUENCE;
	trace.n_packet = 1;
	trace.packet = &packet;
	size = perftape__perfetto__trace__get_packed_size(&trace);
	while (w->packed.room < size)
		w->packed.items = vec_grow(w->packed.items, w->packed.room, &w->packed.room, 1);
	perftape__perfetto__trace__pack(&trace, w->packed.items);
	sink_put(&w->out, w->packed.items, size);
}

/* --- the head --- */

static void write_clocks(struct perfetto_writer *w, uint64_t mono_ns)
{
	Perftape__Perfetto__TracePacket packet = PERFTAPE__PERFETTO__TRACE_PACKET__INIT;
	Perftape__Perfetto__TracePacketDefaults defaults =
		PERFTAPE__PERFETTO__TRACE_PACKET_DEFAULTS__INIT;
	Perftape__Perfetto__ClockSnapshot snapshot = PERFTAPE__PERFETTO__CLOCK_SNAPSHOT__INIT;
	Perftape__Perfetto__ClockSnapshot__Clock mono =
		PERFTAPE__PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT;
	Perftape__Perfetto__ClockSnapshot__Clock wall = mono, *clocks[] = { &mono, &wall };

	mono.has_clock_id = mono.has_timestamp = wall.has_clock_id = wall.has_timestamp = true;
	mono.clock_id = MONOTONIC;
	mono.timestamp = mono_ns;
	wall.clock_id = REALTIME;
	wall.timestamp = timeline_wall_ns(w->timeline, mono_ns);
	snapshot.clocks = clocks;
	snapshot.n_clocks = wall.timestamp ? 2 : 1;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = MONOTONIC;
	defaults.has_timestamp_clock_id = true;
	defaults.timestamp_clock_id = MONOTONIC;
	packet.clock_snapshot = &snapshot;
	packet.trace_packet_defaults = &defaults;
	packet.has_sequence_flags = packet.has_first_packet_on_sequence = true;
	packet.sequence_flags = STATE_CLEARED;
	packet.first_packet_on_sequence = true;
	write_packet(w, &packet);
}

static void write_descriptor(struct perfetto_writer *w,
			     Perftape__Perfetto__TrackDescriptor *descriptor)
{
	Perftape__Perfetto__TracePacket packet = PERFTAPE__PERFETTO__TRACE_PACKET__INIT;

	packet.track_descriptor = descriptor;
	write_packet(w, &packet);
}

void perfetto_writer_head(struct perfetto_writer *w, uint64_t first_ns)
{
	Perftape__Perfetto__TrackDescriptor root = PERFTAPE__PERFETTO__TRACK_DESCRIPTOR__INIT;

	write_clocks(w, first_ns);
	root.has_uuid = root.has_child_ordering = root.has_process_ordering = true;
	root.child_ordering = EXPLICIT;
	root.process_ordering = 1;
	write_descriptor(w, &root);
}

/* --- tracks --- */

static uint64_t uuid_of(uint32_t track, size_t lane)
{
	return ((uint64_t)lane << LANE_SHIFT) | ((uint64_t)track + 1);
}

/* What Perfetto takes for a process or a thread; 0 is its idle task. */
static bool is_id(uint32_t id)
{
	return id > 0 && id <= INT32_MAX;
}

static void set_counter(const struct timeline_track *t, Perftape__Perfetto__CounterDescriptor *c,
			struct arena *a)
{
	static const char *const units[] = { "ns", "count", "bytes" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(t->unit, units[i]) == 0) {
			c->has_unit = true;
			c->unit = (int32_t)i + 1;
			return;
		}
	}
	if (t->unit[0])
		c->unit_name = (char *)(uintptr_t)clean_text(a, t->unit);
}

/* Perfetto shows the number behind a name: "nginx (12)" would have it twice. */
static char *bare_name(const char *clean, uint32_t id, struct arena *a)
{
	char number[16], *name = arena_copy_text(a, clean);
	int size = snprintf(number, sizeof(number), " (%u)", id);
	size_t length = strlen(name);

	if (length > (size_t)size && strcmp(name + length - size, number) == 0)
		name[length - (size_t)size] = '\0';
	return name;
}

static void write_first_lane(struct perfetto_writer *w, const struct timeline_track *t,
			     Perftape__Perfetto__TrackDescriptor *d, struct arena *a)
{
	Perftape__Perfetto__ProcessDescriptor process =
		PERFTAPE__PERFETTO__PROCESS_DESCRIPTOR__INIT;
	Perftape__Perfetto__ThreadDescriptor thread = PERFTAPE__PERFETTO__THREAD_DESCRIPTOR__INIT;
	Perftape__Perfetto__CounterDescriptor counter =
		PERFTAPE__PERFETTO__COUNTER_DESCRIPTOR__INIT;

	process.has_pid = thread.has_pid = thread.has_tid = true;
	process.pid = thread.pid = (int32_t)t->pid;
	thread.tid = t->tid;
	process.process_name = bare_name(d->name, t->pid, a);
	thread.thread_name = bare_name(d->name, t->tid, a);
	if (t->kind == TIMELINE_TRACK_PROCESS && is_id(t->pid))
		d->process = &process;
	if (t->kind == TIMELINE_TRACK_THREAD && is_id(t->pid) && is_id(t->tid))
		d->thread = &thread;
	set_counter(t, &counter, a);
	if (t->kind == TIMELINE_TRACK_COUNTER)
		d->counter = &counter;
	d->has_child_ordering = true;
	d->child_ordering = EXPLICIT;
	write_descriptor(w, d);
}

void perfetto_writer_track(struct perfetto_writer *w, uint32_t track, size_t lane)
{
	const struct timeline_track *t = timeline_track(w->timeline, track);
	Perftape__Perfetto__TrackDescriptor d = PERFTAPE__PERFETTO__TRACK_DESCRIPTOR__INIT;
	struct arena arena = { 0 };

	d.has_uuid = true;
	d.uuid = uuid_of(track, lane);
	d.name = (char *)(uintptr_t)clean_text(&arena, t->name);
	d.has_sibling_order_rank = track < INT32_MAX;
	d.sibling_order_rank = (int32_t)track + 1;
	d.has_parent_uuid = lane || t->parent != TIMELINE_NO_PARENT;
	d.parent_uuid = uuid_of(lane ? track : t->parent, 0);
	if (lane)
		write_descriptor(w, &d);
	else
		write_first_lane(w, t, &d, &arena);
	arena_done(&arena);
}

/* --- events --- */

static uint64_t iid_of(struct perfetto_writer *w, const char *text)
{
	struct arena scratch = { 0 };
	uint32_t number = intern_text(&w->texts, clean_text(&scratch, text));

	arena_done(&scratch);
	while (w->said.n <= number)
		*vec_push(&w->said) = 0;
	return (uint64_t)number + 1;
}

static uint64_t iid_of_number(struct perfetto_writer *w, uint32_t text)
{
	if (!w->iids[text])
		w->iids[text] = (uint32_t)iid_of(w, timeline_text(w->timeline, text));
	return w->iids[text];
}

/* Whether it is to be told now. */
static bool is_new(uint8_t *said, uint8_t what)
{
	bool known = *said & what;

	*said |= what;
	return !known;
}

static Perftape__Perfetto__InternedName interned(uint64_t iid, const char *text)
{
	Perftape__Perfetto__InternedName name = PERFTAPE__PERFETTO__INTERNED_NAME__INIT;

	name.has_iid = true;
	name.iid = iid;
	name.name = (char *)(uintptr_t)text;
	return name;
}

static void tell_name(struct perfetto_writer *w, struct news *n, uint64_t iid)
{
	if (!is_new(&w->said.items[iid - 1], SAID_NAME))
		return;
	n->name = interned(iid, intern_get_text(&w->texts, (uint32_t)iid - 1));
	n->names[0] = &n->name;
	n->data.event_names = n->names;
	n->data.n_event_names = 1;
}

static void tell_category(struct perfetto_writer *w, struct news *n, enum timeline_category c)
{
	if (!is_new(&w->said_kinds, (uint8_t)(1u << c)))
		return;
	n->category = interned(c, timeline_category_name(c));
	n->categories[0] = &n->category;
	n->data.event_categories = n->categories;
	n->data.n_event_categories = 1;
}

static void tell_keys(struct perfetto_writer *w, struct news *n)
{
	if (w->said_keys)
		return;
	w->said_keys = true;
	n->keys[0] = interned(KEY_DETAIL, "detail");
	n->keys[1] = interned(KEY_LASTS, "lasts_ns");
	n->key_list[0] = &n->keys[0];
	n->key_list[1] = &n->keys[1];
	n->data.debug_annotation_names = n->key_list;
	n->data.n_debug_annotation_names = 2;
}

static void tell_detail(struct perfetto_writer *w, struct news *n, uint64_t iid)
{
	const char *text = intern_get_text(&w->texts, (uint32_t)iid - 1);

	if (!is_new(&w->said.items[iid - 1], SAID_DETAIL))
		return;
	n->detail = (Perftape__Perfetto__InternedText)PERFTAPE__PERFETTO__INTERNED_TEXT__INIT;
	n->detail.has_iid = n->detail.has_str = true;
	n->detail.iid = iid;
	n->detail.str.data = (uint8_t *)(uintptr_t)text;
	n->detail.str.len = strlen(text);
	n->details[0] = &n->detail;
	n->data.debug_annotation_string_values = n->details;
	n->data.n_debug_annotation_string_values = 1;
}

/* One annotation an event: an instant that lasts tells that rather than its detail. */
static void set_annotation(struct perfetto_writer *w, const struct perfetto_event *event,
			   Perftape__Perfetto__DebugAnnotation *a, struct news *news)
{
	tell_keys(w, news);
	a->has_name_iid = true;
	if (event->lasts_ns) {
		a->name_iid = KEY_LASTS;
		a->has_uint_value = true;
		a->uint_value = event->lasts_ns;
		return;
	}
	a->name_iid = KEY_DETAIL;
	a->has_string_value_iid = true;
	a->string_value_iid = iid_of_number(w, event->detail);
	tell_detail(w, news, a->string_value_iid);
}

static void write_event(struct perfetto_writer *w, Perftape__Perfetto__TrackEvent *out, uint64_t ns,
			Perftape__Perfetto__InternedData *news)
{
	Perftape__Perfetto__TracePacket packet = PERFTAPE__PERFETTO__TRACE_PACKET__INIT;

	packet.has_timestamp = packet.has_sequence_flags = true;
	packet.timestamp = ns;
	packet.sequence_flags = NEEDS_STATE;
	packet.track_event = out;
	if (news && (news->n_event_names || news->n_event_categories ||
		     news->n_debug_annotation_names || news->n_debug_annotation_string_values))
		packet.interned_data = news;
	write_packet(w, &packet);
}

static void set_flows(const struct perfetto_event *event, Perftape__Perfetto__TrackEvent *out)
{
	if (event->flow_from) {
		out->n_flow_ids = 1;
		out->flow_ids = (uint64_t *)(uintptr_t)&event->flow_from;
	}
	if (event->flow_to) {
		out->n_terminating_flow_ids = 1;
		out->terminating_flow_ids = (uint64_t *)(uintptr_t)&event->flow_to;
	}
}

void perfetto_writer_event(struct perfetto_writer *w, const struct perfetto_event *event)
{
	Perftape__Perfetto__TrackEvent out = PERFTAPE__PERFETTO__TRACK_EVENT__INIT;
	Perftape__Perfetto__DebugAnnotation note = PERFTAPE__PERFETTO__DEBUG_ANNOTATION__INIT;
	Perftape__Perfetto__DebugAnnotation *notes[] = { &note };
	uint64_t category = event->category;
	struct news news;

	news.data = (Perftape__Perfetto__InternedData)PERFTAPE__PERFETTO__INTERNED_DATA__INIT;
	out.has_type = out.has_track_uuid = true;
	out.type = (Perftape__Perfetto__TrackEvent__Type)event->type;
	out.track_uuid = uuid_of(event->track, (size_t)event->lane);
	if (event->name) {
		out.has_name_iid = true;
		out.name_iid =
			event->text ? iid_of_number(w, event->text - 1) : iid_of(w, event->name);
		tell_name(w, &news, out.name_iid);
	}
	if (category != TIMELINE_NONE) {
		out.n_category_iids = 1;
		out.category_iids = &category;
		tell_category(w, &news, event->category);
	}
	if (event->lasts_ns || event->detail != TIMELINE_NO_TEXT) {
		out.n_debug_annotations = 1;
		out.debug_annotations = notes;
		set_annotation(w, event, &note, &news);
	}
	set_flows(event, &out);
	out.has_counter_value = event->type == PERFETTO_COUNTER;
	out.counter_value = event->value;
	write_event(w, &out, event->ns, &news.data);
}

void perfetto_writer_report(struct perfetto_writer *w, uint64_t ns, const char *line,
			    const char *description)
{
	uint32_t track = (uint32_t)timeline_n_tracks(w->timeline);
	Perftape__Perfetto__TrackDescriptor d = PERFTAPE__PERFETTO__TRACK_DESCRIPTOR__INIT;

	d.has_uuid = true;
	d.uuid = uuid_of(track, 0);
	d.name = (char *)(uintptr_t) "perftape";
	d.description = (char *)(uintptr_t)description;
	write_descriptor(w, &d);
	perfetto_writer_event(w, &(struct perfetto_event){
					 .type = PERFETTO_INSTANT,
					 .ns = ns,
					 .track = track,
					 .name = line,
				 });
}
