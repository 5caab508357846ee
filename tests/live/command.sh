#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# record -- COMMAND: its status, its output and its start are its own.
. "$(dirname "$0")/lib.sh"
need_bpf

claim "the command's status is record's" same 7 \
	"$(status_of "$record" -o "$work/t.tape" -- sh -c 'echo said; exit 7')"
claim "the command's output is untouched" same said "$(head -n 1 "$work/out")"
claim "a command killed by a signal gives 128 and the signal" same 143 \
	"$(status_of "$record" -o "$work/t.tape" -- sh -c 'kill -TERM $$')"
claim "a command that does not exist gives 127" same 127 \
	"$(status_of "$record" -o "$work/t.tape" -- /no/such/command)"
claim "and one line that names it" one_line '/no/such/command'

status_of "$record" -F 999 -o "$work/start.tape" -- "$samples/shape" 0.2 >/dev/null
folded "$work/start.tape" >"$work/folded"
claim "a command of a fifth of a second is seen from its start" near 60 \
	"$(share "$work/folded" burn_sixty)" 15
claim "the tape verifies" "$analyze" verify "$work/start.tape"
claim "the tape is readable by its owner only" same 600 "$(stat -c %a "$work/start.tape")"
