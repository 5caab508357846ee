#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The whole machine: who is busy shows with the share of its functions, who
# sleeps hardly shows, and nobody is without a name.
. "$(dirname "$0")/lib.sh"
need_bpf

seconds=$(length 3 10)
"$samples/sleeper" $((seconds + 2)) >/dev/null &
"$samples/shape" $((seconds * 4)) >/dev/null &
shape=$!
sleep 0.3
claim "record -a -d ends by itself" "$record" -F 999 -a -d "$seconds" -o "$work/t.tape"
"$analyze" cpu -f json "$work/t.tape" >"$work/json"
folded "$work/t.tape" --pid $shape >"$work/folded"
n=$(awk '{ n += $NF } END { print n + 0 }' "$work/folded")
n=$(jq --argjson pid $shape '[.profiles[0].samples[] | select(.labels.pid == $pid) | .values[0]] | add' "$work/json")

for pair in burn_sixty:60 burn_thirty:30 burn_ten:10; do
	claim "share of ${pair%:*} in its process" near "${pair#*:}" \
		"$(share "$work/folded" "${pair%:*}")" "$(tolerance "$n" "${pair#*:}")"
done
claim "the sleeper is below 3 % of a CPU" sh -c \
	"[ $(jq '[.profiles[0].samples[] | select(.labels.comm == "sleeper") | .values[0]] | add // 0' "$work/json") -lt $((seconds * 30)) ]"
claim "no sample is of a process without a name" same 0 \
	"$(jq '[.profiles[0].samples[] | select((.labels.comm // "") == "")] | length' "$work/json")"
claim "the report names the busiest process" sh -c "'$analyze' cpu '$work/t.tape' | grep -q shape"
