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
text=$(mktemp) || exit 1
trap 'rm -f "$text"' EXIT

help_of() {
	if [ -d help ]; then
		cat "help/$1.txt"
	else
		"$build/$1" --help && { [ "$1" != record ] || "$build/record" --list; }
	fi
}

command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }

# A man page as a reader sees it, without the overstrikes that make words bold.
man_text() {
	mandoc -T ascii -O width=1000 "docs/perftape-$1.1" 2>/dev/null | perl -pe 's/.\x08//g'
}

options() {
	grep -oE -e '(^|[^[:alnum:]-])--[a-z][a-z-]+' | sed 's/^[^-]*//' | sort -u
}

# Views and formats stand in lists under a heading; probe groups, in --list, at
# the first column, with what they are like here.
names() {
	awk '/^[a-z]+s[ :(]/ { on = /^(views|commands|formats)/ }
		on && /^  [a-z]/ { print $1 }
		/^[a-z]+ +(works|cannot|does)/ { print $1 }'
}

for program in record analyze; do
	page=docs/perftape-$program.1
	if [ ! -f "$page" ]; then
		echo "$page:1: there is no such man page"
		continue
	fi
	if ! help_of "$program" >"$text" 2>&1; then
		echo "$page:1: $program --help does not work"
		continue
	fi
	{ options <"$text"; names <"$text"; } | while read -r word; do
		man_text "$program" | grep -qE -e "(^|[^[:alnum:]-])$word([^[:alnum:]-]|\$)" ||
			echo "$page:1: does not explain $word"
	done
	man_text "$program" | options | while read -r word; do
		grep -qE -e "(^|[^[:alnum:]-])$word([^[:alnum:]-]|\$)" "$text" ||
			echo "$page:1: explains $word, which $program does not know"
	done
	mandoc -T lint -W warning "$page" 2>&1 |
		sed -nE 's/^mandoc: ([^:]*:[0-9]+):[0-9]+: (.*)/\1: \2/p'
done | faults
