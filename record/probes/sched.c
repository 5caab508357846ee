// SPDX-License-Identifier: BSD-2-Clause
/*
 * Probe group "sched": the programs of bpf/sched.bpf.c on the scheduler's
 * tracepoints. What this kernel lacks is decided before they are loaded.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <tape/cleanup.h>

#include "record/features.h"
#include "record/probes/groups.h"
#include "sched.skel.h"

/* One short wait in 2^SAMPLE_SHIFT has stacks too. */
#define SAMPLE_SHIFT 7

struct sched {
	struct sched_bpf *skel;
	uint64_t min_block_ns;
	bool has_regs;
	bool has_exit_tp;
};

DEFINE_CLEANUP(btf__free, struct btf);

static void sched_close(void *state)
{
	struct sched *s = state;

	if (!s)
		return;
	sched_bpf__destroy(s->skel);
	free(s);
}

DEFINE_CLEANUP(sched_close, struct sched);

static int choose(struct sched *s, const struct core *core, struct tape_error *err)
{
	CLEANUP(btf__freep) struct btf *btf = NULL;
	int rc = features_open(core, &btf, err), arguments;

	if (rc < 0)
		return rc;
	arguments = features_tracepoint(btf, "sched_switch");
	if (arguments < 0 || !features_function(btf, "bpf_task_storage_get"))
		return tape_fail(
			err, -ENOTSUP,
			"sched: this kernel has no storage for tasks; Linux 5.11 is needed");
	s->has_regs = !core_is_without(core, "bpf_task_pt_regs") &&
		      features_function(btf, "bpf_task_pt_regs");
	s->has_exit_tp = !core_is_without(core, "sched_exit_tp") &&
			 features_tracepoint(btf, "sched_exit_tp") >= 0;
	bpf_program__set_autoload(
		s->has_exit_tp ? s->skel->progs.sys_exit : s->skel->progs.sched_exit, false);
	s->skel->rodata->has_exit_tp = s->has_exit_tp;
	s->skel->rodata->switch_tells_state =
		arguments >= 4 && !core_is_without(core, "sched_switch_state");
	s->skel->rodata->context_has_regs = s->has_regs;
	s->skel->rodata->min_block_ns = s->min_block_ns;
	s->skel->rodata->sample_shift = SAMPLE_SHIFT;
	s->skel->rodata->futex_call = SYS_futex;
	return 0;
}

static int sched_open(const struct core *core, const struct probe_config *config, void **ret,
		      struct tape_error *err)
{
	CLEANUP(sched_closep) struct sched *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tape_fail(err, -ENOMEM, "out of memory");
	s->min_block_ns = config->min_block_ns;
	s->skel = sched_bpf__open_opts(core_open_opts(core));
	if (!s->skel)
		return tape_fail(err, -errno, "sched: cannot open the BPF programs: %s",
				 strerror(errno));
	rc = choose(s, core, err);
	if (rc == 0)
		rc = core_load(core, s->skel->obj, "sched", err);
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

static int describe_number(struct records *records, const char *key, uint64_t value,
			   struct tape_error *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return records_constant(records, EV_CONFIG, key, text, err);
}

static int sched_describe(const void *state, struct records *records, struct tape_error *err)
{
	const struct sched *s = state;
	int rc = records_constant(records, EV_CONFIG, "sched.stacks",
				  s->min_block_ns ? "after-wait" : "all", err);

	if (rc == 0)
		rc = describe_number(records, "sched.min_block_ns", s->min_block_ns, err);
	if (rc == 0)
		rc = describe_number(records, "sched.sample_every", 1u << SAMPLE_SHIFT, err);
	return rc;
}

static const char *sched_note(const void *state)
{
	const struct sched *s = state;

	return s->has_regs
		       ? NULL
		       : "sched: before Linux 5.15 the system call of a wait is not known; user stacks are taken when a thread leaves the CPU, at most every 100 us";
}

static int sched_attach(void *state, struct tape_error *err)
{
	struct sched *s = state;
	int rc = sched_bpf__attach(s->skel);

	return rc < 0 ? tape_fail(err, rc, "sched: cannot attach: %s", strerror(-rc)) : 0;
}

static void sched_detach(void *state)
{
	sched_bpf__detach(((struct sched *)state)->skel);
}

static const struct bpf_object *sched_object(const void *state)
{
	return ((const struct sched *)state)->skel->obj;
}

const struct probe_group probe_sched = {
	.name = "sched",
	.help = "where threads wait: every switch and wake-up, stacks of long waits",
	.needs = "BTF tracepoints and task storage (Linux 5.11)",
	.open = sched_open,
	.describe = sched_describe,
	.note = sched_note,
	.attach = sched_attach,
	.detach = sched_detach,
	.object = sched_object,
	.close = sched_close,
};
