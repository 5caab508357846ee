#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every C source is as clang-format would write it (make format does).
. "$(dirname "$0")/lib.sh"

command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 77; }
c_sources | xargs -r clang-format --dry-run --style="file:$here/../../.clang-format" 2>&1 |
	awk -F: '/^[^ ]+:[0-9]+:[0-9]+: / && !seen[$1 ":" $2]++ {
			if (!n[$1]++) { first[$1] = $2; file[++files] = $1 }
		}
		END {
			for (i = 1; i <= files; i++)
				print file[i] ":" first[file[i]] ": " n[file[i]] \
					(n[file[i]] == 1 ? " line is" : " lines are") \
					" not as clang-format writes it; make format does"
		}' | faults
