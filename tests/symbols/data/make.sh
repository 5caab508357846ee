#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the small shared objects here, of shop.cc, by several compilers and in the
# versions and ways that DWARF comes in. They are kept, so that tests need none of
# these compilers; this needs g++, clang and binutils-s390x-linux-gnu.
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
ls -l ./*.so
