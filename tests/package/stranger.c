// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program of someone else: knows libtape by its installed headers only. Writes
 * a tape of one sample to the path given, reads it again, prints what it found.
 */
#include <inttypes.h>
#include <stdio.h>

#include <tape/reader.h>
#include <tape/writer.h>

static int write_one(const char *path, struct tape_error *err)
{
	static const struct tape_writer_options options = { .wall_ns = 2, .mono_ns = 1 };
	const struct ev_cpu_sample sample = {
		.h = { .type = EV_CPU_SAMPLE,
		       .units = sizeof(sample) / EV_UNIT,
		       .epoch = 1,
		       .time_ns = 5,
		       .tid = 42,
		       .tgid = 42 },
	};
	struct tape_writer *w;
	int rc = tape_writer_open(path, &options, &w, err);

	if (rc < 0)
		return rc;
	rc = tape_writer_begin_epoch(w, 1, 1, 2, err);
	if (rc == 0)
		rc = tape_writer_put(w, 0, 1, &sample.h, err);
	if (rc == 0)
		rc = tape_writer_finish(w, EV_END_ASKED, err);
	tape_writer_close(w);
	return rc;
}

static int read_back(const char *path, struct tape_error *err)
{
	struct tape_reader *r;
	struct tape_block *block;
	struct tape_health health;
	int rc = tape_reader_open(path, 0, &r, err);

	if (rc < 0)
		return rc;
	while ((rc = tape_reader_next(r, &block, err)) > 0) {
		tape_block_for_each (block, record) {
			if (record->type == EV_CPU_SAMPLE)
				printf("%s of %" PRIu32 "\n", ev_name(record->type), record->tid);
		}
		tape_block_free(block);
	}
	tape_reader_health(r, &health);
	printf("%s\n", health.complete ? "complete" : "cut");
	tape_reader_close(r);
	return rc;
}

int main(int argc, char **argv)
{
	struct tape_error err = { 0 };

	if (argc != 2)
		return 2;
	if (write_one(argv[1], &err) < 0 || read_back(argv[1], &err) < 0) {
		fprintf(stderr, "stranger: %s\n", err.text);
		return 1;
	}
	return 0;
}
