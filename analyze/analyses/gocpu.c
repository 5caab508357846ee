// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "cpu" by goroutine: the same CPU time, and which goroutines it was of. The tape
 * tells of each sample which goroutine its thread was then.
 */
#include "analyze/analyses/cpu.h"
#include "analyze/analyses/goshares.h"
#include "analyze/replay/running.h"

struct gocpu {
	struct cpu cpu;
	struct goshares shares;
};

static void gocpu_begin(void *state, const struct analysis_input *in)
{
	struct gocpu *g = state;

	cpu_begin(&g->cpu, in);
	goshares_begin(&g->shares, &g->cpu.frames);
}

static void on_sample(struct gocpu *g, const struct analysis_input *in, const struct thread *thread,
		      const struct ev_header *event)
{
	uint64_t goid = running_goid(&in->world->running, event);
	const int64_t values[CPU_N_VALUES] = { 1, g->cpu.period_ns };

	if (in->options.goid && goid != in->options.goid)
		return;
	goshares_add(&g->shares, in, thread, goid, values);
	g->cpu.goid = in->options.by == ANALYSIS_BY_GOID && goid < RUNNING_NO_GO ? goid : 0;
	cpu_on_event(&g->cpu, in, thread, event);
}

static void gocpu_on_event(void *state, const struct analysis_input *in,
			   const struct thread *thread, const struct ev_header *event)
{
	struct gocpu *g = state;

	if (event->type == EV_CPU_SAMPLE)
		on_sample(g, in, thread, event);
	else
		goshares_event(&g->shares, in, thread, event);
}

static void gocpu_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct gocpu *g = state;
	struct profile *p = cpu_take_profile(&g->cpu, in, ret);

	result_take_profile(ret, p);
	goshares_finish(&g->shares, in, ret);
}

static void gocpu_done(void *state)
{
	struct gocpu *g = state;

	goshares_done(&g->shares);
	cpu_done(&g->cpu);
}

extern const struct analysis analysis_cpu_goroutines;

static const uint16_t wants[] = { EV_CPU_SAMPLE, GOROUTINES_WANTS, 0 };
static const uint16_t filtered[] = { EV_CPU_SAMPLE, 0 };

const struct analysis analysis_cpu_goroutines = {
	.name = "cpu",
	.help = "where the CPU time of goroutines goes",
	.title = "Where the CPU time of goroutines went",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.filtered = filtered,
	.needs_gaps = true,
	.state_size = sizeof(struct gocpu),
	.begin = gocpu_begin,
	.on_event = gocpu_on_event,
	.finish = gocpu_finish,
	.done = gocpu_done,
};
