#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every check twice: on its tree of faults in tests/check/bad, where it must
# find exactly those of <check>.expected, and on this repository, where it must
# find none. A check that lacks its tool ends with 77 and is skipped.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
status=0

# report NAME STATUS: one line, and below it what was found.
report() {
	case $2 in
	0) echo "ok check: $1" ;;
	77) echo "skip check: $1: $(cat "$out")" ;;
	*)
		echo "not ok check: $1"
		sed 's/^/    /' "$out"
		status=1
		;;
	esac
}

for check in layers sizes prints spdx words format scripts docs; do
	tests/check/$check.sh tests/check/bad/$check >"$out" 2>&1
	if [ $? = 77 ]; then
		report "$check finds its faults" 77
	else
		diff tests/check/bad/$check.expected "$out" >"$out.diff"
		code=$?
		mv "$out.diff" "$out"
		report "$check finds its faults" $code
	fi
	tests/check/$check.sh >"$out" 2>&1
	report "$check" $?
done
exit $status
