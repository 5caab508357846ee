#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's part of a tape, found without reading all of /proc/kallsyms: where
# its code stands, the BPF programs that were there before, and the names of its
# functions.
. "$(dirname "$0")/lib.sh"
need_bpf

# The first recorder's programs are there when the second begins.
background "$record" -q -a -d 30 -o "$work/first.tape"
wait_for larger_than 0 "$work/first.tape"
sleep 0.5
background sh -c 'while :; do cat /proc/self/status; done >/dev/null'
"$record" -q -F 999 -a -d 1 -o "$work/t.tape" 2>"$work/err"
sed -n 's/^\([0-9a-f]*\) . \(bpf_prog_[^ \t]*\)[ \t]*\[bpf\].*/\2/p' /proc/kallsyms | sort -u >"$work/wanted"
"$analyze" dump "$work/t.tape" >"$work/dump"
sed -n 's/.* module module=.* kind=4 .*path="\(.*\)"$/\1/p' "$work/dump" | sort -u >"$work/got"
claim "there are programs to be found" test -s "$work/wanted"
claim "every program is there under the name that the kernel gives it" same "" \
	"$(comm -23 "$work/wanted" "$work/got")"

text=$(awk '$3 == "_text" { print $1; exit }' /proc/kallsyms)
etext=$(awk '$3 == "_etext" { print $1; exit }' /proc/kallsyms)
claim "the kernel's code reaches from _text to _etext" shows \
	"mapping start=0x$text end=0x$etext" "$work/dump"
folded "$work/t.tape" --no-files >"$work/folded"
claim "its functions have their names" shows 'do_syscall_64_\[k\]' "$work/folded"
