#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Goroutines whose threads change stacks: for the collector, for a larger stack, to
# park, and for C without frame pointers, which calls Go back or has threads of its own.
# 99 of 100 samples have the whole stack, from runtime.goexit through Go and C to the
# leaf. Of all Go that is installed, and of those in GOROOTS.
. "$(dirname "$0")/lib.sh"
need_bpf
command -v go >/dev/null || skip "needs go"

build=$work
. tests/live/go_lib.sh
seconds=$(length 2 10)

# Few samples, of which one may be of the moment that a thread changes goroutines.
aim=$([ -n "$FULL" ] && echo 99 || echo 98)

# take ROOT PROGRAM KIND OPTION…: prints percent and samples. The first moments are left
# out: what a process runs is known a little after its first sample.
take() {
	taken=$work/$2.tape
	kind=$3
	"$work/$2" "$kind" 600 >"$work/ready" &
	program=$!
	children="$children $program"
	shift 3
	wait_for grep -q ready "$work/ready"
	"$record" -q -F 499 -d "$seconds"s -o "$taken" -p "$program" "$@" 2>"$work/err" || cat "$work/err" >&2
	kill -9 "$program"
	wait "$program" 2>/dev/null
	folded "$taken" --from 0.3s | WHY=1 perl tests/live/go_switches.pl "$kind"
}

at_least() {
	awk -v got="$1" -v n="$2" -v aim="$3" 'BEGIN {
		if (n >= 20 && got >= aim)
			exit 0
		print got " % of " n " samples"
		exit 1
	}'
}

for root in $(roots); do
	version=$(of_root version | sed -n 's/.*go\(1\.[0-9.]*\).*/\1/p')
	(cd samples/programs/go/stacks && GO111MODULE=off CGO_ENABLED=0 of_root build -o "$work/stacks" .) &&
		(cd samples/programs/go/cstacks && GO111MODULE=off CGO_ENABLED=1 of_root build -o "$work/cstacks" .) ||
		{ claim "$version: programs can be built" false; continue; }
	for mode in auto fp; do
		for kind in collect measure grow park; do
			result=$(take "$root" stacks $kind --unwind=$mode)
			# shellcheck disable=SC2086 # two words
			claim "$version, $mode: $kind: stacks are whole ($result)" at_least $result "$aim"
		done
	done
	for kind in c back again thread; do
		result=$(take "$root" cstacks $kind)
		# shellcheck disable=SC2086
		claim "$version: C: $kind: stacks are whole ($result)" at_least $result "$aim"
	done
done
