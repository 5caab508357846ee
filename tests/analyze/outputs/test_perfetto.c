// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a written trace holds, read back by protobuf-c and put in order as
 * Perfetto does: by time, those of equal time as they stand in the file.
 */
#include "perfetto.pb-c.h"
#include "tests/analyze/outputs/timeline_maker.h"
#include "tests/support/test.h"

typedef Perftape__Perfetto__Trace Trace;
typedef Perftape__Perfetto__TracePacket Packet;
typedef Perftape__Perfetto__TrackEvent Event;
typedef Perftape__Perfetto__TrackDescriptor Track;

enum { BEGIN = 1, END, INSTANT, COUNTER };

struct ordered {
	const Packet *packet;
	size_t place;
};

struct reading {
	Trace *trace;
	struct ordered *events;
	size_t n;
	const char *names[256]; /* by iid */
	const char *details[256];
};

static int by_time(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;

	if (a->packet->timestamp != b->packet->timestamp)
		return a->packet->timestamp < b->packet->timestamp ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* A text must be told before it is used, and once. */
static void learn(struct reading *r, const Packet *packet)
{
	const Perftape__Perfetto__InternedData *data = packet->interned_data;

	for (size_t i = 0; data && i < data->n_event_names; i++) {
		assert_in_range(data->event_names[i]->iid, 1, 255);
		assert_null(r->names[data->event_names[i]->iid]);
		r->names[data->event_names[i]->iid] = data->event_names[i]->name;
	}
	for (size_t i = 0; data && i < data->n_debug_annotation_string_values; i++)
		r->details[data->debug_annotation_string_values[i]->iid] =
			(const char *)data->debug_annotation_string_values[i]->str.data;
	if (packet->track_event && packet->track_event->has_name_iid)
		assert_non_null(r->names[packet->track_event->name_iid]);
}

static void read_back(struct reading *r, struct timeline_maker *m)
{
	char *bytes = NULL;
	size_t size;

	*r = (struct reading){ 0 };
	assert_int_equal(maker_write_with(&m->maker, "perfetto", (struct output_options){ 0 },
					  &bytes, &size),
			 0);
	r->trace = perftape__perfetto__trace__unpack(NULL, size, (uint8_t *)bytes);
	free(bytes);
	assert_non_null(r->trace);
	r->events = calloc(r->trace->n_packet, sizeof(*r->events));
	for (size_t i = 0; i < r->trace->n_packet; i++) {
		const Packet *packet = r->trace->packet[i];

		learn(r, packet);
		assert_int_equal(packet->trusted_packet_sequence_id, 1);
		if (packet->track_event)
			r->events[r->n++] = (struct ordered){ packet, i };
	}
	qsort(r->events, r->n, sizeof(*r->events), by_time);
}

static void done(struct reading *r, struct timeline_maker *m)
{
	free(r->events);
	perftape__perfetto__trace__free_unpacked(r->trace, NULL);
	timeline_maker_done(m);
}

static const Event *event_at(const struct reading *r, size_t i)
{
	return r->events[i].packet->track_event;
}

static const Track *track_of(const struct reading *r, uint64_t uuid)
{
	for (size_t i = 0; i < r->trace->n_packet; i++) {
		const Track *track = r->trace->packet[i]->track_descriptor;

		if (track && track->uuid == uuid)
			return track;
	}
	fail_msg("no track of uuid %lu", (unsigned long)uuid);
	return NULL;
}

/* The first event of this name and type. */
static const Event *find(const struct reading *r, int type, const char *name, uint64_t *ns)
{
	for (size_t i = 0; i < r->n; i++) {
		const Event *e = event_at(r, i);

		*ns = r->events[i].packet->timestamp;
		if ((int)e->type == type && e->has_name_iid &&
		    strcmp(r->names[e->name_iid], name) == 0)
			return e;
	}
	fail_msg("no event %s", name);
	return NULL;
}

/* Ends each begun slice of each track as Perfetto would, and gives how long all lasted. */
static uint64_t play(const struct reading *r)
{
	static struct {
		uint64_t uuid, begun[512];
		size_t n;
	} open[64];
	uint64_t sum = 0;
	size_t n_open = 0;

	for (size_t i = 0; i < r->n; i++) {
		const Event *e = event_at(r, i);
		size_t k = 0;

		while (k < n_open && open[k].uuid != e->track_uuid)
			k++;
		assert_in_range(k, 0, 63);
		if (k == n_open)
			open[n_open++].n = 0;
		open[k].uuid = e->track_uuid;
		track_of(r, e->track_uuid);
		if ((int)e->type == BEGIN) {
			assert_in_range(open[k].n, 0, 511);
			open[k].begun[open[k].n++] = r->events[i].packet->timestamp;
		} else if ((int)e->type == END) {
			assert_true(open[k].n > 0);
			sum += r->events[i].packet->timestamp - open[k].begun[--open[k].n];
		}
	}
	for (size_t k = 0; k < n_open; k++)
		assert_int_equal(open[k].n, 0);
	return sum;
}

static void every_slice_begins_and_ends_on_its_track(void **state)
{
	struct timeline_maker m;
	struct reading r;

	(void)state;
	timeline_maker_demo(&m);
	read_back(&r, &m);
	assert_int_equal(play(&r), 3000); /* three tracks of 1000 ns each */
	done(&r, &m);
}

static void tracks_say_process_thread_and_counter(void **state)
{
	struct timeline_maker m;
	struct reading r;

	(void)state;
	timeline_maker_demo(&m);
	read_back(&r, &m);
	assert_null(track_of(&r, 1)->process);
	assert_string_equal(track_of(&r, 2)->counter->unit_name, "tasks");
	assert_int_equal(track_of(&r, 3)->process->pid, 7);
	assert_string_equal(track_of(&r, 3)->process->process_name, "app");
	assert_int_equal(track_of(&r, 4)->thread->tid, 70);
	assert_int_equal(track_of(&r, 4)->parent_uuid, 3);
	assert_int_equal(track_of(&r, 5)->sibling_order_rank, 5);
	assert_int_equal(track_of(&r, 0)->process_ordering, 1);
	done(&r, &m);
}

static void clocks_lead_from_monotonic_to_wall_time(void **state)
{
	const Packet *head;
	struct timeline_maker m;
	struct reading r;

	(void)state;
	timeline_maker_demo(&m);
	read_back(&r, &m);
	head = r.trace->packet[0];
	assert_int_equal(head->sequence_flags, 1);
	assert_true(head->first_packet_on_sequence);
	assert_int_equal(head->trace_packet_defaults->timestamp_clock_id, 3);
	assert_int_equal(head->clock_snapshot->primary_trace_clock, 3);
	assert_int_equal(head->clock_snapshot->clocks[0]->timestamp, 1000);
	assert_int_equal(head->clock_snapshot->clocks[1]->clock_id, 1);
	assert_int_equal(head->clock_snapshot->clocks[1]->timestamp, 1767225600000000000);
	done(&r, &m);
}

static void link_is_a_flow_from_an_instant_to_the_slice_that_begins(void **state)
{
	const Event *from, *to;
	struct timeline_maker m;
	struct reading r;
	uint64_t ns;

	(void)state;
	timeline_maker_demo(&m);
	read_back(&r, &m);
	from = find(&r, INSTANT, "wakes", &ns);
	assert_int_equal(ns, 1390);
	assert_int_equal(from->track_uuid, 4);
	assert_int_equal(from->n_flow_ids, 1);
	to = find(&r, BEGIN, "runnable", &ns);
	assert_int_equal(to->n_terminating_flow_ids, 1);
	assert_int_equal(to->terminating_flow_ids[0], from->flow_ids[0]);
	done(&r, &m);
}

static void link_to_where_no_slice_begins_ends_at_an_instant(void **state)
{
	struct timeline_maker m;
	struct reading r;
	uint32_t track;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "t", TIMELINE_TRACK_THREAD, TIMELINE_NO_PARENT);
	timeline_add_link(m.timeline, &(struct timeline_link){ track, track, 5, UINT64_MAX, "w" });
	timeline_add_link(m.timeline, &(struct timeline_link){ track, track, 9, 8, "backwards" });
	read_back(&r, &m);
	assert_int_equal(r.n, 3); /* with the report's own instant */
	assert_int_equal(event_at(&r, 2)->n_terminating_flow_ids, 1);
	assert_int_equal((int)event_at(&r, 2)->type, INSTANT);
	done(&r, &m);
}

static void slices_that_overlap_get_tracks_of_their_own(void **state)
{
	struct timeline_maker m;
	struct reading r;
	uint32_t track;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "lost", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	timeline_maker_slice(&m, track, 0, 10, "a");
	timeline_maker_slice(&m, track, 2, 4, "inside");
	timeline_maker_slice(&m, track, 5, 15, "across");
	timeline_maker_slice(&m, track, 10, 12, "after");
	read_back(&r, &m);
	assert_int_equal(play(&r), 24);
	assert_string_equal(track_of(&r, (1ull << 32) | 1)->name, "lost");
	assert_int_equal(track_of(&r, (1ull << 32) | 1)->parent_uuid, 1);
	done(&r, &m);
}

static void slices_beyond_all_lanes_are_instants_that_tell_how_long(void **state)
{
	struct timeline_maker m;
	struct reading r;
	uint32_t track;
	uint64_t lasts = 0;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "many", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	for (uint64_t i = 0; i < 33; i++)
		timeline_maker_slice(&m, track, i, 100 + i, "s");
	read_back(&r, &m);
	assert_int_equal(play(&r), 32 * 100);
	for (size_t i = 0; i < r.n; i++) {
		if (event_at(&r, i)->n_debug_annotations)
			lasts += event_at(&r, i)->debug_annotations[0]->uint_value;
	}
	assert_int_equal(lasts, 100);
	done(&r, &m);
}

static void deep_nests_stay_below_what_perfetto_takes(void **state)
{
	struct timeline_maker m;
	struct reading r;
	uint32_t track;
	uint64_t sum = 0;

	(void)state;
	timeline_maker_init(&m);
	track = timeline_maker_track(&m, "deep", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	for (uint64_t i = 0; i < 600; i++) {
		timeline_maker_slice(&m, track, i, 2000 - i, "s");
		sum += 2000 - 2 * i;
	}
	read_back(&r, &m);
	assert_int_equal(play(&r), sum);
	done(&r, &m);
}

static void counters_have_values_zero_too(void **state)
{
	struct timeline_maker m;
	struct reading r;
	size_t n = 0;

	(void)state;
	timeline_maker_demo(&m);
	read_back(&r, &m);
	for (size_t i = 0; i < r.n; i++) {
		if ((int)event_at(&r, i)->type != COUNTER)
			continue;
		assert_true(event_at(&r, i)->has_counter_value);
		assert_int_equal(event_at(&r, i)->counter_value, n);
		n++;
	}
	assert_int_equal(n, 2);
	done(&r, &m);
}

static void details_and_hostile_names_are_clean_texts(void **state)
{
	struct timeline_maker m;
	struct reading r;
	const Event *e;
	uint64_t ns;

	(void)state;
	timeline_maker_init(&m);
	timeline_maker_track(&m, "bad\xff\x1b", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	timeline_add_slice(m.timeline, &(struct timeline_slice){
					       .end_ns = 5, .name = "\xc3(", .detail = "d\n" });
	read_back(&r, &m);
	assert_string_equal(track_of(&r, 1)->name, "bad\\xff\\x1b");
	e = find(&r, BEGIN, "\\xc3(", &ns);
	assert_memory_equal(r.details[e->debug_annotations[0]->string_value_iid], "d\\x0a", 5);
	done(&r, &m);
}

static void coverage_and_notes_are_on_a_track_of_their_own(void **state)
{
	struct timeline_maker m;
	struct reading r;

	(void)state;
	timeline_maker_demo(&m);
	result_add_note(m.maker.result, "the disk was slow");
	result_coverage(m.maker.result)->lost_events = 4;
	read_back(&r, &m);
	assert_non_null(strstr(track_of(&r, 6)->description, "Note: the disk was slow\n"));
	assert_non_null(strstr(track_of(&r, 6)->description, "Coverage: incomplete: 4 events"));
	for (size_t i = 0; i < r.n; i++) {
		if (event_at(&r, i)->track_uuid == 6)
			assert_non_null(strstr(r.names[event_at(&r, i)->name_iid], "4 events"));
	}
	done(&r, &m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slice_begins_and_ends_on_its_track),
		cmocka_unit_test(tracks_say_process_thread_and_counter),
		cmocka_unit_test(clocks_lead_from_monotonic_to_wall_time),
		cmocka_unit_test(link_is_a_flow_from_an_instant_to_the_slice_that_begins),
		cmocka_unit_test(link_to_where_no_slice_begins_ends_at_an_instant),
		cmocka_unit_test(slices_that_overlap_get_tracks_of_their_own),
		cmocka_unit_test(slices_beyond_all_lanes_are_instants_that_tell_how_long),
		cmocka_unit_test(deep_nests_stay_below_what_perfetto_takes),
		cmocka_unit_test(counters_have_values_zero_too),
		cmocka_unit_test(details_and_hostile_names_are_clean_texts),
		cmocka_unit_test(coverage_and_notes_are_on_a_track_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
