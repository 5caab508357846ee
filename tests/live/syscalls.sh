#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Four system calls whose numbers, errors and lengths are known: counted in the
# kernel and one by one, of one command and among all, in one epoch and in many.
. "$(dirname "$0")/lib.sh"
need_bpf

count=$(length 500 5000)

# rows TAPE: thread, call, calls, errors and total ns of the caller's own thread.
rows() {
	table_rows threads "$1" syscalls | jq -r 'select(.thread == "caller-0")
		| [.call, .calls, .errors, .total] | @tsv'
}

# field CALL COLUMN
field() {
	awk -F '\t' -v call="$1" -v column="$2" '$1 == call { print $column }' "$work/rows"
}

truth_of() {
	jq -r ".calls[] | select(.name == \"$1\") | .$2" "$work/truth"
}

# compare HOW: what the view says of the tape, against what the program says.
compare() {
	rows "$work/t.tape" >"$work/rows"
	for call in getppid read openat nanosleep; do
		claim "$1: number of $call" same "$(truth_of $call count)" "$(field $call 2)"
		claim "$1: errors of $call" same "$(truth_of $call errors)" "$(field $call 3)"
	done
	slept=$(truth_of nanosleep ns)
	claim "$1: time in nanosleep" near "$slept" "$(field nanosleep 4)" $((slept / 100))
	claim "$1: the tape verifies" "$analyze" verify "$work/t.tape"
}

"$record" -q --probes syscall -o "$work/t.tape" -- "$samples/caller" "$count" 2ms >"$work/truth"
compare "counted"

"$record" -q --probes syscall --epoch 50ms -o "$work/t.tape" -- "$samples/caller" "$count" 2ms \
	>"$work/truth"
compare "counted in many epochs"
claim "there are many epochs" test "$("$analyze" dump "$work/t.tape" | grep -c ' epoch number=')" -ge 3

"$record" -q --probes syscall --syscalls=trace -o "$work/t.tape" -- "$samples/caller" "$count" 2ms \
	>"$work/truth"
compare "one by one"
"$analyze" syscalls "$work/t.tape" >"$work/text"
claim "errors have their names" shows "^  openat +ENOENT +$((count + 0))" "$work/text"

background "$record" -q -a --probes syscall -o "$work/t.tape"
recorder=$!
wait_for larger_than 0 "$work/t.tape"
sleep 0.5
"$samples/caller" "$count" 2ms >"$work/truth"
kill -INT "$recorder"
wait "$recorder"
compare "among all"

background "$samples/sleeper" 30
sleeper=$!
"$record" -q -p "$sleeper" --probes syscall -d 1s -o "$work/t.tape"
claim "only the process that was asked for is there" same "$sleeper" \
	"$(table_rows threads "$work/t.tape" syscalls | jq .pid | sort -u)"
