#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Which goroutine each CPU sample and each wait of a thread is of, held against a
# program whose goroutines each run in a function of their own name and say their
# numbers: as its file is linked, stripped, as a PIE, and beside C with storage of its
# own for threads. For each Go that is found: see go_snapshot.sh.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
command -v perl >/dev/null || skip "needs perl"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
program=samples/programs/go/spinners.go
export GO111MODULE=off
. tests/live/go_lib.sh

# build WAY OUTPUT
build() {
	flags=
	mode=exe
	cgo=0
	file=$program
	case $1 in *pie*) mode=pie ;; esac
	case $1 in *stripped*) flags="-s -w" ;; esac
	case $1 in *cgo*)
		cgo=1
		sed 's|^import (|// __thread long spinners_own[500];\n// long spinners_get(void) { return spinners_own[7]; }\nimport "C"\n\nimport (|
			s|^func main() {|&\n\tC.spinners_get()|' $program >"$work/cgo.go"
		file=$work/cgo.go
		;;
	esac
	case $1 in *static*) flags="$flags -linkmode external -extldflags -static" ;; esac
	CGO_ENABLED=$cgo of_root build -buildmode=$mode -ldflags="$flags" -o "$2" "$file" \
		2>"$work/build"
}

is_ready() {
	grep -q ready "$work/said"
}

# follow BINARY MODE PROBES: records it for some seconds.
follow() {
	rm -f "$work/stdin"
	mkfifo "$work/stdin"
	exec 9<>"$work/stdin"
	: >"$work/said"
	"$1" "$2" <"$work/stdin" >"$work/said" 2>&1 9>&- &
	pid=$!
	children="$children $pid"
	wait_for is_ready
	"$record" --probes "$3" -F 997 -p $pid -d "$(length 5s 12s)" -o "$work/t.tape" 2>"$work/err" 9>&-
	echo >&9
	exec 9>&-
	wait $pid
}

# since TAPE: seconds from its start on until it was told what threads run, and some more.
since() {
	"$analyze" dump "$1" | perl -ne '
		$start //= $1 / 1e9 if / epoch number=1 mono_ns=(\d+)/;
		if (/^(\S+) .* go_running goid=/) { printf "%.3f", $1 - $start + 0.2; exit }'
}

# agrees VIEW: at least 99 of 100 samples are of the right goroutine, and each has some.
# It takes a moment until the program is found to be Go's.
agrees() {
	"$analyze" "$1" --by goid --from "$(since "$work/t.tape")" -f json "$work/t.tape" >"$work/json" &&
		perl tests/live/go_running.pl "$work/json" "$work/said" || {
		cat "$work/err"
		return 1
	}
}

roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.1[789]* | go1.2[0-7]*) ;;
	*) continue ;;
	esac
	ways="plain stripped-pie"
	if command -v cc >/dev/null; then
		ways="$ways stripped-cgo"
		[ -z "$FULL" ] || ways="$ways pie stripped cgo cgo-pie cgo-static stripped-cgo-static"
	fi
	for way in $ways; do
		if ! build "$way" "$work/spinners"; then
			claim "$version, $way is built" cat "$work/build" /nowhere
			continue
		fi
		follow "$work/spinners" spin cpu,go
		claim "$version, $way: samples are of the goroutines that ran" agrees cpu
		follow "$work/spinners" wait sched,go
		claim "$version, $way: waits are of the goroutines that blocked" agrees offcpu
	done
done <"$work/roots"

# One that is asked for.
goid=$(sed -n 's/^nap1 //p' "$work/said")
"$analyze" offcpu --goid "$goid" -f json "$work/t.tape" >"$work/json"
claim "what one goroutine waited can be asked for" same "$goid" "$(jq -c '[.items[] |
	select(.shape == "table" and .name == "goroutines") | .rows[][2]] | unique | .[]' "$work/json")"

# The other groups work without it, and say so.
follow "$work/spinners" spin cpu
"$analyze" cpu --by goid "$work/t.tape" >"$work/report"
claim "a tape without goroutines says how to get them" shows 'record with probe group go' "$work/report"
"$analyze" dump "$work/t.tape" >"$work/dump"
claim "and has none" lacks ' go_running goid=' "$work/dump"
