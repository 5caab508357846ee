// SPDX-License-Identifier: BSD-2-Clause
/* BPF_ENABLE_STATS (d46edd671a14, Linux 5.8) and getrusage(2). */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include <bpf/bpf.h>

#include "record/cost.h"

int cost_begin(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

int cost_put(struct records *records, uint32_t epoch, const char *key, uint64_t value,
	     struct tape_error *err)
{
	struct ev_cost *ev = records_begin(records, EV_COST, records_now());

	ev->value = value;
	records_end_text(records, key);
	return records_put(records, epoch, err);
}

int cost_put_programs(struct records *records, uint32_t epoch, const struct bpf_object *object,
		      struct tape_error *err)
{
	struct bpf_program *program;
	int rc = 0;

	bpf_object__for_each_program(program, object)
	{
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		char key[128];

		if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) < 0)
			continue;
		snprintf(key, sizeof(key), "bpf.%s.run_time_ns", bpf_program__name(program));
		rc = cost_put(records, epoch, key, info.run_time_ns, err);
		if (rc < 0)
			return rc;
		snprintf(key, sizeof(key), "bpf.%s.run_count", bpf_program__name(program));
		rc = cost_put(records, epoch, key, info.run_cnt, err);
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
