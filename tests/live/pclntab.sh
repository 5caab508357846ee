#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Go's own tables, held against Go's own runtime: a program says of 10,000 places of
# its code which functions, files and lines they are of, inlined calls included, and
# symbols/pclntab.h must say the same of its file: as it is linked, stripped, as a
# PIE, with cgo, and without section headers. For each Go that is found: in PATH, in
# /usr/lib/go-*, and in the folders of GOROOTS. FULL=1 builds each in every way.
. "$(dirname "$0")/lib.sh"

command -v cc >/dev/null || skip "needs a C compiler"
mkdir -p "$BUILD"
build=$(cd "$BUILD" && pwd)
ask=$work/ask
cc -O2 -D_GNU_SOURCE -Iformat -I. -o "$ask" tests/live/pclntab_ask.c symbols/pclntab*.c \
	format/error.c -lelf || exit 1

. tests/live/go_lib.sh

# build WAY OUTPUT: stripped and bare have the code of plain, so they need no name.
build() {
	flags=
	case $version in
	1.1* | 1.2[0-2]) ;;
	*) flags=-checklinkname=0 ;; # it asks the runtime what only pprof may ask
	esac
	mode=default
	cgo=0
	case $1 in *pie*) mode=pie ;; esac
	case $1 in *cgo*) cgo=1 ;; esac
	case $1 in *stripped*) flags="$flags -s -w" ;; esac
	(cd tests/live/pclntab && CGO_ENABLED=$cgo of_root build -buildmode=$mode -ldflags="$flags" \
		-o "$2" .) 2>"$work/build"
}

# bare FILE OUTPUT: without section headers, as sstrip leaves it (64 bits).
bare() {
	cp "$1" "$2" &&
		dd if=/dev/zero of="$2" bs=1 seek=40 count=8 conv=notrunc status=none &&
		dd if=/dev/zero of="$2" bs=1 seek=58 count=6 conv=notrunc status=none
}

# agrees FILE: with what the program of $work/truth said of itself.
agrees() {
	"$ask" "$1" <"$work/truth" >"$work/got" || return 1
	awk -v first_lines="$first_lines" -f tests/live/pclntab_compare.awk "$work/truth" \
		"$work/got" >"$work/differences"
	tail -n 1 "$work/differences" | {
		read -r compared inlined different
		[ "$compared" -gt 9000 ] && [ "$inlined" -gt 1000 ] && [ "$different" = 0 ]
	} || { echo "compared, inlined, different:"; tail -n 21 "$work/differences"; return 1; }
}

ways='plain stripped-pie'
[ -z "$FULL" ] || ways='plain stripped pie stripped-pie cgo stripped-cgo-pie'
roots >"$work/roots"
[ -s "$work/roots" ] || skip "needs Go"
while read -r root; do
	version=$(of_root env GOVERSION | sed 's/^go//')
	[ -n "$version" ] || version=$(sed -n 's/^go//p' "$root/VERSION")
	# The runtime tells first lines since 1.21.
	case $version in 1.1* | 1.20*) first_lines=0 ;; *) first_lines=1 ;; esac
	for way in $ways; do
		program=$work/program
		build "$way" "$program" || { claim "Go $version: $way builds" cat "$work/build" /; continue; }
		"$program" 10000 >"$work/truth"
		claim "Go $version, $way: places are what the runtime says" agrees "$program"
		bare "$program" "$work/bare"
		claim "Go $version, $way: the same without section headers" agrees "$work/bare"
	done
done <"$work/roots"
