// SPDX-License-Identifier: BSD-2-Clause
/* See doubts.h. */
#include <stdio.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/words.h"

void doubts_add(const struct doubts *d, struct result *ret)
{
	struct spans_counts counts;
	char text[400];

	spans_get_counts(d->spans, &counts);
	if (!counts.switches)
		result_add_note(ret, "the tape has no switches of threads: where they wait is not "
				     "known; record with --probes cpu,sched");
	if (d->unknown_ns) {
		snprintf(text, sizeof(text),
			 "what threads did is not known for %s of %s (%s): records of it were "
			 "lost, or contradict each other",
			 words_duration(d->unknown_ns).text, words_duration(d->total_ns).text,
			 words_share(d->unknown_ns, d->total_ns).text);
		result_add_note(ret, text);
	}
	if (counts.broken) {
		snprintf(text, sizeof(text),
			 "%s of threads' time contradict the records around them, and no loss "
			 "explains it: unknown",
			 words_count(counts.broken, "span").text);
		result_add_note(ret, text);
	}
	if (counts.refused) {
		snprintf(text, sizeof(text),
			 "more threads than can be followed at a time: %s not looked at",
			 words_count(counts.refused, "record").text);
		result_add_note(ret, text);
	}
}
