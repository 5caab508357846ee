/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bundle of names: at the end of a run, the symbol of each address that was
 * hit goes into the tape, so that it is enough on a machine without the files.
 */
#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include "record/modules.h"
#include "symbols/kallsyms.h"

/*
 * Looks the hits of all modules up and writes SYMBOL records. kernel: its
 * symbols; NULL: not known. A module that cannot be read is left out.
 */
int names_write(struct modules *m, const struct kallsyms *kernel, struct records *records,
		struct tape_error *err);

#endif
