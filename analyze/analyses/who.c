// SPDX-License-Identifier: BSD-2-Clause
/* One look-up for what was seen before; see who.h. */
#include <assert.h>
#include <string.h>

#include "analyze/analyses/who.h"

#define MOST_REMEMBERED ((size_t)1 << 20)

void who_init(struct who *who, struct profile *profile)
{
	*who = (struct who){ .profile = profile };
}

void who_done(struct who *who)
{
	map_done(&who->sets);
}

#define MOST_LABELS 5
#define MOST_MORE   8

/* Writes the labels of a thread, and says how many. */
static size_t fill_labels(struct profile_label labels[MOST_LABELS], const struct world *w,
			  const struct thread *thread, const char *cgroup)
{
	const struct process *p = thread->process;
	size_t n = 0;

	labels[n++] = (struct profile_label){ .key = "pid", .number = p->tgid };
	labels[n++] = (struct profile_label){ .key = "tid", .number = thread->tid };
	labels[n++] =
		(struct profile_label){ .key = "comm", .text = tasks_name(&w->tasks, p->name) };
	labels[n++] = (struct profile_label){ .key = "thread",
					      .text = tasks_name(&w->tasks, thread->name) };
	if (cgroup)
		labels[n++] = (struct profile_label){ .key = "cgroup", .text = cgroup };
	return n;
}

/* Texts are interned, so an equal path has an equal address. */
static const char *cgroup_path(const struct world *w, const struct thread *thread, uint64_t cgroup)
{
	return world_cgroup_path(w, cgroup ? cgroup : thread->process->cgroup);
}

uint64_t who_key(const struct world *w, const struct thread *thread, uint64_t cgroup)
{
	const struct process *p = thread->process;
	uint64_t key = map_mix((uint64_t)p->name << 32 | thread->name);

	key = map_mix(key + ((uint64_t)p->tgid << 32 | thread->tid));
	return map_mix(key + (uintptr_t)cgroup_path(w, thread, cgroup));
}

void who_count(struct who *who, const struct thread *thread)
{
	who->unknown_names += thread->process->name == TASKS_NO_NAME;
}

uint32_t who_labels(struct who *who, const struct world *w, const struct thread *thread,
		    uint64_t cgroup)
{
	struct profile_label labels[MOST_LABELS];
	const char *path;
	uint64_t *slot;
	bool added;

	who_count(who, thread);
	if (who->sets.n >= MOST_REMEMBERED)
		map_clear(&who->sets);
	slot = map_add(&who->sets, who_key(w, thread, cgroup), &added);
	if (added) {
		path = cgroup_path(w, thread, cgroup);
		*slot = profile_labels(who->profile, labels, fill_labels(labels, w, thread, path));
	}
	return (uint32_t)*slot;
}

uint32_t who_labels_more(struct who *who, const struct world *w, const struct thread *thread,
			 const struct profile_label *more, size_t n)
{
	struct profile_label labels[MOST_LABELS + MOST_MORE];
	size_t count = fill_labels(labels, w, thread, cgroup_path(w, thread, 0));

	assert(n <= MOST_MORE);
	memcpy(labels + count, more, n * sizeof(*more));
	return profile_labels(who->profile, labels, count + n);
}
