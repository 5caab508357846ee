# SPDX-License-Identifier: BSD-2-Clause
#
# What the live tests of Go share besides lib.sh. Sourced after it; $build is where
# Go keeps what it builds.

# What a Go needs to stand alone: none of the user's settings, no network.
of_root() {
	GOENV=off GOFLAGS='' GOTOOLCHAIN=local GOPROXY=off GO111MODULE="${GO111MODULE:-}" GOPATH=$build/go \
		GOCACHE=$build/go/cache GOROOT=$root "$root/bin/go" "$@"
}

roots() {
	{
		go env GOROOT
		ls -d /usr/lib/go-*
		printf '%s\n' "${GOROOTS:-}" | tr ' ' '\n'
	} 2>/dev/null | while read -r root; do
		[ -x "$root/bin/go" ] && readlink -f "$root"
	done | sort -u
}
