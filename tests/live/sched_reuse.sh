#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Ids that are used again at once, while the recorder has yet to hear of the end of
# the one before: what is told of the new life is true, or unknown.
. "$(dirname "$0")/lib.sh"
. tests/live/sched_lib.sh
need_bpf

make_programs "$work/truth" "churn --reuse $(length 20 100) 20ms 2ms"

record_command() {
	"$record" -q --probes sched -o "$work/t.tape" -- sh "$work/programs.sh" 2>"$work/err"
}

record_pid() {
	gate_close "$work/programs.sh"
	recorder "$work/t.tape" -p $gate
	gate_open
	wait $recorder
}

record_all() {
	gate_close "$work/programs.sh"
	recorder "$work/t.tape" -a
	gate_open
	recorder_stop
}

# The program gives up if an id that it wants is taken by a stranger.
compare() {
	for _ in 1 2 3 4; do
		"record_$1" && [ -s "$work/truth/churn" ] && break
	done
	tests/live/sched_truth.pl --lossy "$analyze" "$work/t.tape" "$work/truth"/*
}

for mode in command pid all; do
	hold 3 6 "$mode: " compare $mode
done
