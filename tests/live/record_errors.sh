#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What record says when it cannot: one line, with the remedy, and a status.
. "$(dirname "$0")/lib.sh"
need_bpf

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

chmod 755 "$work"
mkdir "$work/bin" && cp "$record" "$work/bin/record" && chmod -R a+rX "$work"
mkdir -m 777 "$work/open"
claim "without rights: status 1" same 1 \
	"$(status_of as_nobody "$work/bin/record" -d 1 -a -o "$work/open/t.tape")"
claim "without rights: one line that names root and the capabilities" one_line \
	'permission.*root.*CAP_BPF.*CAP_PERFMON'
claim "without rights: no tape is left" sh -c "! [ -s '$work/open/t.tape' ]"

sleep 0.01 &
gone=$!
wait $gone
claim "no such pid: status 1" same 1 "$(status_of "$record" -d 1 -o "$work/t.tape" -p $gone)"
claim "no such pid: one line that names it" one_line "$gone"

background "$samples/shape" 0.7 >/dev/null
claim "a pid that vanishes meanwhile ends the recording well" same 0 \
	"$(status_of timeout 20 "$record" -F 999 -d 15 -o "$work/gone.tape" -p $!)"
claim "and its tape names what ran" sh -c "'$analyze' cpu -f folded '$work/gone.tape' | grep -q burn_sixty"

# An empty folder over the kernel's own, for record alone.
mkdir "$work/nobtf"
if unshare -m true 2>/dev/null; then
	claim "a kernel without BTF: status 1" same 1 "$(status_of unshare -m sh -c \
		"mount --bind '$work/nobtf' /sys/kernel/btf && exec '$record' -d 1 -a -o '$work/t.tape'")"
	claim "a kernel without BTF: one line that says so" one_line 'BTF'
else
	echo "skip live: $name: a kernel without BTF: no mount namespace can be made here"
fi

claim "an unwritable output: status 1" same 1 \
	"$(status_of "$record" -d 1 -a -o "$work/no/such/folder/t.tape")"
claim "an unwritable output: one line that names it" one_line 'no/such/folder/t.tape.*No such file'
claim "no such control group: status 1" same 1 \
	"$(status_of "$record" -d 1 --cgroup /no/such/group -o "$work/t.tape")"
claim "no such control group: one line that names it" one_line '/no/such/group'

claim "an unknown option: status 2" same 2 "$(status_of "$record" --no-such-option)"
claim "an unknown option is named" shows 'no-such-option' "$work/err"
claim "nothing to record: status 2" same 2 "$(status_of "$record" -d 1 -o "$work/t.tape")"
claim "a frequency out of range: status 2" same 2 "$(status_of "$record" -F 100000 -a -d 1)"
claim "a frequency out of range: its limit is named" shows '1000' "$work/err"
claim "an unknown probe group: status 2" same 2 \
	"$(status_of "$record" --probes nosuch -a -d 1 -o "$work/t.tape")"
claim "an unknown probe group is named" shows 'nosuch' "$work/err"
