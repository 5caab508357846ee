// SPDX-License-Identifier: BSD-2-Clause
/*
 * record: the only file of this side that prints and that says how the program
 * ends. 0 or the command's own status; 1: failure; 2: usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "record/groups.h"
#include "record/options.h"
#include "record/privileges.h"
#include "record/quantity.h"
#include "record/session.h"

static int show_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

static void show_remark(void *context, const char *line)
{
	const struct options *o = context;

	if (!o->quiet)
		fprintf(stderr, "record: %s\n", line);
}

static void show_status(void *context, const struct session_status *s)
{
	char size[32];

	(void)context;
	fprintf(stderr, "\r\033[K%6.1f s  %llu events/s  %s  %llu lost%s",
		(double)s->elapsed_ns / 1e9, (unsigned long long)s->events_per_s,
		quantity_show_bytes(s->bytes, size, sizeof(size)), (unsigned long long)s->lost,
		s->paused ? "  paused" : "");
}

static void show_summary(const struct session_result *r)
{
	char size[32];
	double seconds = (double)r->elapsed_ns / 1e9;

	fprintf(stderr, "recorded %.1f s: %llu events of %llu processes, %llu lost; %s", seconds,
		(unsigned long long)r->events, (unsigned long long)r->processes,
		(unsigned long long)r->lost, quantity_show_bytes(r->bytes, size, sizeof(size)));
	if (r->events)
		fprintf(stderr, ", %.1f bytes an event", (double)r->bytes / (double)r->events);
	fprintf(stderr, "; recorder: %.0f ms CPU (%.2f %% of a core)\n", (double)r->cpu_ns / 1e6,
		(double)r->cpu_ns * 100 / (double)r->elapsed_ns);
	if (r->reason == EV_END_SIZE)
		fprintf(stderr, "stopped: --max-size was reached\n");
	if (strcmp(r->path, "-") != 0)
		fprintf(stderr, "next: analyze %s\n", r->path);
}

static int fail(const struct tape_error *err, int status)
{
	fprintf(stderr, "record: %s\n", err->text);
	return status;
}

static void show_groups(void)
{
	const struct core_options options = { .ring_bytes = 4096, .rings = 1 };
	const struct probe_config config = { .hz = 99 };
	struct core *core = NULL;
	struct tape_error err;
	size_t n;
	const struct probe_group *const *list = probe_list(&n);
	int rc = privileges_check(&err);

	if (rc == 0)
		rc = core_open(&options, &core, &err);
	for (size_t i = 0; i < n; i++) {
		struct groups *g = NULL;

		if (core)
			rc = groups_open(list[i]->name, core, &config, &g, &err);
		printf("%-8s %-5s %s\n%14s needs: %s\n", list[i]->name, rc < 0 ? "no" : "works",
		       list[i]->help, "", list[i]->needs);
		if (rc < 0)
			printf("%14s why not: %s\n", "", err.text);
		else if (groups_note(g, 0))
			printf("%14s %s\n", "", groups_note(g, 0));
		groups_close(g);
	}
	core_close(core);
}

static int record(const struct options *o)
{
	bool terminal = !o->quiet && isatty(STDERR_FILENO);
	const struct session_ui ui = { .status = terminal ? show_status : NULL,
				       .remark = show_remark,
				       .context = (void *)o };
	struct session_result result;
	struct tape_error err;
	int rc = session_run(o, &ui, &result, &err);

	if (terminal)
		fprintf(stderr, "\r\033[K");
	if (rc < 0)
		fail(&err, 1);
	if (result.path[0] && !o->quiet)
		show_summary(&result);
	if (rc < 0)
		return rc == -ENOENT && result.has_command && !result.path[0] ? 127 : 1;
	return result.has_command ? result.command_status : 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct tape_error err;

	if (options_parse(argc, argv, &o, &err) < 0) {
		fail(&err, 2);
		return 2;
	}
	if (o.help) {
		options_help(stdout);
		return 0;
	}
	if (o.version) {
		printf("record (perftape) %s\n", PERFTAPE_VERSION);
		return 0;
	}
	libbpf_set_print(o.verbose ? show_libbpf : NULL);
	if (o.list) {
		show_groups();
		return 0;
	}
	return record(&o);
}
