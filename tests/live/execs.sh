#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that are started, with arguments that are known, and end as is known.
. "$(dirname "$0")/lib.sh"
need_bpf

# programs TAPE: pid, ppid, end, program, arguments; a line each.
programs() {
	table_rows programs "$1" execs | jq -r '[.pid, .ppid, .end, .program, .arguments] | @tsv'
}

column() {
	awk -F '\t' -v program="$1" -v column="$2" '$4 == program { print $column }' "$work/programs"
}

rounds=$(length 20 500)
"$record" -q --probes exec -o "$work/t.tape" -- "$samples/churn" "$rounds" 1ms 1ms >"$work/truth"
programs "$work/t.tape" >"$work/programs"
claim "every program that was started is there" same \
	"$(jq -r '[.lives[] | select(.kind == "exec") | .pid] | sort | .[]' "$work/truth")" \
	"$(column /bin/true 1 | sort -n)"
claim "each has its parent" same "$(jq -r .pid "$work/truth")" "$(column /bin/true 2 | sort -u)"
claim "each has its arguments" same true "$(column /bin/true 5 | sort -u)"
claim "each ended well" same "exit 0" "$(column /bin/true 3 | sort -u)"

cat >"$work/script" <<'END'
/bin/true "a b" ""  c
/bin/sh -c 'exit 3'
/bin/sh -c 'kill -KILL $$'
/bin/true $(seq 2000)
exec /bin/sleep 0.1
END
"$record" -q --probes exec -o "$work/t.tape" -- /bin/sh "$work/script" 2>"$work/err"
programs "$work/t.tape" >"$work/programs"
claim "arguments are as they were given" shows '	/bin/true	/bin/true a b  c$' "$work/programs"
claim "an exit has its code" shows '	exit 3	/bin/sh	/bin/sh -c exit 3$' "$work/programs"
claim "a signal has its name" shows '	SIGKILL	/bin/sh	' "$work/programs"
claim "long arguments are cut, and it is said" shows '	/bin/true	/bin/true 1 2 3 .* …$' "$work/programs"
claim "a program may start another in its place" shows '	next program	/bin/sh	' "$work/programs"
claim "that one is there too" shows '	exit 0	/bin/sleep	/bin/sleep 0.1$' "$work/programs"
claim "how long it ran" near 100000000 "$(table_rows programs "$work/t.tape" execs |
	jq 'select(.program == "/bin/sleep") | .duration')" 20000000
claim "the tape verifies" "$analyze" verify "$work/t.tape"
