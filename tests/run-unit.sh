#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/run-unit.sh PROGRAM…: runs cmocka programs, one for each CPU at a time,
# and prints one line a test: "ok NAME", "not ok NAME" or "skip NAME", with its
# program's name before it. What a program said besides is shown, moved in, when
# a test of it failed. A program that dies before its plan is fulfilled has
# failed, whatever it printed until then. RUN is put before each program, for
# qemu; LABEL before each name.
set -u

if [ $# -gt 1 ]; then
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0"
	exit
fi

program=$1
out=$(mktemp) || exit 1
trap 'rm -f "$out" "$out.lines" "$out.sorted"' EXIT

# shellcheck disable=SC2086 # a command and its arguments
CMOCKA_MESSAGE_OUTPUT=TAP ${RUN:-} "$program" >"$out" 2>&1 </dev/null
code=$?
awk -v program="${LABEL:-}${program##*/}" -v code="$code" '
	function say(what, name) { print what " " program ": " name }

	/^1\.\.[0-9]+/ { planned += substr($0, 4) }
	/^not ok [0-9]+ # SKIP/ {
		seen++
		sub(/^.*# SKIP */, "")
		say("skip", $0)
		next
	}
	/^(not )?ok [0-9]+ - / {
		seen++
		bad = /^not/
		failed += bad
		sub(/^(not )?ok [0-9]+ - /, "")
		say(bad ? "not ok" : "ok", $0)
	}
	END {
		if (seen < planned || planned == 0 || (code != 0 && !failed)) {
			failed++
			say("not ok", "ran " seen + 0 " of " planned + 0 \
				" tests and ended with status " code)
		}
		exit failed > 0
	}' "$out" >"$out.lines"
failed=$?
# What failed comes last, and below it what the program said.
{
	grep -v '^not ok' "$out.lines"
	grep '^not ok' "$out.lines" && sed 's/^/    /' "$out"
} >"$out.sorted"
cat "$out.sorted"
exit $failed
