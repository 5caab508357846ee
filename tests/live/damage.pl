#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# damage.pl ANALYZE TAPE PLACES WORK: damages a tape in every way that the README
# promises to survive, at PLACES spread places each, and holds what analyze reports
# against what stood in the blocks that were not hit. Prints "ok CLAIM: N tapes" or
# "not ok CLAIM" with the first faults.
use strict;
use warnings;
use POSIX qw(:sys_wait_h);

my ($analyze, $tape, $places, $work) = @ARGV;
my $jobs = 2;
open(my $f, '<:raw', $tape) or die "$tape: $!\n";
my $bytes = do { local $/; <$f> };
close $f;
my $size = length $bytes;

# Where the blocks stand, and how many samples are in each.
my @blocks;
for (`$analyze dump --blocks $tape`) {
	push @blocks, { at => $1, end => $1 + 80 + $2, size => 80 + (($2 + 7) & ~7), samples => 0 }
		if /^block \d+ at (\d+) .* packed=(\d+)/;
}
my ($period) = `$analyze dump $tape` =~ /cpu\.period_ns=(\d+)/ or die "no period\n";

sub samples_of {
	my ($path) = @_;
	my $out = `$analyze cpu -f folded --no-files $path 2>$path.err`;
	return (-1, `cat $path.err`) if $?;
	my $ns = 0;
	$ns += $1 while $out =~ / (\d+)$/mg;
	return (int($ns / $period + 0.5), '');
}

sub save {
	my ($path, $data) = @_;
	open(my $o, '>:raw', $path) or die "$path: $!\n";
	print $o $data;
	close $o;
}

# A block's samples: those that are missing when it alone is overwritten.
my ($all) = samples_of($tape);
sub run_all {
	my ($n, $one) = @_;
	my (@faults, %running, $next);
	$next = 0;
	pipe(my $in, my $out) or die;
	for my $job (0 .. $jobs - 1) {
		my $pid = fork();
		next if $pid;
		close $in;
		for (my $i = $job; $i < $n; $i += $jobs) {
			my $fault = $one->($i, "$work/job$job");
			syswrite($out, "$i $fault\n") if $fault ne '';
		}
		POSIX::_exit(0);
	}
	close $out;
	push @faults, $_ while defined($_ = <$in>);
	1 while wait() > 0;
	return @faults;
}

sub count_blocks {
	my @lines = run_all(scalar @blocks, sub {
		my ($i, $path) = @_;
		my $data = $bytes;
		substr($data, $blocks[$i]{at}, $blocks[$i]{size}) = "\xaa" x $blocks[$i]{size};
		save($path, $data);
		my ($n) = samples_of($path);
		return $all - $n;
	});
	for (@lines) {
		my ($i, $n) = split;
		$blocks[$i]{samples} = $n;
	}
	my $sum = 0;
	$sum += $_->{samples} for @blocks;
	die "the blocks' samples do not add up: $sum of $all\n" if $sum != $all;
}

# What is left when the bytes from..to are not as they were. The padding behind a block is no part of it.
sub left_of {
	my ($from, $to) = @_;
	my $left = $all;
	for (@blocks) {
		$left -= $_->{samples} if $_->{at} < $to && $_->{end} > $from;
	}
	return $left;
}

sub check {
	my ($claim, $n, $one) = @_;
	my @faults = run_all($n, $one);
	if (!@faults) {
		print "ok $claim: $n tapes\n";
		return;
	}
	print "not ok $claim: ", scalar @faults, " of $n tapes\n";
	print "    $_" for @faults[0 .. ($#faults < 4 ? $#faults : 4)];
}

# The report of damaged bytes has all samples of the blocks that were not hit.
sub expect {
	my ($path, $data, $want, $what) = @_;
	save($path, $data);
	my ($n, $said) = samples_of($path);
	return "$what: analyze failed: $said" if $n < 0;
	return $n == $want ? '' : "$what: $n samples, not $want";
}

sub cut_at {
	my ($at, $path) = @_;
	# Without even the file header and one block it is no tape, and said so.
	if ($at < $blocks[0]{at} + $blocks[0]{size}) {
		save($path, substr($bytes, 0, $at));
		my ($n, $said) = samples_of($path);
		return '' if $n == 0 || ($n < 0 && $said =~ /^analyze: .*not a tape/ && $said =~ tr/\n// == 1);
		return "cut at $at: $n: $said";
	}
	return expect($path, substr($bytes, 0, $at), left_of($at, $size), "cut at $at");
}

count_blocks();
printf "ok the tape has %d bytes, %d blocks, %d samples\n", $size, scalar @blocks, $all;
check('cut at spread offsets', $places, sub { cut_at(int($size * ($_[0] + 0.5) / $places), $_[1]) });
my $edge = $places < 2000 ? 256 : 4096;
check("cut at every byte of the first $edge", $edge, sub { cut_at($_[0], $_[1]) });
check("cut at every byte of the last $edge", $edge, sub { cut_at($size - 1 - $_[0], $_[1]) });
check('64 zeroed bytes', $places, sub {
	my ($i, $path) = @_;
	my $at = int(($size - 64) * ($i + 0.5) / $places);
	my $data = $bytes;
	substr($data, $at, 64) = "\0" x 64;
	# Zeros that were zeros before are no damage: what counts is from the first to the last that was none.
	my $old = substr($bytes, $at, 64);
	$old =~ /^(\0*)(.*?)\0*$/s;
	return expect($path, $data, left_of($at + length $1, $at + length($1) + length $2), "zeroed at $at");
});
check('flipped bits', $places, sub {
	my ($i, $path) = @_;
	my $at = int($size * ($i + 0.5) / $places);
	my $data = $bytes;
	substr($data, $at, 1) = chr(ord(substr($data, $at, 1)) ^ (1 << ($i % 8)));
	return expect($path, $data, left_of($at, $at + 1), "flipped at $at");
});
check('a block twice', $places, sub {
	my ($i, $path) = @_;
	my $b = $blocks[int(@blocks * ($i + 0.5) / $places)];
	my $data = $bytes;
	substr($data, $b->{at}, 0) = substr($bytes, $b->{at}, $b->{size});
	return expect($path, $data, $all, "doubled at $b->{at}");
});
check('two blocks swapped', $places, sub {
	my ($i, $path) = @_;
	my $x = $blocks[int(@blocks * ($i + 0.5) / $places)];
	my $y = $blocks[($i * 7919 + 1) % @blocks];
	($x, $y) = ($y, $x) if $x->{at} > $y->{at};
	return '' if $x == $y;
	my $data = substr($bytes, 0, $x->{at}) . substr($bytes, $y->{at}, $y->{size})
		. substr($bytes, $x->{at} + $x->{size}, $y->{at} - $x->{at} - $x->{size})
		. substr($bytes, $x->{at}, $x->{size}) . substr($bytes, $y->{at} + $y->{size});
	return expect($path, $data, $all, "swapped $x->{at} and $y->{at}");
});
check('repair makes a tape that verifies', $places / 10, sub {
	my ($i, $path) = @_;
	my $at = int(($size - 64) * ($i + 0.5) / ($places / 10));
	my $data = $bytes;
	substr($data, $at, 64) = "\xff" x 64;
	save($path, $data);
	unlink "$path.repaired";
	return "repair at $at failed: " . `cat $path.err`
		if system("$analyze repair -o $path.repaired $path >$path.err 2>&1");
	return "repaired at $at does not verify: " . `cat $path.err`
		if system("$analyze verify $path.repaired >$path.err 2>&1");
	my ($n) = samples_of("$path.repaired");
	my $want = left_of($at, $at + 64);
	return $n == $want ? '' : "repaired at $at: $n samples, not $want";
});
