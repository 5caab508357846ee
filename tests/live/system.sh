#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The whole machine: who is busy shows with the share of its functions, who
# sleeps hardly shows, and nobody is without a name.
. "$(dirname "$0")/lib.sh"
need_bpf

seconds=$(length 3 10)
background "$samples/sleeper" $((seconds + 2)) >/dev/null
background "$samples/shape" $((seconds * 4)) >/dev/null
shape=$!
sleep 0.3
claim "record -a -d ends by itself" "$record" -F 999 -a -d "$seconds" -o "$work/t.tape"
who "$work/t.tape" >"$work/who"
"$analyze" cpu "$work/t.tape" >"$work/text"
folded "$work/t.tape" --pid $shape >"$work/folded"
n=$(count_samples "$work/who" 2 $shape)

for pair in burn_sixty:60 burn_thirty:30 burn_ten:10; do
	claim "share of ${pair%:*} in its process" near "${pair#*:}" \
		"$(share "$work/folded" "${pair%:*}")" "$(tolerance "$n" "${pair#*:}")"
done
claim "the sleeper is below 3 % of a CPU" test \
	"$(count_samples "$work/who" 4 sleeper)" -lt $((seconds * 30))
claim "no sample is of a process without a name" same "" \
	"$(cut -f 4 "$work/who" | grep -E '^$|^[0-9]+$|unknown' | sort | uniq -c)"
claim "the report names the busiest process" shows shape "$work/text"
