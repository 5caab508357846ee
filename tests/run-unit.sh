#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs cmocka programs, one line a test: "ok NAME", "not ok NAME", "skip NAME",
# each with its program's name before it. What a program says besides, cmocka's
# messages among it, is shown when a test of it failed. A program that dies
# before its plan is fulfilled has failed, whatever it printed until then.
# RUN is put before each program, for qemu.
set -u

out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
status=0

for program; do
	name=${program##*/}
	# shellcheck disable=SC2086 # a command and its arguments
	CMOCKA_MESSAGE_OUTPUT=TAP ${RUN:-} "$program" >"$out" 2>&1 </dev/null
	code=$?
	awk -v program="$name" -v code="$code" '
		/^1\.\.[0-9]+/  { planned += substr($0, 4) }
		/^not ok [0-9]+ # SKIP/ { seen++; sub(/^.*# SKIP */, ""); print "skip " program ": " $0; next }
		/^(not )?ok [0-9]+ - /  {
			seen++
			bad = /^not/
			failed += bad
			sub(/^(not )?ok [0-9]+ - /, "")
			print (bad ? "not ok " : "ok ") program ": " $0
			next
		}
		END {
			if (seen < planned || planned == 0 || (code != 0 && !failed)) {
				failed++
				print "not ok " program ": ran " seen + 0 " of " planned + 0 \
					" tests and ended with status " code
			}
			exit failed > 0
		}' "$out" || { sed 's/^/    /' "$out"; status=1; }
done
exit $status
