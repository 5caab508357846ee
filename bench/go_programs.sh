#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench/go_programs.sh DIR: fetches Go programs that nobody here wrote and unpacks them
# below DIR, without installing them, so that no service begins: Debian's caddy,
# prometheus and etcd, npm's esbuild. Prints their paths.
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$dir"

# debian PACKAGE PROGRAM
debian() {
	if [ ! -x "usr/bin/$2" ]; then
		rm -f "$1"_*.deb
		apt-get -q download "$1" >&2
		dpkg -x "$1"_*.deb .
	fi
	echo "$dir/usr/bin/$2"
}

debian caddy caddy
debian prometheus prometheus
debian etcd-server etcd
if [ ! -x package/bin/esbuild ]; then
	archive=$(npm pack --silent @esbuild/linux-x64)
	tar -xzf "$archive"
fi
echo "$dir/package/bin/esbuild"
