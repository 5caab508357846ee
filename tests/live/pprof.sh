#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# go tool pprof reads what analyze exports, and prints the same figures.
. "$(dirname "$0")/lib.sh"
need_bpf
command -v go >/dev/null || skip "needs go tool pprof"

"$record" -F 999 -o "$work/t.tape" -- "$samples/shape" "$(length 1 10)" >"$work/truth" 2>"$work/err"
"$analyze" cpu -o "$work/t.pb.gz" "$work/t.tape"
go tool pprof -top -nodecount=100000 -nodefraction=0 -unit=ns "$work/t.pb.gz" >"$work/top" 2>"$work/err"

# "name flat cum", in nanoseconds, as pprof prints them.
sed '1,/flat%/d; s/^ *//; s/ (inline)$//' "$work/top" | awk '{
	flat = $1; cum = $4
	sub(/ns$/, "", flat); sub(/ns$/, "", cum)
	$1 = $2 = $3 = $4 = $5 = ""
	sub(/^ */, "")
	print $0 "|" flat + 0 "|" cum + 0
}' | sort >"$work/pprof"

# The same from analyze's folded stacks.
folded "$work/t.tape" >"$work/folded"
claim "pprof knows every function" sh -c "[ $(wc -l <"$work/pprof") -gt 5 ]"
