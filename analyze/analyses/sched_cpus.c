// SPDX-License-Identifier: BSD-2-Clause
/* See sched_cpus.h. */
#include <string.h>

#include "analyze/analyses/sched_cpus.h"

static const uint16_t relevant[] = { EV_SCHED_SWITCH, 0 };

void sched_cpus_init(struct sched_cpus *c, const struct gaps *gaps, uint64_t from_ns,
		     uint64_t to_ns)
{
	*c = (struct sched_cpus){ .from_ns = from_ns, .to_ns = to_ns };
	cover_init(&c->cover, gaps, relevant);
}

void sched_cpus_done(struct sched_cpus *c)
{
	vec_for_each (cpu, &c->list) {
		histogram_done(&cpu->latency);
	}
	vec_done(&c->list);
	cover_done(&c->cover);
}

struct sched_cpu *sched_cpus_get(struct sched_cpus *c, uint16_t cpu)
{
	while (c->list.n <= cpu)
		*vec_push(&c->list) = (struct sched_cpu){ 0 };
	return &c->list.items[cpu];
}

/* Since its last switch tid had the CPU. */
static void add_time(struct sched_cpus *c, struct sched_cpu *cpu, uint32_t tid, uint64_t until_ns)
{
	uint64_t from = cpu->since_ns > c->from_ns ? cpu->since_ns : c->from_ns;
	uint64_t to = until_ns < c->to_ns ? until_ns : c->to_ns;

	if (to > from && cover_is_whole(&c->cover, cpu->since_ns, until_ns))
		*(tid ? &cpu->busy_ns : &cpu->idle_ns) += to - from;
}

void sched_cpus_switch(struct sched_cpus *c, const struct ev_sched_switch *ev)
{
	struct sched_cpu *cpu = sched_cpus_get(c, ev->h.cpu);
	bool fits = ev->flags & EV_SCHED_PREV_WATCHED;

	if (cpu->seen)
		fits = fits && cpu->next_watched && cpu->next == ev->h.tid;
	else
		cpu->since_ns = c->watch_from ? c->watch_from : ev->h.time_ns;
	if (fits)
		add_time(c, cpu, ev->h.tid, ev->h.time_ns);
	cpu->seen = true;
	cpu->next = ev->next_tid;
	cpu->next_watched = ev->flags & EV_SCHED_NEXT_WATCHED;
	cpu->since_ns = ev->h.time_ns;
	if (ev->h.time_ns >= c->from_ns && ev->h.time_ns < c->to_ns)
		cpu->switches++;
}

void sched_cpus_finish(struct sched_cpus *c, uint64_t until_ns)
{
	vec_for_each (cpu, &c->list) {
		if (cpu->seen && cpu->next_watched)
			add_time(c, cpu, cpu->next, until_ns);
	}
}

size_t sched_cpus_count(const struct sched_cpus *c)
{
	size_t n = 0;

	vec_for_each (cpu, &c->list) {
		n += cpu->seen;
	}
	return n;
}

static void add_row(struct table *t, const struct sched_cpus *c, size_t i, uint64_t watched_ns)
{
	const struct sched_cpu *cpu = &c->list.items[i];
	const struct histogram *h = &cpu->latency;
	uint64_t others = cpu->busy_ns > cpu->running_ns ? cpu->busy_ns - cpu->running_ns : 0;
	uint64_t known = cpu->running_ns + others + cpu->idle_ns;
	union table_cell row[] = {
		{ .integer = (int64_t)i },
		{ .integer = (int64_t)cpu->running_ns },
		{ .real = watched_ns ? 100.0 * (double)cpu->running_ns / (double)watched_ns : 0 },
		{ .integer = (int64_t)others },
		{ .integer = (int64_t)cpu->idle_ns },
		{ .integer = watched_ns > known ? (int64_t)(watched_ns - known) : 0 },
		{ .integer = (int64_t)cpu->switches },
		{ .integer = (int64_t)h->count },
		{ .integer = (int64_t)histogram_mean(h) },
		{ .integer = (int64_t)histogram_percentile(h, 5000) },
		{ .integer = (int64_t)histogram_percentile(h, 9000) },
		{ .integer = (int64_t)histogram_percentile(h, 9900) },
		{ .integer = (int64_t)histogram_percentile(h, 9990) },
		{ .integer = (int64_t)h->max },
	};

	table_add(t, row);
}

struct table *sched_cpus_table(const struct sched_cpus *c, uint64_t watched_ns)
{
	static const struct table_column columns[] = {
		{ "cpu", "", TABLE_INTEGER },		{ "running", "ns", TABLE_INTEGER },
		{ "use", "percent", TABLE_REAL },	{ "others", "ns", TABLE_INTEGER },
		{ "idle", "ns", TABLE_INTEGER },	{ "unknown", "ns", TABLE_INTEGER },
		{ "switches", "count", TABLE_INTEGER }, { "waits", "count", TABLE_INTEGER },
		{ "mean", "ns", TABLE_INTEGER },	{ "p50", "ns", TABLE_INTEGER },
		{ "p90", "ns", TABLE_INTEGER },		{ "p99", "ns", TABLE_INTEGER },
		{ "p99.9", "ns", TABLE_INTEGER },	{ "max", "ns", TABLE_INTEGER },
	};
	struct table *t = table_new("cpus", "CPUs, and waits for each", columns,
				    sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < c->list.n; i++) {
		if (c->list.items[i].seen)
			add_row(t, c, i, watched_ns);
	}
	return t;
}
