#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What recording costs, beside perf record, system-wide on one load: the
# recorder's own CPU, the slow-down of the load, and bytes a sample.
#
# Two loads. "cc": compiles a file again and again, which is many short-lived
# processes with many mappings. "xz": two threads that compress, which is nothing
# but CPU. The recorder's CPU is given whole (start and end included) and as it
# runs: two recordings that differ in length only tell the two apart.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep);
require 'lib.pl';
our ($build, $rounds, $work);

my %load = (
	cc => "sh -c 'i=0; while [ \$i -lt 6 ]; do gcc -std=gnu11 -D_GNU_SOURCE -Iformat -I. -O2 "
	    . "-c -o $work/o1 format/writer.c & gcc -std=gnu11 -D_GNU_SOURCE -Iformat -I. -O2 -c -o "
	    . "$work/o2 format/reader.c; wait; i=\$((i+1)); done'",
	xz => "xz -3 -k -c -T2 --block-size=2MiB $work/data",
);
my %recorder = (
	'perftape' => sub { "$build/record -q -a -F $_[0] -o $work/t.tape" },
	'perf record -g' => sub { "perf record -q -a -g -F $_[0] -o $work/perf.data" },
);

sub stop {
	my ($pid) = @_;
	kill('INT', $pid);
	return finish($pid);
}

# Starts a recorder and waits until it records.
sub begin {
	my ($command) = @_;
	my $pid = start($command);
	sleep 1;
	return $pid;
}

sub samples {
	my ($name) = @_;
	if ($name eq 'perftape') {
		my $out = `$build/analyze cpu -f folded --no-files $work/t.tape`;
		my $ns = 0;
		$ns += $1 while $out =~ / (\d+)\n/g;
		my ($period) = `$build/analyze dump $work/t.tape` =~ /cpu\.period_ns=(\d+)/;
		return int($ns / $period + 0.5);
	}
	my ($n) = `perf report --stats -i $work/perf.data 2>/dev/null </dev/null` =~ /SAMPLE events:\s+(\d+)/;
	return $n || 0;
}

sub file_of { return $_[0] eq 'perftape' ? "$work/t.tape" : "$work/perf.data" }

# Nanoseconds that a process has had of a CPU (Documentation/scheduler/sched-stats.rst).
sub cpu_ns {
	my ($pid) = @_;
	open(my $f, '<', "/proc/$pid/schedstat") or return 0;
	my ($ns) = split ' ', <$f>;
	return $ns;
}

# The recorder's share of a CPU while it runs, start and end left out.
sub running_cost {
	my ($command, $load) = @_;
	my $busy = $load ? start($load) : 0;
	my $pid = start($command);
	sleep 2;
	my $before = cpu_ns($pid);
	sleep 10;
	my $share = (cpu_ns($pid) - $before) / 1e10;
	stop($pid);
	if ($busy) {
		kill('TERM', $busy);
		finish($busy);
	}
	return $share;
}

sub measure {
	my ($load_name, $hz) = @_;
	my %r;
	for my $round (1 .. $rounds) {
		my (undef, $base) = run($load{$load_name});
		for my $name (sort keys %recorder) {
			my $pid = begin($recorder{$name}->($hz));
			my ($elapsed, $cpu) = run($load{$load_name});
			my $own = stop($pid);
			my $n = samples($name);
			push @{ $r{$name}{slow} }, ($cpu / $base - 1) * 100;
			push @{ $r{$name}{own} }, $own * 100 / ($elapsed + 1);
			push @{ $r{$name}{ms} }, $own * 1000;
			push @{ $r{$name}{bytes} }, size_of(file_of($name)) / $n if $n;
			push @{ $r{$name}{n} }, $n;
			push @{ $r{$name}{size} }, size_of(file_of($name));
		}
	}
	printf "\nload %s at %d Hz, %d rounds: median (range)\n", $load_name, $hz, $rounds;
	for my $name (sort keys %recorder) {
		my $x = $r{$name};
		printf "  %-16s recorder %s %% of a core, %s ms in all; load's CPU time %s %%; %s bytes a sample; %d samples\n",
			$name, spread('%.2f', @{ $x->{own} }), spread('%.0f', @{ $x->{ms} }),
			spread('%+.1f', @{ $x->{slow} }), spread('%.1f', @{ $x->{bytes} }), median(@{ $x->{n} });
	}
	my @pairs = map { $r{'perf record -g'}{bytes}[$_] / $r{'perftape'}{bytes}[$_] } 0 .. $rounds - 1;
	my @own = map { $r{'perf record -g'}{ms}[$_] / $r{'perftape'}{ms}[$_] } 0 .. $rounds - 1;
	# perf records the idle task as well, in small samples: the files' sizes are the fairer pair.
	my @size = map { $r{'perf record -g'}{size}[$_] / $r{'perftape'}{size}[$_] } 0 .. $rounds - 1;
	printf "  perf / perftape: bytes a sample %s, file %s, recorder's CPU %s\n",
		spread('%.1f', @pairs), spread('%.1f', @size), spread('%.1f', @own);
}

system("head -c 12000000 /dev/urandom | od -An -tx1 | head -c 24000000 >$work/data") == 0 or die;
print "recorder: beside ", `perf --version`;
for my $hz (99, 999) {
	measure($_, $hz) for sort keys %load;
}
my $busy = 'sh -c "while :; do :; done"';
print "\nrecorder's CPU while it runs, start and end left out, one CPU busy:\n";
for my $hz (99, 999) {
	for my $name (sort keys %recorder) {
		my @v = map { running_cost($recorder{$name}->($hz), $busy) * 100 } 1 .. 3;
		printf "  %-16s at %3d Hz: %s %% of a core\n", $name, $hz, spread('%.3f', @v);
	}
}
