#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The recorder killed at random times: what it had written is a tape that opens,
# that says that it has no end, and that repair makes whole.
. "$(dirname "$0")/lib.sh"
need_bpf

background "$samples/threads" 600 >/dev/null

# One more recorder killed, after 0.3 to 2.3 s.
killed_once() {
	rm -f "$work/t.tape" "$work/whole.tape"
	"$record" -F 999 -a -o "$work/t.tape" >"$work/rec" 2>&1 &
	pid=$!
	sleep "$(awk -v seed="$1$$" 'BEGIN { srand(seed); printf "%.3f", 0.3 + 2 * rand() }')"
	kill -9 $pid
	wait $pid 2>/dev/null
	# Killed before it began to write: there is nothing to open.
	[ -s "$work/t.tape" ] || return 0
	opened=$((opened + 1))
	"$analyze" cpu "$work/t.tape" >"$work/report" || { echo "round $1: analyze failed"; return 1; }
	"$analyze" verify "$work/t.tape" >"$work/verify" 2>&1 && {
		echo "round $1: verify found nothing missing"
		cat "$work/verify"
		return 1
	}
	shows 'end|finish|killed' "$work/verify" || return 1
	"$analyze" repair -o "$work/whole.tape" "$work/t.tape" || { echo "round $1: repair failed"; return 1; }
	"$analyze" verify "$work/whole.tape" || { echo "round $1: the repaired tape does not verify"; return 1; }
	"$analyze" cpu -f folded "$work/t.tape" | sort >"$work/before"
	"$analyze" cpu -f folded "$work/whole.tape" | sort | diff "$work/before" - ||
		{ echo "round $1: repair changed the report"; return 1; }
}

kill_all() {
	for i in $(seq "$(length 5 50)"); do
		killed_once "$i" || return 1
	done
	[ $opened -gt 0 ] || { echo "no round left a tape"; return 1; }
}

opened=0
claim "every tape of a killed recorder opens, is known to be cut, and is mended" kill_all
