#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/run-fuzz.sh FUZZER…: runs libFuzzer programs, one for each CPU at a time,
# for FUZZ_SECONDS each, from the corpus kept in tests/fuzz/corpus/<target>. What
# one finds on the way stays in BUILD/corpus; an input that breaks it is left in
# BUILD/found, ready for the kept corpus.
set -u

if [ $# -gt 1 ]; then
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0"
	exit
fi

fuzzer=$1
target=${fuzzer##*/fuzz_}
build=${BUILD:-build-fuzz}
log=$build/found/$target.log
kept=$(dirname "$0")/fuzz/corpus/$target
mkdir -p "$build/found" "$build/corpus/$target"
[ -d "$kept" ] || kept=

# shellcheck disable=SC2086 # no word where there is no corpus
"$fuzzer" -max_total_time="${FUZZ_SECONDS:-20}" -timeout=10 -rss_limit_mb=2048 \
	-print_final_stats=1 -artifact_prefix="$build/found/$target-" \
	"$build/corpus/$target" $kept >"$log" 2>&1
code=$?
inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
if [ $code = 0 ] && [ "${inputs:-0}" -gt 0 ]; then
	echo "ok fuzz: $target, $inputs inputs"
else
	{ echo "not ok fuzz: $target"; tail -n 60 "$log" | sed 's/^/    /'; } >"$log.end"
	cat "$log.end"
	exit 1
fi
