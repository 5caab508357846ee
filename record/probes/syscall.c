// SPDX-License-Identifier: BSD-2-Clause
/*
 * Probe group "syscall": the programs of bpf/syscall.bpf.c on entry and return
 * of system calls. Of two tables the programs count into one; collecting puts
 * the other one into its place and empties the first into the tape.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <tape/cleanup.h>

#include "bpf/syscall.h"
#include "record/features.h"
#include "record/probes/groups.h"
#include "syscall.skel.h"

#define BATCH 1024

struct batch {
	struct syscall_key keys[BATCH];
	struct syscall_value values[BATCH];
};

struct syscall {
	struct syscall_bpf *skel;
	bool trace_calls;
	int tables[2];
	unsigned int counting; /* which of them is in use */
	struct batch *batch;
};

DEFINE_CLEANUP(btf__free, struct btf);

static void syscall_close(void *state)
{
	struct syscall *s = state;

	if (!s)
		return;
	for (size_t i = 0; i < 2; i++) {
		if (s->tables[i] >= 0)
			close(s->tables[i]);
	}
	syscall_bpf__destroy(s->skel);
	free(s->batch);
	free(s);
}

DEFINE_CLEANUP(syscall_close, struct syscall);

static int choose(struct syscall *s, const struct core *core, struct tape_error *err)
{
	CLEANUP(btf__freep) struct btf *btf = NULL;
	int rc = features_open(core, &btf, err);

	if (rc < 0)
		return rc;
	if (!features_function(btf, "bpf_task_storage_get"))
		return tape_fail(
			err, -ENOTSUP,
			"syscall: this kernel has no storage for tasks; Linux 5.11 is needed");
	s->skel->rodata->trace_calls = s->trace_calls;
#ifdef SYS_rt_sigreturn
	s->skel->rodata->sigreturn_call = SYS_rt_sigreturn;
#else
	s->skel->rodata->sigreturn_call = -1;
#endif
	return 0;
}

/* Waits until no program uses the one that was there. */
static int use_table(struct syscall *s, unsigned int which)
{
	uint32_t zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(s->skel->maps.tables), &zero, &s->tables[which],
				BPF_ANY) < 0)
		return -errno;
	s->counting = which;
	return 0;
}

static int make_tables(struct syscall *s, struct tape_error *err)
{
	int rc;

	s->batch = malloc(sizeof(*s->batch));
	if (!s->batch)
		return tape_fail(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < 2; i++) {
		s->tables[i] =
			bpf_map_create(BPF_MAP_TYPE_HASH, "syscall_counts",
				       sizeof(struct syscall_key), sizeof(struct syscall_value),
				       SYSCALL_TABLE_SIZE, NULL);
		if (s->tables[i] < 0)
			return tape_fail(err, -errno, "syscall: cannot make a table: %s",
					 strerror(errno));
	}
	rc = use_table(s, 0);
	return rc < 0 ? tape_fail(err, rc, "syscall: cannot use a table: %s", strerror(-rc)) : 0;
}

static int syscall_open(const struct core *core, const struct probe_config *config, void **ret,
			struct tape_error *err)
{
	CLEANUP(syscall_closep) struct syscall *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tape_fail(err, -ENOMEM, "out of memory");
	s->tables[0] = s->tables[1] = -1;
	s->trace_calls = config->trace_calls;
	s->skel = syscall_bpf__open_opts(core_open_opts(core));
	if (!s->skel)
		return tape_fail(err, -errno, "syscall: cannot open the BPF programs: %s",
				 strerror(errno));
	rc = choose(s, core, err);
	if (rc == 0)
		rc = core_load(core, s->skel->obj, "syscall", err);
	if (rc == 0 && !s->trace_calls)
		rc = make_tables(s, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

static int syscall_describe(const void *state, struct records *records, struct tape_error *err)
{
	const struct syscall *s = state;

	return records_constant(records, EV_CONFIG, "syscall.calls",
				s->trace_calls ? "trace" : "count", err);
}

static const char *syscall_note(const void *state)
{
	(void)state;
	return NULL;
}

static int syscall_attach(void *state, struct tape_error *err)
{
	struct syscall *s = state;
	int rc;

	rc = syscall_bpf__attach(s->skel);
	return rc < 0 ? tape_fail(err, rc, "syscall: cannot attach: %s", strerror(-rc)) : 0;
}

static void syscall_detach(void *state)
{
	syscall_bpf__detach(((struct syscall *)state)->skel);
}

/* Where counts go. */
struct target {
	struct records *records;
	uint32_t epoch;
};

static int put_count(const struct target *t, const struct syscall_key *key,
		     const struct syscall_value *v, struct tape_error *err)
{
	struct ev_syscall_count *ev;

	if (!v->count)
		return 0;
	ev = records_begin(t->records, EV_SYSCALL_COUNT, v->last_ns);
	ev->h.tid = key->tid;
	ev->h.tgid = key->tgid;
	ev->from_ns = v->first_ns;
	ev->count = v->count;
	ev->errors = v->errors;
	ev->total_ns = v->total_ns;
	ev->max_ns = v->max_ns;
	ev->syscall = key->syscall;
	ev->flags = key->flags;
	memcpy(ev->slots, v->slots, sizeof(ev->slots));
	records_end(t->records);
	return records_put(t->records, t->epoch, err);
}

/* For kernels that give no batches of hash maps (before 5.6), and for what a batch left. */
static int empty_one_by_one(int table, const struct target *t, struct tape_error *err)
{
	struct syscall_value value;
	struct syscall_key key;
	int rc = 0;

	while (rc == 0 && bpf_map_get_next_key(table, NULL, &key) == 0) {
		if (bpf_map_lookup_elem(table, &key, &value) == 0)
			rc = put_count(t, &key, &value, err);
		bpf_map_delete_elem(table, &key);
	}
	return rc;
}

static int empty(struct syscall *s, int table, const struct target *t, struct tape_error *err)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	uint32_t place, *from = NULL;
	int rc = 0;

	while (rc == 0) {
		uint32_t n = BATCH;
		int code = bpf_map_lookup_and_delete_batch(table, from, &place, s->batch->keys,
							   s->batch->values, &n, &opts);

		if (code < 0 && errno != ENOENT)
			break;
		for (uint32_t i = 0; rc == 0 && i < n; i++)
			rc = put_count(t, &s->batch->keys[i], &s->batch->values[i], err);
		if (code < 0)
			return rc;
		from = &place;
	}
	return rc < 0 ? rc : empty_one_by_one(table, t, err);
}

static int syscall_collect(void *state, struct records *records, uint32_t epoch,
			   struct tape_error *err)
{
	struct syscall *s = state;
	const struct target target = { .records = records, .epoch = epoch };
	unsigned int full = s->counting;
	int rc;

	if (s->trace_calls)
		return 0;
	rc = use_table(s, !full);
	if (rc < 0)
		return tape_fail(err, rc, "syscall: cannot change tables: %s", strerror(-rc));
	return empty(s, s->tables[full], &target, err);
}

static const struct bpf_object *syscall_object(const void *state)
{
	return ((const struct syscall *)state)->skel->obj;
}

const struct probe_group probe_syscall = {
	.name = "syscall",
	.help = "system calls: how many, how long, how many errors, by thread",
	.needs = "BTF tracepoints and task storage (Linux 5.11)",
	.open = syscall_open,
	.describe = syscall_describe,
	.note = syscall_note,
	.attach = syscall_attach,
	.collect = syscall_collect,
	.detach = syscall_detach,
	.object = syscall_object,
	.close = syscall_close,
};
