// SPDX-License-Identifier: BSD-2-Clause
/* See goprograms.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/goprograms.h"

#define MOST_TEXT  256
#define MOST_TEXTS ((size_t)4 << 20) /* bytes of all */
#define MOST_NOTES 10

void goprograms_done(struct goprograms *g)
{
	vec_done(&g->list);
	map_done(&g->by_life);
	intern_done(&g->texts);
}

/*
 * The world forgets a process that an epoch does not speak of; when it began tells that it
 * is the same one.
 */
static uint64_t key_of(const struct process *p)
{
	return map_mix(p->start_ns ? p->start_ns + map_mix(p->tgid) : p->number);
}

static uint32_t find(struct goprograms *g, const struct process *p, uint32_t tgid)
{
	uint64_t *slot = map_find(&g->by_life, key_of(p));

	if (slot && *slot)
		return (uint32_t)*slot - 1;
	if (g->list.n >= GOPROGRAMS_MOST)
		return GOPROGRAMS_NONE;
	*vec_push(&g->list) = (struct goprogram){ .tgid = tgid, .name = p->name, .text = "" };
	*map_add(&g->by_life, key_of(p), NULL) = g->list.n;
	return (uint32_t)g->list.n - 1;
}

static void take_runtime(struct goprograms *g, struct goprogram *p, const struct ev_go_runtime *ev)
{
	size_t room = ev_tail_size(&ev->h, sizeof(*ev));
	size_t length = strnlen(ev->text, room < MOST_TEXT ? room : MOST_TEXT);

	p->told = true;
	p->flags = ev->flags;
	p->rate = ev->heap_rate;
	if (g->texts.arena.total < MOST_TEXTS)
		p->text = intern_get_text(&g->texts,
					  intern_bytes(&g->texts, ev->text, (uint32_t)length));
}

uint32_t goprograms_event(struct goprograms *g, const struct process *process,
			  const struct ev_header *event)
{
	struct goprogram *p;
	uint64_t *slot;
	uint32_t index;

	if (event->type == EV_EXEC) {
		slot = map_find(&g->by_life, key_of(process));
		if (slot)
			*slot = 0;
		return GOPROGRAMS_NONE;
	}
	index = find(g, process, event->tgid);
	if (index == GOPROGRAMS_NONE)
		return index;
	p = &g->list.items[index];
	p->name = process->name;
	if (event->type == EV_GO_RUNTIME)
		take_runtime(g, p, (const struct ev_go_runtime *)event);
	if (event->type == EV_GO_SNAPSHOT) {
		p->first_ns = p->snapshots++ ? p->first_ns : event->time_ns;
		p->last_ns = event->time_ns;
	}
	return index;
}

const char *goprograms_version(const struct goprogram *p)
{
	return p->flags & EV_GO_OFF ? "not read" : p->text;
}

void goprograms_notes(const struct goprograms *g, struct result *ret)
{
	size_t noted = 0;
	char text[400];

	if (!g->list.n)
		result_add_note(ret, "no Go program was read; record one with --probes go");
	vec_for_each (p, &g->list) {
		if (!(p->flags & EV_GO_OFF) || noted++ >= MOST_NOTES)
			continue;
		snprintf(text, sizeof(text),
			 "the Go runtime of process %" PRIu32 " was not read: %s", p->tgid,
			 p->text);
		result_add_note(ret, text);
	}
}
