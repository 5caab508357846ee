#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Signals: an interrupt ends cleanly, SIGUSR1 pauses and resumes.
. "$(dirname "$0")/lib.sh"
need_bpf

background "$samples/shape" 600 >/dev/null
shape=$!

# ended_by SIGNAL: starts a recording, ends it so, prints the recorder's status.
# perl gives it back its SIGINT, which a shell lets its background jobs ignore.
ended_by() {
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$record" -F 999 -o "$work/$1.tape" -p $shape \
		>"$work/out" 2>"$work/err" &
	pid=$!
	wait_for larger_than 1000 "$work/$1.tape"
	sleep 1
	kill -"$1" $pid
	wait $pid
	echo $?
}

for signal in INT TERM; do
	claim "SIG$signal ends with status 0" same 0 "$(ended_by $signal)"
	claim "the tape after SIG$signal verifies" "$analyze" verify "$work/$signal.tape"
	claim "the tape after SIG$signal has samples" sh -c \
		"'$analyze' cpu -f folded '$work/$signal.tape' | grep -q burn_sixty"
done

# Nanoseconds on a CPU so far: other work on the machine takes its part.
cpu_of() {
	cut -d ' ' -f 1 "/proc/$1/schedstat"
}

"$record" -F 999 -d 4 -o "$work/pause.tape" -p $shape >"$work/out" 2>"$work/err" &
pid=$!
wait_for larger_than 1000 "$work/pause.tape"
before=$(cpu_of $shape)
sleep 1
kill -USR1 $pid
sleep 2
kill -USR1 $pid
wait $pid
all=$((($(cpu_of $shape) - before) * 999 / 1000000000))
who "$work/pause.tape" >"$work/who"
claim "two of four seconds paused leave about half of the samples" near $((all / 2)) \
	"$(count_samples "$work/who")" $((all / 4))
claim "the report says how long it was paused" near 2000 \
	"$("$analyze" cpu -f json "$work/pause.tape" | jq '.coverage.paused_ns / 1000000 | floor')" 300
claim "the tape with a pause verifies" "$analyze" verify "$work/pause.tape"
