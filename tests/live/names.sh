#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A stripped program is named by what was taken from it, wherever that lies: a debug
# file by build-id or by debuglink, .gnu_debugdata, a server; one of another build is
# refused. And a tape with lines needs none of them.
. "$(dirname "$0")/lib.sh"
need_bpf
for tool in objcopy strip readelf nm xz; do
	command -v $tool >/dev/null || skip "needs $tool"
done

# --- one program in many states, and a tape without names ---

full=$work/full
cp "$samples/shape" "$full"
objcopy --only-keep-debug "$full" "$work/debug"
strip -s -o "$work/program" "$full"
id=$(readelf -n "$full" | sed -n 's/.*Build ID: //p')
by_id=usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)
rest=$(echo "$id" | cut -c 3-)

claim "a stripped program is recorded" \
	"$record" -q -F 499 --symbols=none -o "$work/t.tape" -- "$work/program" 2

# place ROOT FILE: FILE as the program below a root of its own, which is printed.
place() {
	mkdir -p "$work/at-$1$work"
	cp "$2" "$work/at-$1$work/program"
	echo "$work/at-$1"
}
# names_of ROOT: the report with what lies there.
names_of() {
	"$analyze" cpu -f folded --symfs "$1" "$work/t.tape" >"$work/folded" 2>"$work/notes"
}

root=$(place bare "$work/program")
names_of "$root"
claim "without more it has no names" lacks 'burn_sixty' "$work/folded"

root=$(place id "$work/program")
mkdir -p "$root/$by_id"
cp "$work/debug" "$root/$by_id/$rest.debug"
names_of "$root"
claim "a debug file is found by its build-id" shows 'main;run;calls_sixty;burn_sixty' "$work/folded"

objcopy --add-gnu-debuglink="$work/debug" "$work/program" "$work/linked"
root=$(place link "$work/linked")
mkdir -p "$root$work/.debug"
cp "$work/debug" "$root$work/.debug/debug"
names_of "$root"
claim "and by its debuglink" shows 'main;run;calls_sixty;burn_sixty' "$work/folded"

nm "$full" --defined-only -f posix | awk '$2 ~ /^[Tt]$/ { print $1 }' >"$work/keep"
objcopy -S --remove-section=.comment --keep-symbols="$work/keep" "$work/debug" "$work/mini"
xz -k "$work/mini"
objcopy --add-section .gnu_debugdata="$work/mini.xz" "$work/program" "$work/with_mini"
root=$(place mini "$work/with_mini")
names_of "$root"
claim "mini-debuginfo in the program names its functions" \
	shows 'main;run;calls_sixty;burn_sixty' "$work/folded"

# --- the program is not there ---

mkdir -p "$work/absent/$by_id"
cp "$work/debug" "$work/absent/$by_id/$rest.debug"
names_of "$work/absent"
claim "a debug file is enough where the program is gone" \
	shows 'main;run;calls_sixty;burn_sixty' "$work/folded"

# --- another build ---

root=$(place wrong "$work/program")
mkdir -p "$root/$by_id"
objcopy --only-keep-debug "$samples/sleeper" "$root/$by_id/$rest.debug"
"$analyze" cpu --symfs "$root" "$work/t.tape" >"$work/report"
claim "a debug file of another build gives no names" lacks 'burn_sixty|work_a_little' "$work/report"
claim "and it is said that it was refused" \
	shows "program  *debug file of another build" "$work/report"

# --- a server; libdebuginfod reads folders too ---

served=$work/served/buildid/$id
mkdir -p "$served" "$work/cache" "$work/nothing"
cp "$work/program" "$served/executable"
cp "$work/debug" "$served/debuginfo"
export DEBUGINFOD_CACHE_PATH="$work/cache"
DEBUGINFOD_URLS=file://$work/served "$analyze" cpu --symfs "$work/nothing" "$work/t.tape" >"$work/report"
claim "no server is asked unasked" lacks 'burn_sixty' "$work/report"
if ldconfig -p 2>/dev/null | grep -q 'libdebuginfod\.so\.1'; then
	DEBUGINFOD_URLS=file://$work/served \
		"$analyze" cpu --debuginfod --symfs "$work/nothing" "$work/t.tape" >"$work/report"
	claim "a server's files name it" shows 'burn_sixty' "$work/report"
fi
env -u DEBUGINFOD_URLS \
	"$analyze" cpu --debuginfod --symfs "$work/nothing" "$work/t.tape" >"$work/report"
claim "without a server's name none is asked, which is said" \
	shows 'DEBUGINFOD_URLS names no server' "$work/report"

# --- the tape alone ---

claim "it is recorded with lines" \
	"$record" -q -F 499 --symbols=lines -o "$work/lines.tape" -- "$full" 2
"$analyze" cpu -f folded --lines --no-files "$work/lines.tape" >"$work/folded"
claim "then the tape alone has file and line" \
	shows 'calls_sixty shape\.c:[0-9]+;burn_sixty shape\.c:[0-9]+' "$work/folded"
"$analyze" cpu -f folded --inlines --no-files "$work/lines.tape" >"$work/folded"
claim "and inlined calls" shows 'burn_sixty;burn ' "$work/folded"
claim "names alone are recorded too" \
	"$record" -q -F 499 --symbols=names -o "$work/names.tape" -- "$full" 1
claim "and cost no lines" same 0 "$("$analyze" dump "$work/names.tape" | grep -c ' line start=')"

mkdir "$work/here"
cp "$work/linked" "$work/here/program"
objcopy --only-keep-debug "$samples/sleeper" "$work/here/debug"
claim "a program beside a debug file of another build is recorded" \
	"$record" -q -F 499 -o "$work/here.tape" -- "$work/here/program" 1
"$analyze" cpu --no-files "$work/here.tape" >"$work/report"
claim "the tape says that it was refused" \
	shows 'here/program: debug file of another build: .*here/debug' "$work/report"
