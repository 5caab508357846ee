#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Three functions at 60, 30 and 10 % of one thread's CPU, run by record: the
# shares are the program's own, whichever way they are asked for.
. "$(dirname "$0")/lib.sh"
need_bpf

"$record" -F 999 -o "$work/t.tape" -- "$samples/shape" "$(length 3 10)" >"$work/truth" 2>"$work/err"
folded "$work/t.tape" >"$work/folded"
who "$work/t.tape" >"$work/who"
n=$(count_samples "$work/who")

claim "samples are as many as 999 Hz of the CPU time" near \
	"$(($(truth "$work/truth" total) * 999 / 1000000000))" "$n" $((n / 20 + 20))
for function in burn_sixty burn_thirty burn_ten; do
	wanted=$(truth_share "$work/truth" $function)
	points=$(tolerance "$n" "$wanted")
	claim "flat share of $function" near "$wanted" "$(share "$work/folded" $function flat)" "$points"
	claim "cumulative share of $function" near "$wanted" "$(share "$work/folded" $function)" "$points"
done
claim "cumulative share of the caller of one" near "$(truth_share "$work/truth" burn_sixty)" \
	"$(share "$work/folded" calls_sixty)" "$(tolerance "$n" 60)"
claim "cumulative share of the caller of two" near \
	"$(awk -v a="$(truth_share "$work/truth" burn_thirty)" -v b="$(truth_share "$work/truth" burn_ten)" \
		'BEGIN { print a + b }')" \
	"$(share "$work/folded" calls_the_others)" "$(tolerance "$n" 40)"
claim "main is below nearly everything" near 100 "$(share "$work/folded" main)" 2
