#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every script can be parsed by its own shell, may be executed, and does without
# what a minimal Debian lacks: it names /bin/sh (or perl) in its first line.
. "$(dirname "$0")/lib.sh"

scripts | while read -r file; do
	case $(head -n 1 "$file") in
	'#!/bin/sh') sh -n "$file" 2>&1 | sed 's/: \([0-9]*\): /:\1: /' ;;
	'#!/usr/bin/perl') perl -c "$file" 2>&1 | grep -v 'syntax OK' | sed "s|^|$file:1: |" ;;
	*) echo "$file:1: neither /bin/sh nor perl" ;;
	esac
	[ -x "$file" ] || echo "$file:1: may not be executed"
done | faults
