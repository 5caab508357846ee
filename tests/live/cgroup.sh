#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# record --cgroup: the tasks of a group and of those below it, and no others.
. "$(dirname "$0")/lib.sh"
need_bpf

mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -n "$mount" ] || skip "no cgroup2 file system is mounted"
group=$mount/perftape-test-$$
mkdir -p "$group/below" 2>/dev/null || skip "no right to make a control group"
cleanup() {
	kill "$inside" 2>/dev/null
	sleep 0.2
	rmdir "$group/below" "$group"
}

inside=$(sh -c 'echo $$ >"$1/below/cgroup.procs"; exec "$2" 60 >/dev/null 2>&1 & echo $!' - \
	"$group" "$samples/shape")
echo "$inside" >"$group/below/cgroup.procs"
background "$samples/shape" 60 >/dev/null

claim "a group is recorded by its path below the mount" "$record" -F 499 -d 2 \
	-o "$work/t.tape" --cgroup "/${group##*/}"
who "$work/t.tape" >"$work/who"
claim "only the process in the group below it is in the tape" same "$inside" \
	"$(values_of "$work/who" 2)"
claim "its samples have the group's path" same "$(count_samples "$work/who")" \
	"$(who "$work/t.tape" --cgroup "/${group##*/}/below" >"$work/below" && count_samples "$work/below")"
claim "another group's filter leaves nothing" sh -c \
	"'$analyze' cpu --cgroup /no-such-group '$work/t.tape' | grep -q 'no sample matches'"
claim "the full path does as well" "$record" -q -d 200ms -o "$work/full.tape" --cgroup "$group"
