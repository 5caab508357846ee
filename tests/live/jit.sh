#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Code that is made at run time is named by what its compiler writes down: a
# perf-PID.map, a jitdump. Two processes that have such memory stay apart.
. "$(dirname "$0")/lib.sh"
need_bpf
command -v node >/dev/null 2>&1 || skip "no node here"

program=$PWD/samples/languages/chain.js
options="--interpreted-frames-native-stack --no-turbo-inlining --no-logfile-per-isolate --logfile=$work/v8.log"
seconds=$(length 1 5)

# perf_maps_of TAPE: the maps that the recorded processes left, which go with the test.
forget_maps() {
	"$analyze" cpu -f json "$1" | jq -r '.items[].label_sets[]?.pid' | sort -u | while read -r pid; do
		rm -f "/tmp/perf-$pid.map"
	done
}

# shellcheck disable=SC2086 # options are words
"$record" -F 499 -o "$work/map.tape" -- node --perf-basic-prof $options "$program" "$seconds" >/dev/null 2>"$work/err"
folded "$work/map.tape" >"$work/folded"
claim "a perf map names the whole chain" shows \
	'root [^;]*;[^;]*outer [^;]*;[^;]*middle [^;]*;[^;]*inner [^;]*;[^;]*hot /' "$work/folded"
claim "names are as the compiler has them" shows 'JS:[*^~]hot .*chain.js:10:13' "$work/folded"
share=$(share_of() { awk '{ n += $NF } /chain\.js/ { m += $NF } END { print 100 * m / n }' "$1"; }; share_of "$work/folded")
claim "most samples are the program's" near 100 "$share" 30
forget_maps "$work/map.tape"
"$analyze" cpu -f folded --no-files "$work/map.tape" >"$work/alone"
claim "the tape alone has them: the map is gone" shows ';[^;]*hot /' "$work/alone"

(
	cd "$work" || exit 1
	# shellcheck disable=SC2086
	"$record" -F 499 -o dump.tape -- node --perf-prof $options "$program" "$seconds" >/dev/null 2>err
)
folded "$work/dump.tape" >"$work/folded"
claim "a jitdump names the whole chain" shows \
	'root [^;]*;[^;]*outer [^;]*;[^;]*middle [^;]*;[^;]*inner [^;]*;[^;]*hot /' "$work/folded"

# Two at once, one of which says nothing of its code.
# shellcheck disable=SC2086
"$record" -F 499 -o "$work/two.tape" -- sh -c "node --perf-basic-prof $options $program $seconds & node $options $program $seconds; wait" \
	>/dev/null 2>"$work/err"
"$analyze" cpu -f json "$work/two.tape" >"$work/two.json"
claim "each process has memory of its own" same 2 \
	"$(jq -r '.. | strings' "$work/two.json" | grep -E '^\[anon [0-9]+\]$' | sort -u | grep -c '')"
forget_maps "$work/two.tape"
