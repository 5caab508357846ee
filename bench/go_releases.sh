#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench/go_releases.sh DIR [VERSION...]: fetches releases of Go (1.19 and 1.22 to 1.27)
# and unpacks them below DIR, without installing them. Prints their GOROOTs, for
# GO_RELEASES of bench/frames.pl and go_leaks.pl and GOROOTS of the live tests. Most are Debian's; 1.17,
# 1.18, 1.20 and 1.21 are modules, and need a Go to fetch them. Needs root for apt's
# sandbox only.
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- 1.19 1.22 1.23 1.24 1.25 1.26 1.27

# apt with lists of its own: this system's are left as they are.
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
cat >"$dir/apt/sources.list" <<LIST
deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-backports main
deb http://deb.debian.org/debian trixie main
deb http://deb.debian.org/debian trixie-backports main
deb http://deb.debian.org/debian sid main
LIST
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" "$@" >&2
}

# module NAME VERSION: as cmd/go unpacks one when it switches to it.
module() {
	(cd "$dir" && GOFLAGS=-modcacherw GOTOOLCHAIN=local GOMODCACHE="$dir/modules" \
		go mod download "golang.org/toolchain@v0.0.1-go$2.linux-amd64" >&2)
	mkdir -p "$dir/$1/usr/lib"
	mv "$dir/modules/golang.org/toolchain@v0.0.1-go$2.linux-amd64" "$dir/$1/usr/lib/go-$1"
	chmod +x "$dir/$1/usr/lib/go-$1/bin"/* "$dir/$1/usr/lib/go-$1/pkg/tool/linux_amd64"/*
	find "$dir/$1/usr/lib/go-$1" -name _go.mod -execdir mv {} go.mod \;
}

updated=
for version; do
	if [ ! -x "$dir/$version/usr/lib/go-$version/bin/go" ]; then
		case $version in
		1.17) module 1.17 1.17.13 ;;
		1.18) module 1.18 1.18.10 ;;
		1.20) module 1.20 1.20.14 ;;
		1.21) module 1.21 1.21.13 ;;
		esac
	fi
	if [ ! -x "$dir/$version/usr/lib/go-$version/bin/go" ]; then
		[ -n "$updated" ] || apt update
		updated=1
		mkdir -p "$dir/$version/packages"
		(cd "$dir/$version/packages" && apt download "golang-$version-go" "golang-$version-src")
		for package in "$dir/$version/packages"/*.deb; do
			dpkg -x "$package" "$dir/$version"
		done
		# The packages' links lead to where they would be installed.
		for name in src test api misc pkg/include; do
			[ -e "$dir/$version/usr/share/go-$version/$name" ] || continue
			mkdir -p "$(dirname "$dir/$version/usr/lib/go-$version/$name")"
			ln -sfn "$dir/$version/usr/share/go-$version/$name" "$dir/$version/usr/lib/go-$version/$name"
		done
	fi
	echo "$dir/$version/usr/lib/go-$version"
done
