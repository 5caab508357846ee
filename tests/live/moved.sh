#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A tape that was moved says the same: its report in a root that holds nothing but
# analyze and its libraries is that of the machine where it was recorded, byte by
# byte, for programs with and without frame pointers and symbols.
. "$(dirname "$0")/lib.sh"
need_bpf
command -v ldd >/dev/null || skip "needs ldd"

# --- a root without anything: analyze, its libraries, and the tape ---

clean=$work/clean
mkdir "$clean"
cp "$analyze" "$clean/analyze"
for library in $(ldd "$analyze" | grep -o '/[^ ]*'); do
	mkdir -p "$clean$(dirname "$library")"
	cp "$library" "$clean$library"
done
chroot "$clean" /analyze --version >"$work/out" 2>&1 ||
	skip "analyze does not run in a root of its own: $(head -n 1 "$work/out")"

# moved TAPE OPTION…: what analyze says of it there, where it has the same path.
mkdir -p "$clean$work"
moved() {
	tape=$1
	shift
	cp "$tape" "$clean$tape"
	chroot "$clean" /analyze "$@" "$tape"
}

# says_the_same TAPE OPTION…: here and there.
says_the_same() {
	tape=$1
	shift
	"$analyze" "$@" "$tape" >"$work/here" 2>"$work/here.err"
	moved "$tape" "$@" >"$work/there" 2>"$work/there.err"
	[ -s "$work/here" ] && cmp "$work/here" "$work/there" && return
	diff "$work/here" "$work/there" | cut -c 1-300 | head -n 10
	head -n 3 "$work/there.err"
	return 1
}

# --- what is recorded: programs of here, the distribution's, one that is gone ---

cp "$samples/shape" "$work/gone"
background "$work/gone" 60 >/dev/null
background "$samples/shape" 60 >/dev/null
background gzip -9 -c /dev/zero >/dev/null
! command -v python3 >/dev/null || background python3 -c 'while True: sorted(str(i) for i in range(1000))'
! command -v openssl >/dev/null || background openssl speed -seconds 60 sha256 >/dev/null 2>&1
sleep 0.5
rm "$work/gone"

for symbols in names lines; do
	claim "it is recorded with $symbols" "$record" -q -a -d "$(length 4 15)s" \
		--symbols=$symbols --probes cpu,sched -o "$work/$symbols.tape"
done

claim "a moved tape has the same stacks with the same names" \
	says_the_same "$work/names.tape" cpu -f folded
claim "those of a program that was deleted meanwhile are there" \
	shows '^gone;.*main;run;calls_sixty;burn_sixty' "$work/there"
"$analyze" symbols strip -o "$work/stripped.tape" "$work/names.tape" >/dev/null
moved "$work/stripped.tape" cpu -f folded >"$work/bare"
claim "nothing else there knows names: without the tape's own there are none" \
	lacks 'main|burn_sixty' "$work/bare"
claim "but the stacks" shows '^gone;\[[^;]*\];' "$work/bare"
claim "waits have them too" says_the_same "$work/names.tape" offcpu -f folded
claim "a moved tape with lines has the same files and lines" \
	says_the_same "$work/lines.tape" cpu -f folded --lines --inlines
claim "and the same profile for pprof" says_the_same "$work/lines.tape" cpu -f pprof --lines
