#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Epochs as short as the recorder can make them: nothing comes too late for its
# epoch, and every use has its definition.
. "$(dirname "$0")/lib.sh"
need_bpf

background sh -c 'while :; do ls -R /usr/share | sort | md5sum >/dev/null; done'
claim "epochs of a millisecond are recorded" "$record" -q -a -F 999 --epoch 1ms -d "$(length 3 20)" \
	-o "$work/t.tape"
claim "there are many" test "$("$analyze" dump "$work/t.tape" | grep -c ' epoch number=')" -ge 5
claim "the tape verifies" "$analyze" verify "$work/t.tape"
claim "every stack and every name is known" same "0 0" \
	"$("$analyze" cpu -f json "$work/t.tape" | jq -r '.coverage | "\(.unknown_stacks) \(.unknown_names)"')"
