#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Words that a reader would have to ask about: work left over without a reason,
# numbers of issues (the reason belongs into the text), and paths of the machine
# that a line was written on.
. "$(dirname "$0")/lib.sh"

{ c_sources; scripts; find . -maxdepth 1 -type f -name '*.md' -o -maxdepth 1 -name Makefile |
	sed 's|^\./||'; [ -d docs ] && find docs -type f; } | sort |
	grep -v '^tests/check/words.sh$' | while read -r file; do
	grep -nHE '\b(TODO|FIXME|XXX|HACK)\b' "$file" |
		grep -vE '\b(TODO|FIXME)\b: ([^ ]+ ){3,}' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: work left over, without what and why/'
	grep -nHiE '\b(issue|ticket|bug|task|step|point) *(#|no\.? ?)[0-9]+|(^|[^&[:alnum:]])#[0-9]{1,4}\b' "$file" |
		grep -vE '#[0-9a-fA-F]{3,6}\b' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: a number of an issue; say what it is about/'
	grep -nHE '(^|[^[:alnum:]])/(work|home|root|Users)/[[:alnum:]]' "$file" |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: a path of one machine/'
	grep -nHE '[[:blank:]]+$' "$file" |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: blanks at the end of the line/'
done | faults
