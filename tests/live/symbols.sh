#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Names put into a tape later, listed, and taken out again; and what Go's compiler
# makes of a profile of a stripped Go program.
. "$(dirname "$0")/lib.sh"
need_bpf

tape=$work/t.tape
claim "a program is recorded without names" \
	"$record" -q -F 499 --symbols=none -o "$tape" -- "$samples/shape" 2
cp "$tape" "$work/bare.tape"
# folds TAPE [OPTION…]: into $work/folded
folds() {
	folded "$@" >"$work/folded" 2>"$work/err"
}

folds "$tape" --no-files
claim "its tape has no names" lacks burn_sixty "$work/folded"
"$analyze" symbols list --no-files "$tape" >"$work/list"
claim "the list says so" shows 'frames in stacks, 0.00% named' "$work/list"
folds "$tape" --lines --inlines
cp "$work/folded" "$work/here"
claim "this machine's files name it" shows burn_sixty "$work/here"

claim "names and lines are added" "$analyze" symbols add --lines "$tape"
claim "the tape is whole" "$analyze" verify "$tape"
folds "$tape" --no-files --lines --inlines
claim "it says the same alone as with the files" diff "$work/here" "$work/folded"
claim "it has lines" shows 'burn_sixty shape.c:' "$work/folded"
claim "there is nothing left to add" sh -c "'$analyze' symbols add --lines '$tape' | grep 'nothing to add'"

claim "names are taken out" "$analyze" symbols strip "$tape"
claim "the tape is whole without them" "$analyze" verify "$tape"
folds "$tape" --no-files
claim "no name is left" lacks burn_sixty "$work/folded"

head -c "$(($(stat -c %s "$work/bare.tape") - 60))" "$work/bare.tape" >"$work/cut.tape"
cp "$work/cut.tape" "$work/cut.before"
"$analyze" symbols add "$work/cut.tape" >"$work/said" 2>&1
claim "a tape that is cut is refused with the remedy" shows 'repair it first' "$work/said"
claim "and stays as it is" cmp "$work/cut.tape" "$work/cut.before"

# --- Go ---

# Direct calls of what a profile calls by an interface: since 1.22.
go version 2>/dev/null | grep -qE 'go1\.(2[2-9]|[3-9][0-9])' || {
	echo "skip live: $name: Go's compiler takes the profile: needs Go 1.22"
	exit 0
}
mkdir "$work/go"
cat >"$work/go/go.mod" <<-'EOF'
	module example.com/hot
	go 1.21
EOF
cat >"$work/go/main.go" <<-'EOF'
	package main

	import "time"

	type shape interface{ area(x int) int }
	type square struct{ k int }

	func (s square) area(x int) int { return x*x ^ x>>3 + s.k }

	func hot(s shape, n int) int {
		sum := 0
		for i := 0; i < n; i++ {
			sum += s.area(i)
		}
		return sum
	}

	func main() {
		sum := 0
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
			sum += hot(square{3}, 1000000)
		}
		println(sum)
	}
EOF
cd "$work/go" || exit 1
export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local HOME="${HOME:-/root}"
claim "a Go program is built" go build -ldflags='-s -w' -o hot .
"$record" -q -F 499 -o "$work/go.tape" -- ./hot >"$work/out" 2>&1
"$analyze" cpu -o "$work/go.pb.gz" "$work/go.tape"
go build -pgo="$work/go.pb.gz" -gcflags='-m -d=pgodebug=1' -o hot2 . >"$work/pgo" 2>&1
claim "Go's compiler takes the profile of it" \
	shows 'main.go:13:[0-9]*: PGO devirtualizing interface call s.area to square.area' "$work/pgo"
