// SPDX-License-Identifier: BSD-2-Clause
/*
 * One table says what options there are, how they are parsed and what --help
 * says of them. getopt_long(3) rather than argp(3): that one prints by itself.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/options.h"

typedef int set_fn(struct options *o, const char *value, struct tape_error *err);

struct row {
	const char *name;
	char letter;	   /* 0: none */
	const char *value; /* what it is called in the help; NULL: takes none */
	const char *help;
	set_fn *set;
};

static int set_format(struct options *o, const char *value, struct tape_error *err)
{
	(void)err;
	o->format = value;
	return 0;
}

static int set_path(struct options *o, const char *value, struct tape_error *err)
{
	if (!*value)
		return tape_fail(err, -EINVAL, "-o: the file's name is empty");
	o->to_stdout = strcmp(value, "-") == 0;
	o->path = o->to_stdout ? NULL : value;
	return 0;
}

static int set_from(struct options *o, const char *value, struct tape_error *err)
{
	return filter_parse_time(value, "--from", &o->filter.from, err);
}

static int set_to(struct options *o, const char *value, struct tape_error *err)
{
	return filter_parse_time(value, "--to", &o->filter.to, err);
}

static int set_pid(struct options *o, const char *value, struct tape_error *err)
{
	return filter_parse_ids(value, "--pid", &o->filter.pids, err);
}

static int set_tid(struct options *o, const char *value, struct tape_error *err)
{
	return filter_parse_ids(value, "--tid", &o->filter.tids, err);
}

static int set_comm(struct options *o, const char *value, struct tape_error *err)
{
	(void)err;
	o->filter.comm = value;
	return 0;
}

static int set_cgroup(struct options *o, const char *value, struct tape_error *err)
{
	(void)err;
	o->filter.cgroup = value;
	return 0;
}

static int set_top(struct options *o, const char *value, struct tape_error *err)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n == 0 || n > 1000000)
		return tape_fail(err, -EINVAL, "--top: '%s' is not a number from 1 to 1000000",
				 value);
	o->options.top = (unsigned int)n;
	return 0;
}

static int set_min(struct options *o, const char *value, struct tape_error *err)
{
	struct filter_time least;
	int rc = filter_parse_time(value, "--min", &least, err);

	if (rc == 0 && least.wall)
		return tape_fail(err, -EINVAL, "--min: '%s' is not a length of time", value);
	if (rc == 0)
		o->options.min_ns = least.ns;
	return rc;
}

/* In the order of the bits of enum analysis_state. */
static const char *const state_names[] = { "sleep", "disk", "lock", "stopped", "preempted" };

static int set_states(struct options *o, const char *value, struct tape_error *err)
{
	while (*value) {
		size_t length = strcspn(value, ","), i = 0;
		size_t n = sizeof(state_names) / sizeof(*state_names);

		while (i < n && (strlen(state_names[i]) != length ||
				 strncmp(value, state_names[i], length) != 0))
			i++;
		if (i == n)
			return tape_fail(
				err, -EINVAL,
				"--state: '%.*s' is none of sleep, disk, lock, stopped, preempted",
				(int)length, value);
		o->options.states |= 1u << i;
		value += length + (value[length] == ',');
	}
	return 0;
}

static int set_chain(struct options *o, const char *value, struct tape_error *err)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n == 0 || n > 64)
		return tape_fail(err, -EINVAL, "--chain: '%s' is not a number from 1 to 64", value);
	o->options.chain = (unsigned int)n;
	return 0;
}

/* In the order of enum analysis_by. */
static const char *const by_names[] = { "thread", "goroutine", "goid" };

static int set_by(struct options *o, const char *value, struct tape_error *err)
{
	for (unsigned int i = 0; i < sizeof(by_names) / sizeof(*by_names); i++) {
		if (strcmp(value, by_names[i]) == 0) {
			o->options.by = i;
			return 0;
		}
	}
	return tape_fail(err, -EINVAL, "--by: '%s' is none of thread, goroutine, goid", value);
}

/* The picture of a moment is that of all before it. */
static int set_at(struct options *o, const char *value, struct tape_error *err)
{
	o->options.at = true;
	return filter_parse_time(value, "--at", &o->filter.to, err);
}

static int set_goid(struct options *o, const char *value, struct tape_error *err)
{
	char *end;

	errno = 0;
	o->options.goid = strtoull(value, &end, 10);
	if (*value < '1' || *value > '9' || *end || errno)
		return tape_fail(err, -EINVAL, "--goid: '%s' is not a goroutine's number", value);
	return 0;
}

static int set_age(struct options *o, const char *value, struct tape_error *err)
{
	struct filter_time age;
	int rc = filter_parse_time(value, "--age", &age, err);

	if (rc == 0 && (age.wall || !age.ns))
		return tape_fail(err, -EINVAL, "--age: '%s' is not a length of time", value);
	if (rc == 0)
		o->options.age_ns = age.ns;
	return rc;
}

/* In the order of enum analysis_grade, from 1 on. */
static const char *const grade_names[] = { "reported", "growing", "stuck", "old" };

static int set_fail(struct options *o, const char *value, struct tape_error *err)
{
	for (unsigned int i = 0; i < sizeof(grade_names) / sizeof(*grade_names); i++) {
		if (strcmp(value, grade_names[i]) == 0) {
			o->options.fail = i + 1;
			return 0;
		}
	}
	return tape_fail(err, -EINVAL, "--fail: '%s' is none of reported, growing, stuck, old",
			 value);
}

static int set_dump(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->options.dump = true;
	return 0;
}

static int set_all(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->options.all = true;
	return 0;
}

static int set_growth(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->options.growth = true;
	return 0;
}

static int set_lines(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->lines = true;
	return 0;
}

static int set_inlines(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->inlines = true;
	return 0;
}

static int set_symfs(struct options *o, const char *value, struct tape_error *err)
{
	(void)err;
	o->symfs = value;
	return 0;
}

static int set_debuginfod(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->debuginfod = true;
	return 0;
}

static int set_no_files(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->no_files = true;
	return 0;
}

static int set_blocks(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->blocks = true;
	return 0;
}

static int set_help(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->help = true;
	return 0;
}

static int set_version(struct options *o, const char *value, struct tape_error *err)
{
	(void)value;
	(void)err;
	o->version = true;
	return 0;
}

static const struct row rows[] = {
	{ "format", 'f', "FORMAT", "how to write the report (default: text, or by FILE's ending)",
	  set_format },
	{ "output", 'o', "FILE", "write there instead of standard output", set_path },
	{ "from", 0, "TIME", "only from then on: 1.5s after the start, or 2026-01-31T12:00:00Z",
	  set_from },
	{ "to", 0, "TIME", "only until then", set_to },
	{ "pid", 'p', "PID[,PID]", "only these processes", set_pid },
	{ "tid", 't', "TID[,TID]", "only these threads", set_tid },
	{ "comm", 0, "NAME", "only processes and threads of this name; * and ? stand for others",
	  set_comm },
	{ "cgroup", 0, "PATH", "only this control group and those below", set_cgroup },
	{ "top", 0, "N", "rows of each table", set_top },
	{ "min", 0, "TIME", "offcpu, wakeups: only waits of this length and more: 1ms", set_min },
	{ "state", 0, "STATE[,STATE]",
	  "offcpu: only waits of this kind: sleep, disk, lock, stopped, preempted", set_states },
	{ "chain", 0, "N", "wakeups: follow wakers N deep into a critical path", set_chain },
	{ "by", 0, "WHAT",
	  "cpu, offcpu, wall: whose time: thread, goroutine, or goid (of each goroutine)", set_by },
	{ "at", 0, "TIME", "goroutines: as they were then, in place of the last", set_at },
	{ "goid", 0, "GOID", "goroutines, cpu, offcpu, wall: what this one did", set_goid },
	{ "dump", 0, NULL, "goroutines: each one, as Go's runtime prints it", set_dump },
	{ "growth", 0, NULL, "heap: what came since --from, in place of what is in use",
	  set_growth },
	{ "age", 0, "TIME", "leaks: who waits for longer is old (default: 60s)", set_age },
	{ "fail", 0, "GRADE",
	  "leaks: exit with 3 if there are reported, growing, stuck, old or stronger ones",
	  set_fail },
	{ "all", 0, NULL,
	  "goroutines, leaks, wall: also the runtime's own, and what is meant to wait", set_all },
	{ "lines", 0, NULL,
	  "profiles: frames by source line, with file and line; symbols: lines too", set_lines },
	{ "inlines", 0, NULL, "profiles: inlined calls as frames", set_inlines },
	{ "symfs", 0, "DIR", "look for the recorded machine's files below DIR", set_symfs },
	{ "debuginfod", 0, NULL,
	  "ask the servers of DEBUGINFOD_URLS for what is not on this machine", set_debuginfod },
	{ "no-files", 0, NULL, "only names that the tape brings: the same report everywhere",
	  set_no_files },
	{ "blocks", 0, NULL, "dump: the blocks, not the records in them", set_blocks },
	{ "help", 'h', NULL, "this text", set_help },
	{ "version", 0, NULL, "the version", set_version },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_CODE = 256 };

/* --- parsing --- */

static void make_tables(struct option *table, char *letters)
{
	*letters++ = ':';
	for (size_t i = 0; i < N_ROWS; i++) {
		table[i] = (struct option){ rows[i].name,
					    rows[i].value ? required_argument : no_argument, NULL,
					    FIRST_CODE + (int)i };
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].value)
			*letters++ = ':';
	}
	table[N_ROWS] = (struct option){ 0 };
	*letters = '\0';
}

static const struct row *find_row(int code)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (code == FIRST_CODE + (int)i || (code && code == rows[i].letter))
			return &rows[i];
	}
	return NULL;
}

/* What getopt_long() did not take; it stood at argv[optind - 1] or is the letter optopt. */
static int refuse(int code, char **argv, struct tape_error *err)
{
	const struct row *row = find_row(optopt);
	const char *text = argv[optind - 1];

	if (code == ':')
		return tape_fail(err, -EINVAL, "%s needs a value", text);
	if (row && optopt >= FIRST_CODE)
		return tape_fail(err, -EINVAL, "--%s takes no value", row->name);
	if (optopt && optopt < FIRST_CODE)
		return tape_fail(err, -EINVAL, "unknown option '-%c'; try 'analyze --help'",
				 optopt);
	return tape_fail(err, -EINVAL, "unknown option '%s'; try 'analyze --help'", text);
}

static int parse_flags(int argc, char **argv, struct options *o, struct tape_error *err)
{
	struct option table[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	int code;

	make_tables(table, letters);
	optind = 0;
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		const struct row *row = find_row(code);
		int rc;

		if (code == '?' || code == ':' || !row)
			return refuse(code, argv, err);
		rc = row->set(o, optarg, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- what is to be done --- */

static bool find_view(struct options *o, const char *name)
{
	o->analysis = analysis_by_name(name);
	o->command = o->analysis ? NULL : command_by_name(name);
	return o->analysis || o->command;
}

/* "text, json and svg" of those that can show the shapes. */
static const char *name_outputs(unsigned int shapes, char *text, size_t size)
{
	size_t n, length = 0;
	const struct output *const *outputs = output_list(&n);

	*text = '\0';
	for (size_t i = 0; i < n; i++) {
		if (outputs[i]->shapes & shapes && length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
						   length ? ", " : "", outputs[i]->name);
	}
	return text;
}

/* A goroutine's number says whose time is meant. */
static int choose_by(struct options *o, struct tape_error *err)
{
	const struct analysis *other = o->analysis ? o->analysis->by_goroutine : NULL;

	if (o->options.by && !other)
		return tape_fail(err, -EINVAL, "--by %s: only cpu, offcpu and wall know it",
				 by_names[o->options.by]);
	if (other && (o->options.by || o->options.goid))
		o->analysis = other;
	return 0;
}

static int choose_output(struct options *o, struct tape_error *err)
{
	const struct output *output = NULL;
	char names[256];

	if (o->format)
		output = output_by_name(o->format);
	else if (o->path)
		output = output_by_suffix(o->path);
	if (o->format && !output)
		return tape_fail(err, -EINVAL, "unknown format '%s'; %s has: %s", o->format,
				 o->analysis->name,
				 name_outputs(o->analysis->shapes, names, sizeof(names)));
	if (!output)
		output = output_by_name("text");
	if (!output || !(output->shapes & o->analysis->shapes))
		return tape_fail(err, -EINVAL, "%s cannot be written as %s; use one of: %s",
				 o->analysis->name, output ? output->name : "text",
				 name_outputs(o->analysis->shapes, names, sizeof(names)));
	o->output = output;
	return 0;
}

static int choose_command(const struct options *o, struct tape_error *err)
{
	const char *formats = o->command->formats;
	size_t length = o->format ? strlen(o->format) : 0;

	if (filter_is_active(&o->filter))
		return tape_fail(err, -EINVAL, "%s looks at the whole tape; leave out the filters",
				 o->command->name);
	for (const char *at = formats; o->format && *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (n == length && memcmp(at, o->format, n) == 0)
			return 0;
		at += n;
	}
	if (o->format)
		return tape_fail(err, -EINVAL, "%s cannot be written as '%s'; it has: %s",
				 o->command->name, o->format, *formats ? formats : "no formats");
	return 0;
}

/* Commands of two words. Returns 1 if operands are such a one and its tape, 0, or -EINVAL. */
static int parse_words(int n, char **operands, struct options *o, struct tape_error *err)
{
	if (n < 1 || strcmp(operands[0], "symbols") != 0)
		return 0;
	/* A tape may have the word for its name. */
	if (n == 1 && access(operands[0], F_OK) == 0)
		return 0;
	o->command = n > 1 ? command_by_words(operands[0], operands[1]) : NULL;
	if (!o->command)
		return tape_fail(err, -EINVAL,
				 "symbols: say what to do, list, add or strip: "
				 "'analyze symbols list FILE'");
	if (n == 2)
		return tape_fail(err, -EINVAL, "%s of which tape? try 'analyze %s FILE'",
				 o->command->name, o->command->name);
	return 1;
}

static int parse_operands(int n, char **operands, struct options *o, struct tape_error *err)
{
	int words = parse_words(n, operands, o, err);
	bool known;

	if (words < 0)
		return words;
	n -= words;
	operands += words;
	known = words || (n > 0 && find_view(o, operands[0]));
	if (n == 0)
		return tape_fail(err, -EINVAL, "no tape is named; try 'analyze --help'");
	if (n > 2)
		return tape_fail(err, -EINVAL,
				 "one tape at a time: '%s' is too many; "
				 "try 'analyze --help'",
				 operands[2]);
	if (n == 1 && known)
		return tape_fail(err, -EINVAL, "%s of which tape? try 'analyze %s FILE'",
				 operands[0], operands[0]);
	if (n == 2 && !known)
		return tape_fail(err, -EINVAL, "unknown view '%s'; try 'analyze --help'",
				 operands[0]);
	/* A single word that is no file is more likely a view than a tape. */
	if (n == 1 && !strpbrk(operands[0], "./-") && access(operands[0], F_OK) < 0)
		return tape_fail(err, -EINVAL,
				 "'%s' is neither a view nor a file; "
				 "try 'analyze --help'",
				 operands[0]);
	o->tape = operands[n - 1];
	if (n == 1)
		find_view(o, "summary");
	if (choose_by(o, err) < 0)
		return -EINVAL;
	return o->analysis ? choose_output(o, err) : choose_command(o, err);
}

int options_parse(int argc, char **argv, struct options *ret, struct tape_error *err)
{
	struct options o = { 0 };
	int rc = parse_flags(argc, argv, &o, err);

	if (rc < 0)
		return rc;
	if (!o.help && !o.version)
		rc = parse_operands(argc - optind, argv + optind, &o, err);
	if (rc < 0)
		return rc;
	*ret = o;
	return 0;
}

/* --- help --- */

static void help_options(FILE *out)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
			 row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
			 row->value ? " " : "", row->value ? row->value : "");
		fprintf(out, "  %-24s %s\n", left, row->help);
	}
}

void options_help(FILE *out)
{
	size_t n;
	const struct analysis *const *analyses = analysis_list(&n);
	const struct command *const *commands;
	const struct output *const *outputs;

	fprintf(out, "usage: analyze [VIEW] [options] TAPE\n\n"
		     "Explains what a tape of perftape's record holds. TAPE may be - for standard "
		     "input.\n\nviews (default: summary):\n");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  %-13s %s\n", analyses[i]->name, analyses[i]->help);
	commands = command_list(&n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  %-13s %s\n", commands[i]->name, commands[i]->help);
	fprintf(out, "\nformats:\n");
	outputs = output_list(&n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  %-13s %s\n", outputs[i]->name, outputs[i]->help);
	fprintf(out, "\noptions:\n");
	help_options(out);
}
