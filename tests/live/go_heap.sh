#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Heap and collector of Go programs, held against the runtime's own word in the same
# process: its heap profile as go tool pprof shows it, and what runtime/metrics and
# MemStats say. For each Go that is found: in PATH, in /usr/lib/go-*, and in the folders of
# GOROOTS; of its file as it is linked, and stripped as a PIE. FULL=1 builds each in every
# way, with cgo too.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "Go's runtime is read on x86-64 only"
command -v go >/dev/null && go tool pprof -h 2>&1 | grep -qi usage || skip "needs go tool pprof"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
program=samples/programs/go/heapy.go
export GO111MODULE=off
. tests/live/go_lib.sh

# build_file WAY FILE OUTPUT
build_file() {
	flags=
	mode=exe
	cgo=0
	case $1 in *pie*) mode=pie ;; esac
	case $1 in *cgo*) cgo=1 ;; esac
	case $1 in *stripped*) flags="-s -w" ;; esac
	file=$2
	if [ $cgo = 1 ]; then
		sed 's|^import (|import "C"\n\nimport (|' "$2" >"$work/cgo.go"
		file=$work/cgo.go
	fi
	CGO_ENABLED=$cgo of_root build -buildmode=$mode -ldflags="$flags" -o "$3" "$file" 2>"$work/build"
}

said() {
	grep -q "$1" "$work/said"
}

# follow LENGTH ARGUMENTS...: records heapy for a while, and lets it say its own.
follow() {
	length=$1
	shift
	rm -f "$work/said"
	"$work/heapy" "$work/own" "$@" >"$work/said" 2>&1 &
	pid=$!
	children="$children $pid"
	wait_for said ready
	"$record" --probes go --symbols=lines --epoch 1s -p $pid -d "$length" -o "$work/t.tape" 2>"$work/err"
	kill -USR1 $pid
	wait_for said dumped
	kill $pid
	wait $pid
	"$analyze" dump "$work/t.tape" >"$work/dump" 2>/dev/null
}

heap_agrees() {
	"$analyze" heap -f pprof -o "$work/heap.pb.gz" "$work/t.tape" &&
		perl tests/live/go_heap_tops.pl go "$work/heap.pb.gz" "$work/own"
}

# figure KEY: the last one that the tape tells.
figure() {
	sed -n "s/.* go_figure value=\([0-9]*\) .*key=\"$1\".*/\1/p" "$work/dump" | tail -n 1
}

# figure_is KEY NAME: the same as the runtime has it; what this version does not tell is not asked.
figure_is() {
	[ -n "$(truth "$work/own.counts" "$2")" ] || return 0
	same "$2 $(truth "$work/own.counts" "$2")" "$2 $(figure "$1")"
}

# In ns, or parts of 10^9, of a number with fractions.
scaled_is() {
	wanted=$(truth "$work/own.counts" "$2")
	[ -n "$wanted" ] || return 0
	got=$(figure "$1")
	near "$wanted" "$(awk -v n="$got" 'BEGIN { printf "%.9f", n / 1e9 }')" 0.00000001
}

figures_agree() {
	figure_is gc.cycles_count /gc/cycles/total:gc-cycles &&
		figure_is gc.pause_ns pause_ns &&
		figure_is heap.marked_bytes /gc/heap/live:bytes &&
		figure_is heap.goal_bytes /gc/heap/goal:bytes &&
		scaled_is gc.cpu_share_ppb share &&
		scaled_is gc.cpu_ns /cpu/classes/gc/total:cpu-seconds &&
		scaled_is gc.cpu_total_ns /cpu/classes/total:cpu-seconds
}

# Each collection once, one behind the other, with the pause that the runtime remembers.
cycles_agree() {
	sed -n 's/.* go_cycle number=\([0-9]*\) .*pause_ns=\([0-9]*\) .*/\1 \2/p' "$work/dump" >"$work/cycles"
	[ "$(grep -c '' "$work/cycles")" -ge "$1" ] || { echo "few collections:"; cat "$work/cycles"; return 1; }
	awk 'NR == FNR { if (sub(/^cycle_/, "")) truth[$1] = $2; next }
		($1 in truth) && truth[$1] != $2 { print "cycle " $1 ": " truth[$1] " ns, not " $2; bad = 1 }
		last && $1 != last + 1 { print "cycle " $1 " behind " last; bad = 1 }
		{ last = $1 }
		END { exit bad }' "$work/own.counts" "$work/cycles"
}

# The view's own sums are those of the records.
view_agrees() {
	row=$(table_rows programs "$work/t.tape" gc)
	same "$(grep -c '' "$work/cycles")" "$(echo "$row" | jq .cycles)" &&
		same "$(awk '{ n += $2 } END { print n }' "$work/cycles")" "$(echo "$row" | jq .stopped)" &&
		same "$(sort -n -k 2 "$work/cycles" | tail -n 1 | cut -d ' ' -f 2)" "$(echo "$row" | jq .max)" &&
		[ "$(echo "$row" | jq -r .CPU)" != "" ]
}

grows_where_it_does() {
	"$analyze" heap --growth --top 1 "$work/t.tape" >"$work/growth"
	shows 'by +main\.grow' "$work/growth" && shows 'growth [0-9.]*[KM]iB, a minute' "$work/growth"
}

# off TEXT COMMAND...: the view says why there is no heap profile.
off() {
	text=$1
	shift
	"$@" >"$work/said" 2>&1 &
	pid=$!
	children="$children $pid"
	sleep 0.5
	"$record" --probes go -p $pid -d 1s -o "$work/t.tape" 2>"$work/err"
	kill $pid
	wait $pid 2>/dev/null
	"$analyze" heap "$work/t.tape" >"$work/heap"
	shows "process $pid has no heap profile: $text" "$work/heap"
}

cat >"$work/idle.go" <<'END'
package main

import (
	"os"
	"time"
)

func main() {
	os.Stdout.WriteString("ready\n")
	time.Sleep(time.Hour)
}
END

roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.1[7-9]* | go1.2[0-7]*) ;;
	*) continue ;;
	esac
	ways="plain stripped-pie"
	[ -z "$FULL" ] || ways="plain stripped pie stripped-pie"
	[ -z "$FULL" ] || ! command -v cc >/dev/null || ways="$ways cgo stripped-cgo-pie"
	for way in $ways; do
		if ! build_file "$way" $program "$work/heapy"; then
			claim "$version, $way is built" cat "$work/build" /nowhere
			continue
		fi
		follow 1500ms
		claim "$version, $way: the heap profile is the runtime's" heap_agrees
		claim "$version, $way: what it counts is what the runtime says" figures_agree
		follow "$(length 4s 10s)" churn=400
		claim "$version, $way: each collection is told once, with its pause" cycles_agree 2
		claim "$version, $way: the view has the sums of these" view_agrees
		follow "$(length 4s 10s)" grow=100000 collect=2
		claim "$version, $way: the map that grows is named first" grows_where_it_does
		claim "$version, $way: a profile that is off is named" \
			off "off: runtime.MemProfileRate is 0" "$work/heapy" "$work/own" rate=0
		build_file "$way" "$work/idle.go" "$work/idle"
		claim "$version, $way: so is one that is not linked" off "not linked into the program" "$work/idle"
	done
done <"$work/roots"
