# SPDX-License-Identifier: BSD-2-Clause
#
# What the live tests of probe group sched share besides lib.sh. Sourced after it.

# The last CPU: what is pinned goes there, as the first one has most of the interrupts.
cpu=$(($(getconf _NPROCESSORS_ONLN) - 1))

# make_programs FOLDER COMMAND...: a script that runs programs of samples one after
# the other; what each printed is
# FOLDER/its name. The script is $work/programs.sh.
make_programs() {
	folder=$1
	shift
	mkdir -p "$folder"
	for command; do
		set -- $command
		case $1 in napper | locker | churn | diskread) echo "taskset -c $cpu '$samples'/$command >'$folder/$1'" ;;
		*) echo "'$samples'/$command >'$folder/$1'" ;; esac
	done >"$work/programs.sh"
}

# A shell that waits until gate_open, and then runs a script: its id is $gate.
gate_close() {
	rm -f "$work/gate"
	mkfifo "$work/gate"
	background sh -c 'read -r line <"$1"; exec sh "$2"' - "$work/gate" "$1"
	gate=$!
}

gate_open() {
	echo go >"$work/gate"
	wait $gate
}

# recorder TAPE OPTION...: in the background, until it has attached its probes: $recorder.
recorder() {
	tape=$1
	shift
	rm -f "$tape"
	background "$record" -q --probes sched -o "$tape" "$@" 2>"$work/err"
	recorder=$!
	wait_for larger_than 0 "$tape"
	sleep 0.3
}

recorder_stop() {
	kill -TERM $recorder 2>/dev/null
	wait $recorder
}

# hold TIMES COUNT PREFIX COMMAND...: the command records and prints "ok TEXT" and
# "not ok TEXT", what was wrong moved in below. These become claims, COUNT at
# least, with PREFIX before each. If one fails it is all done again, TIMES in all:
# a thread may lose the CPU between the two looks at a clock that a truth is made
# of, and a kernel may keep a switch to itself. Neither happens each time; a fault
# of a program does. The last time programs are forgiven switches that the kernel
# kept to itself (FORGIVE in sched_truth.pl), which is told as skipped.
hold() {
	times=$1 at_least=$2 prefix=$3
	shift 3
	for i in $(seq "$times"); do
		[ "$i" != "$times" ] || export FORGIVE=1
		"$@" >"$work/lines" 2>"$work/lines.err"
		code=$?
		unset FORGIVE
		[ $code != 0 ] || grep -q '^not ok' "$work/lines" || break
	done
	sed -e "s/^\(not ok\|ok\) /\1 live: $name: $prefix/" \
		-e "s/^kept \(.*\)/skip live: $name: $prefix\1 to the last switch: the kernel kept one to itself/" \
		"$work/lines"
	! grep -q '^not ok' "$work/lines" || failed=1
	claim "${prefix}all was compared" sh -c 'cat "$1"; test "$2" = 0 -a "$3" -ge "$4"' - \
		"$work/lines.err" $code "$(grep -cE '^(not )?ok ' "$work/lines")" "$at_least"
}
