#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A program without frame pointers: a recursion, a signal handler on top of what it
# interrupted, system calls. By copies each stack reaches its thread's beginning; by
# frame pointers alone, which is tried for comparison, they do not.
. "$(dirname "$0")/lib.sh"
need_bpf

# Debian ships its C library without symbols of its own functions.
depth=60
ms=$(length 1000 4000)

# take NAME OPTION…
take() {
	tape=$work/$1.tape
	shift
	"$record" -q -F 499 -o "$tape" "$@" -- "$samples/nofp" $depth "$ms" >/dev/null 2>"$work/err" ||
		cat "$work/err"
	folded "$tape" >"$tape.folded"
	"$analyze" dump "$tape" >"$tape.dump"
}

# whole FOLDED THREAD-MAIN: percent of a thread's time that has what the source says.
whole() {
	awk -v main="$2" -v depth=$depth '
		{ value = $NF; sub(/ [^ ]*$/, ""); stack = $0 }
		# The first instructions of a thread are no part of it yet, nor are its last.
		main == "deep_main" && stack ~ /;descend/ {
			all += value
			n = gsub(/;descend/, "&", stack)
			if (stack ~ /;(start_thread|\[libc\.so\.6\]);deep_main;descend/ && stack !~ /incomplete/ &&
			    (n == depth || stack !~ /;leaf/))
				part += value
		}
		main == "signal_main" && stack ~ /;on_signal/ {
			all += value
			if (stack ~ /;(start_thread|\[libc\.so\.6\]);signal_main;interrupted;.*;on_signal/ &&
			    stack !~ /incomplete/)
				part += value
		}
		main == "call_main" && stack ~ /;call_often/ {
			all += value
			if (stack ~ /;(start_thread|\[libc\.so\.6\]);call_main;call_often/ && stack !~ /incomplete/)
				part += value
		}
		END { if (all) printf "%.2f", 100 * part / all }' "$1"
}

take dwarf --unwind=dwarf
take auto
take fp --unwind=fp
take old --unwind=dwarf --without=bpf_task_pt_regs
for main in deep_main signal_main call_main; do
	claim "copies: stacks of $main are whole" near 99.5 "$(whole "$work/dwarf.tape.folded" $main)" 0.5
	claim "auto: stacks of $main are whole" near 99.5 "$(whole "$work/auto.tape.folded" $main)" 0.5
	claim "before Linux 5.15: stacks of $main are whole" near 99.5 \
		"$(whole "$work/old.tape.folded" $main)" 0.5
done
claim "frame pointers alone lose the recursion" lacks 'deep_main;descend;.*;leaf' \
	"$work/fp.tape.folded"
claim "the choice is in the tape" shows 'config .*unwind=dwarf' "$work/dwarf.tape.dump"
claim "with frame pointers there is no copy" lacks ' stack_(copy|part) ' "$work/fp.tape.dump"
claim "with frame pointers the top of the stack is there" shows ' stack_top ' "$work/fp.tape.dump"
claim "copies are there" shows ' stack_copy ' "$work/dwarf.tape.dump"
claim "and their parts" shows ' stack_part ' "$work/dwarf.tape.dump"
claim "call frame information is there without names, too" shows ' cfi start=' "$work/dwarf.tape.dump"

"$record" -q --symbols=none -o "$work/none.tape" -- "$samples/nofp" 5 300 >/dev/null 2>&1
"$analyze" dump "$work/none.tape" >"$work/none"
claim "without names copies have call frame information" shows ' cfi start=' "$work/none"
claim "and no names" lacks ' symbol start=' "$work/none"
