#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A program that was replaced on disk while it runs, as by an upgrade, still gets
# its own names: the file is read through its mapping.
. "$(dirname "$0")/lib.sh"
need_bpf

cp "$samples/shape" "$work/program"
background "$work/program" 30 >/dev/null
program=$!
sleep 0.3
rm "$work/program"
cp "$samples/sleeper" "$work/program"
claim "it is recorded" "$record" -q -F 499 -d 2 -o "$work/t.tape" -p $program
folded "$work/t.tape" --no-files >"$work/folded"
claim "its functions have their names" shows 'burn_sixty' "$work/folded"
claim "and not those of the file that stands there now" lacks 'work_a_little' "$work/folded"
