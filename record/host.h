/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of the recorded machine: HOST records. */
#ifndef RECORD_HOST_H
#define RECORD_HOST_H

#include "record/records.h"

int host_write(struct records *records, struct tape_error *err);

#endif
