#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Four threads, each with a name, a function and a share of its own.
. "$(dirname "$0")/lib.sh"
need_bpf

"$record" -F 999 -o "$work/t.tape" -- "$samples/threads" "$(length 3 10)" >"$work/truth" 2>"$work/err"
folded "$work/t.tape" >"$work/folded"
who "$work/t.tape" >"$work/who"
n=$(count_samples "$work/who")

# By thread name, from the labels of the samples.
thread_share() {
	awk -v part="$(count_samples "$work/who" 5 "$1")" -v all="$n" 'BEGIN { print 100 * part / all }'
}

for pair in 1:work_one 2:work_two 3:work_three 4:work_four; do
	function=${pair#*:}
	thread=worker-${pair%:*}
	wanted=$(truth_share "$work/truth" "$function")
	points=$(tolerance "$n" "$wanted")
	claim "share of $function" near "$wanted" "$(share "$work/folded" "$function")" "$points"
	claim "share of the thread $thread" near "$wanted" "$(thread_share "$thread")" "$points"
done

"$analyze" cpu -f text "$work/t.tape" >"$work/text"
claim "the report names the threads" shows 'worker-4' "$work/text"
