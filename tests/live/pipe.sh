#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A tape into a pipe: whole where the reader stays, and what got through where it goes.
. "$(dirname "$0")/lib.sh"
need_bpf

background "$samples/threads" 600 >/dev/null

"$record" -F 999 -a -d 2 -o - 2>"$work/err" | cat >"$work/whole.tape"
claim "a tape from a pipe verifies" "$analyze" verify "$work/whole.tape"
claim "it has samples" sh -c "'$analyze' cpu -f folded '$work/whole.tape' | grep -q work_four"

{
	timeout 30 "$record" -F 999 -a -d 20 -o - 2>"$work/err"
	echo $? >"$work/status"
} | head -c 20000 >"$work/cut.tape"
claim "the recorder ends when the reader goes" sh -c "[ $(cat "$work/status") != 124 ]"
claim "its status is 1" same 1 "$(cat "$work/status")"
claim "it says why, in one line" one_line '[Bb]roken pipe|pipe .*closed|closed'
claim "what got through opens" "$analyze" cpu "$work/cut.tape"
claim "verify says that the end is missing" sh -c "! '$analyze' verify '$work/cut.tape'"
"$analyze" repair -o "$work/mended.tape" "$work/cut.tape" >"$work/repair" 2>&1
claim "the mended tape verifies" "$analyze" verify "$work/mended.tape"
