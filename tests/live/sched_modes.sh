#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs whose waits are known, recorded by -a, -p, --cgroup and as a command:
# times, counts and stacks are theirs in each. FULL=1: ten times as long.
. "$(dirname "$0")/lib.sh"
. tests/live/sched_lib.sh
need_bpf

n=$(length 1 10)
make_programs "$work/truth" "napper 3 $((20 * n)),$((20 * n)),$((5 * n)) 5ms,1ms,20ms" \
	"locker 3 $((5 * n)) 10ms" "pingpong --cpu $cpu $((1000 * n))" "crowd --cpu $cpu 3 $((300 * n))ms" \
	"churn --reuse 3 20ms 10ms" "diskread $work/disk $((50 * n)) 65536"
script=$work/programs.sh

mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
group=$mount/perftape-sched-$$
cleanup() {
	[ ! -d "$group" ] || rmdir "$group"
}

record_all() {
	gate_close "$script"
	recorder "$work/t.tape" -a
	gate_open
	recorder_stop
}

record_pid() {
	gate_close "$script"
	recorder "$work/t.tape" -p $gate
	gate_open
	wait $recorder
}

record_cgroup() {
	gate_close "$script"
	echo $gate >"$group/cgroup.procs"
	recorder "$work/t.tape" --cgroup "$group"
	gate_open
	recorder_stop
}

record_command() {
	"$record" -q --probes sched -o "$work/t.tape" -- sh "$script" 2>"$work/err"
}

compare() {
	rm -f "$work/truth"/*
	"record_$1" || return 1
	tests/live/sched_truth.pl "$analyze" "$work/t.tape" "$work/truth"/*
}

hold 4 30 'a command: ' compare command
hold 4 30 '-p: ' compare pid
hold 4 30 '-a: ' compare all
if [ -n "$mount" ] && mkdir "$group" 2>/dev/null; then
	hold 4 30 '--cgroup: ' compare cgroup
fi
