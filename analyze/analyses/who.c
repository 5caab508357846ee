// SPDX-License-Identifier: BSD-2-Clause
/* One look-up for what was seen before; see who.h. */
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

static uint32_t make_set(struct who *who, const struct world *w, const struct thread *thread,
			 const char *cgroup)
{
	const struct process *p = thread->process;
	struct profile_label labels[] = {
		{ .key = "pid", .number = p->tgid },
		{ .key = "tid", .number = thread->tid },
		{ .key = "comm", .text = tasks_name(&w->tasks, p->name) },
		{ .key = "thread", .text = tasks_name(&w->tasks, thread->name) },
		{ .key = "cgroup", .text = cgroup },
	};

	return profile_labels(who->profile, labels, cgroup ? 5 : 4);
}

uint32_t who_labels(struct who *who, const struct world *w, const struct thread *thread,
		    uint64_t cgroup)
{
	const struct process *p = thread->process;
	const char *path = world_cgroup_path(w, cgroup ? cgroup : p->cgroup);
	uint64_t key = map_mix((uint64_t)p->name << 32 | thread->name);
	uint64_t *slot;
	bool added;

	if (p->name == TASKS_NO_NAME)
		who->unknown_names++;
	key = map_mix(key + ((uint64_t)p->tgid << 32 | thread->tid));
	key = map_mix(key + (uintptr_t)path);
	if (who->sets.n >= MOST_REMEMBERED)
		map_clear(&who->sets);
	slot = map_add(&who->sets, key, &added);
	if (added)
		*slot = make_set(who, w, thread, path);
	return (uint32_t)*slot;
}
