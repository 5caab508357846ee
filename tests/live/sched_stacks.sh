#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Which waits have stacks: --min-block, its sample of shorter ones, --stacks=all;
# and a pause, which makes the time in it unknown.
. "$(dirname "$0")/lib.sh"
. tests/live/sched_lib.sh
need_bpf

# waits_of TRUTH NAME: how often this thread left the CPU in its naps. A timer that ends before is no wait.
waits_of() {
	jq ".threads[] | select(.name == \"$2\").left_cpu" "$1"
}

# stacks_of TAPE TRUTH NAME: how many waits of this thread have stacks of their own, of weight 1.
stacks_of() {
	tid=$(jq ".threads[] | select(.name == \"$3\").tid" "$2")
	"$analyze" dump "$1" | grep -c " tid=$tid sched_wait .* weight=1 "
}

# without_stack TAPE NAME: waits of that thread by the report that have none, or share one.
without_stack() {
	"$analyze" offcpu -f folded --comm "$2" "$1" | grep -c 'no stack taken'
}

# Again if the kernel kept a switch to itself: its wait has no stacks.
record_nappers() {
	for _ in 1 2 3 4; do
		"$record" -q --probes sched "$@" -o "$work/t.tape" -- taskset -c $cpu "$samples/napper" 2 \
			100,400 2ms,100us >"$work/truth" 2>"$work/err"
		"$analyze" sched "$work/t.tape" >"$work/report"
		grep -q "contradict the records around them, and no loss" "$work/report" || return
	done
}

record_nappers --min-block 1ms
claim "--min-block is in the tape" shows 'sched.min_block_ns=1000000' \
	"$("$analyze" dump "$work/t.tape" >"$work/dump"; echo "$work/dump")"
claim "almost each nap is a wait" test "$(waits_of "$work/truth" napper-0)" -ge 98 -a \
	"$(waits_of "$work/truth" napper-1)" -ge 380
claim "waits that are longer all have their stacks" same "$(waits_of "$work/truth" napper-0)" \
	"$(stacks_of "$work/t.tape" "$work/truth" napper-0)"
claim "few of those that are shorter do" test \
	"$(stacks_of "$work/t.tape" "$work/truth" napper-1)" -le 20
claim "the time of those that are shorter is known all the same" same "$(waits_of "$work/truth" napper-1)" \
	"$("$analyze" offcpu -f json --comm napper-1 "$work/t.tape" | jq '[.items[0] | .label_sets as $sets | .samples[]
		| select($sets[.labels].syscall == "clock_nanosleep" and $sets[.labels].state == "sleep")
		.values[0]] | add')"
claim "the report says that short ones are a sample" shows 'shorter than 1.000 ms have stacks once in' \
	"$("$analyze" offcpu "$work/t.tape" >"$work/report"; echo "$work/report")"

record_nappers --stacks=all
claim "--stacks=all is in the tape" shows 'sched.stacks=all' \
	"$("$analyze" dump "$work/t.tape" >"$work/dump"; echo "$work/dump")"
for thread in napper-0 napper-1; do
	claim "--stacks=all: every wait of $thread has its stacks" test \
		"$(stacks_of "$work/t.tape" "$work/truth" $thread)" -ge "$(waits_of "$work/truth" $thread)"
	claim "--stacks=all: no time of $thread is without" same 0 "$(without_stack "$work/t.tape" $thread)"
done

# --- wakers ---

# Again if the kernel kept a switch to itself: a wait that is not known to have begun has no waker's stack.
record_locker() {
	for _ in 1 2 3 4; do
		"$record" -q --probes sched -o "$work/t.tape" -- taskset -c $cpu "$samples/locker" 1 40 5ms \
			>"$work/truth" 2>"$work/err"
		"$analyze" sched "$work/t.tape" >"$work/report"
		grep -q "contradict the records around them, and no loss" "$work/report" || return
	done
}

# wakers WOKEN WAKER: how often the one thread's waits were ended by the other, with both its stacks.
wakers() {
	"$analyze" dump "$work/t.tape" | grep " tid=$2 sched_waker " | grep " woken_tid=$1 " |
		grep -vc 'stack=0\( \|$\)'
}

record_locker
waiter=$(jq .waiters[0].tid "$work/truth") holder=$(jq .holder.tid "$work/truth")
waits=$("$analyze" wakeups -f json --top 100000 --min 20us -t "$waiter" "$work/t.tape" | jq '[.items[]
	| select(.name == "wakers") | [.columns[].name] as $names | .rows[] | [$names, .] | transpose
	| map({(.[0]): .[1]}) | add | select(."waker tid" == '"$holder"').waits] | add')
claim "the holder ends a wait for the lock in each round" test "$waits" -ge 40
# A wait counts as long when its waker begins to wake it; a few may be long only because that was interrupted.
claim "the waits of 20 us and more that it ends have its stacks, but for those that were interrupted" near \
	"$waits" "$(wakers "$waiter" "$holder")" 3

# --- a pause ---

paused() {
	rm -f "$work/truth" "$work/t.tape"
	echo "taskset -c $cpu '$samples/napper' 2 60,600 20ms,2ms >'$work/truth'" >"$work/programs.sh"
	gate_close "$work/programs.sh"
	recorder "$work/t.tape" -p $gate
	echo go >"$work/gate"
	sleep 0.4
	kill -USR1 $recorder
	sleep 0.3
	kill -USR1 $recorder
	wait $recorder
	tests/live/sched_truth.pl --lossy "$analyze" "$work/t.tape" "$work/truth"
}

hold 2 6 'a pause: ' paused
paused_ns=$("$analyze" sched -f json "$work/t.tape" | jq .coverage.paused_ns)
claim "the pause is in the tape" near 300 "$((paused_ns / 1000000))" 200
unknown_ms() {
	"$analyze" sched -f json --comm "$1" "$work/t.tape" |
		jq "[.items[] | select(.name == \"threads\").rows[] | select(.[1] == \"$1\")[13]] | add / 1000000 | floor"
}
for thread in napper-0 napper-1; do
	claim "the unknown time of $thread is the pause and the waits that it cuts" near \
		$((paused_ns / 1000000 + 20)) "$(unknown_ms $thread)" 30
done
