// SPDX-License-Identifier: BSD-2-Clause
/*
 * Probe group "cpu": one perf event a CPU, with the program of bpf/cpu.bpf.c on
 * it. Cycles where the hardware counts them, else the kernel's own timer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "cpu.skel.h"
#include "record/perf.h"
#include "record/probes/groups.h"

struct cpu {
	struct cpu_bpf *skel;
	unsigned int hz;
	bool hardware;
	size_t n_events;
	int *event_fds;
	struct bpf_link **links;
};

static void cpu_close(void *state)
{
	struct cpu *s = state;

	if (!s)
		return;
	for (size_t i = 0; i < s->n_events; i++) {
		bpf_link__destroy(s->links[i]);
		close(s->event_fds[i]);
	}
	free(s->links);
	free(s->event_fds);
	cpu_bpf__destroy(s->skel);
	free(s);
}

DEFINE_CLEANUP(cpu_close, struct cpu);

static int open_event(const struct cpu *s, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = s->hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE,
		.config = s->hardware ? PERF_COUNT_HW_CPU_CYCLES : PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = s->hz,
		.disabled = 1,
	};

	return perf_open_cpu(&attr, cpu);
}

static int fail_open(const struct cpu *s, int rc, struct tape_error *err)
{
	if (rc == -EACCES || rc == -EPERM)
		return tape_fail(
			err, rc,
			"cpu: sampling is not permitted; run as root or grant CAP_PERFMON");
	if (rc == -EMFILE)
		return tape_fail(err, rc, "cpu: too many open files; raise the limit (ulimit -n)");
	if (rc == -EINVAL)
		return tape_fail(
			err, rc,
			"cpu: the kernel does not allow %u samples a second; lower -F or raise kernel.perf_event_max_sample_rate",
			s->hz);
	return tape_fail(err, rc, "cpu: cannot sample: %s", strerror(-rc));
}

static int open_events(struct cpu *s, struct tape_error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int fd;

	s->event_fds = calloc((size_t)cpus, sizeof(*s->event_fds));
	s->links = calloc((size_t)cpus, sizeof(*s->links));
	if (!s->event_fds || !s->links)
		return tape_fail(err, -ENOMEM, "out of memory");
	s->hardware = true;
	for (int cpu = 0; cpu < cpus; cpu++) {
		fd = open_event(s, cpu);
		if (s->hardware && !s->n_events && (fd == -ENOENT || fd == -EOPNOTSUPP)) {
			s->hardware = false;
			fd = open_event(s, cpu);
		}
		if (fd == -ENODEV)
			continue; /* the CPU is offline */
		if (fd < 0)
			return fail_open(s, fd, err);
		s->event_fds[s->n_events++] = fd;
	}
	return 0;
}

static int cpu_open(const struct core *core, const struct probe_config *config, void **ret,
		    struct tape_error *err)
{
	CLEANUP(cpu_closep) struct cpu *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tape_fail(err, -ENOMEM, "out of memory");
	s->hz = config->hz;
	s->skel = cpu_bpf__open_opts(core_open_opts(core));
	if (!s->skel)
		return tape_fail(err, -errno, "cpu: cannot open the BPF program: %s",
				 strerror(errno));
	rc = core_load(core, s->skel->obj, "cpu", err);
	if (rc == 0)
		rc = open_events(s, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

static int cpu_describe(const void *state, struct records *records, struct tape_error *err)
{
	const struct cpu *s = state;
	char text[32];
	int rc = records_constant(records, EV_CONFIG, "cpu.event",
				  s->hardware ? "cycles" : "cpu-clock", err);

	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "%u", s->hz);
	rc = records_constant(records, EV_CONFIG, "cpu.hz", text, err);
	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "%llu", 1000000000ull / s->hz);
	return records_constant(records, EV_CONFIG, "cpu.period_ns", text, err);
}

static const char *cpu_note(const void *state)
{
	const struct cpu *s = state;

	return s->hardware
		       ? NULL
		       : "cpu: no hardware cycle counter here; the kernel's timer (cpu-clock) is used";
}

static int cpu_attach(void *state, struct tape_error *err)
{
	struct cpu *s = state;

	for (size_t i = 0; i < s->n_events; i++) {
		s->links[i] =
			bpf_program__attach_perf_event(s->skel->progs.on_sample, s->event_fds[i]);
		if (!s->links[i])
			return tape_fail(err, -errno, "cpu: cannot attach: %s", strerror(errno));
	}
	return 0;
}

static void cpu_detach(void *state)
{
	struct cpu *s = state;

	for (size_t i = 0; i < s->n_events; i++) {
		bpf_link__destroy(s->links[i]);
		s->links[i] = NULL;
	}
}

static const struct bpf_object *cpu_object(const void *state)
{
	return ((const struct cpu *)state)->skel->obj;
}

const struct probe_group probe_cpu = {
	.name = "cpu",
	.help = "where CPU time goes: samples with kernel and user stacks",
	.needs = "perf events (cycles, or cpu-clock)",
	.open = cpu_open,
	.describe = cpu_describe,
	.note = cpu_note,
	.attach = cpu_attach,
	.detach = cpu_detach,
	.object = cpu_object,
	.close = cpu_close,
};
