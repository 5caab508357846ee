#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Signals: an interrupt ends cleanly, SIGUSR1 pauses and resumes.
. "$(dirname "$0")/lib.sh"
need_bpf

"$samples/shape" 600 >/dev/null &
shape=$!

# ended_by SIGNAL: starts a recording, ends it so, prints the recorder's status.
ended_by() {
	"$record" -F 999 -o "$work/$1.tape" -p $shape >"$work/out" 2>"$work/err" &
	pid=$!
	sleep 1.5
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

"$record" -F 999 -d 4 -o "$work/pause.tape" -p $shape >"$work/out" 2>"$work/err" &
pid=$!
sleep 1
kill -USR1 $pid
sleep 2
kill -USR1 $pid
wait $pid
n=$(samples_in "$work/pause.tape")
claim "two of four seconds paused leave about half of the samples" near 2000 "$n" 500
claim "the tape with a pause verifies" "$analyze" verify "$work/pause.tape"
