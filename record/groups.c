// SPDX-License-Identifier: BSD-2-Clause
/* See groups.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/groups.h"

#define MAX_GROUPS 32

struct open_group {
	const struct probe_group *group;
	void *state;
};

struct groups {
	const char *names;
	struct open_group open[MAX_GROUPS];
	size_t n;
};

DEFINE_CLEANUP(groups_close, struct groups);

static int find_one(const char *name, size_t length, const struct probe_group **ret,
		    struct tape_error *err)
{
	*ret = probe_find(name, length);
	if (!*ret)
		return tape_fail(err, -EINVAL,
				 "--probes %.*s: there is no such group; record --list shows them",
				 (int)length, name);
	return 0;
}

int groups_check(const char *names, struct tape_error *err)
{
	const struct probe_group *group;
	int rc;

	do {
		size_t length = strcspn(names, ",");

		rc = find_one(names, length, &group, err);
		names += length + (names[length] == ',');
	} while (rc == 0 && *names);
	return rc;
}

static bool is_open(const struct groups *g, const struct probe_group *group)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->open[i].group == group)
			return true;
	}
	return false;
}

int groups_open(const char *names, const struct core *core, const struct probe_config *config,
		struct groups **ret, struct tape_error *err)
{
	CLEANUP(groups_closep) struct groups *g = calloc(1, sizeof(*g));

	if (!g)
		return tape_fail(err, -ENOMEM, "out of memory");
	g->names = names;
	while (*names) {
		size_t length = strcspn(names, ",");
		const struct probe_group *group;
		int rc = find_one(names, length, &group, err);

		if (rc == 0 && !is_open(g, group)) {
			rc = group->open(core, config, &g->open[g->n].state, err);
			g->open[g->n].group = group;
			g->n += rc == 0;
		}
		if (rc < 0)
			return rc;
		names += length + (names[length] == ',');
	}
	*ret = TAKE(g);
	return 0;
}

int groups_describe(const struct groups *g, struct records *records, struct tape_error *err)
{
	int rc = records_constant(records, EV_CONFIG, "probes", g->names, err);

	for (size_t i = 0; rc == 0 && i < g->n; i++)
		rc = g->open[i].group->describe(g->open[i].state, records, err);
	return rc;
}

int groups_attach(struct groups *g, struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n; i++)
		rc = g->open[i].group->attach(g->open[i].state, err);
	return rc;
}

void groups_detach(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		g->open[i].group->detach(g->open[i].state);
}

int groups_watch(const struct groups *g, bool on, struct records *records, uint32_t epoch,
		 struct tape_error *err)
{
	uint64_t now = records_now();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n; i++) {
		struct ev_watch *ev = records_begin(records, EV_WATCH, now);

		ev->on = on;
		records_end_text(records, g->open[i].group->name);
		rc = records_put(records, epoch, err);
	}
	return rc;
}

int groups_collect(struct groups *g, struct records *records, uint32_t epoch,
		   struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n; i++) {
		if (g->open[i].group->collect)
			rc = g->open[i].group->collect(g->open[i].state, records, epoch, err);
	}
	return rc;
}

void groups_close(struct groups *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n; i++)
		g->open[i].group->close(g->open[i].state);
	free(g);
}

bool groups_has(const struct groups *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(g->open[i].group->name, name) == 0)
			return true;
	}
	return false;
}

size_t groups_count(const struct groups *g)
{
	return g->n;
}

const char *groups_note(const struct groups *g, size_t index)
{
	return g->open[index].group->note(g->open[index].state);
}

const struct bpf_object *groups_object(const struct groups *g, size_t index)
{
	return g->open[index].group->object(g->open[index].state);
}
