#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that live for a third of a second on an otherwise quiet machine: record
# looks in time to take what only lives as long as they do.
. "$(dirname "$0")/lib.sh"
need_bpf

"$record" -q -F 999 -a -d 4 -o "$work/t.tape" 2>"$work/err" &
recorder=$!
children="$children $recorder"
sleep 1.2
for i in 1 2 3 4 5; do
	cp "$samples/shape" "$work/short$i"
	"$work/short$i" 0.35 >/dev/null
done
wait $recorder
# One that was sampled before its exec is stated before it, without; not all can be.
"$analyze" dump "$work/t.tape" | grep -aE ' process .*cmdline=".*short[1-5] 0.35' >"$work/processes"
claim "most have their command lines" test "$(grep -c '' "$work/processes")" -ge 3
