#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Goroutines read from outside, held against the runtime's own word: a program whose
# goroutines wait in every known way says of each what it is, who made it and where it
# stands, and the tape must say the same, of its file as it is linked, stripped and as a
# PIE, and by its own DWARF, where it says to be of a version that nobody knows. For each
# Go that is found: in PATH, in /usr/lib/go-*, and in the folders of GOROOTS. FULL=1
# builds each in every way, with cgo too.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
program=samples/programs/go/leaky.go
export GO111MODULE=off
. tests/live/go_lib.sh

# build WAY OUTPUT
build() {
	flags=
	mode=exe
	cgo=0
	case $1 in *pie*) mode=pie ;; esac
	case $1 in *cgo*) cgo=1 ;; esac
	case $1 in *stripped*) flags="-s -w" ;; esac
	file=$program
	if [ $cgo = 1 ]; then
		sed 's|^import (|import "C"\n\nimport (|' $program >"$work/cgo.go"
		file=$work/cgo.go
	fi
	CGO_ENABLED=$cgo of_root build -buildmode=$mode -ldflags="$flags" -o "$2" "$file" \
		2>"$work/build"
	case $1 in *unknown*) make_unknown "$2" ;; esac
}

# The version of the file is of the same length.
make_unknown() {
	perl -pi -e 's/(\bgo1\.)\d\d(?=[.\0]|$)/${1}99/g' "$1"
}

# await TEXT: the program has said so.
await() {
	for _ in $(seq 100); do
		grep -q "$1" "$work/said" 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}

# follow BINARY ARGUMENTS...: records it for a while, and lets it say its own.
follow() {
	rm -f "$work/said"
	"$1" "$work/own" "$2" "$3" >"$work/said" 2>&1 &
	pid=$!
	children="$children $pid"
	await ready
	"$record" --probes go -p $pid -d "$4" -o "$work/t.tape" 2>"$work/err"
	kill -USR1 $pid
	await dumped
	kill $pid
	wait $pid
	"$analyze" dump "$work/t.tape" >"$work/dump" 2>/dev/null
}

agrees() {
	perl tests/live/go_snapshot.pl "$work/dump" "$work/own" >"$work/compared" || {
		cut -c 1-400 "$work/compared"
		cat "$work/err"
		return 1
	}
	# Two may have run meanwhile, which goes untold.
	n=$(sed -n 's/^same //p' "$work/compared")
	[ "$n" -le "$1" ] && [ "$n" -ge $(($1 - 2)) ]
}

# Of each function: bytes in use and allocated, of the tape's last word.
heap_agrees() {
	perl tests/live/go_heap.pl "$work/dump" "$work/own.heap"
}

roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.1[7-9]* | go1.2[0-7]*) ;;
	*) continue ;;
	esac
	ways="plain unknown stripped-pie"
	[ -z "$FULL" ] || ways="plain stripped pie unknown-pie unknown stripped-pie"
	[ -z "$FULL" ] || ! command -v cc >/dev/null || ways="$ways cgo stripped-cgo-pie"
	for way in $ways; do
		if ! build "$way" "$work/leaky"; then
			claim "$version, $way is built" cat "$work/build" /nowhere
			continue
		fi
		follow "$work/leaky" parked=100 rate=0 2s
		# Eight kinds, a deep one, four workers, os/signal's.
		claim "$version, $way: each goroutine is as the runtime says" agrees 806
		case $way in
		*unknown*) claim "$version, $way: by its DWARF" shows 'go_runtime version=199 flags=0x[4-7]' "$work/dump" ;;
		esac
		case $way in
		*stripped*) ;;
		*) claim "$version, $way: the heap profile is the runtime's" heap_agrees ;;
		esac
	done
done <"$work/roots"

# What comes while it is recorded: one goroutine every 10 ms, none twice, none lost.
follow "$work/leaky" parked=10 rate=100 3s
leaked=$(sed -n 's/.*"leaked": \([0-9]*\).*/\1/p' "$work/said")
claim "those that come while it runs are told once" test "$(awk '/ go_goroutine / { for (i = 1; i <= NF; i++) if ($i ~ /^goid=/) print $i }' \
	"$work/dump" | sort | uniq -c | awk '$1 == 1' | grep -c '')" -gt 200
claim "it leaked what it says" test "${leaked:-0}" -gt 250

# The end of a process in the middle of it ends nothing else.
rm -f "$work/said"
"$work/leaky" "$work/own" parked=1000 >"$work/said" 2>&1 &
pid=$!
children="$children $pid"
await ready
(sleep 1; kill -9 $pid) &
claim "a program that is killed leaves a whole tape" "$record" --probes go --go-interval 10ms -p $pid -d 5s \
	-o "$work/t.tape"
claim "which is whole" "$analyze" verify "$work/t.tape"

# Another program in the same process: its goroutines are others, from number 1 on.
cat >"$work/twice" <<END
#!/bin/sh
sleep 1
exec "$work/leaky" "$work/own" parked=5
END
chmod +x "$work/twice"
"$record" --probes go --go-interval 200ms -d 3s -o "$work/t.tape" -- timeout 2 "$work/twice" >"$work/said" 2>&1
"$analyze" dump "$work/t.tape" >"$work/dump"
claim "a program that another one becomes is read" shows ' go_snapshot .* alive=[45][0-9] ' "$work/dump"

# A version that nobody knows, and no DWARF.
cp "$work/leaky" "$work/unknown"
make_unknown "$work/unknown"
rm -f "$work/said"
"$work/unknown" "$work/own" >"$work/said" 2>&1 &
pid=$!
children="$children $pid"
await ready
"$record" --probes go -p $pid -d 2s --epoch 500ms -o "$work/t.tape" 2>"$work/err"
kill $pid
"$analyze" dump "$work/t.tape" >"$work/dump"
claim "of a version that is not known nothing is read" lacks ' go_(snapshot|goroutine) [a-z]*=' "$work/dump"
claim "and the user hears why" shows 'nothing is read of process .*go1\.99.*does not know this version' "$work/err"
claim "which each epoch of the tape says too" test "$(grep -c 'go_runtime version=0 flags=0x1 .*does not know' \
	"$work/dump")" -gt 2
