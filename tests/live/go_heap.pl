#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
#   go_heap.pl DUMP TRUTH
#
# Holds the heap profile of a tape (DUMP: what "analyze dump" says of it) against the
# runtime's own (TRUTH: lines of "function bytes-in-use bytes-allocated"), by the topmost
# function of main. Both are as of the same collection. Exits 1 if anything differs.
use strict;
use warnings;
no warnings 'portable';

my ($dump, $truth) = @ARGV;
my (@mappings, %symbols, %stacks, %heap);

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text; }

open my $in, '<', $dump or die "$dump: $!\n";
while (<$in>) {
	my ($type) = /tid=\d+ (\w+)/ or next;
	next if $type !~ /^(mapping|symbol|stack|go_heap)$/;
	my %f = /(\w+)=("[^"]*"|\S+)/g;
	if ($type eq 'mapping') { push @mappings, \%f }
	elsif ($type eq 'symbol') { push @{ $symbols{ $f{module} } }, \%f }
	elsif ($type eq 'stack') { ($stacks{ $f{id} }) = /ip=\[([^\]]*)\]/ }
	else { $heap{"$f{ustack} $f{object_bytes}"} = \%f }
}
close $in;

sub name_of {
	my ($ip) = @_;
	my ($m) = grep { $ip >= number($_->{start}) && $ip < number($_->{end}) } @mappings;
	return '?' if !$m;
	my $at = $ip - number($m->{start}) + number($m->{file_offset});
	my ($s) = grep { $at >= number($_->{start}) && $at < number($_->{start}) + number($_->{size}) }
		@{ $symbols{ $m->{module} } };
	return $s ? $s->{name} : '?';
}

my (%use, %all, $bad);
for my $h (values %heap) {
	my @ips = map { number($_) } split /[ ,]+/, $stacks{ $h->{ustack} };
	my ($top) = grep { /^"?main\./ } map { name_of($_ ? $ips[$_] - 1 : $ips[0]) } 0 .. $#ips;
	next if !$top;
	$top =~ tr/"//d;
	$use{$top} += $h->{alloc_bytes} - $h->{free_bytes};
	$all{$top} += $h->{alloc_bytes};
}
open $in, '<', $truth or die "$truth: $!\n";
while (<$in>) {
	my ($name, $in_use, $allocated) = split;
	next if $name eq 'main.heap'; # it was not there before
	next if $allocated == ($all{$name} // 0) && $in_use == ($use{$name} // 0);
	$bad = 1;
	print "$name: the runtime says $in_use of $allocated bytes, the tape ", $use{$name} // 0, ' of ', $all{$name} // 0, "\n";
}
exit($bad ? 1 : 0);
