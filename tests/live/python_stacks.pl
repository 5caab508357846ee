#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# python_stacks.pl STEPS.PY <FOLDED: how many samples of samples/programs/steps.py
# have the stack that they must have. The input is folded, with lines. Prints
# "samples N", "whole N" (the Python frames are a way into the program, from its root
# on, of the right order and number), "spin N" (and reach the function that burns),
# "lines N" (whole, and every frame's line is one of its function, and of the call of
# the next), and "sixty N", "thirty N", "ten N". What is not whole goes to stderr.
use strict;
use warnings;

my @source = ('');
my @inside = ('<module>');
my @open;
open my $steps, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
while (my $line = <$steps>) {
	chomp $line;
	my ($indent) = $line =~ /^( *)/;
	if ($line =~ /\S/) {
		pop @open while @open && length($indent) <= $open[-1][0];
		push @open, [length $indent, $1] if $line =~ /^ *(?:def|class) (\w+)/;
	}
	push @source, $line;
	push @inside, @open ? $open[-1][1] : '<module>';
}

# As a pattern of the functions' names, a blank behind each; any of its beginnings is a way too.
my @main = ('<module>', 'main', 'run');
my @ways = (
	[@main, 'method', 'sixty', 'spin'],
	[@main, 'method', 'due'],
	[@main, 'due'],
	[@main, 'from_generator', 'generator', 'thirty', 'spin'],
	[@main, 'compared', 'compare', ('recursion') x 41, 'ten', 'spin'],
	['_bootstrap', '_bootstrap_inner', 'run', 'other_thread', 'spin'],
);

sub is_way {
	my ($way, @names) = @_;
	return 0 if !@names || @names > @$way;
	for my $i (0 .. $#names) {
		return 0 if $names[$i] ne $way->[$i];
	}
	return 1;
}

# The line is in the function, and the next function's name stands there or near: calls have several lines.
sub has_lines {
	my @frames = @_;
	for my $i (0 .. $#frames) {
		my ($name, $file, $line) = @{ $frames[$i] };
		next if $file ne 'steps.py';
		return 0 if $line < 1 || $line > $#source || $inside[$line] ne $name && $name ne '<module>';
		next if $i == $#frames;
		my $called = $frames[$i + 1][0] eq 'compare' ? 'sort' : $frames[$i + 1][0];
		my ($from, $to) = ($line > 2 ? $line - 2 : 1, $line + 2 < $#source ? $line + 2 : $#source);
		return 0 if !grep { /\b\Q$called\E\(/ } @source[$from .. $to];
	}
	return 1;
}

my %n = map { $_ => 0 } qw(samples whole spin lines sixty thirty ten);
while (my $stack = <STDIN>) {
	$stack =~ s/ (\d+)$// or next;
	my $count = $1;
	my @frames;
	for my $frame (split /;/, $stack) {
		next if $frame !~ /^(?:.*\.)?([^.]+) \(([^:()]+\.py|<frozen [^>]*>)(?::(\d+))?\)$/;
		push @frames, [$1, $2, $3 // 0];
	}
	my @names = map { $_->[0] } @frames;
	$n{samples} += $count;
	my $imports = @names > 1 && $names[0] eq '<module>' && $names[1] eq '_find_and_load';
	if (!$imports && !grep { is_way($_, @names) } @ways) {
		print STDERR "$count $stack\n";
		next;
	}
	$n{whole} += $count;
	$n{lines} += $count if $imports || has_lines(@frames);
	next if $names[-1] ne 'spin';
	$n{spin} += $count;
	$n{$names[-2]} += $count if exists $n{$names[-2]};
}
print "$_ $n{$_}\n" for qw(samples whole spin lines sixty thirty ten);
