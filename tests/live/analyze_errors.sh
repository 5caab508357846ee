#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What analyze says when it cannot: one line, with the remedy, and a status.
. "$(dirname "$0")/lib.sh"

tape=$(ls samples/tapes/*.tape 2>/dev/null | head -n 1)

claim "no such file: status 1" same 1 "$(status_of "$analyze" cpu "$work/nothing.tape")"
claim "no such file: one line that names it" one_line 'nothing\.tape.*No such file'

head -c 100000 /dev/urandom >"$work/noise"
claim "not a tape: status 1" same 1 "$(status_of "$analyze" cpu "$work/noise")"
claim "not a tape: one line that says so" one_line 'noise.*not a tape'
: >"$work/empty"
claim "an empty file: status 1" same 1 "$(status_of "$analyze" cpu "$work/empty")"
claim "an empty file: one line that says so" one_line 'empty.*(empty|not a tape)'
claim "a folder: status 1" same 1 "$(status_of "$analyze" cpu "$work")"

claim "an unknown option: status 2" same 2 "$(status_of "$analyze" cpu --no-such-option "$tape")"
claim "an unknown option is named" shows 'no-such-option' "$work/err"
claim "an unknown view: status 2" same 2 "$(status_of "$analyze" nosuchview "$tape")"
claim "an unknown view is named" shows 'nosuchview' "$work/err"
claim "an unknown format: status 2" same 2 "$(status_of "$analyze" cpu -f nosuch "$tape")"
claim "an unknown format is named, with those there are" shows 'nosuch.*folded|folded' "$work/err"
claim "no tape: status 2" same 2 "$(status_of "$analyze" cpu)"
claim "an unwritable output: status 1" same 1 \
	"$(status_of "$analyze" cpu -o "$work/no/such/folder/x.svg" "$tape")"
claim "an unwritable output: one line that names it" one_line 'no/such/folder'
claim "a full disk: status 1" same 1 "$(status_of sh -c "'$analyze' cpu -f json '$tape' >/dev/full")"
for option in --help --version; do
	claim "a full disk, $option: status 1" same 1 \
		"$(status_of sh -c "'$analyze' $option >/dev/full")"
	claim "a full disk, $option: one line that says so" one_line 'No space left'
done
