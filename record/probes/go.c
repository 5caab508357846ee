// SPDX-License-Identifier: BSD-2-Clause
/* Probe group "go": it has no BPF programs. What it does is in record/go.h; the session drives it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/probes/groups.h"

struct go_group {
	uint64_t interval_ns;
};

static int go_group_open(const struct core *core, const struct probe_config *config, void **ret,
			 struct tape_error *err)
{
	struct go_group *g = calloc(1, sizeof(*g));

	(void)core;
	if (!g)
		return tape_fail(err, -ENOMEM, "out of memory");
	g->interval_ns = config->go_interval_ns;
	*ret = g;
	return 0;
}

static int go_group_describe(const void *state, struct records *records, struct tape_error *err)
{
	const struct go_group *g = state;
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)g->interval_ns);
	return records_constant(records, EV_CONFIG, "go.interval_ns", text, err);
}

static const char *go_group_note(const void *state)
{
	(void)state;
	return NULL;
}

static int go_group_attach(void *state, struct tape_error *err)
{
	(void)state;
	(void)err;
	return 0;
}

static void go_group_detach(void *state)
{
	(void)state;
}

static const struct bpf_object *go_group_object(const void *state)
{
	(void)state;
	return NULL;
}

const struct probe_group probe_go = {
	.name = "go",
	.help = "goroutines of Go programs, their heap profile and the runtime's figures",
	.needs = "the right to read the memory of the processes (CAP_SYS_PTRACE)",
	.open = go_group_open,
	.describe = go_group_describe,
	.note = go_group_note,
	.attach = go_group_attach,
	.detach = go_group_detach,
	.object = go_group_object,
	.close = free,
};
