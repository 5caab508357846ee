#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The whole machine under many short threads and a storm of wake-ups: the times of
# each thread are the time that it lived in the tape, to the nanosecond. FULL=1:
# longer, and with hackbench (perf bench sched messaging) where there is perf.
. "$(dirname "$0")/lib.sh"
. tests/live/sched_lib.sh
need_bpf

hackbench=
[ -z "$FULL" ] || ! command -v perf >/dev/null || hackbench='perf bench sched messaging -g 4 -l 500'
cat >"$work/load.sh" <<LOAD
'$samples/pingpong' 5000 &
'$samples/pingpong' --processes 5000 &
'$samples/churn' --reuse $(length 20 200) 1ms 1ms &
'$samples/forker' $(length 30 300) 2 &
'$samples/locker' 8 20 1ms &
$hackbench
wait
LOAD

compare() {
	recorder "$work/t.tape" -a "$@"
	sh "$work/load.sh" >"$work/out" 2>&1
	sleep 0.2
	recorder_stop
	tests/live/sched_lives.pl "$analyze" "$work/t.tape"
}

hold 2 3 '-a: ' compare
claim "nothing was lost" same 0 "$("$analyze" info -f json "$work/t.tape" | jq .coverage.lost_events)"
hold 2 3 '-a, in epochs: ' compare --epoch 1s --ring-size 8M
