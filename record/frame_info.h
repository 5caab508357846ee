/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What unwinding needs of the code: at the end of a run, the call frame information
 * of each function that was hit goes into the tape.
 */
#ifndef RECORD_FRAME_INFO_H
#define RECORD_FRAME_INFO_H

#include "record/modules.h"

/* Writes CFI records for the hits of all modules. One that cannot be read is left out. */
int frame_info_write(struct modules *m, struct records *records, struct tape_error *err);

#endif
