// SPDX-License-Identifier: BSD-2-Clause
/* BPF_ENABLE_STATS (d46edd671a14, Linux 5.8) and getrusage(2). */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "record/cost.h"
#include "record/privileges.h"

#define TURN_NS	 200000000
#define EVERY_NS 2000000000

static void end_turn(struct cost_meter *m, uint64_t now_ns)
{
	if (m->fd < 0)
		return;
	close(m->fd);
	m->fd = -1;
	m->timed_ns += now_ns - m->turned_ns;
}

void cost_meter_look(struct cost_meter *m, uint64_t now_ns)
{
	if (!m->begun_ns)
		m->begun_ns = now_ns;
	if (m->fd >= 0 && now_ns - m->turned_ns >= TURN_NS)
		end_turn(m, now_ns);
	else if (m->fd < 0 && (!m->turned_ns || now_ns - m->turned_ns >= EVERY_NS)) {
		privileges_raise(true);
		m->fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
		privileges_raise(false);
		m->turned_ns = now_ns;
	}
}

void cost_meter_stop(struct cost_meter *m, uint64_t now_ns)
{
	end_turn(m, now_ns);
	m->turned_ns = now_ns;
}

/* A figure of the turns, for the whole time from the first turn to the end of the last. */
static uint64_t estimate(const struct cost_meter *m, uint64_t value)
{
	uint64_t whole = m->turned_ns - m->begun_ns;

	if (!m->timed_ns || whole <= m->timed_ns)
		return value;
	return (uint64_t)((double)value * (double)whole / (double)m->timed_ns);
}

int cost_put(struct records *records, uint32_t epoch, const char *key, uint64_t value,
	     struct tape_error *err)
{
	struct ev_cost *ev = records_begin(records, EV_COST, records_now());

	ev->value = value;
	records_end_text(records, key);
	return records_put(records, epoch, err);
}

int cost_put_meter(struct records *records, uint32_t epoch, const struct cost_meter *m,
		   struct tape_error *err)
{
	return cost_put(records, epoch, "bpf.timed_ns", m->timed_ns, err);
}

static int put_program(struct records *records, uint32_t epoch, const char *name,
		       const struct bpf_prog_info *info, struct tape_error *err)
{
	char key[128];
	int rc;

	snprintf(key, sizeof(key), "bpf.%s.run_time_ns", name);
	rc = cost_put(records, epoch, key, info->run_time_ns, err);
	if (rc < 0)
		return rc;
	snprintf(key, sizeof(key), "bpf.%s.run_count", name);
	rc = cost_put(records, epoch, key, info->run_cnt, err);
	if (rc < 0 || !info->recursion_misses)
		return rc;
	/* The kernel did not run it, because it ran already on the same CPU. */
	snprintf(key, sizeof(key), "bpf.%s.missed_count", name);
	return cost_put(records, epoch, key, info->recursion_misses, err);
}

int cost_put_programs(struct records *records, uint32_t epoch, const struct bpf_object *object,
		      const struct cost_meter *m, struct tape_error *err)
{
	struct bpf_program *program;
	int rc = 0;

	bpf_object__for_each_program(program, object)
	{
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
			continue;
		info.run_time_ns = estimate(m, info.run_time_ns);
		info.run_cnt = estimate(m, info.run_cnt);
		rc = put_program(records, epoch, bpf_program__name(program), &info, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static uint64_t nanoseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

uint64_t cost_cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return nanoseconds(u.ru_utime) + nanoseconds(u.ru_stime);
}

int cost_put_self(struct records *records, uint32_t epoch, struct tape_error *err)
{
	struct rusage u;
	int rc;

	getrusage(RUSAGE_SELF, &u);
	rc = cost_put(records, epoch, "recorder.cpu_user_ns", nanoseconds(u.ru_utime), err);
	if (rc == 0)
		rc = cost_put(records, epoch, "recorder.cpu_system_ns", nanoseconds(u.ru_stime),
			      err);
	if (rc == 0)
		rc = cost_put(records, epoch, "recorder.max_rss_bytes",
			      (uint64_t)u.ru_maxrss * 1024, err);
	return rc;
}
