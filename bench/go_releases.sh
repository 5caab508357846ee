#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench/go_releases.sh DIR [VERSION...]: fetches releases of Go from Debian (all of
# 1.19 1.22 1.23 1.24) and unpacks them below DIR, without installing them. Prints
# their GOROOTs, for GO_RELEASES of bench/frames.pl. Needs root for apt's sandbox only.
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- 1.19 1.22 1.23 1.24

# apt with lists of its own: this system's are left as they are.
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
cat >"$dir/apt/sources.list" <<LIST
deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-backports main
deb http://deb.debian.org/debian trixie main
LIST
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" "$@" >&2
}

updated=
for version; do
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
