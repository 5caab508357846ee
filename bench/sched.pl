#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What recording every switch and wake-up costs, beside perf sched record,
# offcputime of libbpf-tools and perf record -g on the two events: how much slower
# the load gets, the recorder's own CPU, bytes for a switch or wake-up, losses.
# Then how fast the tape is analyzed, beside perf sched latency, and in how much
# memory a tape of EVENTS (50 million) is.
#
# Two loads of perf bench: "pipe", two processes that wake each other, pinned to
# the last CPU and the recorders to the others, which repeats best; "messaging",
# 160 processes on all CPUs (hackbench). In each of ROUNDS (5) a load runs once
# without a recorder and then once with each, beginning with another each time; a
# slow-down is of the same round. About 6 minutes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep time);
require 'lib.pl';
our ($build, $rounds, $work);
my $loops = $ENV{LOOPS} || 200000;
my $events = $ENV{EVENTS} || 50000000;
my $path = "$ENV{PATH}:/usr/sbin:/sbin";
$ENV{PATH} = $path;

chomp(my $cpus = `getconf _NPROCESSORS_ONLN`);
my $last = $cpus - 1;
my %load = (
	pipe => "taskset -c $last perf bench sched pipe -l $loops",
	messaging => 'perf bench sched messaging -g 4 -l ' . int($loops / 100),
);
my %aside = (pipe => $cpus > 1 ? 'taskset -c 0-' . ($last - 1) . ' ' : '', messaging => '');

my @recorders = ('perftape', 'perf sched record', 'offcputime', 'perf record -g');
my %command = (
	'perftape' => "$build/record -q --probes sched -a -o $work/t.tape",
	'perf sched record' => "perf sched record -q -a -o $work/sched.data",
	'offcputime' => 'offcputime',
	'perf record -g' =>
		"perf record -q -a -g -e sched:sched_switch -e sched:sched_waking -o $work/g.data",
);
my %file = (
	'perftape' => "$work/t.tape",
	'perf sched record' => "$work/sched.data",
	'perf record -g' => "$work/g.data",
);

# Seconds that the load says it took.
sub run_load {
	my ($name) = @_;
	my $out = `$load{$name} 2>&1`;
	my ($seconds) = $out =~ /Total time: ([0-9.]+)/ or die "perf bench failed: $out\n";
	return $seconds;
}

sub stop {
	my ($pid) = @_;
	kill('INT', $pid);
	return finish($pid);
}

# Switches, wake-ups and lost events of a tape.
sub count_tape {
	my ($tape) = @_;
	my $out = `$build/analyze info $tape`;
	my ($switches) = $out =~ /sched_switch\s+(\d+)/;
	my ($wakeups) = $out =~ /sched_wakeup\s+(\d+)/;
	my ($lost) = $out =~ /lost_count\s+(\d+)/;
	return ($switches + $wakeups, $lost);
}

# The same of perf's; of the two events that tell of a wake-up one is counted.
sub count_data {
	my ($data) = @_;
	my $stats = `perf report -i $data --stats 2>/dev/null </dev/null`;
	my $head = `perf report -i $data --stdio -g none --sort comm 2>/dev/null </dev/null`;
	my ($lost) = $head =~ /Total Lost Samples: (\d+)/;
	my $n = 0;
	$n += $1 while $stats =~ /sched:sched_(?:switch|waking) stats:\s+SAMPLE events:\s+(\d+)/g;
	die "no events in $data: $stats\n" unless $n;
	return ($n, $lost || 0);
}

sub measure_one {
	my ($x, $name, $load, $base) = @_;
	my $pid = start("$aside{$load}$command{$name}");
	sleep 2;
	my $seconds = run_load($load);
	my $cpu = stop($pid);
	push @{ $x->{slow} }, ($seconds / $base - 1) * 100;
	push @{ $x->{cpu} }, $cpu;
	return unless $file{$name};
	my ($n, $lost) = $name eq 'perftape' ? count_tape($file{$name}) : count_data($file{$name});
	push @{ $x->{n} }, $n;
	push @{ $x->{bytes} }, size_of($file{$name}) / $n;
	push @{ $x->{lost} }, 100 * $lost / ($n + $lost);
}

sub show {
	my ($load, $base, $r) = @_;
	printf "\nload %s: %s s without a recorder; %d rounds, median (range)\n", $load,
		spread('%.2f', @$base), $rounds;
	for my $name (@recorders) {
		my $x = $r->{$name};
		printf "  %-18s slower by %s %%; recorder %s s of CPU", $name, spread('%.0f', @{ $x->{slow} }),
			spread('%.2f', @{ $x->{cpu} });
		printf "; %s bytes each of %d; lost %s %%", spread('%.1f', @{ $x->{bytes} }), median(@{ $x->{n} }),
			spread('%.2f', @{ $x->{lost} }) if $x->{n};
		print "\n";
	}
	for my $name (@recorders[1 .. $#recorders]) {
		my ($ours, $peer) = ($r->{perftape}{slow}, $r->{$name}{slow});
		printf "  perftape's slow-down / %s's: %s\n", $name,
			spread('%.2f', map { $ours->[$_] / $peer->[$_] } 0 .. $rounds - 1);
	}
}

sub measure {
	my ($load) = @_;
	my @turn = @recorders;
	my (%r, @base);
	run_load($load);
	for my $round (1 .. $rounds) {
		push @base, run_load($load);
		measure_one($r{$_} ||= {}, $_, $load, $base[-1]) for @turn;
		push @turn, shift @turn;
	}
	show($load, \@base, \%r);
}

# --- analysis: of the files that the last round of a load left ---

# Runs a command; prints its speed and returns it: events for a second of CPU time,
# which others on the machine disturb less than the clock on the wall.
sub speed {
	my ($name, $n, $command) = @_;
	my ($elapsed, $cpu, $peak, $status) = run("taskset -c $last $command", "$work/out");
	die "$name failed\n" if $status;
	printf "  %-24s %9d events: %6.2f s, %6.2f s of CPU: %5.2f million a second; %5.0f MiB peak\n", $name, $n,
		$elapsed, $cpu, $n / $cpu / 1e6, $peak / 1024;
	return $n / $cpu;
}

sub analyze_load {
	my ($load) = @_;
	my ($n) = count_tape("$work/t.tape");
	my ($all) = `perf report -i $work/sched.data --stats 2>/dev/null </dev/null` =~ /SAMPLE events:\s+(\d+)/;
	my (@ours, @perf);
	print "\nanalysis of load $load on one CPU\n";
	for (1 .. $rounds) {
		push @ours, speed('analyze sched', $n, "$build/analyze sched $work/t.tape");
		push @perf, speed('perf sched latency', $all, "perf sched latency -i $work/sched.data");
	}
	printf "  analyze sched / perf sched latency: %s times the events a second\n",
		spread('%.1f', map { $ours[$_] / $perf[$_] } 0 .. $rounds - 1);
}

sub analyze_large {
	print "\nanalysis of long tapes on one CPU\n";
	for my $n (int($events / 10), $events) {
		system("$build/bench/make_tape --sched $n $work/large.tape") == 0 or die "make_tape failed\n";
		printf "  %d switches and wake-ups, %.0f MB\n", $n, size_of("$work/large.tape") / 1e6;
		speed("analyze $_", $n, "$build/analyze $_ --no-files $work/large.tape")
			for qw(sched offcpu wall wakeups);
	}
}

print 'scheduling: beside ', `perf --version`;
mkdir '/sys/kernel/tracing' unless -d '/sys/kernel/tracing';
system('mount -t tracefs none /sys/kernel/tracing') unless -d '/sys/kernel/tracing/events';
for my $load (qw(pipe messaging)) {
	measure($load);
	analyze_load($load);
}
analyze_large();
