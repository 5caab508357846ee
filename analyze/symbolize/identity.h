/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether what lies on this machine is what the tape was recorded with. Names
 * from another build would look right and be wrong, so only equal build-ids do.
 */
#ifndef ANALYZE_SYMBOLIZE_IDENTITY_H
#define ANALYZE_SYMBOLIZE_IDENTITY_H

#include <stdbool.h>

#include <tape/error.h>

#include "analyze/result/module.h"
#include "symbols/build_id.h"

/*
 * here: the build-id found on this machine, or NULL if there was none. label
 * names the place where it was looked for. If they differ *note says so.
 */
bool identity_holds(const struct module *m, const struct build_id *here, const char *label,
		    struct tape_error *note);

#endif
