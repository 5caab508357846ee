/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bundle of names: at the end of a run, the symbol of each address that was
 * hit goes into the tape, so that it is enough on a machine without the files.
 */
#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include "record/modules.h"

/*
 * Looks the hits of all modules up and writes SYMBOL records, and LINE records if
 * lines are wanted, which costs far more. A module that
 * cannot be read is left out; a module of the kernel that was unloaded since is
 * told of in a NOTE in this epoch, which must still be open, as is a debug file that
 * was refused.
 */
int names_write(struct modules *m, struct records *records, uint32_t epoch, bool lines,
		struct tape_error *err);

#endif
