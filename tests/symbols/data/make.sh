#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the small shared objects here, of shop.cc, by several compilers and in the
# versions and ways that DWARF comes in. They are kept, so that tests need none of
# these compilers; this needs g++, clang, llvm and binutils-s390x-linux-gnu.
set -eu
cd "$(dirname "$0")"

flags='-O2 -g -fPIC -ffunction-sections -fno-asynchronous-unwind-tables -fno-exceptions
	-fdebug-prefix-map='$PWD'=/src -nostdlib -shared
	-Wl,--gc-sections,--build-id=none,--hash-style=gnu,-z,norelro,-z,noseparate-code,-z,max-page-size=64,-z,common-page-size=64'

# made NAME COMPILER [FLAG…]
made() {
	name=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	"$@" $flags -o "$name.so" shop.cc
	objcopy=objcopy
	[ "$name" != s390x ] || objcopy=s390x-linux-gnu-objcopy
	$objcopy -R .comment "$name.so"
}

made gcc2 g++ -gdwarf-2
made gcc4 g++ -gdwarf-4
made gcc5 g++ -gdwarf-5
made gcc64 g++ -gdwarf-5 -gdwarf64
made packed g++ -gdwarf-5 -gz=zlib
made oldpacked g++ -gdwarf-4 -gz=zlib-gnu
made lto g++ -gdwarf-5 -flto
made clang4 clang++ -gdwarf-4 -gno-column-info
made clang5 clang++ -gdwarf-5
made s390x clang++ -gdwarf-5 --target=s390x-linux-gnu -fuse-ld=/usr/bin/s390x-linux-gnu-ld
made skeleton clang++ -gdwarf-5 -gsplit-dwarf -fno-split-dwarf-inlining
rm -f ./*.dwo
made zstd g++ -gdwarf-5
objcopy --compress-debug-sections=zstd zstd.so

# structs NAME COMPILER FLAG…
structs() {
	name=$1
	shift
	"$@" -g -shared -nostdlib -fdebug-prefix-map="$PWD"=/src \
		-Wl,--build-id=none,-z,max-page-size=64,-z,noseparate-code -o "$name.so" structs.c
	objcopy -R .comment "$name.so"
}

structs structs2 gcc -gdwarf-2
structs structs4 gcc -gdwarf-4
structs structs5 clang -gdwarf-5

# split NAME COMPILER [FLAG…]: NAME.so and NAME.dwo
split() {
	name=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	"$@" -gsplit-dwarf ${flags%%-nostdlib*} -c -o "$name.o" shop.cc
	# shellcheck disable=SC2086
	"$1" $flags -o "$name.so" "$name.o"
	objcopy -R .comment "$name.so"
	rm "$name.o"
}

# Debian 12's dwp knows no version 5, and llvm-dwp does not take gcc's of version 5.
# package NAME COMMAND COMPILER FLAG…: NAME.so and, of another .dwo file and its own, NAME.dwp
package() {
	name=$1
	command=$2
	shift 2
	split "$name" "$@"
	echo 'namespace other { int one(int x) { return x + 1; } }' >other.cc
	"$@" -gsplit-dwarf -O2 -g -c -o other.o other.cc
	$command -o "$name.dwp" other.dwo "$name.dwo"
	rm other.cc other.o other.dwo "$name.dwo"
}

split split4 g++ -gdwarf-4
split split5 g++ -gdwarf-5
split clangsplit4 clang++ -gdwarf-4
split clangsplit5 clang++ -gdwarf-5
split splitzstd g++ -gdwarf-5
objcopy --compress-debug-sections=zstd splitzstd.dwo
package package4 dwp g++ -gdwarf-4
package clangpackage5 llvm-dwp clang++ -gdwarf-5
ls -l ./*.so ./*.dwo ./*.dwp
