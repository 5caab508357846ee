#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Many short-lived children, forked and executed: none is missed, none is without
# a name, and their functions have their shares though none lives any more.
. "$(dirname "$0")/lib.sh"
need_bpf

children=$(length 150 600)
"$record" -F 999 -o "$work/t.tape" -- "$samples/forker" "$children" 15 >"$work/truth" 2>"$work/err"
claim "the program ran well" lacks '^forker: ' "$work/err"
folded "$work/t.tape" >"$work/folded"
who "$work/t.tape" >"$work/who"
n=$(count_samples "$work/who")
cut -f 2 "$work/who" | sort -u >"$work/pids"
awk '$1 == "pid" { print $2 }' "$work/truth" | sort -u >"$work/children"

# Of what the children burned; their start, in the loader and the kernel, comes on top.
for function in child_red child_green child_blue; do
	wanted=$(truth_share "$work/truth" $function)
	got=$(awk -v a="$(share "$work/folded" $function)" -v b="$(share "$work/folded" child_main)" \
		'BEGIN { if (b) print 100 * a / b }')
	claim "share of $function among the children" near "$wanted" "$got" "$(tolerance "$n" "$wanted")"
done
claim "every child was seen" same "" "$(comm -13 "$work/pids" "$work/children")"
claim "no sample is of a process without a name" same "" \
	"$(cut -f 4 "$work/who" | grep -E '^$|^[0-9]+$|unknown' | sort | uniq -c)"
# The command is record's own child until it has executed.
claim "all processes are called by the program's name" same forker \
	"$(values_of "$work/who" 4 | sed 's/ record$//')"
