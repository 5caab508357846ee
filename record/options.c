// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line, by argp. Everything that can be wrong with an option by
 * itself is found here, so that the rest of record never sees a bad one.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/groups.h"
#include "record/options.h"
#include "record/quantity.h"

enum {
	KEY_CGROUP = 256,
	KEY_PROBES,
	KEY_MAX_SIZE,
	KEY_MIN_BLOCK,
	KEY_STACKS,
	KEY_SYSCALLS,
	KEY_GO_INTERVAL,
	KEY_SYMBOLS,
	KEY_UNWIND,
	KEY_RINGS,
	KEY_RING_SIZE,
	KEY_LIST,
	KEY_EPOCH,
	KEY_BTF,
	KEY_WITHOUT,
	KEY_VERSION,
};

static const struct argp_option option_table[] = {
	{ "pid", 'p', "PID[,PID...]", 0, "record these processes and what they fork", 1 },
	{ "all", 'a', NULL, 0, "record the whole machine", 1 },
	{ "cgroup", KEY_CGROUP, "PATH", 0, "record the tasks of a control group (v2)", 1 },
	{ "output", 'o', "FILE", 0,
	  "write the tape here; - is standard output (default: perftape-DATE-TIME.tape)", 2 },
	{ "duration", 'd', "TIME", 0, "stop after this time: 30s, 500ms, 2m", 2 },
	{ "max-size", KEY_MAX_SIZE, "SIZE", 0, "stop before the tape gets larger: 100M, 1G", 2 },
	{ "frequency", 'F', "HZ", 0, "samples a second and CPU, 1 to 1000 (default 99)", 3 },
	{ "probes", KEY_PROBES, "LIST", 0, "probe groups, comma between two (default cpu,go)", 3 },
	{ "min-block", KEY_MIN_BLOCK, "TIME", 0,
	  "sched, lock: waits of this length and more have stacks (default 20us)", 3 },
	{ "stacks", KEY_STACKS, "after-wait|all", 0,
	  "sched, lock: all takes the stacks of every wait (default after-wait)", 3 },
	{ "syscalls", KEY_SYSCALLS, "count|trace", 0,
	  "syscall: trace records each call (default count)", 3 },
	{ "go-interval", KEY_GO_INTERVAL, "TIME", 0,
	  "go: how often goroutines are looked at (default 1s)", 3 },
	{ "symbols", KEY_SYMBOLS, "none|names|lines", 0,
	  "put names, or names and source lines, of the addresses that were hit into the tape "
	  "(default names)",
	  3 },
	{ "unwind", KEY_UNWIND, "auto|fp|dwarf", 0,
	  "user stacks by frame pointers, by copies of the stack, or as each process' code needs "
	  "(default auto)",
	  3 },
	{ "rings", KEY_RINGS, "N", 0, "how many ring buffers (default: one for 4 CPUs)", 4 },
	{ "ring-size", KEY_RING_SIZE, "SIZE", 0, "of each, a power of two (default 4M)", 4 },
	{ "epoch", KEY_EPOCH, "TIME", 0, "how long an epoch lasts (default 10s)", 4 },
	{ "btf", KEY_BTF, "FILE", 0, "the kernel's BTF, where the kernel brings none", 4 },
	{ "without", KEY_WITHOUT, "FEATURE[,...]", 0,
	  "act as on a kernel that lacks these: sched_exit_tp, bpf_task_pt_regs, sched_switch_state; or without python: frames of Python",
	  4 },
	{ "list", KEY_LIST, NULL, 0, "say which probe groups work on this machine", 5 },
	{ "quiet", 'q', NULL, 0, "say nothing but errors", 5 },
	{ "verbose", 'v', NULL, 0, "show what libbpf has to say", 5 },
	{ "help", 'h', NULL, 0, "show this", 6 },
	{ "version", KEY_VERSION, NULL, 0, "show the version", 6 },
	{ 0 },
};

static const char doc[] =
	"Records what programs do into a tape, to be explained by analyze on any machine."
	"\v"
	"Signals: SIGINT and SIGTERM finish the tape, SIGUSR1 pauses and resumes.\n"
	"The exit status is the command's own where one is given; 1: failure, 2: usage.";

static const char args_doc[] = "-p PID\n-a\n--cgroup PATH\n-- COMMAND [ARG...]";

struct parse {
	struct options *o;
	int next; /* index of the argument behind the last good one */
	struct tape_error *err;
};

static int set_target(struct parse *p, enum target_kind kind)
{
	if (p->o->target != TARGET_NONE && p->o->target != kind)
		return tape_fail(p->err, -EINVAL, "choose one of -p, -a, --cgroup and -- COMMAND");
	p->o->target = kind;
	return 0;
}

static int parse_pids(struct parse *p, const char *text)
{
	int rc = set_target(p, TARGET_PIDS);

	while (rc == 0 && *text) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text || (*end && *end != ',') || pid <= 0 || pid > INT_MAX)
			return tape_fail(p->err, -EINVAL, "-p %s: not a process id", text);
		if (p->o->n_pids == OPTIONS_MAX_PIDS)
			return tape_fail(p->err, -EINVAL, "-p: more than %d processes; use -a",
					 OPTIONS_MAX_PIDS);
		p->o->pids[p->o->n_pids++] = (pid_t)pid;
		text = *end ? end + 1 : end;
	}
	if (rc == 0 && !p->o->n_pids)
		return tape_fail(p->err, -EINVAL, "-p: no process id given");
	return rc;
}

static int parse_number(struct parse *p, const char *name, const char *text, unsigned int max,
			unsigned int *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > max)
		return tape_fail(p->err, -EINVAL, "%s %s: a number from 1 to %u is needed", name,
				 text, max);
	*ret = (unsigned int)n;
	return 0;
}

static int parse_size(struct parse *p, const char *name, const char *text, uint64_t *ret)
{
	if (quantity_bytes(text, ret) < 0 || *ret == 0)
		return tape_fail(p->err, -EINVAL, "%s %s: a size like 100M or 1G is needed", name,
				 text);
	return 0;
}

static int parse_time(struct parse *p, const char *name, const char *text, uint64_t *ret)
{
	if (quantity_ns(text, ret) < 0 || *ret == 0)
		return tape_fail(p->err, -EINVAL, "%s %s: a time like 30s, 500ms or 2m is needed",
				 name, text);
	return 0;
}

/* One of two words; *second: whether it is the second. */
static int parse_choice(struct parse *p, const char *name, const char *text,
			const char *const words[2], bool *second)
{
	if (strcmp(text, words[0]) != 0 && strcmp(text, words[1]) != 0)
		return tape_fail(p->err, -EINVAL, "%s %s: %s or %s is needed", name, text, words[0],
				 words[1]);
	*second = strcmp(text, words[1]) == 0;
	return 0;
}

static int parse_stacks(struct parse *p, const char *text)
{
	static const char *const words[] = { "after-wait", "all" };
	bool all;
	int rc = parse_choice(p, "--stacks", text, words, &all);

	if (rc == 0 && all)
		p->o->min_block_ns = 0;
	return rc;
}

static int parse_syscalls(struct parse *p, const char *text)
{
	static const char *const words[] = { "count", "trace" };

	return parse_choice(p, "--syscalls", text, words, &p->o->trace_calls);
}

static int parse_symbols(struct parse *p, const char *text)
{
	p->o->lines = strcmp(text, "lines") == 0;
	p->o->names = p->o->lines || strcmp(text, "names") == 0;
	if (!p->o->names && strcmp(text, "none") != 0)
		return tape_fail(p->err, -EINVAL, "--symbols %s: none, names or lines is needed",
				 text);
	return 0;
}

const char *options_unwind_name(enum unwind_kind kind)
{
	static const char *const names[] = {
		[UNWIND_AUTO] = "auto",
		[UNWIND_FP] = "fp",
		[UNWIND_DWARF] = "dwarf",
	};

	return names[kind];
}

static int parse_unwind(struct parse *p, const char *text)
{
	for (enum unwind_kind i = UNWIND_AUTO; i <= UNWIND_DWARF; i++) {
		if (strcmp(text, options_unwind_name(i)) != 0)
			continue;
		p->o->unwind = i;
		return 0;
	}
	return tape_fail(p->err, -EINVAL, "--unwind %s: auto, fp or dwarf is needed", text);
}

/* 0 is a length too: every wait. */
static int parse_min_block(struct parse *p, const char *text)
{
	if (quantity_ns(text, &p->o->min_block_ns) < 0)
		return tape_fail(p->err, -EINVAL,
				 "--min-block %s: a time like 20us or 1ms is needed", text);
	return 0;
}

/* More often than this they would be looked at all the time. */
static int parse_go_interval(struct parse *p, const char *text)
{
	int rc = parse_time(p, "--go-interval", text, &p->o->go_interval_ns);

	if (rc == 0 && p->o->go_interval_ns < 10000000)
		return tape_fail(p->err, -EINVAL, "--go-interval %s: at least 10ms is needed",
				 text);
	return rc;
}

static int parse_max_size(struct parse *p, const char *text)
{
	int rc = parse_size(p, "--max-size", text, &p->o->max_bytes);

	if (rc == 0 && p->o->max_bytes < 256 * 1024)
		return tape_fail(p->err, -EINVAL, "--max-size %s: at least 256K is needed", text);
	return rc;
}

static int parse_ring_size(struct parse *p, const char *text)
{
	uint64_t n;
	int rc = parse_size(p, "--ring-size", text, &n);

	if (rc < 0)
		return rc;
	if (n < 4096 || n > (1u << 30) || (n & (n - 1)))
		return tape_fail(p->err, -EINVAL,
				 "--ring-size %s: a power of two from 4K to 1G is needed", text);
	p->o->ring_bytes = n;
	return 0;
}

static int parse_flag(struct parse *p, int key)
{
	switch (key) {
	case 'a':
		return set_target(p, TARGET_ALL);
	case 'q':
		p->o->quiet = true;
		return 0;
	case 'v':
		p->o->verbose = true;
		return 0;
	case 'h':
		p->o->help = true;
		return 0;
	case KEY_VERSION:
		p->o->version = true;
		return 0;
	default:
		p->o->list = true;
		return 0;
	}
}

static int parse_value(struct parse *p, int key, char *arg)
{
	switch (key) {
	case 'p':
		return parse_pids(p, arg);
	case KEY_CGROUP:
		p->o->cgroup = arg;
		return set_target(p, TARGET_CGROUP);
	case 'o':
		p->o->output = arg;
		return 0;
	case 'd':
		return parse_time(p, "-d", arg, &p->o->duration_ns);
	case 'F':
		return parse_number(p, "-F", arg, 1000, &p->o->hz);
	case KEY_MAX_SIZE:
		return parse_max_size(p, arg);
	case KEY_PROBES:
		p->o->probes = arg;
		return 0;
	case KEY_MIN_BLOCK:
		return parse_min_block(p, arg);
	case KEY_STACKS:
		return parse_stacks(p, arg);
	case KEY_SYSCALLS:
		return parse_syscalls(p, arg);
	case KEY_GO_INTERVAL:
		return parse_go_interval(p, arg);
	case KEY_SYMBOLS:
		return parse_symbols(p, arg);
	case KEY_UNWIND:
		return parse_unwind(p, arg);
	case KEY_RINGS:
		return parse_number(p, "--rings", arg, 256, &p->o->rings);
	case KEY_RING_SIZE:
		return parse_ring_size(p, arg);
	case KEY_EPOCH:
		return parse_time(p, "--epoch", arg, &p->o->epoch_ns);
	default:
		p->o->btf = arg;
		return 0;
	case KEY_WITHOUT:
		p->o->without = arg;
		return 0;
	}
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	int rc;

	p->next = state->next;
	switch (key) {
	case ARGP_KEY_ARG:
		rc = set_target(p, TARGET_COMMAND);
		p->o->command = state->argv + state->next - 1;
		state->next = state->argc;
		break;
	case 'a':
	case 'q':
	case 'v':
	case 'h':
	case KEY_VERSION:
	case KEY_LIST:
		rc = parse_flag(p, key);
		break;
	default:
		if (!arg)
			return ARGP_ERR_UNKNOWN;
		rc = parse_value(p, key, arg);
	}
	return rc < 0 ? EINVAL : 0;
}

static void keep_command_line(int argc, char **argv, struct options *o)
{
	size_t used = 0;

	for (int i = 0; i < argc && used < sizeof(o->command_line); i++)
		used += (size_t)snprintf(o->command_line + used, sizeof(o->command_line) - used,
					 "%s%s", i ? " " : "", argv[i]);
}

static const struct argp parser = {
	.options = option_table, .parser = parse_key, .args_doc = args_doc, .doc = doc
};

void options_help(FILE *out)
{
	argp_help(&parser, out, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, (char *)"record");
}

int options_parse(int argc, char **argv, struct options *ret, struct tape_error *err)
{
	struct parse p = { .o = ret, .err = err };
	int rc;

	*ret = (struct options){
		.probes = "cpu,go",
		.hz = 99,
		.ring_bytes = 4u << 20,
		.epoch_ns = 10ull * 1000000000,
		.epoch_bytes = 64u << 20,
		.min_block_ns = 20000,
		.go_interval_ns = 1000000000,
		.names = true,
	};
	keep_command_line(argc, argv, ret);
	err->code = 0;
	/* In order: what stands behind the command belongs to the command. */
	rc = argp_parse(&parser, argc, argv, ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p);
	if (rc && err->code)
		return err->code;
	if (rc)
		return tape_fail(err, -EINVAL,
				 "%s: not an option, or its value is missing; see record --help",
				 argv[p.next > 0 && p.next < argc ? p.next : argc - 1]);
	if (groups_check(ret->probes, err) < 0)
		return err->code;
	if (ret->target == TARGET_NONE && !ret->list && !ret->help && !ret->version)
		return tape_fail(err, -EINVAL,
				 "nothing to record: give -p PID, -a, --cgroup PATH or -- COMMAND");
	return 0;
}
