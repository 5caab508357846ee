#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Functions of at most 60 lines, files of at most 600, at most 5 parameters, and
# ifs and loops at most 3 deep. A table of data is no function: its brace does
# not stand in the first column. What the kernel calls (BPF_PROG and the like)
# has the parameters that the kernel gives.
. "$(dirname "$0")/lib.sh"

c_sources | xargs -r "$here/code.pl" | awk '
	function fault(line, what) { print path ":" line ": " what }

	# Commas outside of inner parentheses separate parameters.
	function parameters(text,    depth, n, i, c) {
		sub(/^[^(]*\(/, "", text)
		sub(/\)[^)]*$/, "", text)
		n = 1
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			depth += (c == "(") - (c == ")")
			n += c == "," && depth == 0
		}
		return n
	}

	function end_file() {
		if (path != "" && number > 600)
			fault(number, "file of " number " lines; at most 600")
	}

	{
		match($0, /^[^:]*:[0-9]*:/)
		split(substr($0, 1, RLENGTH), part, ":")
		code = substr($0, RLENGTH + 1)
		if (part[1] != path) {
			end_file()
			path = part[1]
			signature = ""
			start = 0
		}
		number = part[2]
	}

	code ~ /^\{/ {
		start = number
		if (signature ~ /\(/ && signature !~ /BPF_[A-Z_]*\(/ && parameters(signature) > 5)
			fault(number, "function of " parameters(signature) " parameters; at most 5")
	}
	code ~ /^\}/ {
		if (start && number - start - 1 > 60)
			fault(start, "function of " number - start - 1 " lines; at most 60")
		start = 0
	}
	start && code ~ /^\t\t\t\t\t*(if|for|while|switch|do)[ ({]/ {
		fault(number, "nested more than 3 deep")
	}
	code ~ /^[^\t #}{]/ { signature = code }
	code ~ /^[\t ]+[^\t ]/ && !start { signature = signature " " code }
	code ~ /[;}]$/ || code ~ /^#/ { signature = "" }
	END { end_file() }' | faults
