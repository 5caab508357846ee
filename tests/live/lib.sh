# SPDX-License-Identifier: BSD-2-Clause
#
# What the live tests share. A live test is a script that records something real
# with BUILD/record and holds what BUILD/analyze says of it against what it knows
# to be true. It prints one line a claim (see claim) and is skipped, loudly, with
# status 77 where the machine grants no BPF. FULL=1 runs the long versions.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1

BUILD=${BUILD:-build}
FULL=${FULL:-}
record=$PWD/$BUILD/record
analyze=$PWD/$BUILD/analyze
samples=$PWD/$BUILD/samples
case $BUILD in /*) record=$BUILD/record analyze=$BUILD/analyze samples=$BUILD/samples ;; esac
name=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/live-$name.XXXXXX") || exit 1
failed=0

# What background() started goes with the test.
children=
finish() {
	code=$?
	trap - EXIT INT TERM
	for pid in $children; do
		kill -9 "$pid" 2>/dev/null
	done
	cleanup
	rm -rf "$work"
	[ "$code" != 0 ] || code=$failed
	exit "$code"
}
cleanup() { :; }
background() {
	"$@" &
	children="$children $!"
}
trap finish EXIT
trap 'exit 1' INT TERM

# --- whether this machine can do it: the reasons why not lie outside of record ---

skip() {
	echo "skip live: $name: $*"
	trap - EXIT
	rm -rf "$work"
	exit 77
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

need_bpf() {
	need_root
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	PATH=$PATH:/usr/sbin bpftool prog show >/dev/null 2>&1 || skip "this machine grants no BPF"
}

# --- claims ---

# claim TEXT COMMAND…: ok if the command succeeds; what it printed is shown if not.
claim() {
	claim_text=$1
	shift
	if "$@" >"$work/claim" 2>&1; then
		echo "ok live: $name: $claim_text"
	else
		echo "not ok live: $name: $claim_text"
		sed 's/^/    /' "$work/claim"
		failed=1
	fi
}

same() {
	[ "$1" = "$2" ] || { printf 'expected: %s\ngot:      %s\n' "$1" "$2"; return 1; }
}

# near WANTED GOT TOLERANCE, in numbers with fractions.
near() {
	awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN {
		if (a != "" && b != "" && a - b <= t && b - a <= t)
			exit 0
		print "expected " a " within " t ", got " b
		exit 1
	}'
}

# shows PATTERN FILE: a line of the file matches.
shows() {
	grep -qE -e "$1" "$2" || { echo "no line like: $1"; head -n 20 "$2"; return 1; }
}

lacks() {
	if grep -E -e "$1" "$2"; then
		echo "there should be no line like: $1"
		return 1
	fi
}

# status_of COMMAND…: its exit status, its output in $work/out and $work/err.
status_of() {
	"$@" >"$work/out" 2>"$work/err" </dev/null
	echo $?
}

# One error on standard error, of the form "program: …", which matches: it names
# the remedy. That the next best way was taken, as where the hardware counts no
# cycles, and the summary at the end are lines of their own.
one_line() {
	grep -E '^(record|analyze|perftape-[a-z]+): ' "$work/err" | grep -v 'is used$' >"$work/errors"
	[ "$(grep -c '' "$work/errors")" = 1 ] || { echo "not one error:"; cat "$work/err"; return 1; }
	shows "$1" "$work/errors"
}

# --- truth and reports ---

# truth FILE KEY: what a sample program said of itself.
truth() {
	awk -v key="$2" '$1 == key { print $2 }' "$1"
}

# truth_share FILE KEY: in percent of its total.
truth_share() {
	awk -v key="$2" '$1 == key { part = $2 } $1 == "total" { all = $2 }
		END { if (all) printf "%.3f", 100 * part / all }' "$1"
}

# share FOLDED FUNCTION [flat]: percent of all samples that have it in their
# stack, or, flat, as the last frame of the program: what the kernel does
# meanwhile counts in the CPU time that the program measures, too.
share() {
	awk -v function_name="$2" -v flat="${3:-}" '{
		value = $NF
		sub(/ [^ ]*$/, "")
		all += value
		while (flat != "" && sub(/;[^;]*_\[k\]$/, "")) { }
		n = split($0, frame, ";")
		if (flat != "") {
			if (frame[n] == function_name)
				part += value
			next
		}
		for (i = 1; i <= n; i++)
			if (frame[i] == function_name) {
				part += value
				break
			}
	} END { if (all) printf "%.3f", 100 * part / all }' "$1"
}

# tolerance SAMPLES PERCENT: two points for a long run; for a short one four
# standard errors of a share among that many samples, and half a point besides.
tolerance() {
	if [ -n "$FULL" ]; then
		echo 2
	else
		awk -v n="$1" -v p="$2" 'BEGIN { p /= 100; print 400 * sqrt(p * (1 - p) / n) + 0.5 }'
	fi
}

# folded TAPE [OPTION…]: the cpu view in folded stacks.
folded() {
	tape=$1
	shift
	"$analyze" cpu -f folded "$@" "$tape"
}

# who TAPE [OPTION…]: whose the CPU samples are, a line each sort of sample, tabs
# between: samples, pid, tid, process, thread.
who() {
	tape=$1
	shift
	"$analyze" cpu -f json "$@" "$tape" | jq -r '.items[] | select(.shape == "profile")
		| .label_sets as $sets | .samples[]
		| [.values[0]] + ($sets[.labels] | [.pid, .tid, .comm, .thread]) | @tsv'
}

# table_rows NAME TAPE VIEW [OPTION…]: the rows of a view's table, a JSON object each.
table_rows() {
	table=$1
	tape=$2
	view=$3
	shift 3
	"$analyze" "$view" -f json "$@" "$tape" | jq -c --arg name "$table" '.items[]
		| select(.shape == "table" and .name == $name) | [.columns[].name] as $names
		| .rows[] | [$names, .] | transpose | map({ (.[0]): .[1] }) | add'
}

# The sum of the samples of a list by who, all or those whose COLUMN is VALUE.
count_samples() {
	awk -F '\t' -v column="${2:-0}" -v value="${3:-}" \
		'column == 0 || $column == value { n += $1 } END { print n + 0 }' "$1"
}

# The different values of a column of such a list, sorted, blanks between.
values_of() {
	cut -f "$2" "$1" | sort -u | xargs
}

# length SHORT LONG: seconds to record.
length() {
	if [ -n "$FULL" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# wait_for COMMAND…: until it succeeds, 20 seconds at most.
wait_for() {
	for _ in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

larger_than() {
	[ "$(stat -c %s "$2" 2>/dev/null || echo 0)" -gt "$1" ]
}
