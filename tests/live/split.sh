#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Split DWARF: a library of many files built with its debug information inside, and
# again with it in .dwo files, then packaged. The code is the same, so each address must
# have the same functions, lines and inlined calls as eu-addr2line -i tells of the first
# (it does not follow .dwo files, and llvm-symbolizer 14 leaves out calls in ranges).
. "$(dirname "$0")/lib.sh"

for tool in gcc objcopy eu-addr2line; do
	command -v $tool >/dev/null || skip "needs $tool"
done
make --no-print-directory BUILD="$BUILD" "$BUILD/bench/symbolize" >"$work/make" 2>&1 || {
	cat "$work/make"
	exit 1
}
symbolize=$(dirname "$analyze")/bench/symbolize
here=$PWD

# library NAME COMPILER [FLAG…]: $work/NAME/lib.so of part of our own sources. There are more
# files than are kept open at a time.
library() {
	mkdir "$work/$1"
	built=$1
	shift
	for source in symbols/[a-e]*.c symbols/object.c; do
		"$@" -std=gnu11 -O2 -g -fPIC -D_GNU_SOURCE -Iformat -I. \
			-c -o "$work/$built/$(basename "$source" .c).o" "$source" || return 1
	done
	# -Bsymbolic and no build-id: the code must not depend on anything else.
	"$1" -shared -Wl,-Bsymbolic,--build-id=none -o "$work/$built/lib.so" "$work/$built"/*.o
}

code() {
	objcopy -O binary --only-section=.text "$work/$1/lib.so" "$work/$1/code"
	cat "$work/$1/code"
}

# agrees WHOLE SPLIT: on what the instructions of both come from.
agrees() {
	[ "$(code "$1" | cksum)" = "$(code "$2" | cksum)" ] || { echo "the code differs"; return 1; }
	"$symbolize" "$work/$2/lib.so" <"$work/$1/addresses" >"$work/$2/ours"
	"$here/tests/live/lines.pl" "$work/$2/ours" "$work/$1/truth"
}

# addresses NAME N: some instructions, each time the same ones.
addresses() {
	objdump -d --section=.text --no-show-raw-insn "$work/$1/lib.so" | awk '
		BEGIN { srand(1) }
		/^ +[0-9a-f]+:\t/ && !/\t(nop|cs nop|data16|int3|xchg +%ax,%ax)/ {
			sub(":", "", $1)
			print rand() "\t0x" $1
		}' | sort -n | head -n "$2" | cut -f 2 >"$work/$1/addresses"
}

library whole gcc -gdwarf-5 || exit 1
addresses whole 5000
eu-addr2line -a -i -f -e "$work/whole/lib.so" <"$work/whole/addresses" >"$work/whole/truth"
for version in 4 5; do
	library "split$version" gcc -gdwarf-$version -gsplit-dwarf || exit 1
	claim "DWARF $version in .dwo files tells the same as in one file" agrees whole "split$version"
done

mkdir "$work/moved"
cp "$work/split5/lib.so" "$work/split5"/*.dwo "$work/moved"
mv "$work/split5" "$work/gone"
claim "so it does with the .dwo files beside the library" agrees whole moved
rm "$work/moved/dwarf.dwo"
"$symbolize" "$work/moved/lib.so" <"$work/whole/addresses" >"$work/moved/ours"
claim "what one lacks only its own functions lack" \
	[ "$(grep -c '^??$' "$work/moved/ours")" -lt 1000 ]

if command -v dwp >/dev/null; then
	mkdir "$work/package4"
	cp "$work/split4/lib.so" "$work/package4"
	dwp -o "$work/package4/lib.so.dwp" "$work/split4"/*.dwo
	rm "$work/split4"/*.dwo
	claim "and as a .dwp file by dwp" agrees whole package4
fi

# eu-addr2line 0.188 cannot tell the lines of clang's DWARF 5: ours, of one file, must do.
if command -v clang >/dev/null && command -v llvm-dwp >/dev/null; then
	library cwhole clang -gdwarf-5 || exit 1
	addresses cwhole 5000
	"$symbolize" "$work/cwhole/lib.so" <"$work/cwhole/addresses" >"$work/cwhole/truth"
	library csplit clang -gdwarf-5 -gsplit-dwarf || exit 1
	claim "clang's .dwo files tell the same as one file" agrees cwhole csplit
	mkdir "$work/cpackage"
	cp "$work/csplit/lib.so" "$work/cpackage"
	llvm-dwp -o "$work/cpackage/lib.so.dwp" "$work/csplit"/*.dwo
	rm "$work/csplit"/*.dwo
	claim "and as a .dwp file by llvm-dwp" agrees cwhole cpackage
fi
