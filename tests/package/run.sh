#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What leaves the house: the installed library as a stranger uses it, the source
# archive, the analyzer alone, and builds that switch between compilers.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1

BUILD=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

claim() {
	text=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok package: $text"
	else
		echo "not ok package: $text"
		tail -n 30 "$work/out" | sed 's/^/    /'
		status=1
	fi
}

quiet_make() {
	make --no-print-directory BUILD="$BUILD" "$@"
}

same() {
	[ "$1" = "$2" ] || { printf 'expected: %s\ngot:      %s\n' "$1" "$2"; return 1; }
}

# --- install ---

prefix=$work/prefix
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH

# stranger NAME FLAG…: builds and runs someone else's program.
stranger() {
	program=$work/$1
	shift
	# shellcheck disable=SC2046 # flags are words
	gcc -Wall -Wextra -Werror -o "$program" tests/package/stranger.c \
		$(pkg-config --cflags libtape) "$@" || return 1
	LD_LIBRARY_PATH=$prefix/lib "$program" "$program.tape" >"$program.out" || return 1
	same "cpu_sample of 42 complete" "$(xargs <"$program.out")"
}

only_public() {
	nm -D --defined-only "$prefix/lib/libtape.so" | awk '{ print $3 }' >"$work/names" || return 1
	grep -q '^tape_reader_open$' "$work/names" && ! grep -vE '^(tape|ev)_' "$work/names"
}

nothing_left() {
	quiet_make PREFIX="$prefix" uninstall || return 1
	same "" "$(find "$prefix" ! -type d)"
}

installed_programs() {
	"$prefix/bin/perftape-analyze" --help >/dev/null && "$prefix/bin/perftape-record" --help >/dev/null
}

claim "installs" quiet_make PREFIX="$prefix" install
# shellcheck disable=SC2046 # flags are words
claim "a stranger's program works with the shared library" stranger shared $(pkg-config --libs libtape)
claim "it needs the library by its soname" sh -c "readelf -d '$work/shared' | grep -q 'NEEDED.*libtape.so.1'"
claim "a stranger's program works with the static library" \
	stranger static "$prefix/lib/libtape.a" -llz4 -lxxhash
claim "the shared library gives out tape_ and ev_ only" only_public
claim "the installed programs run" installed_programs
claim "uninstall leaves no file" nothing_left
claim "installs below DESTDIR" quiet_make DESTDIR="$work/dest" PREFIX=/usr install
claim "and nowhere else" same usr "$(ls "$work/dest" 2>&1)"

# --- the source archive ---

archive() {
	quiet_make dist >/dev/null && sha256sum <"$(ls "$BUILD"/perftape-*.tar.gz)"
}

if git rev-parse -q --verify HEAD >/dev/null 2>&1; then
	rm -f "$BUILD"/perftape-*.tar.gz
	first=$(archive)
	sleep 1
	claim "dist makes the same bytes again" same "$first" "$(archive)"
else
	echo "skip package: dist: no commit here"
fi

# --- analyze alone ---

# Without clang and bpftool, and, where a mount may be made, without libbpf's headers.
build_alone() {
	make="make --no-print-directory -j$(nproc) BUILD=$work/alone CLANG=/nonexistent BPFTOOL=/nonexistent analyze"
	if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null && [ -d /usr/include/bpf ]; then
		mkdir -p "$work/empty"
		unshare -m sh -c "mount --bind '$work/empty' /usr/include/bpf && $make"
	else
		$make
	fi
}

claim "analyze builds without libbpf, clang and bpftool" build_alone
claim "analyze links neither libbpf nor libdw" sh -c \
	"[ -f '$work/alone/analyze' ] && ! readelf -d '$work/alone/analyze' | grep -E 'NEEDED.*lib(bpf|dw)'"

# --- one folder, two compilers ---

compiles() {
	make --no-print-directory BUILD="$work/alone" CLANG=/nonexistent lib "$@" | grep -c '^CC '
}

compiles >/dev/null
n=$(ls format/*.c | wc -l)
claim "a built folder is up to date" same 0 "$(compiles)"
claim "another compiler makes it anew" same $((n * 2)) "$(compiles CC=clang)"
claim "and once only" same 0 "$(compiles CC=clang)"
claim "other flags make it anew" same $((n * 2)) "$(compiles CC=clang OPT=-O0)"
exit $status
