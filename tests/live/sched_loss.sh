#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Rings that are much too small lose events: every view tells the loss and the
# unknown time, and nothing that it tells as known is wrong.
. "$(dirname "$0")/lib.sh"
. tests/live/sched_lib.sh
need_bpf

n=$(length 1 5)
make_programs "$work/truth" "napper 3 $((50 * n)),$((20 * n)),$((100 * n)) 5ms,20ms,2ms" \
	"locker 3 $((10 * n)) 10ms" "pingpong --cpu $cpu $((20000 * n))" \
	"crowd --cpu $cpu 3 $((300 * n))ms"
# Side by side with one that fills the rings all the time.
{
	echo "'$samples/pingpong' $((100000 * n)) >'$work/noise' &"
	cat "$work/programs.sh"
	echo wait
} >"$work/all.sh"

compare() {
	rm -f "$work/truth"/*
	"$record" -q --probes sched "$@" -o "$work/t.tape" -- sh "$work/all.sh" 2>"$work/err" || return 1
	tests/live/sched_truth.pl --lossy "$analyze" "$work/t.tape" "$work/truth"/*
}

for size in $(length "4K 32K" "4K 8K 16K 32K 64K"); do
	hold 2 20 "--ring-size $size: " compare --ring-size $size
	lost=$("$analyze" info -f json "$work/t.tape" | jq .coverage.lost_events)
	claim "--ring-size $size: events are lost" test "$lost" -gt 100
	for view in offcpu wall sched wakeups timeline; do
		"$analyze" $view "$work/t.tape" >"$work/report"
		claim "--ring-size $size: $view tells the loss" shows "^Coverage: .*$lost.* lost" "$work/report"
		[ $view = timeline ] ||
			claim "--ring-size $size: $view tells the unknown time" shows 'unknown.* [1-9][0-9.m]* ?(ns|us|ms|s)( |,|$)' \
				"$work/report"
	done
done
