#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Functions, lines and inlined calls of 10,000 addresses of a real binary, analyze
# itself, beside those of eu-addr2line -i. Where both differ, lines.pl must know why.
. "$(dirname "$0")/lib.sh"

command -v eu-addr2line >/dev/null || skip "needs eu-addr2line (package elfutils)"
make --no-print-directory BUILD="$BUILD" "$BUILD/bench/symbolize" >"$work/make" 2>&1 || {
	cat "$work/make"
	exit 1
}
symbolize=$(dirname "$analyze")/bench/symbolize

# Instructions, without what only fills up; each time the same ones.
objdump -d --section=.text --no-show-raw-insn "$analyze" | awk '
	BEGIN { srand(1) }
	/^ +[0-9a-f]+:\t/ && !/\t(nop|cs nop|data16|int3|xchg +%ax,%ax)/ {
		sub(":", "", $1)
		print rand() "\t0x" $1
	}' | sort -n | head -n 10000 | cut -f 2 >"$work/addresses"

"$symbolize" "$analyze" <"$work/addresses" >"$work/ours"
eu-addr2line -a -i -f -e "$analyze" <"$work/addresses" >"$work/theirs"

claim "names and lines equal those of eu-addr2line -i, or are known to differ, at $(wc -l <"$work/addresses") addresses" \
	"$(dirname "$0")/lines.pl" "$work/ours" "$work/theirs"
