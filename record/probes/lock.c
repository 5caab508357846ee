// SPDX-License-Identifier: BSD-2-Clause
/* Probe group "lock": the programs of bpf/lock.bpf.c on the kernel's contention tracepoints. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "lock.skel.h"
#include "record/features.h"
#include "record/probes/groups.h"

struct lock {
	struct lock_bpf *skel;
	uint64_t min_block_ns;
};

DEFINE_CLEANUP(btf__free, struct btf);

static void lock_close(void *state)
{
	struct lock *s = state;

	if (!s)
		return;
	lock_bpf__destroy(s->skel);
	free(s);
}

DEFINE_CLEANUP(lock_close, struct lock);

static int choose(struct lock *s, const struct core *core, struct tape_error *err)
{
	CLEANUP(btf__freep) struct btf *btf = NULL;
	int rc = features_open(core, &btf, err);

	if (rc < 0)
		return rc;
	if (features_tracepoint(btf, "contention_begin") < 0)
		return tape_fail(
			err, -ENOTSUP,
			"lock: this kernel does not tell of waits for its locks; Linux 5.19 is needed, or leave lock out of --probes");
	s->skel->rodata->min_block_ns = s->min_block_ns;
	return 0;
}

static int lock_open(const struct core *core, const struct probe_config *config, void **ret,
		     struct tape_error *err)
{
	CLEANUP(lock_closep) struct lock *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tape_fail(err, -ENOMEM, "out of memory");
	s->min_block_ns = config->min_block_ns;
	s->skel = lock_bpf__open_opts(core_open_opts(core));
	if (!s->skel)
		return tape_fail(err, -errno, "lock: cannot open the BPF programs: %s",
				 strerror(errno));
	rc = choose(s, core, err);
	if (rc == 0)
		rc = core_add_ring(core, err);
	if (rc == 0)
		rc = core_load(core, s->skel->obj, "lock", err);
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

static int lock_describe(const void *state, struct records *records, struct tape_error *err)
{
	const struct lock *s = state;
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)s->min_block_ns);
	return records_constant(records, EV_CONFIG, "lock.min_block_ns", text, err);
}

static const char *lock_note(const void *state)
{
	(void)state;
	return NULL;
}

static int lock_attach(void *state, struct tape_error *err)
{
	int rc = lock_bpf__attach(((struct lock *)state)->skel);

	return rc < 0 ? tape_fail(err, rc, "lock: cannot attach: %s", strerror(-rc)) : 0;
}

static void lock_detach(void *state)
{
	lock_bpf__detach(((struct lock *)state)->skel);
}

static const struct bpf_object *lock_object(const void *state)
{
	return ((const struct lock *)state)->skel->obj;
}

const struct probe_group probe_lock = {
	.name = "lock",
	.help = "waits for the kernel's own locks, with stacks of the long ones",
	.needs = "contention tracepoints (Linux 5.19)",
	.open = lock_open,
	.describe = lock_describe,
	.note = lock_note,
	.attach = lock_attach,
	.detach = lock_detach,
	.object = lock_object,
	.close = lock_close,
};
