/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the memory around a lock of Go's package sync says of it. Facts: sync/mutex.go,
 * rwmutex.go, waitgroup.go; where these stand has not changed from Go 1.17 to 1.27.
 */
#ifndef ANALYZE_ANALYSES_GOLOCKS_H
#define ANALYZE_ANALYSES_GOLOCKS_H

#include "analyze/replay/goroutines.h"

struct golock_text {
	char text[96];
};

/* "mutex, locked, 3 wait". reason: why goroutines wait there, as the runtime names it. */
struct golock_text golocks_describe(const struct goroutine_lock *lock, const char *reason);

#endif
