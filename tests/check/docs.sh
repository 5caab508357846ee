#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What --help, --list and the man pages say is the same: every option, view,
# format and probe group that a program names has its place in that program's
# man page, and every option in a man page is one that the program knows.
# Reads help/<program>.txt where that is there (tests/check/bad), else asks
# the programs in BUILD.
. "$(dirname "$0")/lib.sh"

build=${BUILD:-build}

help_of() {
	if [ -d help ]; then
		cat "help/$1.txt"
	elif [ "$1" = record ]; then
		"$build/record" --help
		"$build/record" --list | sed -n 's/^\([a-z][a-z]*\) .*/  group: \1/p'
	else
		"$build/$1" --help
	fi
}

# The words that a man page must explain: options, and what help lists by name.
words_of_help() {
	grep -oE -e '(^|[^[:alnum:]-])--[a-z][a-z-]+' | sed 's/^[^-]*//' | sort -u
}

# roff writes a minus as \-; bold and italics are no part of a word.
man_text() {
	sed -e 's/\\-/-/g' -e 's/\\f[BIRP]//g' "docs/perftape-$1.1"
}

for program in record analyze; do
	page=docs/perftape-$program.1
	if [ ! -f "$page" ]; then
		echo "$page:1: there is no such man page"
		continue
	fi
	help_of "$program" >"${TMPDIR:-/tmp}/help.$$" 2>&1 || echo "$page:1: $program --help does not work"
	words_of_help <"${TMPDIR:-/tmp}/help.$$" | while read -r word; do
		man_text "$program" | grep -qE -e "(^|[^[:alnum:]-])$word([^[:alnum:]-]|\$)" ||
			echo "$page:1: does not explain $word"
	done
	sed -nE 's/^  (view|format|command|group):? +([a-z]+).*/\2/p' "${TMPDIR:-/tmp}/help.$$" |
		while read -r word; do
			man_text "$program" | grep -qwE -e "$word" || echo "$page:1: does not explain $word"
		done
	man_text "$program" | words_of_help | while read -r word; do
		grep -qF -e "$word" "${TMPDIR:-/tmp}/help.$$" || echo "$page:1: $program does not know $word"
	done
	rm -f "${TMPDIR:-/tmp}/help.$$"
done | faults
