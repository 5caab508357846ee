#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# go tool pprof reads what analyze exports, and prints the same figures.
. "$(dirname "$0")/lib.sh"
need_bpf
command -v go >/dev/null || skip "needs go tool pprof"

"$record" -F 999 -o "$work/t.tape" -- "$samples/shape" "$(length 1 10)" >"$work/truth" 2>"$work/err"
"$analyze" cpu -o "$work/t.pb.gz" "$work/t.tape"
folded "$work/t.tape" --inlines >"$work/folded"
"$analyze" cpu --inlines --top 100000 "$work/t.tape" >"$work/text"
top() {
	go tool pprof -top -nodecount=100000 -nodefraction=0 "$@" "$work/t.pb.gz" 2>"$work/err" |
		sed '1,/flat%/d; s/ (\(partial-\)\{0,1\}inline)$//'
}

# Lines "function flat cum", sorted, of lines "flat cum function"; one a name.
by_function() {
	awk '{
		flat = $1; cum = $2
		$1 = $2 = ""
		sub(/^ */, "")
		flats[$0] += flat
		cums[$0] += cum
	} END { for (name in flats) printf "%s %.6f %.6f\n", name, flats[name], cums[name] }' | sort
}

# In nanoseconds, exactly.
top -unit=ns | awk '{ flat = $1; cum = $4; $1 = $2 = $3 = $4 = $5 = ""; print flat + 0, cum + 0, $0 }' |
	by_function >"$work/pprof.ns"
awk '{
	value = $NF
	sub(/ [^ ]*$/, "")
	gsub(/_\[k\]/, "")
	n = split($0, frame, ";")
	split("", seen)
	for (i = 2; i <= n; i++)
		if (!(frame[i] in seen)) {
			seen[frame[i]]
			cum[frame[i]] += value
		}
	flat[frame[n]] += value
} END { for (name in cum) print flat[name] + 0, cum[name], name }' "$work/folded" |
	by_function >"$work/folded.ns"
claim "pprof knows many functions" larger_than 200 "$work/pprof.ns"
claim "pprof and the folded stacks agree to the nanosecond" diff "$work/folded.ns" "$work/pprof.ns"

# In percent, as both print it: pprof gives two digits below one percent.
top | awk '{ flat = $2; cum = $5; $1 = $2 = $3 = $4 = $5 = ""; print flat + 0, cum + 0, $0 }' |
	by_function >"$work/pprof.percent"
awk '/^Top functions/ { on = 1 } /^$/ { on = 0 } on && $1 ~ /^[0-9]/ {
		flat = $2; cum = $5
		$1 = $2 = $3 = $4 = $5 = $6 = ""
		print flat + 0, cum + 0, $0
	}' "$work/text" | by_function >"$work/text.percent"
nearly_equal() {
	paste -d '|' "$1" "$2" | awk '{
		if (split($0, side, "|") != 2)
			exit bad = 1
		n = split(side[1], a, " ")
		if (split(side[2], b, " ") != n || a[1] != b[1])
			bad = 1
		for (i = n - 1; i <= n; i++) # pprof writes 100% from 99.95 on
			if (!(a[i] == 100 && b[i] >= 99.95) && (a[i] - b[i] > 0.0101 || b[i] - a[i] > 0.0101))
				bad = 1
		if (bad) { print; exit }
	} END { exit bad }'
}
claim "pprof and the text report have the same functions" same \
	"$(awk '{ NF -= 2; print }' "$work/pprof.percent")" "$(awk '{ NF -= 2; print }' "$work/text.percent")"
claim "pprof and the text report agree in percent" nearly_equal "$work/pprof.percent" "$work/text.percent"
