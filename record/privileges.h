/* SPDX-License-Identifier: BSD-2-Clause */
/* What the recorder may do: checked before it begins, dropped to what is needed once it runs. */
#ifndef RECORD_PRIVILEGES_H
#define RECORD_PRIVILEGES_H

#include <tape/error.h>

/* 0, or -EPERM with *err saying what is missing. */
int privileges_check(struct tape_error *err);

/*
 * Keeps the capabilities that reading /proc, naming and the final account need,
 * and drops all others for good. Returns 0 or -errno.
 */
int privileges_drop(void);

#endif
