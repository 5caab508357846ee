#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Stacks of code without frame pointers at 99 Hz: bytes a sample on disk, names and
# call frame information and all, beside perf record --call-graph dwarf, which dumps
# 8 KiB of stack each time. Loads: openssl speed, gzip, python3, and a recursion of 60
# with threads and signals (samples/programs/nofp.c). perf leaves out build-ids (-B -N),
# and perf report --stats counts its samples: perf record and perf script may abort where
# another recorder runs (docs/peers.md). Then what the BPF program takes for a sample
# by the depth of the stack. What recorders take is measured by recorder.pl. About 3 minutes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
require 'lib.pl';
our ($build, $rounds, $work);
$ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";

my @loads = (
	['openssl speed', 'openssl speed -seconds 3 sha256'],
	['gzip', "sh -c 'head -c 300000000 /dev/zero | gzip -9 >/dev/null'"],
	['python3', "python3 -c 'import json; s = [json.loads(json.dumps({str(i): [i] * 9})) for i in range(250000)]'"],
	['nofp 60', "$build/samples/nofp 60 2000"],
);

sub samples_of_tape {
	my ($tape) = @_;
	my $n = `$build/analyze dump $tape | grep -c ' cpu_sample '`;
	return $n + 0;
}

sub samples_of_perf {
	my ($data) = @_;
	my ($n) = `perf report -i $data --stats 2>/dev/null` =~ /SAMPLE events: +(\d+)/;
	return $n || 0;
}

printf "%-14s %32s %32s %6s\n", '', 'perftape --unwind=dwarf', 'perf --call-graph dwarf', 'share';
printf "%-14s %32s %32s\n", 'load', 'samples, bytes a sample', 'samples, bytes a sample';
for my $load (grep { !$ENV{LOAD} || $_->[0] eq $ENV{LOAD} } @loads) {
	my ($name, $command) = @$load;
	run("$build/record -q -F 99 --unwind=dwarf -o $work/t.tape -- $command");
	run("perf record -q -B -N -F 99 --call-graph dwarf -o $work/perf.data -- $command");
	my ($n, $m) = (samples_of_tape("$work/t.tape"), samples_of_perf("$work/perf.data"));
	if (!$n || !$m) {
		printf "%-14s no samples: perftape %d, perf %d\n", $name, $n, $m;
		next;
	}
	my ($a, $b) = ((-s "$work/t.tape") / $n, (-s "$work/perf.data") / $m);
	printf "%-14s %18d %13.0f %18d %13.0f %5.1f%%\n", $name, $n, $a, $m, $b, 100 * $a / $b;
}

# One thread alone: the runs on other CPUs are filtered out within some 100 ns.
sub program_ns {
	my ($mode, $depth) = @_;
	run("$build/record -q -F 997 --unwind=$mode -o $work/t.tape -- $build/samples/nofp --deep $depth 2000");
	my $dump = `$build/analyze dump $work/t.tape | grep ' cost '`;
	my ($ns) = $dump =~ /value=(\d+) key="bpf.on_sample.run_time_ns"/;
	return $ns / (samples_of_tape("$work/t.tape") || 1);
}

print "\nthe BPF program, us a sample (997 Hz, one thread; other CPUs' turns included)\n";
printf "%-24s %8s %8s\n", 'depth', 'fp', 'dwarf';
for my $depth ($ENV{LOAD} ? () : (1, 60, 350)) {
	printf "%-24s %8.1f %8.1f\n", $depth, map { program_ns($_, $depth) / 1000 } ('fp', 'dwarf');
}
