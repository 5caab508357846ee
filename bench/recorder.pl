#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What recording costs, beside perf record, system-wide on one load: the
# recorder's own CPU, the slow-down of the load, and bytes a sample. Each beside
# its like: stacks by frame pointers alone, and with copies of the stacks, as
# record takes them where code has no frame pointers unless it is told not to.
#
# Two loads. "cc": compiles files again and again, which is many short-lived
# processes with many mappings. "xz": two threads that compress, which is nothing
# but CPU. Each does a fixed amount of work, sized at the start to last SECONDS
# (15): in less, a slow-down of a percent drowns in the noise. The runs of a round
# take turns, one without a recorder, then each recorder at each rate, beginning
# with another each time; ROUNDS (3) of them. The recorder's CPU is given whole
# (start and end included) and as it runs, over IDLE_SECONDS (8). About 20 minutes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep);
require 'lib.pl';
our ($build, $work);
my $rounds = $ENV{ROUNDS} || 3;
my $seconds = $ENV{SECONDS} || 15;
my $idle_seconds = $ENV{IDLE_SECONDS} || 8;
my @rates = (99, 999);

my $cc = "gcc -std=gnu11 -D_GNU_SOURCE -Iformat -I. -O2 -c -o";
my %unit = (
	cc => "$cc $work/o1 format/writer.c & $cc $work/o2 format/reader.c; wait",
	xz => "xz -3 -k -c -T2 --block-size=2MiB $work/data",
);

# A load: its unit of work, n times.
sub load {
	my ($name, $n) = @_;
	return "sh -c 'i=0; while [ \$i -lt $n ]; do $unit{$name}; i=\$((i+1)); done'";
}

# How many units last as long as is wanted.
sub size_load {
	my ($name) = @_;
	my ($cold) = run(load($name, 1));
	my $n = $cold < 1 ? 5 : 1;
	my ($elapsed) = run(load($name, $n));
	return int($seconds * $n / $elapsed) + 1;
}

my %recorder = (
	'record --unwind=fp' => sub { "$build/record -q -a --unwind=fp -F $_[0] -o $work/t.tape" },
	'perf record -g' => sub { "perf record -q -a -g -F $_[0] -o $work/perf.data" },
	'record' => sub { "$build/record -q -a -F $_[0] -o $work/t.tape" },
	'perf record --call-graph dwarf' =>
		sub { "perf record -q -a --call-graph dwarf -F $_[0] -o $work/perf.data" },
);
my @pairs = (['perf record -g', 'record --unwind=fp'], ['perf record --call-graph dwarf', 'record']);

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
	if ($name =~ /^record/) {
		my $out = `$build/analyze cpu -f folded --no-files $work/t.tape`;
		my $ns = 0;
		$ns += $1 while $out =~ / (\d+)\n/g;
		my ($period) = `$build/analyze dump $work/t.tape` =~ /cpu\.period_ns=(\d+)/;
		return int($ns / $period + 0.5);
	}
	my ($n) = `perf report --stats -i $work/perf.data 2>/dev/null </dev/null` =~ /SAMPLE events:\s+(\d+)/;
	return $n || 0;
}

sub file_of { return $_[0] =~ /^record/ ? "$work/t.tape" : "$work/perf.data" }

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
	sleep 1.5;
	my $before = cpu_ns($pid);
	sleep $idle_seconds;
	my $share = (cpu_ns($pid) - $before) / 1e9 / $idle_seconds;
	stop($pid);
	if ($busy) {
		kill('TERM', $busy);
		finish($busy);
	}
	return $share;
}

# One run of a load beside a recorder, its figures added to %$x.
sub measure_one {
	my ($x, $name, $hz, $load, $base) = @_;
	my $pid = begin($recorder{$name}->($hz));
	my ($elapsed, $cpu) = run($load);
	my $own = stop($pid);
	my $n = samples($name);
	push @{ $x->{slow} }, ($cpu / $base - 1) * 100;
	push @{ $x->{own} }, $own * 100 / ($elapsed + 1);
	push @{ $x->{ms} }, $own * 1000;
	push @{ $x->{bytes} }, size_of(file_of($name)) / $n if $n;
	push @{ $x->{n} }, $n;
	push @{ $x->{size} }, size_of(file_of($name));
}

# The median of a figure's ratio, perf's to perftape's, of one round each.
sub ratio {
	my ($perf, $tape) = @_;
	my @r = map { $perf->[$_] / $tape->[$_] } grep { defined $perf->[$_] && $tape->[$_] } 0 .. $rounds - 1;
	return @r ? spread('%.1f', @r) : 'none';
}

sub show {
	my ($load_name, $hz, $r) = @_;
	printf "\nload %s at %d Hz, %d rounds: median (range)\n", $load_name, $hz, $rounds;
	for my $name (map { @$_ } @pairs) {
		my $x = $r->{$name};
		printf "  %-30s recorder %s %% of a core, %s ms in all; load's CPU time %s %%; %s bytes a sample; %d samples\n",
			$name, spread('%.2f', @{ $x->{own} }), spread('%.0f', @{ $x->{ms} }),
			spread('%+.1f', @{ $x->{slow} }),
			$x->{bytes} ? spread('%.1f', @{ $x->{bytes} }) : 'no', median(@{ $x->{n} });
	}
	# perf records the idle task as well, in small samples: the files' sizes are the fairer pair.
	for my $pair (@pairs) {
		my ($perf, $tape) = map { $r->{$_} } @$pair;
		printf "  %s / %s: bytes a sample %s, file %s, recorder's CPU %s\n", @$pair,
			ratio($perf->{bytes}, $tape->{bytes}), ratio($perf->{size}, $tape->{size}),
			ratio($perf->{ms}, $tape->{ms});
	}
}

sub measure {
	my ($load_name) = @_;
	my $load = load($load_name, size_load($load_name));
	my @turns = map { my $name = $_; map { [$name, $_] } @rates } sort keys %recorder;
	my (%r, @elapsed);
	for my $round (1 .. $rounds) {
		my ($elapsed, $base) = run($load);
		push @elapsed, $elapsed;
		measure_one($r{ $_->[1] }{ $_->[0] } ||= {}, @$_, $load, $base) for @turns;
		push @turns, shift @turns;
	}
	printf "\nload %s lasts %s s without a recorder\n", $load_name, spread('%.1f', @elapsed);
	show($load_name, $_, $r{$_}) for @rates;
}

system("head -c 12000000 /dev/urandom | od -An -tx1 | head -c 24000000 >$work/data") == 0 or die;
print "recorder: beside ", `perf --version`;
measure($_) for sort keys %unit;
my $busy = 'sh -c "while :; do :; done"';
print "\nrecorder's CPU while it runs, start and end left out, one CPU busy:\n";
for my $hz (@rates) {
	my %v;
	for my $round (1 .. $rounds) {
		push @{ $v{$_} }, running_cost($recorder{$_}->($hz), $busy) * 100 for sort keys %recorder;
	}
	printf "  %-30s at %3d Hz: %s %% of a core\n", $_, $hz, spread('%.3f', @{ $v{$_} })
		for sort keys %recorder;
}
