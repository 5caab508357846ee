#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# From a file to folded stacks: time and peak memory, beside perf script with
# folding, perf script alone, and perf report. perf reads what it recorded itself of a
# compile load at a high rate (SAMPLES of it, so that the file has as many); analyze
# reads a synthetic tape of as many samples (bench/make_tape.c), because record
# takes no more than 1000 a second and CPU. Both are also given as samples a second.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
require 'lib.pl';
our ($build, $rounds, $work);

my $want = $ENV{SAMPLES} || 1000000;

# The work of stackcollapse-perf, in as few steps as perl allows.
my $fold = q{perl -ne 'if (/^$/) { $n{join ";", $c, reverse @s}++ if $c; @s = (); $c = "" } }
	. q{elsif (/^\s+[0-9a-f]+ (\S+)/) { push @s, $1 } elsif (/^(\S.*?)\s+\d+/) { $c = $1 } }
	. q{END { print "$_ $n{$_}\n" for sort keys %n }'};

sub make_perf_data {
	my $load = "sh -c 'while :; do gcc -std=gnu11 -D_GNU_SOURCE -Iformat -I. -O2 -c -o $work/o1 "
		 . "format/writer.c & gcc -std=gnu11 -D_GNU_SOURCE -Iformat -I. -O2 -c -o $work/o2 "
		 . "format/reader.c; wait; done'";
	my $pid = start($load);
	my $seconds = $want / 36000 + 2;
	system("perf record -q -a -g -F 20000 -m 2048 -o $work/perf.data sleep $seconds 2>/dev/null");
	kill('TERM', $pid);
	finish($pid);
	my $n = `perf script -G -F tid -i $work/perf.data 2>$work/stderr </dev/null | wc -l`;
	return $n + 0;
}

sub show {
	my ($name, $n, $elapsed, $peak, $bytes) = @_;
	printf "  %-28s %8d samples, %6.1f MB: %8.2f s, %7.0f MiB peak, %9.0f samples/s\n", $name, $n,
		$bytes / 1e6, $elapsed, $peak / 1024, $n / $elapsed;
	return $n / $elapsed;
}

sub fold_tape {
	my ($n) = @_;
	my $tape = "$work/$n.tape";
	system("$build/bench/make_tape $n $tape") == 0 or die "make_tape failed\n" unless -e $tape;
	my ($elapsed, undef, $peak, $status) =
		run("$build/analyze cpu -f folded --no-files $tape", "$work/folded");
	die "analyze failed\n" if $status;
	return show('analyze -f folded', $n, $elapsed, $peak, size_of($tape));
}

print "analyzer: beside ", `perf --version`;
my $n = make_perf_data();
my $data = "$work/perf.data";
my %peer = (
	'perf script + folding' => "sh -c 'perf script -i $data 2>/dev/null | $fold'",
	'perf script' => "perf script -i $data",
	'perf report --stdio' => "perf report -i $data --stdio",
);
open(my $f, '>', "$work/fold.sh") or die;
print $f "perf script -i $data 2>/dev/null | $fold\n";
close $f;
$peer{'perf script + folding'} = "sh $work/fold.sh";

my $peer_rounds = $ENV{PEER_ROUNDS} || 1;
my %speed;
for my $round (1 .. $peer_rounds) {
	push @{ $speed{'analyze'} }, fold_tape($want) for 1 .. 3;
	for my $name (sort keys %peer) {
		my ($elapsed, undef, $peak) = run($peer{$name}, "$work/out");
		push @{ $speed{$name} }, show($name, $n, $elapsed, $peak, size_of($data));
	}
	push @{ $speed{'analyze'} }, fold_tape($want) for 1 .. 2;
}
for my $name (sort keys %peer) {
	printf "analyze / %s: %.1f times the samples a second\n", $name,
		median(@{ $speed{'analyze'} }) / median(@{ $speed{$name} });
}
print "\nmemory and time by length:\n";
fold_tape($_) for 100000, 1000000, 10000000;
