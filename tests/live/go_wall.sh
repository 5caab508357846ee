#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Where goroutines spend their time, held against a program that knows: shares of each
# state are within three of the errors that are printed beside them. And the profile of
# goroutines, which go tool pprof must show as it shows the runtime's own of the same
# process. For each Go that is found: in PATH, in /usr/lib/go-*, in the folders of
# GOROOTS. FULL=1 records for longer.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
export GO111MODULE=off
. tests/live/go_lib.sh

# begin ARGUMENTS...: the program, which ends when nobody writes to the pipe any more.
begin() {
	rm -f "$work/said" "$work/in"
	mkfifo "$work/in"
	"$work/waiters" "$@" <"$work/in" >"$work/said" 2>&1 &
	pid=$!
	children="$children $pid"
	exec 3>"$work/in"
	wait_for grep -q ready "$work/said"
}

end() {
	exec 3>&-
	wait $pid
}

# state PATTERN: share and its error of the states that match, in all.
state() {
	jq -rs --arg of "$1" '[.[] | select(."waiting for" + "|" + .state | test($of))]
		| [(map(.share) | add), (map(."error of share" * ."error of share") | add | sqrt)] | @tsv' "$work/states"
}

# within KEY PATTERN: the share that the program tells, against that of the states.
within() {
	state "$2" | awk -v key="$1" -v want="$(truth_share "$work/said" "$1")" '{
		n++
		off = $1 - want
		printf "%s: the program says %.3f %%, the view %.3f %% +- %.3f\n", key, want, $1, $2
		bad = want == "" || !($2 > 0) || off > 3 * $2 || -off > 3 * $2
	} END { exit bad || n != 1 }'
}

all_within() {
	within receive '^chan receive' && within sleep '^sleep' && within lock '^(semacquire|sync.Mutex.Lock)' &&
		within spin '\|(running|runnable)$' && within syscall '\|syscall$'
}

# What pprof prints of each function: "flat cum function".
top() {
	of_root tool pprof -top -nodecount=100000 -nodefraction=0 "$1" 2>"$work/err" |
		sed '1,/flat%/d' | awk -v inlined="$inlined" '{
			flat = $1; cum = $4
			$1 = $2 = $3 = $4 = $5 = ""
			sub(/^ */, "")
			if (sub(/ \((partial-)?inline\)$/, "") && !inlined)
				next
			print flat, cum, $0
		}'
}

# The functions of goroutines that wait. The one that writes the profile, and main, do other
# things in one than in the other.
same_top() {
	for profile in own ours; do
		top "$work/$profile.pb.gz" | grep -E ' (main\.(receive|sleep|take|hold|pile)|sync\.|internal/sync\.|time\.)|sema|runtime\.(chan|gopark)' |
			sort -k 3 >"$work/$profile.top"
	done
	grep -q main.receive "$work/own.top" || { echo "pprof shows nothing"; cat "$work/err"; return 1; }
	diff "$work/own.top" "$work/ours.top"
}

head_of() {
	of_root tool pprof -raw "$1" 2>/dev/null | sed -n '/^PeriodType/p; /^Period:/p; /^Samples:/{n;p;q}'
}

roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
tested=0
while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.19* | go1.2[2-7]*) ;;
	*) continue ;;
	esac
	CGO_ENABLED=0 of_root build -o "$work/waiters" samples/programs/go/waiters.go 2>"$work/build" || {
		claim "$version: the program is built" cat "$work/build" /nowhere
		continue
	}
	tested=1
	# Files without a build-id, as those before 1.24, are not asked what was inlined.
	inlined=1
	case $version in go1.19* | go1.2[0-3]*) inlined= ;; esac
	# Chance leaves three sigma now and then, and five figures are looked at.
	for _ in 1 2 3; do
		begin
		"$record" --probes cpu,go --go-interval 100ms -F 499 -p $pid -d "$(length 6s 30s)" \
			-o "$work/t.tape" 2>"$work/err"
		end </dev/null
		table_rows states "$work/t.tape" wall --by goroutine >"$work/states"
		all_within >"$work/within" && break
	done
	claim "$version: who waits for a channel has its share" within receive '^chan receive'
	claim "$version: who sleeps has its share" within sleep '^sleep'
	claim "$version: who waits for a lock has its share" within lock '^(semacquire|sync.Mutex.Lock)'
	claim "$version: who spins has its share, running or not" within spin '\|(running|runnable)$'
	claim "$version: who is in a system call has its share" within syscall '\|syscall$'
	"$analyze" wall --by goroutine -f folded "$work/t.tape" >"$work/folded"
	claim "$version: what runs is known by samples" shows ';main\.spin(;.*)? [0-9]' "$work/folded"

	begin "$work/own.pb.gz" spin=0
	"$record" --probes go --go-interval 200ms -p $pid -d 1s -o "$work/t.tape" 2>"$work/err"
	end </dev/null
	"$analyze" goroutines -o "$work/ours.pb.gz" "$work/t.tape"
	claim "$version: pprof shows the functions of goroutines as the runtime's" same_top
	claim "$version: the profile is of the runtime's types" same "$(head_of "$work/own.pb.gz")" \
		"$(head_of "$work/ours.pb.gz")"
done <"$work/roots"
[ $tested = 1 ] || skip "needs a Go of a version that is read"
