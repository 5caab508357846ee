/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the views heap and gc: what a runtime counts, put before a snapshot of a go_tape. */
#ifndef TESTS_ANALYZE_HEAP_TAPE_H
#define TESTS_ANALYZE_HEAP_TAPE_H

#include "tests/analyze/go_tape.h"

/* A snapshot that only says that it is there: a second later, in the same epoch or a new one. */
static inline void heap_begin(struct go_tape *t, bool whole, uint32_t flags, uint64_t rate)
{
	struct ev_go_runtime ev = {
		.h = { .type = EV_GO_RUNTIME }, .version = 124, .flags = flags, .heap_rate = rate
	};
	struct ev_process life = { .h = { .type = EV_PROCESS }, .start_ns = 5, .comm = "seven" };

	t->now_ns += GO_SECOND;
	if (!whole)
		return;
	made_world_usual_epoch(&t->w, ++t->epoch, t->now_ns);
	go_put(t, &life.h, sizeof(life), "/bin/one", sizeof("/bin/one"));
	go_put(t, &ev.h, sizeof(ev), "go1.24", sizeof("go1.24"));
}

static inline void heap_end(struct go_tape *t, bool whole)
{
	struct ev_go_snapshot ev = { .h = { .type = EV_GO_SNAPSHOT },
				     .number = ++t->number,
				     .took_ns = 1000,
				     .whole = whole };

	go_put(t, &ev.h, sizeof(ev), NULL, 0);
}

/* What a stack has allocated and freed, as sampled, of objects of some bytes. */
static inline void heap_put(struct go_tape *t, uint64_t ustack, uint64_t object, uint64_t allocs,
			    uint64_t frees)
{
	struct ev_go_heap ev = { .h = { .type = EV_GO_HEAP },
				 .ustack = ustack,
				 .allocs = allocs,
				 .alloc_bytes = allocs * object,
				 .frees = frees,
				 .free_bytes = frees * object,
				 .object_bytes = object };

	go_put(t, &ev.h, sizeof(ev), NULL, 0);
}

static inline void heap_figure(struct go_tape *t, const char *key, uint64_t value)
{
	struct ev_go_figure ev = { .h = { .type = EV_GO_FIGURE }, .value = value };

	go_put(t, &ev.h, sizeof(ev), key, strlen(key) + 1);
}

static inline void heap_cycle(struct go_tape *t, uint64_t number, uint64_t pause_ns)
{
	struct ev_go_cycle ev = { .h = { .type = EV_GO_CYCLE },
				  .number = number,
				  .pause_ns = pause_ns,
				  .before_bytes = 9000,
				  .after_bytes = 3000,
				  .goal_bytes = 9500 };

	go_put(t, &ev.h, sizeof(ev), NULL, 0);
}

#endif
