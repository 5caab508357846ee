// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whatever a tape holds, analyze reports on it, by every view in every format and
 * by every command. The input's first byte says what the rest is: the bytes of a
 * file, or records that are put into sound blocks, so that what lies behind the
 * checksums is reached too. The second byte chooses the view or command.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyze/commands/command.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/timeline_names.h"
#include "analyze/pipeline.h"
#include "tests/support/world_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 64 }; /* units of a record made here */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static uint16_t choose_type(uint8_t byte)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);

	return byte < 250 ? all[byte % n].type : 200 + byte;
}

/* Small numbers and few addresses, so that records come to speak of each other. */
static void fill(struct input *in, uint8_t *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = i % 8 < 2 || size < 8 ? take(in) : 0;
}

static void add_record(struct made_world *w, struct input *in)
{
	_Alignas(8) uint8_t room[LONGEST * EV_UNIT] = { 0 };
	struct ev_header *h = (struct ev_header *)room;
	uint16_t type = choose_type(take(in));
	const struct ev_info *info = ev_info(type);
	size_t fixed = info ? info->fixed_size : sizeof(*h);
	size_t tail = take(in) % 16 * EV_UNIT;
	bool dense = take(in) & 1;

	if (!info || fixed + tail > sizeof(room))
		tail = 0;
	h->type = type;
	h->time_ns = 1000 + take(in) * 16;
	h->tgid = take(in) % 8;
	h->tid = h->tgid + take(in) % 4;
	if (dense)
		for (size_t i = sizeof(*h); i < fixed + tail; i++)
			room[i] = take(in);
	else
		fill(in, room + sizeof(*h), fixed + tail - sizeof(*h));
	made_world_put(w, h, fixed, room + fixed, tail);
}

static struct made_world frame(struct input *in)
{
	struct made_world w = made_world_begin(1000);
	uint32_t epoch = 1;

	made_world_block_of(&w, TAPE_BLOCK_EPOCH, epoch);
	made_world_text(&w, EV_CONFIG, "cpu.period_ns=1000");
	made_world_block(&w, epoch, 1);
	while (in->left) {
		uint8_t step = take(in);

		if (step < 16)
			made_world_block(&w, epoch += step % 4, step / 4);
		else if (step < 20)
			made_world_block_of(&w, step % 5 + 1, epoch);
		else
			add_record(&w, in);
	}
	made_world_end(&w);
	return w;
}

static void run_outputs(const struct pipeline_report *report, unsigned int shapes, bool lines,
			FILE *out)
{
	struct symbolizer_options options = { .bundle = report->bundle, .no_files = true };
	struct symbolizer *names = symbolizer_new(&options);
	struct output_job job = {
		.out = out,
		.result = report->result,
		.names = names,
		.tape = "fuzz",
		.options = { .lines = lines, .inlines = lines },
	};
	size_t n;
	const struct output *const *outputs = output_list(&n);

	timeline_names(report->result, names);
	for (size_t i = 0; i < n; i++) {
		if (outputs[i]->shapes & shapes)
			outputs[i]->write(&job, NULL);
	}
	symbolizer_free(names);
}

static void run_view(const struct analysis *analysis, const struct made_tape *tape,
		     const struct filter *filter, FILE *out)
{
	bool by_goid = filter->comm;
	struct pipeline_options options = { .analysis = analysis,
					    .filter = filter,
					    .files = { .no_files = true },
					    .options = { .chain = filter->pids.n ? 3 : 0,
							 .dump = filter->cgroup && filter->comm,
							 .goid = filter->cgroup ? 1 : 0,
							 .age_ns = 16,
							 .by = by_goid ? ANALYSIS_BY_GOID
								       : ANALYSIS_BY_GOROUTINE,
							 .all = filter->comm } };
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	if (tape_reader_open_memory(tape->data, tape->size, 0, &reader, NULL) < 0)
		return;
	if (pipeline_run(reader, &options, &report, NULL) == 0)
		run_outputs(&report, analysis->shapes, filter->pids.n || filter->comm, out);
	pipeline_report_done(&report);
	tape_reader_close(reader);
}

static void run_command(const struct command *command, const struct made_tape *tape, uint8_t way,
			FILE *out)
{
	struct command_job job = { .out = out,
				   .json = way & 1,
				   .lines = way & 1,
				   .blocks = way & 2,
				   .symfs = "/nowhere" };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64], to[64];

	if (fd < 0 || write(fd, tape->data, tape->size) != (ssize_t)tape->size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(to, sizeof(to), "/dev/shm/fuzz_analyze.%d", getpid());
	job.tape = path;
	job.path = command->writes_path ? to : NULL;
	command->run(&job, NULL);
	unlink(to);
	close(fd);
}

static void run(uint8_t choice, const struct made_tape *tape, const struct filter *filter,
		FILE *out)
{
	size_t n_views, n_commands;
	const struct analysis *const *views = analysis_list(&n_views);
	const struct command *const *commands = command_list(&n_commands);
	size_t which = choice % (n_views + n_commands);

	if (which < n_views && choice & 128 && views[which]->by_goroutine)
		run_view(views[which]->by_goroutine, tape, filter, out);
	else if (which < n_views)
		run_view(views[which], tape, filter, out);
	else
		run_command(commands[which - n_views], tape, choice >> 6, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t mode = take(&in), choice = take(&in);
	struct filter filter = { .comm = mode & 2 ? "*a*" : NULL,
				 .cgroup = mode & 4 ? "/a" : NULL,
				 .from = { .given = mode & 8, .ns = 100 },
				 .to = { .given = mode & 16, .wall = mode & 32, .ns = 1500 } };
	FILE *out = fopen("/dev/null", "w");

	if (!out)
		abort();
	if (mode & 1) {
		struct made_tape raw = { .data = (uint8_t *)in.at, .size = in.left };

		run(choice, &raw, &filter, out);
	} else {
		struct made_world w = frame(&in);

		run(choice, &w.tape, &filter, out);
		made_world_free(&w);
	}
	fclose(out);
	return 0;
}
