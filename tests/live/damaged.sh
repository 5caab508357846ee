#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A real tape of many epochs, damaged in every way at many places: analyze reports
# all that was not hit. FULL=1: a tape of 2 MB, 2,000 places of each kind.
. "$(dirname "$0")/lib.sh"
need_bpf

seconds=$(length 4 40)
background sh -c 'while :; do ls -lR /usr/share /usr/lib | gzip >/dev/null; done' 2>/dev/null
background sh -c 'while :; do find / -xdev -type f | sort | md5sum >/dev/null; done' 2>/dev/null
claim "a tape of many epochs is recorded" "$record" -q -a -F 999 --epoch 400ms -d "$seconds" \
	-o "$work/t.tape"
# shellcheck disable=SC2086 # a list
kill $children 2>/dev/null
perl tests/live/damage.pl "$analyze" "$work/t.tape" "$(length 40 2000)" "$work" >"$work/out" 2>&1
code=$?
sed -e 's/^ok /ok live: damaged: /' -e 's/^not ok /not ok live: damaged: /' "$work/out"
if [ $code != 0 ] || grep -q '^not ok' "$work/out"; then
	failed=1
fi
