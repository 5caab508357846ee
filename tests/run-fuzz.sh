#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every fuzzer of BUILD/fuzz for FUZZ_SECONDS, from the corpus kept in
# tests/fuzz/corpus/<target>; what it finds on the way stays in BUILD/corpus.
# An input that breaks one is left in BUILD/found, ready for the kept corpus.
set -u
cd "$(dirname "$0")/.." || exit 1

build=${BUILD:-build-fuzz}
status=0
mkdir -p "$build/found"

for fuzzer in "$build"/fuzz/fuzz_*; do
	[ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
	target=${fuzzer##*/fuzz_}
	kept=tests/fuzz/corpus/$target
	log=$build/found/$target.log
	mkdir -p "$build/corpus/$target"
	[ -d "$kept" ] || kept=
	# shellcheck disable=SC2086 # no word where there is no corpus
	if "$fuzzer" -max_total_time="${FUZZ_SECONDS:-20}" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$build/found/$target-" \
		"$build/corpus/$target" $kept >"$log" 2>&1; then
		echo "ok fuzz: $target, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
	else
		echo "not ok fuzz: $target"
		tail -n 60 "$log" | sed 's/^/    /'
		status=1
	fi
done
exit $status
