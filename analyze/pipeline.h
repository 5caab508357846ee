/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a tape to a result: reads, sorts, replays, filters, and hands the events
 * to one analysis. Streams: memory does not grow with the tape's length, except
 * where the analysis' result does.
 */
#ifndef ANALYZE_PIPELINE_H
#define ANALYZE_PIPELINE_H

#include <stdint.h>

#include <tape/reader.h>

#include "analyze/analyses/analysis.h"
#include "analyze/filter.h"
#include "analyze/symbolize/bundle.h"
#include "analyze/unwind/cfi_store.h"

struct pipeline_options {
	const struct analysis *analysis;
	const struct filter *filter;
	struct analysis_options options;
	uint64_t file_bytes;		/* 0: not known */
	struct cfi_store_options files; /* where call frame information may come from */
};

struct pipeline_report {
	struct result *result;
	struct bundle *bundle; /* the names that the tape brings */
	uint64_t events;       /* that the analysis wanted */
	uint64_t passed;       /* of them, through the filter */
};

/*
 * Runs over the whole tape, from the reader's first block. The caller owns what
 * *ret holds. Returns 0, or -errno if the file cannot be read.
 */
int pipeline_run(struct tape_reader *reader, const struct pipeline_options *options,
		 struct pipeline_report *ret, struct tape_error *err);

/* Frees what *report holds. */
void pipeline_report_done(struct pipeline_report *report);

#endif
