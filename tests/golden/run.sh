#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every tape of samples/tapes through every view and format, against
# tests/golden/<tape>.<view>.<format>, byte for byte: the reports of a tape are
# the same on every machine. With --rewrite it makes those files new (make
# golden), to be read with git diff before they are kept. ANALYZE is the
# analyzer to run, with what stands before it (qemu).
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1

ANALYZE=${ANALYZE:-${BUILD:-build}/analyze}
label=${LABEL:-golden}
rewrite=
[ "${1:-}" = --rewrite ] && rewrite=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

# view | its formats; + stands for a blank, and the file is named without an option's
# value. TAPE/view is for that tape alone.
views='
summary text json
cpu text folded pprof json svg
lines/cpu+--lines text folded
lines/cpu+--inlines text folded json svg
lines/cpu+--inlines+--lines text folded
offcpu text folded pprof json svg
wall text folded json
sched text json
wakeups text folded json
wakeups+--chain+4 text json
locks text folded json
syscalls text json
execs text json
timeline text json svg html perfetto
goroutines text json
leaky/goroutines folded pprof svg
leaky/goroutines+--dump text
leaky/wall+--by+goroutine text folded pprof json svg
leaks text json
heap text json
heapy/heap folded pprof svg
heapy/heap+--growth text json
gc text json
info text json
verify text json
dump text json
'

# Reports longer than this are kept as their sum: a repository keeps them for ever.
longest=65536

# report TAPE VIEW FORMAT: the bytes to compare, into $work/got. A tape with
# damage makes verify end with 1.
report() {
	# shellcheck disable=SC2046,SC2086 # a command and its arguments, a view and its options
	$ANALYZE $(echo "$2" | tr + ' ') -f "$3" --no-files -o "$work/raw" "$1" 2>"$work/error" || [ "$2" = verify ] || return 1
	case $3 in
	pprof) gzip -dc "$work/raw" >"$work/got" ;;
	*) mv "$work/raw" "$work/got" ;;
	esac
	if [ "$(stat -c %s "$work/got")" -gt $longest ]; then
		echo "$(stat -c %s "$work/got") bytes, SHA-256 $(sha256sum <"$work/got" | cut -d ' ' -f 1)" >"$work/sum"
		mv "$work/sum" "$work/got"
	fi
}

# The first lines that differ; binary files just do.
difference() {
	if grep -qI . "$1" "$2"; then
		diff -u "$1" "$2" | head -n 20
	else
		cmp "$1" "$2" 2>&1
	fi
}

compare() {
	golden=tests/golden/$(basename "$1" .tape).$(echo "$2" | sed 's/+--/-/g; s/+.*//').$3
	name="$label: $(basename "$golden")"
	rm -f "$work"/*
	if ! report "$1" "$2" "$3"; then
		echo "not ok $name"
		sed 's/^/    /' "$work/error"
		status=1
	elif [ -n "$rewrite" ]; then
		cp "$work/got" "$golden"
	elif ! [ -f "$golden" ]; then
		echo "not ok $name"
		echo "    there is no $golden; make golden makes it"
		status=1
	elif cmp -s "$golden" "$work/got"; then
		echo "ok $name"
	else
		echo "not ok $name"
		difference "$golden" "$work/got" | sed 's/^/    /'
		status=1
	fi
}

[ -z "$rewrite" ] || find tests/golden -type f ! -name '*.sh' ! -name '*.c' -delete
n=0
for tape in samples/tapes/*.tape; do
	[ -f "$tape" ] || continue
	n=$((n + 1))
	while read -r view formats; do
		case $view in
		*/*)
			[ "${view%%/*}.tape" = "${tape##*/}" ] || continue
			view=${view#*/}
			;;
		esac
		for format in $formats; do
			compare "$tape" "$view" "$format"
		done
	done <<-EOF
		$(echo "$views" | sed '/^$/d')
	EOF
done
for golden in tests/golden/*.*.*; do
	name=${golden##*/}
	[ -f "samples/tapes/${name%.*.*}.tape" ] || [ ! -f "$golden" ] || {
		echo "not ok $label: $name is of no tape in samples/tapes"
		status=1
	}
done
if [ $n = 0 ]; then
	echo "not ok $label: samples/tapes has no tape"
	status=1
fi
exit $status
