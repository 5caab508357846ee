#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# How long names, lines and inlined calls of ADDRESSES (100,000) distinct addresses of
# one binary take, and in how much memory, beside llvm-symbolizer, eu-addr2line -i and
# addr2line -i. BINARY is a large one with
# debug information; without it, analyze itself. Each of ROUNDS (5) begins with
# another one. The two addr2line are slow: they get FEW (300) of the addresses, then
# one alone, and their time is told for all: that of one, and for each further one as
# much as each of the few took more.
#
# perf cannot be asked for addresses: PERF_LOAD is a command that runs BINARY at work, and
# perf script tells the lines (without inlined calls: less than the others do) of samples
# of it, few and more. Its time is told for as many as there are addresses, from those two.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use List::Util qw(shuffle);
require 'lib.pl';
our ($build, $rounds, $work);
my $binary = $ENV{BINARY} || "$build/analyze";
my $few = $ENV{FEW} || 300;

# Addresses of instructions, in an order that is the same each time.
sub choose {
	my ($n) = @_;
	my @all;
	open(my $code, '-|', 'objdump', '-d', '--section=.text', '--no-show-raw-insn', $binary) or die "objdump: $!\n";
	while (<$code>) {
		push @all, $1 if /^ +([0-9a-f]+):\t(?!nop|int3|cs |data16|xchg +%ax,%ax)/;
	}
	close $code;
	srand(1);
	@all = shuffle(@all);
	return @all > $n ? @all[0 .. $n - 1] : @all;
}

sub save {
	my ($path, @addresses) = @_;
	open(my $f, '>', $path) or die "$path: $!\n";
	print $f "0x$_\n" for @addresses;
	close $f;
}

# Bytes of all sections of debug information, unpacked.
sub debug_size {
	my $bytes = 0;
	for (`size -A $binary`) {
		$bytes += $1 if /^\.z?debug_\S+\s+(\d+)/;
	}
	return $bytes;
}

my @addresses = choose($ENV{ADDRESSES} || 100000);
die "$binary: no code\n" unless @addresses;
save("$work/all", @addresses);
$few = @addresses if $few > @addresses;
save("$work/few", @addresses[0 .. $few - 1]);
save("$work/one", $addresses[0]);

my @programs = ('perftape', 'llvm-symbolizer', 'eu-addr2line -i', 'addr2line -i');
my %command = (
	'perftape' => "$build/bench/symbolize $binary <$work/all",
	'llvm-symbolizer' => "llvm-symbolizer --inlines --no-demangle -e $binary <$work/all",
	'eu-addr2line -i' => "eu-addr2line -a -i -f -e $binary <$work/few",
	'addr2line -i' => "addr2line -a -i -f -e $binary <$work/few",
);
my %scaled = map { $_ => $few } grep { $command{$_} =~ /few$/ && $few < @addresses && $few > 1 } @programs;

sub run_all {
	my ($command) = @_;
	my ($elapsed, $cpu, $peak, $status) = run("sh -c 'exec $command'");
	die "$command: status $status\n" if $status;
	return ($elapsed, $cpu, $peak);
}

sub scale { my ($one, $some) = @_; return $one + ($some - $one) * (@addresses - 1) / ($few - 1) }

sub measure {
	my ($r, $name) = @_;
	my ($elapsed, $cpu, $peak) = run_all($command{$name});
	if ($scaled{$name}) {
		my @one = run_all($command{$name} =~ s/few$/one/r);
		$elapsed = scale($one[0], $elapsed);
		$cpu = scale($one[1], $cpu);
	}
	push @{ $r->{$name}{elapsed} }, $elapsed;
	push @{ $r->{$name}{cpu} }, $cpu;
	push @{ $r->{$name}{peak} }, $peak / 1024;
}

# Samples of the load in user mode: how many, told in which file.
sub record_samples {
	my ($hz) = @_;
	my $data = "$work/perf.$hz";
	run("perf record -q -B -N -e cpu-clock:u -F $hz -o $data -- $ENV{PERF_LOAD}");
	my ($n) = `perf report -i $data --stats 2>/dev/null` =~ /SAMPLE events: +(\d+)/;
	die "perf: no samples\n" unless $n;
	return [ $n, $data ];
}

sub measure_perf {
	my ($r, @recorded) = @_;
	my (@n, @elapsed, @cpu, $peak);
	for (@recorded) {
		my ($n, $data) = @$_;
		my @took = run_all("perf script -i $data -F ip,sym,srcline");
		push @n, $n;
		push @elapsed, $took[0];
		push @cpu, $took[1];
		$peak = $took[2];
	}
	my $more = (@addresses - $n[0]) / ($n[1] - $n[0]);
	push @{ $r->{'perf script'}{elapsed} }, $elapsed[0] + ($elapsed[1] - $elapsed[0]) * $more;
	push @{ $r->{'perf script'}{cpu} }, $cpu[0] + ($cpu[1] - $cpu[0]) * $more;
	push @{ $r->{'perf script'}{peak} }, $peak / 1024;
}

my %r;
my @recorded = $ENV{PERF_LOAD} ? map { record_samples($_) } (49, 499) : ();
for my $round (0 .. $rounds - 1) {
	measure(\%r, $programs[($round + $_) % @programs]) for 0 .. $#programs;
	measure_perf(\%r, @recorded) if @recorded;
}
if (@recorded) {
	push @programs, 'perf script';
	$scaled{'perf script'} = "$recorded[0][0] and $recorded[1][0] samples";
}

my $debug = debug_size() / 1048576;
printf "%d addresses of %s, %.0f MiB of debug information; %d rounds, median (range)\n", scalar @addresses,
	$binary, $debug, $rounds;
for my $name (@programs) {
	my $x = $r{$name};
	printf "  %-16s %s s, %s s of CPU; peak %s MiB, %.2f of the debug information%s\n", $name,
		spread('%.2f', @{ $x->{elapsed} }), spread('%.2f', @{ $x->{cpu} }), spread('%.0f', @{ $x->{peak} }),
		median(@{ $x->{peak} }) / $debug, $scaled{$name} ? " (scaled from $scaled{$name})" : '';
}
for my $name (@programs[1 .. $#programs]) {
	printf "  %s takes %s times as long\n", $name,
		spread('%.1f', map { $r{$name}{elapsed}[$_] / $r{perftape}{elapsed}[$_] } 0 .. $rounds - 1);
}
