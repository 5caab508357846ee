#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Of goroutines that have not run since the last snapshot the recorder reads no stack.
# Whether it takes for such one that has: goroutines that wait again and again at the same
# depth of the same stack, called by other functions, beside collections. And whether
# 10,000 that stand still, of which little is read, are as the runtime says. For each Go
# in PATH, in /usr/lib/go-*, and in the folders of GOROOTS.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
export GO111MODULE=off
. tests/live/go_lib.sh

build() {
	CGO_ENABLED=0 of_root build -o "$work/$1" "samples/programs/go/$1.go" 2>"$work/build"
}

said() { grep -q "$1" "$work/said" 2>/dev/null; }

# follow SECONDS PROGRAM ARGUMENTS...: records it for a while, then lets it say its own.
follow() {
	seconds=$1
	program=$2
	shift 2
	rm -f "$work/said"
	"$work/$program" "$work/own" "$@" >"$work/said" 2>&1 &
	pid=$!
	children="$children $pid"
	wait_for said ready
	"$record" --probes go --go-interval 200ms -p $pid -d "$seconds" -o "$work/t.tape" 2>"$work/err"
	kill -USR1 $pid
	wait_for said dumped
	kill $pid
	wait $pid
	"$analyze" dump "$work/t.tape" >"$work/dump" 2>/dev/null
}

# agrees N: of N goroutines all but two, which may have run meanwhile.
agrees() {
	perl tests/live/go_snapshot.pl "$work/dump" "$work/own" >"$work/compared" || {
		cut -c 1-400 "$work/compared"
		cat "$work/err"
		return 1
	}
	n=$(sed -n 's/^same //p' "$work/compared")
	[ "$n" -le "$1" ] && [ "$n" -ge $(($1 - 2)) ] || { echo "$n of $1"; return 1; }
}

# Stacks of those that have run are told, so it is not for nothing.
swapped() {
	n=$(grep -c ' go_goroutine ' "$work/dump")
	[ "$n" -gt 3000 ] || { echo "$n records"; return 1; }
}

roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.1[7-9]* | go1.2[0-7]*) ;;
	*) continue ;;
	esac
	if ! build swapper || ! build leaky; then
		claim "$version: the programs are built" cat "$work/build" /nowhere
		continue
	fi
	follow 5s swapper n=1000 seconds=3
	# os/signal's, besides.
	claim "$version: those that run and wait again stand where the runtime says" agrees 1001
	claim "$version: they have been read while they ran" swapped
	follow 2s leaky parked=1250
	claim "$version: 10,000 that stand still are as the runtime says" agrees 10006
done <"$work/roots"
