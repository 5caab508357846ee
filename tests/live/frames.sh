#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The table of truth (bench/frames.pl): a chain of functions in many languages,
# each build of which must show as it is in 99 of 100 samples. FULL=1: all builds.
. "$(dirname "$0")/lib.sh"
need_bpf

# Few samples, and two of them may be of a program's begin or of another's turn.
AIM=${AIM:-$([ -n "$FULL" ] && echo 99 || echo 98)} BUILD=${record%/record} bench/frames.pl >"$work/table" 2>"$work/err"
status=$?
sed "s/^/    /" "$work/err" "$work/table"
claim "samples show the whole stack of the program" same 0 "$status"
