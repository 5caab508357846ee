#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole Python stacks by version: records samples/programs/steps.py under each
# interpreter that is given, or that is found here (pyenv's, and those of the PATH),
# and prints for how many of the samples the stack is whole, and the lines right.
#
#   bench/python.sh [PYTHON...]
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
seconds=${SECONDS_EACH:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ $# = 0 ]; then
	for n in 8 9 10 11 12 13; do
		for python in /usr/bin/python3.$n "$HOME"/.pyenv/versions/3.$n.*/bin/python3.$n; do
			[ -x "$python" ] && set -- "$@" "$python"
		done
	done
fi
printf '%-10s %-42s %8s %8s %8s %8s %8s\n' version python samples whole lines 60:30:10 truth
for python in "$@"; do
	"$BUILD/record" -q -F 499 -o "$work/t.tape" -- "$python" samples/programs/steps.py "$seconds" \
		>"$work/truth" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
	"$BUILD/analyze" cpu -f folded --lines "$work/t.tape" >"$work/folded"
	perl tests/live/python_stacks.pl samples/programs/steps.py \
		<"$work/folded" >"$work/counts" 2>"$work/not_whole"
	period=$("$BUILD/analyze" info -f json "$work/t.tape" | grep -o 'period_ns[^0-9]*[0-9]*' |
		grep -o '[0-9]*$' | head -n 1)
	awk -v python="$python" -v version="$("$python" -c 'import platform; print(platform.python_version())')" \
		-v period="${period:-1}" '
		FNR == NR { n[$1] = $2; next }
		{ truth[$1] = $2 }
		END {
			all = n["sixty"] + n["thirty"] + n["ten"]
			printf "%-10s %-42s %8d %7.2f%% %7.2f%% %8s %8s\n", version, python,
				n["samples"] / period, 100 * n["whole"] / n["samples"],
				100 * n["lines"] / n["samples"],
				sprintf("%.0f:%.0f:%.0f", 100 * n["sixty"] / all,
					100 * n["thirty"] / all, 100 * n["ten"] / all),
				sprintf("%.0f:%.0f:%.0f", 100 * truth["sixty"] / truth["total"],
					100 * truth["thirty"] / truth["total"],
					100 * truth["ten"] / truth["total"])
		}' "$work/counts" "$work/truth"
	[ -z "${SHOW:-}" ] || cut -c1-300 "$work/not_whole"
done
