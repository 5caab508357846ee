#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/live/run.sh [NAME…]: runs the live tests, all or those named, one after
# the other: they measure shares of the CPU. FULL=1 runs the long versions.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0

[ $# -gt 0 ] || set -- $(ls tests/live | sed -n '/^\(lib\|sched_lib\|go_lib\|run\)\.sh$/!s/\.sh$//p')
for test; do
	tests/live/"$test".sh </dev/null
	code=$?
	if [ $code != 0 ] && [ $code != 77 ]; then
		[ $code = 1 ] || echo "not ok live: $test: ended with status $code"
		status=1
	fi
done
exit $status
