#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every #include of every C source against the table in layers.txt.
. "$(dirname "$0")/lib.sh"

c_sources | xargs -r awk -v table="$here/layers.txt" '
	BEGIN {
		while ((getline line < table) > 0) {
			if (line ~ /^(#|$)/)
				continue
			n = split(line, word, " +")
			rest = ""
			for (i = 2; i <= n; i++)
				rest = rest " " word[i]
			if (line ~ /^=/)
				group[substr(word[1], 2)] = rest
			else
				allowed[word[1]] = rest
		}
		for (folder in allowed) {
			n = split(allowed[folder], word, " +")
			for (i = 1; i <= n; i++)
				if (word[i] in group)
					allowed[folder] = allowed[folder] group[word[i]]
		}
	}

	# The longest folder of the table that holds the file.
	function folder_of(path) {
		while (sub(/\/[^\/]*$/, "", path))
			if (path in allowed)
				return path
		return ""
	}

	# Whether an include is a word of the list; a star stands for any text.
	function permitted(include, list,    n, i, star, word, before, after) {
		n = split(list, word, " +")
		for (i = 1; i <= n; i++) {
			if (include == word[i])
				return 1
			star = index(word[i], "*")
			if (!star)
				continue
			before = substr(word[i], 1, star - 1)
			after = substr(word[i], star + 1)
			if (substr(include, 1, length(before)) == before && \
			    substr(include, length(include) - length(after) + 1) == after)
				return 1
		}
		return 0
	}

	/^[ \t]*#[ \t]*include/ {
		include = $0
		sub(/^[ \t]*#[ \t]*include[ \t]*/, "", include)
		sub(/[ \t]*(\/[\/*].*)?$/, "", include)
		folder = folder_of(FILENAME)
		if (folder == "")
			print FILENAME ":" FNR ": tests/check/layers.txt does not know this folder"
		else if (include ~ /\.\.\//)
			print FILENAME ":" FNR ": " include ": includes are spelled from the root"
		else if (!permitted(include, allowed[folder]))
			print FILENAME ":" FNR ": " include " may not be included in " folder "/"
	}' | faults
