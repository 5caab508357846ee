/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables about the recording itself, for the views that show them: summary and info. */
#ifndef ANALYZE_ANALYSES_RECORDING_H
#define ANALYZE_ANALYSES_RECORDING_H

#include "analyze/analyses/analysis.h"

/* What was recorded, where, when, and with what effort, in ten lines. Never NULL. */
struct table *recording_table(const struct analysis_input *in);

/* The probe groups, "cpu,sched"; NULL: the tape does not tell. Lent. */
const char *recording_probes(const struct world *w);

/* Whether this is one of them. */
bool recording_has_probe(const struct world *w, const char *group);

/* What is missing, a row for each sort of loss; NULL if nothing is. */
struct table *recording_losses(const struct analysis_input *in);

/* "source" of a loss: "ring". Static. */
const char *recording_source_name(uint32_t source);

#endif
