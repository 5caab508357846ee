#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Only main.c prints and exits. Outputs write to the file they are given,
# analyze/base/memory.c may end a program that has no memory, and a forked child
# that could not execute its command has no other way than _exit.
. "$(dirname "$0")/lib.sh"

words='printf|vprintf|puts|putchar|perror|exit|abort|err|errx|warn|warnx|error|quick_exit'

may_exit() {
	[ "$1" = analyze/base/memory.c ] || grep -qE '\bv?fork\(' "$1"
}

c_sources | grep -E '^(format|symbols|record|analyze)/' | grep -v '/main\.c$' |
	while read -r file; do
		"$here/code.pl" "$file" |
			grep -E "(^|[^[:alnum:]_.>])(($words)[[:space:]]*\(|(stdout|stderr)\b)" |
			sed -E 's/^([^:]*:[0-9]*):[[:space:]]*(.*)/\1: only main.c prints and exits: \2/'
		may_exit "$file" || "$here/code.pl" "$file" | grep -E '\b_exit[[:space:]]*\(' |
			sed -E 's/^([^:]*:[0-9]*):[[:space:]]*(.*)/\1: only a forked child may _exit: \2/'
	done | faults
