// SPDX-License-Identifier: BSD-2-Clause
/* A goroutine may be told of before it is seen to do something, or after. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/goshares.h"
#include "analyze/analyses/words.h"
#include "analyze/base/sum.h"
#include "analyze/replay/running.h"

static uint64_t key_of(uint64_t process, uint64_t goid)
{
	return map_mix(map_mix(process) + goid);
}

static int64_t site_of(struct goshares *g, const struct goroutine *at)
{
	if (!at || !at->created_at || !g->process)
		return -1;
	return frames_address(g->frames, g->in->world, g->process, at->created_at - 1);
}

static void on_change(void *arg, struct goroutines_process *p, const struct goroutine *before,
		      struct goroutine *now)
{
	struct goshares *g = arg;
	const uint64_t *index = now ? map_find(&g->by_key, key_of(p->number, now->goid)) : NULL;

	(void)before;
	if (index && g->list.items[*index].site < 0)
		g->list.items[*index].site = site_of(g, now);
}

void goshares_begin(struct goshares *g, struct frames *frames)
{
	g->frames = frames;
	g->goroutines.watcher = (struct goroutines_watcher){ .arg = g, .on_change = on_change };
}

void goshares_done(struct goshares *g)
{
	goroutines_done(&g->goroutines);
	map_done(&g->by_key);
	vec_done(&g->list);
}

static bool is_wanted(uint16_t type)
{
	static const uint16_t wanted[] = { GOROUTINES_WANTS };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (wanted[i] == type)
			return true;
	}
	return false;
}

void goshares_event(struct goshares *g, const struct analysis_input *in,
		    const struct thread *thread, const struct ev_header *event)
{
	const struct process *p = thread->process;

	if (!is_wanted(event->type))
		return;
	g->in = in;
	g->process = p;
	goroutines_event(&g->goroutines, p->number, p->name, event);
	g->process = NULL;
}

/* As the last snapshot has it. */
static const struct goroutine *find_goroutine(const struct goshares *g, uint64_t process,
					      uint64_t goid)
{
	const uint64_t *index = map_find(&g->goroutines.by_number, process);

	return index && *index ? goroutines_find(g->goroutines.processes.items[*index - 1], goid)
			       : NULL;
}

static struct goshare *find_share(struct goshares *g, const struct process *p, uint64_t goid)
{
	uint64_t *index = map_find(&g->by_key, key_of(p->number, goid));
	struct goshare share = {
		.process = p->number, .pid = p->tgid, .name = p->name, .goid = goid, .site = -1
	};

	if (index)
		return &g->list.items[*index];
	if (g->list.n >= GOSHARES_MOST) {
		share = (struct goshare){ .goid = GOSHARES_OTHERS, .site = -1 };
		index = map_find(&g->by_key, key_of(0, GOSHARES_OTHERS));
		if (index)
			return &g->list.items[*index];
	}
	*map_add(&g->by_key, key_of(share.process, share.goid), NULL) = g->list.n;
	share.goroutines = goid != RUNNING_NONE && goid < GOSHARES_OTHERS;
	if (share.process)
		share.site = site_of(g, find_goroutine(g, p->number, goid));
	*vec_push(&g->list) = share;
	return &g->list.items[g->list.n - 1];
}

void goshares_add(struct goshares *g, const struct analysis_input *in, const struct thread *thread,
		  uint64_t goid, const int64_t values[2])
{
	int64_t *sums = g->other;

	g->in = in;
	g->process = thread->process;
	if (goid != RUNNING_NO_GO)
		sums = find_share(g, thread->process, goid)->values;
	for (size_t i = 0; i < 2; i++)
		sums[i] = sum_add(sums[i], values[i]);
	g->process = NULL;
}

/* --- the table --- */

static const char *mark_of(const struct goshare *s)
{
	if (s->goid == RUNNING_NONE)
		return "[no goroutine]";
	if (s->goid == RUNNING_UNKNOWN)
		return "[not known]";
	return s->goid == GOSHARES_OTHERS ? "[others]" : NULL;
}

/* The frame that stands for who made it. */
static int64_t made_at(struct goshares *g, const struct goshare *s)
{
	const char *mark = mark_of(s);

	return mark ? (int64_t)profile_mark(g->frames->profile, mark) : s->site;
}

static int by_site(const void *a, const void *b)
{
	const struct goshare *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return (x->site > y->site) - (x->site < y->site);
}

/* Those of one go statement become one, without a number. */
static void join(struct goshare *list, size_t *n)
{
	size_t kept = 0;

	if (*n)
		qsort(list, *n, sizeof(*list), by_site);
	for (size_t i = 0; i < *n; i++) {
		list[i].goid = 0;
		if (!kept || by_site(&list[kept - 1], &list[i]) != 0) {
			list[kept++] = list[i];
			continue;
		}
		list[kept - 1].goroutines += list[i].goroutines;
		for (size_t v = 0; v < 2; v++)
			list[kept - 1].values[v] =
				sum_add(list[kept - 1].values[v], list[i].values[v]);
	}
	*n = kept;
}

/* The most first, whichever of the two values the profile is about. */
static int by_value(const void *a, const void *b)
{
	const struct goshare *x = a, *y = b;

	for (size_t v = 2; v-- > 0;) {
		if (x->values[v] != y->values[v])
			return x->values[v] < y->values[v] ? 1 : -1;
	}
	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if (x->goid != y->goid)
		return x->goid < y->goid ? -1 : 1;
	return (x->site > y->site) - (x->site < y->site);
}

static struct table *new_table(const struct profile_head *head, bool each)
{
	struct table_column columns[8] = {
		{ "pid", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },
		{ each ? "goid" : "goroutines", each ? "" : "count", TABLE_INTEGER },
		{ "made at", "", TABLE_FRAME },
	};
	char title[128];
	size_t n = 4;

	for (size_t i = 0; i < 2; i++) {
		bool ns = strcmp(head->types[i].unit, "nanoseconds") == 0;

		columns[n++] =
			(struct table_column){ head->types[i].type, ns ? "ns" : head->types[i].unit,
					       TABLE_INTEGER };
	}
	columns[n++] = (struct table_column){ "share", "percent", TABLE_REAL };
	snprintf(title, sizeof(title), "%s by %s", head->title,
		 each ? "goroutine" : "go statement");
	return table_new(each ? "goroutines" : "makers", title, columns, n);
}

static void add_row(struct table *t, struct goshares *g, const struct goshare *s, bool each)
{
	const struct profile *p = g->frames->profile;
	size_t type = profile_head(p)->default_type;
	int64_t total = profile_total(p, type);
	union table_cell row[8] = { { .integer = s->pid } };

	row[1].text = tasks_name(&g->in->world->tasks, s->name);
	row[2].integer = !each ? s->goroutines : mark_of(s) ? 0 : (int64_t)s->goid;
	row[3].integer = s->site;
	row[4].integer = s->values[0];
	row[5].integer = s->values[1];
	row[6].real = total ? 100.0 * (double)s->values[type] / (double)total : 0;
	table_add(t, row);
}

static void add_notes(const struct goshares *g, struct result *ret)
{
	const struct profile *p = g->frames->profile;
	size_t type = profile_head(p)->default_type;
	char text[200];

	if (!g->in->world->counts[EV_GO_RUNNING]) {
		result_add_note(ret, "the tape does not tell which goroutines ran: record with "
				     "probe group go, too");
	} else if (g->other[type] > 0) {
		snprintf(text, sizeof(text),
			 "%s is of programs that are not Go's, or before they were found to be",
			 words_share((uint64_t)g->other[type], (uint64_t)profile_total(p, type))
				 .text);
		result_add_note(ret, text);
	}
}

void goshares_finish(struct goshares *g, const struct analysis_input *in, struct result *ret)
{
	bool each = in->options.by == ANALYSIS_BY_GOID || in->options.goid;
	struct table *t = new_table(profile_head(g->frames->profile), each);
	size_t n = g->list.n;

	g->in = in;
	for (size_t i = 0; i < n; i++)
		g->list.items[i].site = made_at(g, &g->list.items[i]);
	if (!each)
		join(g->list.items, &n);
	if (n)
		qsort(g->list.items, n, sizeof(*g->list.items), by_value);
	table_set_profile(t, g->frames->profile);
	for (size_t i = 0; i < n; i++)
		add_row(t, g, &g->list.items[i], each);
	result_take_table(ret, t);
	add_notes(g, ret);
}
