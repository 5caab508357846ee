#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
#   go_heap_tops.pl GO OURS THEIRS
#
# Holds a heap profile of the tape (OURS) against the one that the runtime wrote itself
# (THEIRS), both as "GO tool pprof" shows them: of the ten functions that hold most, what
# share they have by themselves and with what they call. Exits 1 if any is off by a point.
use strict;
use warnings;

my ($go, $ours, $theirs) = @ARGV;
my $bad = 0;

# What a share is of the whole, by function: itself, and with what it calls.
sub tops {
	my ($file, $type) = @_;
	my (%shares, $total);
	open my $in, '-|', $go, qw(tool pprof -top -unit=b -nodecount=1000 -nodefraction=0 -edgefraction=0),
		"-sample_index=$type", $file or die "$go: $!\n";
	while (<$in>) {
		$total = $1 if /% of (\d+)B? total/;
		$shares{$3} = [$1, $2] if /^\s*(-?\d+)B?\s+\S+%\s+\S+%\s+(-?\d+)B?\s+\S+%\s+(.*?)(?: \(inline\))?$/;
	}
	close $in or die "pprof does not read $file\n";
	die "$file: no total of $type\n" if !$total;
	return ($total, map { $_ => [map { 100 * $_ / $total } @{ $shares{$_} }] } keys %shares);
}

for my $type (qw(inuse_space alloc_space)) {
	my ($our_total, %our) = tops($ours, $type);
	my ($their_total, %their) = tops($theirs, $type);
	my @top = sort { $their{$b}[0] <=> $their{$a}[0] || $a cmp $b } keys %their;
	my $worst = 0;

	for my $name (@top[0 .. ($#top < 9 ? $#top : 9)]) {
		my @mine = @{ $our{$name} // [0, 0] };
		for my $i (0, 1) {
			my $off = abs($mine[$i] - $their{$name}[$i]);
			$worst = $off if $off > $worst;
			next if $off < 1;
			$bad = 1;
			printf "%s of %s: the runtime says %.2f %%, the tape %.2f %%\n", $type, $name, $their{$name}[$i],
				$mine[$i];
		}
	}
	printf "%s: %d bytes, the runtime says %d; worst share %.3f points off\n", $type, $our_total, $their_total, $worst;
	$bad = 1 if abs($our_total - $their_total) > $their_total / 100;
}
exit $bad;
