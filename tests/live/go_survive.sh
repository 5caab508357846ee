#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Whatever becomes of a Go program while it is read, it and the recorder survive it: the
# tape is whole, and the rest of the machine is in it all the same. And what the
# recorder may not look at costs a line, not the tape.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
export GO111MODULE=off
. tests/live/go_lib.sh

root=$(roots | head -n 1)
[ -n "$root" ] || skip "needs a Go"
chmod 755 "$work"
CGO_ENABLED=0 of_root build -o "$work/survivor" samples/programs/go/survivor.go || exit 1

# start N WHAT...: in the background, and until it is ready. $pid is its id.
start() {
	rm -f "$work/said"
	: >"$work/said"
	background "$work/survivor" "$@" >"$work/said" 2>&1
	pid=$!
	wait_for grep -q ready "$work/said"
}

# tape SECONDS: of a program beside it, too, which only runs. In the midst of it, it acts.
tape() {
	background "$samples/shape" 60 >/dev/null
	shape=$!
	rm -f "$work/t.tape"
	"$record" --go-interval 10ms -d "$1" -p "$pid,$shape" -o "$work/t.tape" 2>"$work/err" &
	recorder=$!
	wait_for larger_than 4096 "$work/t.tape"
	sleep 1
	kill -USR1 "$pid"
	wait $recorder
	recorded=$?
	kill $shape
	"$analyze" dump "$work/t.tape" >"$work/dump" 2>/dev/null
}

# The tape has its end, and samples of the other program.
goes_on() {
	same 0 $recorded && "$analyze" verify "$work/t.tape" &&
		shows ';burn_sixty' "$work/folded" && lacks 'panic|fatal|signal' "$work/err"
}

folded() {
	"$analyze" cpu -f folded "$work/t.tape" >"$work/folded" 2>/dev/null
}

# whole WHAT: and nothing is off.
whole() {
	folded
	claim "$1: the tape goes on" goes_on
	claim "$1: nothing is switched off" lacks 'nothing is read' "$work/err"
}

# snapshots OF ALIVE: how many have about so many goroutines.
snapshots() {
	awk -v pid="$1" -v n="$2" '/ go_snapshot number=/ && $0 ~ "pid=" pid " " {
		for (i = 1; i <= NF; i++)
			if (split($i, f, "=") == 2 && f[1] == "alive" && f[2] >= n && f[2] <= n + 30)
				found++
	} END { print found + 0 }' "$work/dump"
}

at_least() {
	[ "$2" -ge "$1" ] || { echo "expected $1 at least, got $2"; cat "$work/err"; return 1; }
}

start 5000 exit
tape 5
whole "a program that ends"
claim "a program that ends: it was read before" at_least 1 "$(snapshots $pid 5000)"

start 5000 exec /bin/sleep 5
tape 5
whole "a program that becomes another"
claim "a program that becomes another: it was read before" at_least 1 "$(snapshots $pid 5000)"
claim "a program that becomes another: and no more then" same 0 \
	"$(awk -v pid=$pid '$0 ~ "pid=" pid " .* exec comm=\"sleep\"" { done = 1 }
		done && / go_snapshot number=/' "$work/dump" | grep -c '')"
claim "a program that becomes another: which is told" shows "pid=$pid .* exec comm=\"sleep\"" "$work/dump"

start 500 children
tape 5
whole "a program that has children"
claim "a program that has children: it had some" at_least 10 \
	"$(awk '/^children/ { print $2 }' "$work/said")"
claim "a program that has children: it is read" at_least 10 "$(snapshots $pid 500)"
claim "a program that has children: nobody else is" same $pid \
	"$(sed -n 's/.* pid=\([0-9]*\) .* go_goroutine goid=.*/\1/p' "$work/dump" | sort -u | xargs)"

start 2000 wait
kill -STOP $pid
tape 4
whole "a program that is stopped"
claim "a program that is stopped: it is read" at_least 10 "$(snapshots $pid 2000)"
claim "a program that is stopped: it still is" sh -c "grep -q '^State:.T' /proc/$pid/status"
kill -CONT $pid
sleep 0.3
claim "a program that is stopped: and goes on then" sh -c "grep -q '^State:.S' /proc/$pid/status"
kill $pid

start 300 stacks
tape 5
whole "stacks that grow and shrink"
claim "stacks that grow and shrink: they are read" at_least 10 "$(snapshots $pid 300)"
# Each stack of main.takeTurns that was not torn goes to its root, if it is not cut. What moves between
# the two looks at a goroutine and back again is not seen to be torn.
perl tests/live/go_stacks.pl "$work/dump" main.takeTurns >"$work/stacks"
claim "stacks that grow and shrink: all but one of 10000 lead to where they began" \
	shows '^all but one of 10000' "$work/stacks"
claim "stacks that grow and shrink: most are not torn" shows '^most are whole' "$work/stacks"

rm -f "$work/said"
prlimit --data=300000000 "$work/survivor" 2000 memory >"$work/said" 2>&1 &
pid=$!
children="$children $pid"
wait_for grep -q ready "$work/said"
tape 6
whole "a program without memory"
claim "a program without memory: it has ended so" shows 'out of memory|cannot allocate memory' "$work/said"
claim "a program without memory: it was read before" at_least 1 "$(snapshots $pid 2000)"

# --- who may not ---

if command -v setcap >/dev/null && mkdir "$work/bin" && cp "$record" "$work/bin/record" &&
	setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep "$work/bin/record"; then
	chmod -R a+rX "$work/bin" "$work/survivor"
	# as RUID EUID: what setpriv is to be told.
	as() {
		echo "--ruid=$1 --euid=$2 --rgid=65534 --egid=65534 --clear-groups"
	}
	mkdir -m 777 "$work/open"
	# poor RUID EUID PIDS
	poor() {
		# shellcheck disable=SC2046 # words
		setpriv $(as "$1" "$2") "$work/bin/record" --go-interval 10ms -d 2 -p $3 -o - 2>"$work/err" >"$work/t.tape"
		recorded=$?
		"$analyze" dump "$work/t.tape" >"$work/dump" 2>/dev/null
		folded
	}

	background "$samples/shape" 60 >/dev/null
	shape=$!
	start 100 wait
	poor 65534 65534 $pid,$shape
	claim "another user's programs: the tape goes on" goes_on
	claim "another user's programs: one line says what it takes" same 1 \
		"$(grep -c 'go: .*CAP_SYS_PTRACE' "$work/err")"
	claim "another user's programs: the tape says so, too" shows 'note .*CAP_SYS_PTRACE' "$work/dump"
	kill $pid

	# Its own by the file system's user, which may read /proc, not by the real one.
	# shellcheck disable=SC2046
	background setpriv $(as 65534 65534) "$work/survivor" 100 wait >"$work/said" 2>&1
	pid=$!
	# shellcheck disable=SC2046
	background setpriv $(as 65534 65534) "$work/survivor" 100 wait >"$work/said" 2>&1
	wait_for grep -q ready "$work/said"
	sleep 0.5
	poor 65533 65534 $pid,$!,$shape
	claim "memory that may not be read: the tape goes on" goes_on
	claim "memory that may not be read: one line for all says why" same 1 \
		"$(grep -c 'nothing is read of process .*memory may not be read' "$work/err")"
	claim "memory that may not be read: each is off in the tape" same 2 "$(awk '/ go_runtime / &&
		/memory may not be read/ { for (i = 1; i <= NF; i++) if ($i ~ /^pid=/ && !seen[$i]++) n++ }
		END { print n + 0 }' "$work/dump")"
	kill $shape
else
	echo "skip live: $name: a recorder without rights: setcap does not work here"
fi

# --- another container ---

if unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null; then
	background unshare --user --map-root-user --pid --fork --mount-proc --kill-child \
		"$work/survivor" 3000 wait >"$work/said" 2>&1
	wait_for grep -q ready "$work/said"
	pid=$(pgrep -f "^$work/survivor 3000 wait")
	tape 4
	whole "a program in a container"
	claim "a program in a container: it is read" at_least 10 "$(snapshots "$pid" 3000)"
else
	echo "skip live: $name: a program in a container: no user namespace can be made here"
fi
