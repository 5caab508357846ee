#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A Python program of known calls, run by record and found by pid, in threads and in
# forks: the Python frames are there, all of them, from the root on, with their lines.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "Python frames are read on x86-64 only"
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null) ||
	skip "needs python3"
"$python" -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 14))' ||
	skip "needs a python3 from 3.8 to 3.13"
steps=samples/programs/steps.py

# count STEPS: what python_stacks.pl counted under this name.
count() {
	awk -v key="$1" '$1 == key { print $2 }' "$work/counts"
}

percent() {
	awk -v part="$1" -v all="$2" 'BEGIN { if (all) printf "%.2f", 100 * part / all; else print 0 }'
}

at_least() {
	awk -v wanted="$1" -v got="$2" 'BEGIN {
		if (got + 0 >= wanted)
			exit 0
		print "expected at least " wanted ", got " got
		exit 1
	}' || { cut -c 1-500 "$work/not_whole"; return 1; }
}

stacks_of() {
	folded "$1" --lines >"$work/folded"
	perl tests/live/python_stacks.pl $steps <"$work/folded" >"$work/counts" 2>"$work/not_whole"
}

"$record" -F 499 -o "$work/t.tape" -- "$python" $steps "$(length 8 30)" >"$work/truth" 2>"$work/err"
stacks_of "$work/t.tape"
n=$(($(count samples) * 499 / 1000000000))
claim "99 % of samples have their whole Python stack" at_least 99 \
	"$(percent "$(count whole)" "$(count samples)")"
claim "99 % have the right lines in all frames" at_least 99 \
	"$(percent "$(count lines)" "$(count samples)")"
for function in sixty thirty ten; do
	wanted=$(truth_share "$work/truth" $function)
	claim "share of $function" near "$wanted" "$(percent "$(count $function)" \
		"$(($(count sixty) + $(count thirty) + $(count ten)))")" "$(tolerance "$n" "$wanted")"
done
claim "a function is named with its file" shows 'spin \(steps\.py:[0-9]+\)' "$work/folded"
"$analyze" cpu -f json "$work/t.tape" | jq -r '.items[] | select(.shape == "profile")
	| .modules[] | select(.kind == "script") | .path' >"$work/modules"
claim "the tape has the whole path of the file" shows "(^|/)$steps$" "$work/modules"

# Found by its pid while it runs, in a child that was forked before record began.
cat >"$work/forks.py" <<'END'
import os, sys, time
def work_of_child(end):
    while time.monotonic() < end: sum(range(1000))
def work_of_parent(end):
    while time.monotonic() < end: sum(range(1000))
end = time.monotonic() + float(sys.argv[1])
time.sleep(1)
pid = os.fork()
(work_of_parent if pid else work_of_child)(end)
if pid: os.waitpid(pid, 0)
END
background "$python" "$work/forks.py" 5
pid=$!
sleep 0.3
"$record" -F 499 -d 3s -o "$work/f.tape" -p "$pid" 2>"$work/err"
folded "$work/f.tape" >"$work/forked"
claim "a process that ran before has its Python frames" at_least 40 \
	"$(share "$work/forked" 'work_of_parent (forks.py)')"
claim "its fork too, from the first sample on" at_least 98 "$(awk \
	"BEGIN { print $(share "$work/forked" 'work_of_parent (forks.py)') + \
		$(share "$work/forked" 'work_of_child (forks.py)') }")"

"$record" --without python -F 499 -o "$work/n.tape" -- "$python" $steps 1 >"$work/truth" 2>"$work/err"
folded "$work/n.tape" >"$work/native"
claim "--without python takes native frames alone" lacks 'steps\.py' "$work/native"
claim "and they are there" shows 'python' "$work/native"
