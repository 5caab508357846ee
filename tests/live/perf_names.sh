#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The names of more than 10,000 addresses that perf sampled, in programs of the distribution, in
# analyze and in the kernel, beside those that perf script gives. Where both differ,
# perf_names.pl must know why.
. "$(dirname "$0")/lib.sh"
need_root
perf --version >/dev/null 2>&1 || skip "needs perf"
perf record -q -B -e cpu-clock:u -F 99 -o "$work/try" -- true >/dev/null 2>&1 || skip "perf cannot record here"
make --no-print-directory BUILD="$BUILD" "$BUILD/bench/symbolize" >"$work/make" 2>&1 || {
	cat "$work/make"
	exit 1
}

# Much different code in little time; what is not installed is left out.
cat >"$work/load" <<'END'
for i in 1 2 3; do
	python3 -c "
import json, re, random, hashlib, ast, zlib, argparse, email, unittest, decimal, datetime
for i in range(300):
    sorted(json.loads(json.dumps([str(random.random()) for i in range(300)])))
    re.compile('a+(b|c)*d%d' % i).findall('abcbcd' * 30)
    ast.dump(ast.parse('def f(a, b=%d): return [x * a for x in b if x]' % i))
    zlib.compress(hashlib.md5(b'%d' % i * 99).digest() * 50)
    decimal.Decimal(i).sqrt()
"
	perl -e 'for my $i (1 .. 60000) { my %h = map { $_ => "x$_" } 1 .. 9; my $s = join ",", sort values %h; $s =~ s/x(\d)/$1$i/g; push @a, sprintf("%s %d", lc $s, length $s); pop @a if @a > 50 }'
	sqlite3 :memory: "create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000) insert into t select i, printf('%d', i * 7 % 1000) from n; create index x on t(b); select count(*), b from t group by b order by 1;"
	echo 'int f(int a) { int s = 0; for (int i = 0; i < a; i++) s += i * a; return s; } int main(void) { return f(3); }' | cc -O2 -x c - -o "$0.out"
	objdump -d "$2" | head -n 300000
	node -e "for (let i = 0; i < 40; i++) JSON.parse(JSON.stringify(Array.from({ length: 5000 }, (_, i) => String(i)))).sort().join().replace(/1/g, 'x')"
	find /usr/share /usr/lib -type f -size -3k | head -n 5000 | xargs cat | grep -c include
	"$1" cpu --lines --inlines "$3"
done
END
"$record" -q -F 999 --symbols=none -o "$work/t.tape" -- "$samples/shape" 2 >/dev/null 2>&1 || : >"$work/t.tape"

# sample EVENT: $work/script, or failure.
sample() {
	perf record -q -B -g -e "$1" -F "${FREQUENCY:-19999}" -o "$work/data" -- \
		sh "$work/load" "$analyze" "$(dirname "$analyze")/record" "$work/t.tape" >"$work/out" 2>&1
	perf script -i "$work/data" --no-demangle --no-inline -F comm,ip,sym,dso \
		>"$work/script" 2>"$work/err"
}
# perf 6.1 aborts in code that looks for build-ids where some BPF programs are loaded.
what='with the kernel'
sample cpu-clock || {
	what='without the kernel'
	sample cpu-clock:u || skip "perf script fails: $(head -n 1 "$work/err")"
}
symbolize=$(dirname "$analyze")/bench/symbolize
"$(dirname "$0")/perf_names.pl" "$symbolize" "$work/script" >"$work/compared" 2>&1
code=$?
claim "names equal those of perf script, or are known to differ, $what: $(tail -n 1 "$work/compared")" \
	sh -c "cat '$work/compared'; exit $code"
