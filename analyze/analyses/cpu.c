// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "cpu": where the CPU time goes. Each sample stands for one period of CPU
 * time of the thread that was seen running. Most are equal to one that was seen
 * before: those are only counted, and put into the profile at the end.
 */
#include "analyze/analyses/cpu.h"
#include "analyze/analyses/shares.h"

/* Beyond this the memory of what was seen begins anew. */
#define MOST_REMEMBERED ((size_t)1 << 20)

const uint16_t cpu_wants[] = { EV_CPU_SAMPLE, 0 };

int64_t cpu_period_ns(const struct world *w)
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

	cpu->period_ns = cpu_period_ns(in->world);
	head.period = cpu->period_ns;
	head.default_type = cpu->period_ns ? CPU_VALUE_NS : CPU_VALUE_SAMPLES;
	cpu->profile = profile_new(&head);
	frames_init(&cpu->frames, cpu->profile, in->unwinder);
	who_init(&cpu->who, cpu->profile);
}

static struct frames_ids ids_of(const struct ev_cpu_sample *sample)
{
	return (struct frames_ids){ sample->ustack, sample->kstack, sample->script };
}

/* Equal for samples that are the same to the profile. */
static uint64_t key_of(const struct cpu *cpu, const struct world *w, const struct thread *thread,
		       const struct ev_cpu_sample *sample)
{
	const struct frames_ids ids = ids_of(sample);
	uint64_t key = map_mix(who_key(w, thread, sample->cgroup) +
			       frames_ids_key(w, thread->process, &ids));

	return cpu->goid ? map_mix(key + cpu->goid) : key;
}

static uint32_t labels_of(struct cpu *cpu, const struct world *w, const struct thread *thread,
			  uint64_t cgroup)
{
	const struct profile_label more = { .key = "goid", .number = (int64_t)cpu->goid };

	if (!cpu->goid)
		return who_labels(&cpu->who, w, thread, cgroup);
	who_count(&cpu->who, thread);
	return who_labels_more(&cpu->who, w, thread, &more, 1);
}

/* A sample like no other, or one whose stack is not known yet. */
static void add_sample(struct cpu *cpu, const struct world *w, const struct thread *thread,
		       const struct ev_cpu_sample *sample, uint64_t key)
{
	const int64_t values[CPU_N_VALUES] = { 1, cpu->period_ns };
	uint64_t unknown = cpu->frames.unknown_stacks;
	const struct frames_ids ids = ids_of(sample);
	uint32_t stack = frames_ids_stack(&cpu->frames, w, thread->process, &ids);
	uint32_t labels = labels_of(cpu, w, thread, sample->cgroup);
	size_t index = profile_add(cpu->profile, stack, labels, values);

	while (cpu->counted.n <= index)
		*vec_push(&cpu->counted) = 0;
	if (cpu->frames.unknown_stacks != unknown)
		return;
	if (cpu->known.n >= MOST_REMEMBERED)
		map_clear(&cpu->known);
	*map_add(&cpu->known, key, NULL) = index;
}

void cpu_soon(const void *state, const struct analysis_input *in, const struct ev_header *event)
{
	const struct cpu *cpu = state;
	const struct thread *thread = tasks_peek(&in->world->tasks, event);

	if (thread)
		map_prefetch(&cpu->known,
			     key_of(cpu, in->world, thread, (const struct ev_cpu_sample *)event));
}

void cpu_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event)
{
	const struct ev_cpu_sample *sample = (const struct ev_cpu_sample *)event;
	struct cpu *cpu = state;
	uint64_t key = key_of(cpu, in->world, thread, sample);
	const uint64_t *index = map_find(&cpu->known, key);

	if (!index || cpu->counted.items[*index] == UINT32_MAX) {
		add_sample(cpu, in->world, thread, sample, key);
		return;
	}
	cpu->counted.items[*index]++;
	who_count(&cpu->who, thread);
}

static void flush(struct cpu *cpu)
{
	const int64_t values[CPU_N_VALUES] = { 1, cpu->period_ns };

	for (size_t i = 0; i < cpu->counted.n; i++)
		profile_add_again(cpu->profile, i, values, cpu->counted.items[i]);
	cpu->counted.n = 0;
}

struct profile *cpu_take_profile(struct cpu *cpu, const struct analysis_input *in,
				 struct result *ret)
{
	struct profile *p = cpu->profile;
	uint64_t duration = in->to_ns > in->from_ns ? in->to_ns - in->from_ns : 0;

	flush(cpu);
	profile_set_time(p, world_wall_ns(in->world, in->from_ns), duration);
	result_coverage(ret)->unknown_stacks += cpu->frames.unknown_stacks;
	result_coverage(ret)->unknown_names += cpu->who.unknown_names;
	stack_ends_note(&cpu->frames.ends, p, ret);
	if (!cpu->period_ns)
		result_add_note(ret, "the tape does not say how often it sampled: "
				     "samples are counted, CPU time is not known");
	cpu->profile = NULL;
	return p;
}

static void cpu_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	const struct cpu *cpu = state;
	struct profile *p = cpu_take_profile(state, in, ret);
	struct table *processes = shares_table(p, SHARES_BY_PROCESS, 0);
	struct table *threads = shares_table(p, SHARES_BY_THREAD, 0);
	struct table *ends = stack_ends_table(&cpu->frames.ends, p);

	result_take_profile(ret, p);
	result_take_table(ret, processes);
	result_take_table(ret, threads);
	if (ends)
		result_take_table(ret, ends);
}

void cpu_done(void *state)
{
	struct cpu *cpu = state;

	frames_done(&cpu->frames);
	who_done(&cpu->who);
	map_done(&cpu->known);
	vec_done(&cpu->counted);
	profile_free(cpu->profile);
}

extern const struct analysis analysis_cpu, analysis_cpu_goroutines;

const struct analysis analysis_cpu = {
	.name = "cpu",
	.help = "where the CPU time goes",
	.title = "Where the CPU time went",
	.wants = cpu_wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.state_size = sizeof(struct cpu),
	.begin = cpu_begin,
	.soon = cpu_soon,
	.on_event = cpu_on_event,
	.finish = cpu_finish,
	.done = cpu_done,
	.by_goroutine = &analysis_cpu_goroutines,
};
