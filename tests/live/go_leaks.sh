#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Goroutines that leak in known ways are found: how many, by which go statement, at
# which line, how fast; and sound ones that look alike are not. The same as
# bench/go_leaks.pl does of all releases for five minutes, of the oldest Go that is
# found and of 1.24, for a few seconds; FULL=1: of all that are found, stripped too.
. "$(dirname "$0")/lib.sh"
need_bpf
[ "$(uname -m)" = x86_64 ] || skip "goroutines are read on x86-64 only"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
export GO111MODULE=off
. tests/live/go_lib.sh

# "1.24.4 GOROOT" of those that are known, oldest first.
roots | while read -r root; do
	version=$(of_root env GOVERSION)
	case $version in
	go1.19* | go1.2[1-7]*) echo "${version#go} $root" ;;
	esac
done | sort -V >"$work/roots"
[ -s "$work/roots" ] || skip "needs a Go"
[ -n "$FULL" ] || { sed -n 1p "$work/roots"; sed 1d "$work/roots" | grep '^1\.24'; } >"$work/some"
[ -n "$FULL" ] || mv "$work/some" "$work/roots"

kinds='receive send mutex rwmutex select timer group http found pool fan polls server ticker deep'
[ -z "$FULL" ] || kinds="$kinds parked"
status=$(status_of env BUILD="$build" GOCACHE="$build/go/cache" GO_RELEASES="$(cut -d ' ' -f 2 "$work/roots" | xargs)" \
	WAYS="plain${FULL:+ stripped}" SECONDS="$(length 20 60)" TOGETHER=4 WHY=1 perl bench/go_leaks.pl $kinds)
claim "leaks and sound programs are measured" sh -c "cat $work/err; [ $status = 0 ]"

# Of all builds by a release, whether no cell says that something is wrong.
is_right() {
	grep -F "| $1 " "$work/out" >"$work/rows" && lacks '!' "$work/rows" || { grep -F "go$1" "$work/err"; return 1; }
}
while read -r version _; do
	claim "$version: each leak is found, and nothing that is sound" is_right "$version"
done <"$work/roots"
