#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# record -p of a process that runs already, named from its maps, for a time.
. "$(dirname "$0")/lib.sh"
need_bpf

seconds=$(length 3 10)
background "$samples/shape" $((seconds * 4)) >/dev/null
shape=$!
background "$samples/shape" $((seconds * 4)) >/dev/null
other=$!
sleep 0.3
start=$(date +%s%N)
claim "record -p -d ends by itself" "$record" -F 999 -d "$seconds" -o "$work/t.tape" -p $shape
took=$((($(date +%s%N) - start) / 1000000))
claim "it took the time that it was given, and a start" test $took -ge $((seconds * 1000)) \
	-a $took -le $((seconds * 1000 + 8000))
folded "$work/t.tape" >"$work/folded"
who "$work/t.tape" >"$work/who"
n=$(count_samples "$work/who")
for pair in burn_sixty:60 burn_thirty:30 burn_ten:10; do
	claim "share of ${pair%:*}" near "${pair#*:}" "$(share "$work/folded" "${pair%:*}")" \
		"$(tolerance "$n" "${pair#*:}")"
done

claim "no other process is in the tape" same $shape \
	"$(values_of "$work/who" 2)"

claim "two processes are recorded at once" "$record" -F 999 -d 1 -o "$work/two.tape" -p $shape,$other
who "$work/two.tape" >"$work/who"
claim "both are in the tape" same "$(printf '%s\n' $shape $other | sort | xargs)" \
	"$(values_of "$work/who" 2)"
