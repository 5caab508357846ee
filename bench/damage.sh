#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The same load recorded by both, the same damage done to both files: how many
# samples each still shows. Needs root, and linux-perf.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

load() {
	sh -c 'while :; do gcc -O2 -std=gnu11 -D_GNU_SOURCE -Iformat -I. -c -o /dev/null format/reader.c; done' &
	pid=$!
	"$@" >/dev/null 2>&1
	kill $pid
	wait $pid 2>/dev/null
}

perf_samples() {
	n=$(perf report --stats -i "$1" 2>/dev/null | sed -n 's/.*SAMPLE events: *\([0-9]*\).*/\1/p' | head -n 1)
	echo "${n:-0}"
}

tape_samples() {
	"$BUILD/analyze" dump "$1" 2>/dev/null | grep -c cpu_sample
}

# damage KIND FILE
damage() {
	size=$(wc -c <"$2")
	case $1 in
	cut) head -c $((size * 8 / 10)) "$2" >"$2.x" ;;
	zero) cp "$2" "$2.x"; dd if=/dev/zero of="$2.x" bs=1 seek=$((size / 2)) count=64 conv=notrunc 2>/dev/null ;;
	esac
}

load perf record -q -a -g -F 999 -o "$work/perf.data" sleep 8
load "$BUILD/record" -q -a -F 999 -d 8s -o "$work/t.tape"
perf_all=$(perf_samples "$work/perf.data")
tape_all=$(tape_samples "$work/t.tape")
echo "samples still shown       perf report          analyze"
echo "whole file                $perf_all               $tape_all"
for kind in cut zero; do
	damage $kind "$work/perf.data"
	damage $kind "$work/t.tape"
	[ $kind = cut ] && what="cut at 80 %               " || what="64 zero bytes at 50 %     "
	echo "$what$(perf_samples "$work/perf.data.x")               $(tape_samples "$work/t.tape.x")"
done
perf record -q -a -g -F 999 -o "$work/k.data" sleep 30 >/dev/null 2>&1 &
a=$!
"$BUILD/record" -q -a -F 999 -d 30s -o "$work/k.tape" >/dev/null 2>&1 &
b=$!
load sleep 8
kill -9 $a $b
wait $a $b 2>/dev/null
echo "recorder killed with -9   $(perf_samples "$work/k.data")               $(tape_samples "$work/k.tape")"
