#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# lines.pl OURS THEIRS: compares what bench/symbolize says of addresses with what
# eu-addr2line -a -i -f says of the same, and fails if they differ in a way that is
# not one of those below (in all of which llvm-symbolizer says what we do), or in more than
# one address of a hundred. One of a thousand may differ in another way: which sources
# are read, and so which oddities of the compiler, changes with this project.
#
#   place      the same functions, called at other lines: of two calls that the
#              compiler gave overlapping ranges they take the first, we the one that
#              begins last
#   outer      they leave out callers
#   repeated   they go on: a function that was inlined into itself is told again
#   unnamed    code that belongs to no function of the DWARF
use strict;
use warnings;

# Address => lines; columns, discriminators and what is told twice are left out.
sub load {
	my ($path) = @_;
	my (%all, $at, @order);
	open(my $f, '<', $path) or die "$path: $!\n";
	while (<$f>) {
		chomp;
		if (/^0x[0-9a-f]{16}$/) {
			$at = $_;
			push @order, $at;
			next;
		}
		s/ inlined at .*//;
		s/ \(discriminator \d+\)$//;
		s/^(.*:\d+):\d+$/$1/;
		push @{ $all{$at} }, $_;
	}
	return (\%all, \@order);
}

sub is_prefix {
	my ($short, $long) = @_;
	return @$short < @$long && join("\n", @$short) eq join("\n", @$long[0 .. $#$short]);
}

# Whether all of the fewer stand among the more, in their order: pairs of function and place.
sub is_among {
	my ($few, $many) = @_;
	my $i = 0;
	for (my $k = 0; $k < @$many && $i < @$few; $k += 2) {
		$i += 2 if $few->[$i] eq $many->[$k] && $few->[$i + 1] eq $many->[$k + 1];
	}
	return @$few < @$many && $i >= @$few;
}

sub functions { return join("\n", map { $_[$_ * 2] } 0 .. $#_ / 2) }

sub kind {
	my ($ours, $theirs) = @_;
	return 'same' if "@$ours" eq "@$theirs";
	return 'unnamed' if $ours->[0] eq '??' || $theirs->[0] eq '??';
	return 'outer' if is_among($theirs, $ours);
	return 'repeated' if is_prefix($ours, $theirs) || @$theirs > @$ours;
	return 'place' if functions(@$ours) eq functions(@$theirs) && $ours->[1] eq $theirs->[1];
	return 'other';
}

my ($ours, $order) = load($ARGV[0]);
my ($theirs) = load($ARGV[1]);
my (%n, $bad);
for my $at (@$order) {
	my $kind = kind($ours->{$at}, $theirs->{$at} || []);
	$n{$kind}++;
	next if $kind eq 'same' || $n{$kind} > 5;
	print "$at: $kind\n  ours:   @{ $ours->{$at} }\n  theirs: @{ $theirs->{$at} || [] }\n";
}
print join(', ', map { "$n{$_} $_" } sort keys %n), "\n";
$bad = @$order - ($n{same} || 0);
exit(($n{other} || 0) > @$order / 1000 || !@$order || $bad > @$order / 100 ? 1 : 0);
