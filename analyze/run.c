// SPDX-License-Identifier: BSD-2-Clause
/* See run.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "analyze/outputs/timeline_names.h"
#include "analyze/pipeline.h"
#include "analyze/run.h"
#include "analyze/save.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);
DEFINE_CLEANUP(symbolizer_free, struct symbolizer);

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return "standard input";
	return slash ? slash + 1 : path;
}

static uint64_t file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static int write_report(const struct options *o, const struct pipeline_report *report, FILE *out,
			struct tape_error *err)
{
	struct symbolizer_options names = {
		.bundle = report->bundle,
		.symfs = o->symfs,
		.no_files = o->no_files,
		.debuginfod = o->debuginfod,
	};
	CLEANUP(symbolizer_freep) struct symbolizer *symbolizer = symbolizer_new(&names);
	struct output_job job = {
		.out = out,
		.result = report->result,
		.names = symbolizer,
		.options = { .top = o->options.top ? o->options.top : o->analysis->top,
			     .brief = o->analysis->brief,
			     .lines = o->lines,
			     .inlines = o->inlines },
		.tape = file_name(o->tape),
	};

	timeline_names(report->result, symbolizer);
	return o->output->write(&job, err);
}

/* A filter that leaves nothing is most likely a mistake: scripts shall notice. */
static int nothing_matches(const struct options *o, struct tape_error *err)
{
	char filter[512];

	filter_describe(&o->filter, filter, sizeof(filter));
	return tape_fail(err, -ENODATA,
			 "%s: no sample matches %s; 'analyze info' shows what there is", o->tape,
			 filter);
}

/* A tape need not have what a view shows of others: a picture of nothing is no answer. */
static int check_shapes(const struct options *o, const struct result *result,
			struct tape_error *err)
{
	for (size_t i = 0; i < result_n_items(result); i++) {
		if (result_item(result, i)->shape & o->output->shapes)
			return 0;
	}
	return tape_fail(
		err, -ENODATA,
		"%s: view %s finds nothing there that format %s can show; see 'analyze %s'",
		o->tape, o->analysis->name, o->output->name, o->analysis->name);
}

static int run_view(const struct options *o, FILE *out, struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *reader = NULL;
	CLEANUP(pipeline_report_done) struct pipeline_report report = { 0 };
	struct pipeline_options options = {
		.analysis = o->analysis,
		.filter = &o->filter,
		.options = o->options,
		.file_bytes = file_bytes(o->tape),
		.files = { .symfs = o->symfs, .no_files = o->no_files },
	};
	int rc = tape_reader_open(o->tape, 0, &reader, err);

	if (rc == 0)
		rc = pipeline_run(reader, &options, &report, err);
	if (rc == 0)
		rc = check_shapes(o, report.result, err);
	if (rc == 0)
		rc = write_report(o, &report, out, err);
	if (rc == 0 && report.events && !report.passed)
		rc = nothing_matches(o, err);
	if (rc == 0 && result_alarm(report.result))
		rc = RUN_ALARM;
	return rc;
}

static int run_command(const struct options *o, FILE *out, struct tape_error *err)
{
	struct command_job job = {
		.tape = o->tape,
		.path = o->path,
		.out = out,
		.json = o->format ? strcmp(o->format, "json") == 0
				  : o->path && output_by_suffix(o->path) &&
					    strcmp(output_by_suffix(o->path)->name, "json") == 0,
		.to_stdout = o->to_stdout,
		.blocks = o->blocks,
		.lines = o->lines,
		.no_files = o->no_files,
		.debuginfod = o->debuginfod,
		.symfs = o->symfs,
	};

	return o->command->run(&job, err);
}

static int run_to(const struct options *o, FILE *out, struct tape_error *err)
{
	int rc = o->analysis ? run_view(o, out, err) : run_command(o, out, err);

	if (rc < 0)
		return rc;
	if (fflush(out) != 0 || ferror(out))
		return tape_fail(err, -(errno ? errno : EIO), "cannot write the report: %s",
				 strerror(errno ? errno : EIO));
	return rc;
}

int run(const struct options *o, FILE *standard_output, struct tape_error *err)
{
	CLEANUP(save_done) struct save save = { 0 };
	int rc, status;

	if (!o->path || (o->command && o->command->writes_path))
		return run_to(o, standard_output, err);
	rc = save_open(o->path, o->tape, &save, err);
	if (rc < 0)
		return rc;
	status = run_to(o, save.file, err);
	if (status < 0)
		return status;
	rc = save_commit(&save, err);
	return rc < 0 ? rc : status;
}
