// SPDX-License-Identifier: BSD-2-Clause
/* See filter.h. */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyze/filter.h"

#define NS_PER_S 1000000000ull

/* --- parsing --- */

static int bad_time(const char *text, const char *option, struct tape_error *err)
{
	return tape_fail(err, -EINVAL,
			 "%s: '%s' is not a time; write 1.5s, 200ms, 2m, or 2026-01-31T12:00:00Z",
			 option, text);
}

/* The ns of a fraction's digits, and where they end. */
static uint64_t parse_fraction(const char *digits, const char **end)
{
	uint64_t ns = 0, unit = NS_PER_S / 10;

	for (; isdigit((unsigned char)*digits); digits++, unit /= 10)
		ns += (uint64_t)(*digits - '0') * unit;
	*end = digits;
	return ns;
}

/* "Z" or "+02:00": seconds east of Greenwich. Returns 0 or -EINVAL. */
static int parse_zone(const char *text, long *ret)
{
	int hours, minutes, used = 0;

	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
		*ret = 0;
		return 0;
	}
	if ((*text != '+' && *text != '-') ||
	    sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[1 + used] ||
	    hours < 0 || minutes < 0 || minutes > 59)
		return -EINVAL;
	*ret = (*text == '-' ? -1L : 1L) * (hours * 3600L + minutes * 60L);
	return 0;
}

static int parse_wall(const char *text, uint64_t *ret)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	uint64_t fraction = 0;
	long zone;
	time_t seconds;

	if (!rest)
		return -EINVAL;
	if (*rest == '.')
		fraction = parse_fraction(rest + 1, &rest);
	if (parse_zone(rest, &zone) < 0)
		return -EINVAL;
	seconds = timegm(&tm) - zone;
	if (seconds < 0)
		return -EINVAL;
	*ret = (uint64_t)seconds * NS_PER_S + fraction;
	return 0;
}

static int parse_span(const char *text, uint64_t *ret)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "", 1e9 },   { "s", 1e9 },  { "ms", 1e6 },  { "us", 1e3 },
		      { "ns", 1e0 }, { "m", 60e9 }, { "h", 3600e9 } };
	char *unit;
	double number;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return -EINVAL;
	number = strtod(text, &unit);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		double ns = number * units[i].ns;

		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (!(ns >= 0 && ns < 9e18))
			return -EINVAL;
		*ret = (uint64_t)(ns + 0.5);
		return 0;
	}
	return -EINVAL;
}

int filter_parse_time(const char *text, const char *option, struct filter_time *ret,
		      struct tape_error *err)
{
	bool wall = strchr(text, 'T') != NULL;
	uint64_t ns;

	if ((wall ? parse_wall(text, &ns) : parse_span(text, &ns)) < 0)
		return bad_time(text, option, err);
	*ret = (struct filter_time){ .given = true, .wall = wall, .ns = ns };
	return 0;
}

int filter_parse_ids(const char *text, const char *option, struct filter_ids *ret,
		     struct tape_error *err)
{
	struct filter_ids ids = *ret;
	const char *at = text;

	for (;;) {
		char *end;
		unsigned long id = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : 0;

		if (!isdigit((unsigned char)*at) || id > UINT32_MAX || (*end && *end != ','))
			return tape_fail(err, -EINVAL,
					 "%s: '%s' is not a list of numbers like 12,34", option,
					 text);
		if (ids.n == FILTER_MOST_IDS)
			return tape_fail(err, -EINVAL, "%s: more than %d numbers", option,
					 FILTER_MOST_IDS);
		ids.items[ids.n++] = (uint32_t)id;
		if (!*end)
			break;
		at = end + 1;
	}
	*ret = ids;
	return 0;
}

/* --- passing --- */

static uint64_t bind_time(const struct filter_time *t, const struct world *w)
{
	uint64_t start = world_start_ns(w);

	if (t->wall)
		return world_mono_ns(w, t->ns);
	return t->ns < UINT64_MAX - start ? start + t->ns : UINT64_MAX;
}

void filter_bind(struct filter *f, const struct world *w)
{
	f->from_ns = f->from.given ? bind_time(&f->from, w) : 0;
	f->to_ns = f->to.given ? bind_time(&f->to, w) : UINT64_MAX;
}

bool filter_is_active(const struct filter *f)
{
	return f->from.given || f->to.given || f->pids.n || f->tids.n || f->comm || f->cgroup;
}

static bool has_id(const struct filter_ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (ids->items[i] == id)
			return true;
	}
	return ids->n == 0;
}

static bool comm_matches(const struct filter *f, const struct world *w, const struct thread *thread)
{
	return fnmatch(f->comm, tasks_name(&w->tasks, thread->process->name), 0) == 0 ||
	       fnmatch(f->comm, tasks_name(&w->tasks, thread->name), 0) == 0;
}

/* "/a" holds "/a" and "/a/b" but not "/ab"; slashes at the end do not count. */
static bool is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	while (length && top[length - 1] == '/')
		length--;
	return strncmp(path, top, length) == 0 && (path[length] == '/' || !path[length]);
}

static bool cgroup_matches(const struct filter *f, const struct world *w, uint64_t id)
{
	const char *path = world_cgroup_path(w, id);

	return path && is_below(path, f->cgroup);
}

static uint64_t cgroup_of(const struct thread *thread, const struct ev_header *event)
{
	if (event->type == EV_CPU_SAMPLE && ((const struct ev_cpu_sample *)event)->cgroup)
		return ((const struct ev_cpu_sample *)event)->cgroup;
	return thread->process->cgroup;
}

bool filter_passes_thread(const struct filter *f, const struct world *w,
			  const struct thread *thread)
{
	if (!has_id(&f->pids, thread->process->tgid) || !has_id(&f->tids, thread->tid))
		return false;
	if (f->comm && !comm_matches(f, w, thread))
		return false;
	return !f->cgroup || cgroup_matches(f, w, thread->process->cgroup);
}

bool filter_passes(const struct filter *f, const struct world *w, const struct thread *thread,
		   const struct ev_header *event)
{
	if (event->time_ns < f->from_ns || event->time_ns >= f->to_ns)
		return false;
	if (!has_id(&f->pids, event->tgid) || !has_id(&f->tids, event->tid))
		return false;
	if (f->comm && !comm_matches(f, w, thread))
		return false;
	return !f->cgroup || cgroup_matches(f, w, cgroup_of(thread, event));
}

/* --- describing --- */

static void append(char *text, size_t size, const char *option, const char *value)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s %s", length ? " " : "", option, value);
}

static void append_time(char *text, size_t size, const char *option, const struct filter_time *t)
{
	char value[64];
	time_t seconds = (time_t)(t->ns / NS_PER_S);
	struct tm tm;

	if (!t->given)
		return;
	if (t->wall && gmtime_r(&seconds, &tm))
		strftime(value, sizeof(value), "%Y-%m-%dT%H:%M:%SZ", &tm);
	else
		snprintf(value, sizeof(value), "%.9gs", (double)t->ns / 1e9);
	append(text, size, option, value);
}

static void append_ids(char *text, size_t size, const char *option, const struct filter_ids *ids)
{
	char value[FILTER_MOST_IDS * 11 + 1] = "";
	size_t length = 0;

	for (size_t i = 0; i < ids->n; i++)
		length += (size_t)snprintf(value + length, sizeof(value) - length, "%s%u",
					   i ? "," : "", ids->items[i]);
	if (ids->n)
		append(text, size, option, value);
}

void filter_describe(const struct filter *f, char *text, size_t size)
{
	*text = '\0';
	append_time(text, size, "--from", &f->from);
	append_time(text, size, "--to", &f->to);
	append_ids(text, size, "--pid", &f->pids);
	append_ids(text, size, "--tid", &f->tids);
	if (f->comm)
		append(text, size, "--comm", f->comm);
	if (f->cgroup)
		append(text, size, "--cgroup", f->cgroup);
}
