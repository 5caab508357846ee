#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A disk that fills up ends the recording with a message; what fitted opens.
. "$(dirname "$0")/lib.sh"
need_bpf

cleanup() { umount "$work/disk" 2>/dev/null; }
mkdir "$work/disk"
mount -t tmpfs -o size=512k none "$work/disk" || skip "cannot mount a tmpfs"
background "$samples/forker" 2000 5 >/dev/null

status=$(status_of timeout 60 "$record" -F 999 -a -d 30 -o "$work/disk/t.tape")
claim "the recorder ends with status 1" same 1 "$status"
claim "it says that the disk is full" shows 'No space left on device|disk is full|no space' "$work/err"
claim "it names the tape" shows 't\.tape' "$work/err"
claim "the tape opens" "$analyze" cpu "$work/disk/t.tape"
claim "the report has samples" sh -c "'$analyze' cpu -f folded '$work/disk/t.tape' | grep -q ."
claim "verify says that the end is missing" sh -c "! '$analyze' verify '$work/disk/t.tape'"
"$analyze" repair -o "$work/whole.tape" "$work/disk/t.tape" >"$work/repair" 2>&1
claim "the mended tape verifies" "$analyze" verify "$work/whole.tape"
