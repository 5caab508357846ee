# SPDX-License-Identifier: BSD-2-Clause
#
# What the benchmarks share: run something and know its CPU time and peak
# memory, medians and ratios. A shared machine drifts by a factor of two within
# minutes, so everything is measured in turn (A B A B ...), and what is quoted is
# the median of the ratios of one round, with its range.
use strict;
use warnings;
use Time::HiRes qw(time sleep);

our $build = $ENV{BUILD} || 'build';
our $rounds = $ENV{ROUNDS} || 5;
our $work = `mktemp -d "\${TMPDIR:-/tmp}/bench.XXXXXX"`;
chomp $work;
END {
	local $?; # what we end with
	system('rm', '-rf', $work) if $work;
}

sub start {
	my ($command, $out) = @_;
	my $pid = fork();
	die "fork: $!\n" unless defined $pid;
	if (!$pid) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', $out || '/dev/null');
		open(STDERR, '>', "$work/stderr");
		exec('sh', '-c', "exec $command") or exit 127;
	}
	return $pid;
}

# Waits for a child; its CPU seconds, user and system, with all of its own children.
sub finish {
	my ($pid) = @_;
	my @before = times;
	waitpid($pid, 0);
	my @after = times;
	return $after[2] + $after[3] - $before[2] - $before[3];
}

# Runs a command: (elapsed seconds, CPU seconds, peak KiB, status). Peak memory is
# the kernel's own count, read from a last word of the process (see peak.c).
sub run {
	my ($command, $out) = @_;
	my $begin = time;
	my $pid = start("$build/bench/peak $work/peak $command", $out);
	my $cpu = finish($pid);
	my $elapsed = time - $begin;
	my $status = $? >> 8;
	open(my $f, '<', "$work/peak") or return ($elapsed, $cpu, 0, $status);
	my $peak = <$f>;
	close $f;
	return ($elapsed, $cpu, $peak + 0, $status);
}

sub median {
	my @s = sort { $a <=> $b } @_;
	return @s % 2 ? $s[$#s / 2] : ($s[@s / 2 - 1] + $s[@s / 2]) / 2;
}

# "1.23 (1.10 to 1.40)"
sub spread {
	my ($format, @v) = @_;
	my @s = sort { $a <=> $b } @v;
	return sprintf("$format ($format to $format)", median(@v), $s[0], $s[-1]);
}

# Rows, the first of which is the head, as Markdown; numbers to the right.
sub markdown {
	my ($rows) = @_;
	my @right = map { my $i = $_; $i && !grep { $_->[$i] !~ /^[\d.]+$|^-$/ } @$rows[1 .. $#$rows] } 0 .. $#{ $rows->[0] };
	my @width = map { my $i = $_; (sort { $b <=> $a } map { length $_->[$i] } @$rows)[0] } 0 .. $#{ $rows->[0] };
	my @lines = map { my $row = $_; '| ' . join(' | ', map { sprintf($right[$_] ? '%*s' : '%-*s', $width[$_], $row->[$_]) } 0 .. $#width) . " |\n" } @$rows;
	splice(@lines, 1, 0, '| ' . join(' | ', map { '-' x $_ } @width) . " |\n");
	return join('', @lines);
}

# Puts texts into a page, each between its mark, <!-- name -->, and the next end.
sub update_page {
	my ($path, %text) = @_;
	open(my $in, '<', $path) or die "$path: $!\n";
	my $page = do { local $/; <$in> };
	close $in;
	$page =~ s/(<!-- $_ -->\n).*?(<!-- end -->)/$1$text{$_}$2/s for keys %text;
	open(my $out, '>', $path) or die "$path: $!\n";
	print $out $page;
	close $out or die "$path: $!\n";
}

sub size_of { return (stat($_[0]))[7] || 0 }

1;
