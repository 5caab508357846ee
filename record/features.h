/* SPDX-License-Identifier: BSD-2-Clause */
/* What the running kernel has, as its own type information tells: for the choices of probe groups. */
#ifndef RECORD_FEATURES_H
#define RECORD_FEATURES_H

#include <stdbool.h>

#include <bpf/btf.h>

#include <tape/error.h>

#include "record/core.h"

/* The kernel's BTF. The caller frees it (btf__free). */
int features_open(const struct core *core, struct btf **ret, struct tape_error *err);

/* How many arguments a raw tracepoint has; -1 if there is none of this name. */
int features_tracepoint(const struct btf *btf, const char *name);

/* Whether there is such a function, a BPF helper for example. */
bool features_function(const struct btf *btf, const char *name);

#endif
