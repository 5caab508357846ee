// SPDX-License-Identifier: BSD-2-Clause
/* Probe group "exec": the programs of bpf/exec.bpf.c on the start and the end of processes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "exec.skel.h"
#include "record/probes/groups.h"

#define EXEC_ARGUMENTS "4096" /* ARGS_SIZE of the BPF program: longer ones are cut */

static void exec_close(void *state)
{
	exec_bpf__destroy(state);
}

static int exec_open(const struct core *core, const struct probe_config *config, void **ret,
		     struct tape_error *err)
{
	struct exec_bpf *skel = exec_bpf__open_opts(core_open_opts(core));
	int rc;

	(void)config;
	if (!skel)
		return tape_fail(err, -errno, "exec: cannot open the BPF programs: %s",
				 strerror(errno));
	rc = core_load(core, skel->obj, "exec", err);
	if (rc < 0) {
		exec_bpf__destroy(skel);
		return rc;
	}
	*ret = skel;
	return 0;
}

static int exec_describe(const void *state, struct records *records, struct tape_error *err)
{
	(void)state;
	return records_constant(records, EV_CONFIG, "exec.arguments_bytes", EXEC_ARGUMENTS, err);
}

static const char *exec_note(const void *state)
{
	(void)state;
	return NULL;
}

static int exec_attach(void *state, struct tape_error *err)
{
	int rc = exec_bpf__attach(state);

	return rc < 0 ? tape_fail(err, rc, "exec: cannot attach: %s", strerror(-rc)) : 0;
}

static void exec_detach(void *state)
{
	exec_bpf__detach(state);
}

static const struct bpf_object *exec_object(const void *state)
{
	return ((const struct exec_bpf *)state)->obj;
}

const struct probe_group probe_exec = {
	.name = "exec",
	.help = "programs that are started, with their arguments, and how they end",
	.needs = "BTF tracepoints (Linux 5.10)",
	.open = exec_open,
	.describe = exec_describe,
	.note = exec_note,
	.attach = exec_attach,
	.detach = exec_detach,
	.object = exec_object,
	.close = exec_close,
};
