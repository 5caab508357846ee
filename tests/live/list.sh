#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# record --list says what works here.
. "$(dirname "$0")/lib.sh"
need_bpf

claim "--list ends with status 0" same 0 "$(status_of "$record" --list)"
claim "the group cpu works" shows '^ *cpu .*' "$work/out"
