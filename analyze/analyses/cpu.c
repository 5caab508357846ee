// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "cpu": where the CPU time goes. Each sample stands for one period of CPU
 * time of the thread that was seen running.
 */
#include "analyze/analyses/cpu.h"
#include "analyze/analyses/shares.h"

const uint16_t cpu_wants[] = { EV_CPU_SAMPLE, 0 };

static int64_t sampling_period_ns(const struct world *w)
{
	uint64_t period = facts_find_number(&w->config, "cpu.period_ns");
	uint64_t hz = facts_find_number(&w->config, "cpu.hz");

	if (!period && hz)
		period = 1000000000 / hz;
	/* Keeps sums far from overflow whatever a tape says: an hour a sample. */
	return period <= 3600000000000ull ? (int64_t)period : 0;
}

void cpu_begin(void *state, const struct analysis_input *in)
{
	struct cpu *cpu = state;
	struct profile_head head = {
		.name = "cpu",
		.title = "CPU time",
		.n_types = CPU_N_VALUES,
		.types = { { "samples", "count" }, { "cpu", "nanoseconds" } },
		.period_type = { "cpu", "nanoseconds" },
	};

	cpu->period_ns = sampling_period_ns(in->world);
	head.period = cpu->period_ns;
	head.default_type = cpu->period_ns ? CPU_VALUE_NS : CPU_VALUE_SAMPLES;
	cpu->profile = profile_new(&head);
	frames_init(&cpu->frames, cpu->profile);
	who_init(&cpu->who, cpu->profile);
}

void cpu_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event)
{
	const struct ev_cpu_sample *sample = (const struct ev_cpu_sample *)event;
	struct cpu *cpu = state;
	const int64_t values[CPU_N_VALUES] = { 1, cpu->period_ns };
	uint32_t stack, labels;

	stack = frames_stack(&cpu->frames, in->world, thread->process, sample->ustack,
			     sample->kstack);
	labels = who_labels(&cpu->who, in->world, thread, sample->cgroup);
	profile_add(cpu->profile, stack, labels, values);
}

struct profile *cpu_take_profile(struct cpu *cpu, const struct analysis_input *in,
				 struct result *ret)
{
	struct profile *p = cpu->profile;
	uint64_t duration = in->to_ns > in->from_ns ? in->to_ns - in->from_ns : 0;

	profile_set_time(p, world_wall_ns(in->world, in->from_ns), duration);
	result_coverage(ret)->unknown_stacks += cpu->frames.unknown_stacks;
	result_coverage(ret)->unknown_names += cpu->who.unknown_names;
	if (!cpu->period_ns)
		result_add_note(ret, "the tape does not say how often it sampled: "
				     "samples are counted, CPU time is not known");
	cpu->profile = NULL;
	return p;
}

static void cpu_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct profile *p = cpu_take_profile(state, in, ret);
	struct table *processes = shares_table(p, SHARES_BY_PROCESS, 0);
	struct table *threads = shares_table(p, SHARES_BY_THREAD, 0);

	result_take_profile(ret, p);
	result_take_table(ret, processes);
	result_take_table(ret, threads);
}

void cpu_done(void *state)
{
	struct cpu *cpu = state;

	frames_done(&cpu->frames);
	who_done(&cpu->who);
	profile_free(cpu->profile);
}

extern const struct analysis analysis_cpu;

const struct analysis analysis_cpu = {
	.name = "cpu",
	.help = "where the CPU time goes",
	.title = "Where the CPU time went",
	.wants = cpu_wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.state_size = sizeof(struct cpu),
	.begin = cpu_begin,
	.on_event = cpu_on_event,
	.finish = cpu_finish,
	.done = cpu_done,
};
