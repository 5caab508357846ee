#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A mutex that is held for a known time while others want it; and a lock of the
# kernel's that many threads want.
. "$(dirname "$0")/lib.sh"
need_bpf

rounds=$(length 40 400)
"$record" -q --probes sched -o "$work/t.tape" -- "$samples/locker" 3 "$rounds" 5ms >"$work/truth"
mutex=$(jq -r .mutex "$work/truth")

# row COLUMN: of the mutex.
row() {
	table_rows user_locks "$work/t.tape" locks |
		jq -r --argjson address "$((mutex))" "select(.address == \$address) | .[\"$1\"]"
}

# The programs measure until they run again: some of runnable_ns is in it.
waited=$(jq '[.waiters[].waited_ns] | add' "$work/truth")
runnable=$(jq '[.waiters[].runnable_ns] | add' "$work/truth")
claim "number of waits for the mutex" same "$((3 * rounds))" "$(row waits)"
claim "threads that waited for it" same 3 "$(row threads)"
claim "time waited for it" near $((waited - runnable / 2)) "$(row total)" \
	$((waited / 100 + runnable / 2))
claim "no wait timed out" same 0 "$(row "by interrupt")"

"$analyze" locks -f json "$work/t.tape" | jq -r --arg lock "$mutex" '.items[]
	| select(.name == "locks") | .label_sets as $sets
	| .samples[] | select($sets[.labels].lock == $lock) | $sets[.labels].thread' |
	sort -u | xargs >"$work/waiters"
claim "the waiting stacks are labelled with it" same "waiter-0 waiter-1 waiter-2" \
	"$(cat "$work/waiters")"
"$analyze" locks -f folded "$work/t.tape" >"$work/folded"
claim "they wait in wait_for_lock" shows '(^|;)wait_for_lock;.*futex' "$work/folded"
claim "the tape verifies" "$analyze" verify "$work/t.tape"

# The first to get it is woken by the holder, the others by each other.
row "released by" >"$work/by"
claim "who released it" shows '^(holder|waiter-[0-2]) \([0-9]+\)$' "$work/by"

"$record" --list >"$work/list"
if ! grep -q '^lock  *works' "$work/list"; then
	echo "skip live: locks of the kernel: this kernel does not tell of them"
	exit
fi
# Directories are locked by their one rwsem while a file is made in them.
mkdir "$work/crowd"
for i in 1 2 3 4 5 6 7 8; do
	background sh -c 'while :; do : >"$0/crowd/$1"; rm "$0/crowd/$1"; done' "$work" "$i"
done
"$record" -q -a --probes lock -d "$(length 2 10)" -o "$work/k.tape"
for pid in $children; do
	kill "$pid" 2>/dev/null
done
"$analyze" locks "$work/k.tape" >"$work/text"
claim "waits for a lock of the kernel are told" shows '^  rwsem +0x[0-9a-f]+ +[0-9]+' "$work/text"
"$analyze" locks -f folded "$work/k.tape" >"$work/folded"
claim "long ones have their stacks" shows ';rwsem_down_|;down_write|;do_unlinkat|;path_openat|;open_last_lookups' \
	"$work/folded"
claim "its tape verifies" "$analyze" verify "$work/k.tape"
