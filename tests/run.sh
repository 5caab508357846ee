#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/run.sh [STEP…]: runs the steps of the table below, or those named. Every
# step prints one line a test at the first column, "ok NAME", "not ok NAME" or
# "skip NAME: WHY"; the lines after a "not ok" that are moved in say why. A step
# that ends badly without such a line is one failure. Failures are shown in full
# at the end; the last line is "N passed, N failed, N skipped"; status 1 if one
# failed.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1

BUILD=${BUILD:-build}
FUZZ_SECONDS=${FUZZ_SECONDS:-4}
export BUILD FUZZ_SECONDS
logs=$BUILD/test-logs

all_steps='build unit clang asan golden live fuzz check package aarch64 s390x'

quiet_make() {
	make --no-print-directory -j"$(nproc)" BUILD="$BUILD" "$@"
}

# The end of what a command said, without the progress of the build, moved in.
last_words() {
	grep -vE '^(CC|AR|LINK|BPF|GEN) ' "$1" | tail -n 40 | sed 's/^/    /'
}

# Prints a test's line for a command that has none of its own, and if it fails
# what it said last.
counted() {
	name=$1
	shift
	if "$@" >"$logs/counted" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		last_words "$logs/counted"
		return 1
	fi
}

# analyze of another architecture, against the reports of this one.
foreign() {
	counted "analyze builds for $1" quiet_make "cross-$1" || return 1
	ANALYZE="qemu-$1-static -L $BUILD/sysroot-$1 $BUILD/$1/analyze" LABEL="golden on $1" \
		tests/golden/run.sh
	quiet_make "unit-$1"
}

run_step() {
	case $1 in
	build) counted "builds with gcc" quiet_make CC=gcc all tests samples static ;;
	unit) quiet_make CC=gcc unit ;;
	clang) counted "builds with clang" quiet_make BUILD="$BUILD-clang" CC=clang all tests samples ;;
	asan) quiet_make CC=gcc asan ;;
	golden) tests/golden/run.sh ;;
	live) tests/live/run.sh ;;
	fuzz) quiet_make FUZZ_SECONDS="$FUZZ_SECONDS" fuzz ;;
	check) tests/check/run.sh ;;
	package) tests/package/run.sh ;;
	aarch64 | s390x) foreign "$1" ;;
	*)
		echo "tests/run.sh: $1: unknown step; one of: $all_steps" >&2
		return 2
		;;
	esac
}

count() {
	grep -c "^$1 " "$2"
}

# Runs a step, keeps its output, and says in one line how it went.
report_step() {
	log=$logs/$1.log
	start=$(date +%s)
	run_step "$1" >"$log" 2>&1 </dev/null
	code=$?
	if [ $code != 0 ] && [ "$(count 'not ok' "$log")" = 0 ]; then
		last_words "$log" >"$log.tail"
		{ echo "not ok $1: ended with status $code"; cat "$log.tail"; } >>"$log"
		rm -f "$log.tail"
	fi
	printf '%-8s %4d passed, %d failed, %d skipped  (%d s)\n' "$1" "$(count ok "$log")" \
		"$(count 'not ok' "$log")" "$(count skip "$log")" "$(($(date +%s) - start))"
}

# Every "not ok" with what stands below it.
failures() {
	awk '/^[^ \t]/ { on = /^not ok / } on' "$@"
}

[ $# -gt 0 ] || set -- $all_steps
rm -rf "$logs"
mkdir -p "$logs" || exit 1
for step; do
	report_step "$step"
done

echo
grep -h '^skip ' "$logs"/*.log | sed 's/^skip /SKIPPED /'
failures "$logs"/*.log
passed=$(cat "$logs"/*.log | grep -c '^ok ')
failed=$(cat "$logs"/*.log | grep -c '^not ok ')
skipped=$(cat "$logs"/*.log | grep -c '^skip ')
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
