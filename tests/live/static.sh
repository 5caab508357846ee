#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The static recorder runs where there is nothing else: no library, no shell.
. "$(dirname "$0")/lib.sh"
need_bpf

static=$BUILD/record-static
[ -x "$static" ] || make --no-print-directory BUILD="$BUILD" static >"$work/make" 2>&1 ||
	{ echo "not ok live: $name: builds"; sed 's/^/    /' "$work/make"; exit 1; }
claim "it needs no library" sh -c \
	"readelf -l '$static' | grep -q LOAD && ! readelf -l '$static' | grep INTERP"

cleanup() { umount "$work/root/proc" "$work/root/sys" 2>/dev/null; }
mkdir -p "$work/root/proc" "$work/root/sys" "$work/root/tmp"
cp "$static" "$work/root/record"
mount -t proc none "$work/root/proc" && mount -t sysfs none "$work/root/sys" || skip "cannot mount"
background "$samples/shape" 600 >/dev/null
claim "it records in an empty root" chroot "$work/root" /record -F 999 -d 2 -o /tmp/t.tape -p $!
folded "$work/root/tmp/t.tape" >"$work/folded"
claim "its tape names the functions" near 60 "$(share "$work/folded" burn_sixty)" 8
