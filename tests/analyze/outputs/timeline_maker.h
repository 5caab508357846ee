/* SPDX-License-Identifier: BSD-2-Clause */
/* Results that hold a timeline whose content is known, for the tests of outputs. */
#ifndef TESTS_ANALYZE_OUTPUTS_TIMELINE_MAKER_H
#define TESTS_ANALYZE_OUTPUTS_TIMELINE_MAKER_H

#include "tests/analyze/outputs/result_maker.h"

struct timeline_maker {
	struct maker maker; /* its profile is not in the result */
	struct timeline *timeline;
};

static inline void timeline_maker_init(struct timeline_maker *m)
{
	maker_init(&m->maker);
	result_free(m->maker.result);
	m->maker.result = result_new("timeline", "Threads over time");
	result_coverage(m->maker.result)->complete = true;
	m->timeline = timeline_new("sched", "Scheduling");
	timeline_set_clock(m->timeline, 1000, 1767225600000000000);
	result_take_timeline(m->maker.result, m->timeline);
}

static inline void timeline_maker_done(struct timeline_maker *m)
{
	maker_done(&m->maker);
}

static inline uint32_t timeline_maker_track(struct timeline_maker *m, const char *name,
					    enum timeline_track_kind kind, uint32_t parent)
{
	return timeline_add_track(m->timeline, &(struct timeline_track){ .name = name,
									 .parent = parent,
									 .kind = kind,
									 .pid = 7,
									 .tid = 70,
									 .unit = "tasks" });
}

static inline void timeline_maker_slice(struct timeline_maker *m, uint32_t track, uint64_t start_ns,
					uint64_t end_ns, const char *name)
{
	timeline_add_slice(m->timeline, &(struct timeline_slice){ .track = track,
								  .start_ns = start_ns,
								  .end_ns = end_ns,
								  .name = name });
}

static inline void timeline_maker_state(struct timeline_maker *m, uint32_t track,
					const uint64_t times[2], enum timeline_category category)
{
	timeline_add_slice(m->timeline, &(struct timeline_slice){
						.track = track,
						.start_ns = times[0],
						.end_ns = times[1],
						.name = timeline_category_name(category),
						.category = category,
						.detail = "leaf",
					});
}

/* A process of two threads, a CPU and a counter: 1000 ns to 2000 ns. */
static inline void timeline_maker_demo(struct timeline_maker *m)
{
	uint32_t cpu, queue, app, one, two;

	timeline_maker_init(m);
	cpu = timeline_maker_track(m, "CPU 0", TIMELINE_TRACK_CPU, TIMELINE_NO_PARENT);
	queue = timeline_maker_track(m, "queue", TIMELINE_TRACK_COUNTER, TIMELINE_NO_PARENT);
	app = timeline_maker_track(m, "app (7)", TIMELINE_TRACK_PROCESS, TIMELINE_NO_PARENT);
	one = timeline_maker_track(m, "one", TIMELINE_TRACK_THREAD, app);
	two = timeline_maker_track(m, "two", TIMELINE_TRACK_THREAD, app);
	timeline_maker_slice(m, cpu, 1000, 1500, "one");
	timeline_maker_slice(m, cpu, 1500, 2000, "two");
	timeline_maker_state(m, one, (uint64_t[]){ 1000, 1500 }, TIMELINE_RUNNING);
	timeline_maker_state(m, one, (uint64_t[]){ 1500, 2000 }, TIMELINE_BLOCKED);
	timeline_maker_state(m, two, (uint64_t[]){ 1000, 1400 }, TIMELINE_BLOCKED);
	timeline_maker_state(m, two, (uint64_t[]){ 1400, 1500 }, TIMELINE_RUNNABLE);
	timeline_maker_state(m, two, (uint64_t[]){ 1500, 2000 }, TIMELINE_RUNNING);
	timeline_maker_slice(m, one, 1200, 1200, "sample");
	timeline_add_point(m->timeline, queue, 1000, 0);
	timeline_add_point(m->timeline, queue, 1400, 1);
	timeline_add_link(m->timeline, &(struct timeline_link){ one, two, 1390, 1400, "wakes" });
}

#endif
