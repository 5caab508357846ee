#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
#   go_stacks.pl DUMP FUNCTION
#
# Of all stacks of goroutines that began with FUNCTION, as a tape tells them (DUMP: what
# "analyze dump" says of it): how many end in it, followed by runtime.goexit or not, and how
# many elsewhere though they were not cut.
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits

my ($dump, $function) = @ARGV;
my (@mappings, %symbols, %stacks, @goroutines);

sub fields {
	my %f = $_[0] =~ /(\w+)=("[^"]*"|\S+)/g;
	s/^"|"$//g for values %f;
	return \%f;
}

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text; }

open my $in, '<', $dump or die "$dump: $!\n";
while (<$in>) {
	my ($type) = /tid=\d+ (\w+)/ or next;
	next if $type !~ /^(mapping|symbol|stack|go_goroutine)$/;
	my $f = fields($_);
	if ($type eq 'mapping') { push @mappings, $f if $f->{end} && /tgid=|pid=/ }
	elsif ($type eq 'symbol') { push @{ $symbols{ $f->{module} } }, $f }
	elsif ($type eq 'stack') { my ($ips) = /ip=\[([^\]]*)\]/; $stacks{ $f->{id} } = [$ips, number($f->{flags} // 0)] }
	else { push @goroutines, $f }
}
close $in;

my %named;
sub name_of {
	my ($ip) = @_;
	return $named{$ip} //= do {
		my $name = '?';
		for my $m (grep { $ip >= number($_->{start}) && $ip < number($_->{end}) } @mappings) {
			my $at = $ip - number($m->{start}) + number($m->{file_offset});
			my ($s) = grep { $at >= number($_->{start}) && $at < number($_->{start}) + number($_->{size}) }
				@{ $symbols{ $m->{module} } };
			$name = $s->{name} if $s;
		}
		$name;
	};
}

my ($well, $elsewhere, $torn, $none) = (0, 0, 0, 0);
my %wrong;
for my $g (@goroutines) {
	next if name_of(number($g->{start})) ne $function;
	if (hex($g->{flags}) & 1) { $torn++; next }
	my $stack = $stacks{ $g->{ustack} } or do { $none++; next };
	my @names = map { name_of(number($_) - 1) } split /[ ,]+/, $stack->[0];
	my $end = $names[-1];
	$end = $names[-2] if @names > 1 && $end =~ /^runtime\.goexit/;
	if ($end eq $function || $stack->[1] & 1 && @names > 900) { $well++; next }
	$elsewhere++;
	$wrong{ join ' ', @names }++;
}
print "of $function: $well lead there, $elsewhere lead elsewhere, $torn are torn, $none have none\n";
print "all but one of 10000 lead there\n" if $elsewhere * 10000 <= $well;
print "most are whole\n" if $well > $torn;
print "$wrong{$_} $_\n" for sort { $wrong{$b} <=> $wrong{$a} } keys %wrong;
