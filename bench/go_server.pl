#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What snapshots of goroutines cost: an HTTP server (bench/go_server.go) with PARKED
# (10,000) goroutines that wait, and CONNECTIONS (4) that ask as fast as they are answered.
#
# PAIRS (100) times a window of SECONDS (2) without snapshots and one with, in turn AB, BA,
# on the same server and beside the same recorder (--probes go --go-interval 1s), which
# is told to pause (SIGUSR1): so both of a pair are of the same moment of the machine. What
# the recorder takes while it pauses is printed, too. A slow-down is of a pair; quoted is the
# median of all with its 95 % confidence interval by ranks. It is given twice: of the requests
# answered in a second, and of the server's CPU time for a request, which other loads on the
# machine disturb less. The recorder's CPU is its share of one core.
#
# Then, without load: the recorder's CPU, and bytes a snapshot, within an epoch and with
# what is stated anew in each. Then MANY (100,000) goroutines: a snapshot, beside
# the runtime's own debug=2 of the same process: how long each takes, and for how long the
# program stood still, told by a goroutine in it that wants to run all the time.
#
# GO: which go builds it. PARTS: of "pairs idle many" those that are wanted. About 8 minutes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Time::HiRes qw(sleep time);
require 'lib.pl';
our ($build, $work);

my $pairs = $ENV{PAIRS} || 100;
my $seconds = $ENV{SECONDS} || 2;
my $parked = $ENV{PARKED} || 10000;
my $connections = $ENV{CONNECTIONS} || 4;
my $many = $ENV{MANY} || 100000;
my $go = $ENV{GO} || 'go';
my $parts = $ENV{PARTS} || 'pairs idle many';
my $recorder = "$build/record -q --probes go --go-interval 1s";
my $server = "$work/go_server";

# --- the server ---

my @started;
END {
	local $?;
	kill('KILL', $_) for @started;
}

# (pid, port)
sub serve {
	my ($n, $beat) = @_;
	unlink "$work/port";
	my $pid = start("$server serve $n $beat", "$work/port");
	push @started, $pid;
	for (1 .. 300) {
		my $port = -e "$work/port" ? `cat $work/port` : '';
		return ($pid, $port + 0) if $port =~ /\n/;
		sleep 0.1;
	}
	die "the server does not begin\n";
}

sub ask {
	my ($port, $path) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die "127.0.0.1:$port: $!\n";
	print $s "GET $path HTTP/1.0\r\n\r\n";
	local $/;
	my ($body) = <$s> =~ /\r\n\r\n(.*)/s;
	return decode_json($body);
}

sub end {
	my ($pid) = @_;
	kill('KILL', $pid);
	waitpid($pid, 0);
}

# --- the recorder ---

# Nanoseconds that a process has had of a CPU (Documentation/scheduler/sched-stats.rst).
sub cpu_ns {
	my ($pid) = @_;
	open(my $f, '<', "/proc/$pid/schedstat") or return 0;
	my ($ns) = split ' ', <$f>;
	return $ns;
}

sub record {
	my ($pid, $options) = @_;
	my $recorder = start("$recorder -p $pid -o $work/t.tape $options");
	sleep 1.5;
	return $recorder;
}

sub stop {
	my ($recorder) = @_;
	kill('INT', $recorder);
	waitpid($recorder, 0);
	die 'record: ' . `cat $work/stderr` if $?;
}

# What the tape says of its snapshots, a hash each.
sub snapshots {
	my @all;
	open(my $f, '-|', "$build/analyze dump $work/t.tape 2>/dev/null") or die "analyze: $!\n";
	while (<$f>) {
		push @all, { /(\w+)=(\d+)/g } if / go_snapshot /;
	}
	close $f;
	die "no snapshots\n" unless @all;
	return @all;
}

# --- pairs ---

sub average {
	my $sum = 0;
	$sum += $_ for @_;
	return $sum / @_;
}

sub window {
	my ($port, $pid) = @_;
	my ($before, $own) = (ask($port, '/stats'), cpu_ns($pid));
	my $begin = time;
	sleep $seconds;
	my ($elapsed, $after) = (time - $begin, ask($port, '/stats'));
	my $n = $after->{answered} - $before->{answered};
	die "nothing was answered\n" if $n < 10;
	return { rate => $n / $elapsed, cpu => ($after->{cpu_ns} - $before->{cpu_ns}) / $n,
		collected => ($after->{collected} - $before->{collected}) / $elapsed,
		own => (cpu_ns($pid) - $own) / 1e7 / $elapsed };
}

# The median, and the ranks between which that of all possible pairs is in 95 % of cases, as
# "+0.52 % (+0.10 to +0.94)".
sub slower {
	my @s = sort { $a <=> $b } @_;
	my ($n, $half) = (scalar @s, 0.98 * sqrt(@s));
	my ($low, $high) = (int($n / 2 - $half), POSIX::ceil($n / 2 + $half) - 1);
	$low = 0 if $low < 0;
	$high = $#s if $high > $#s;
	return sprintf('%+.2f %% (%+.2f to %+.2f)', map { 100 * ($_ - 1) } median(@s), @s[$low, $high]);
}

sub measure_pairs {
	my ($pid, $port) = serve($parked, '');
	my $load = start("$server load http://127.0.0.1:$port/work $connections");
	push @started, $load;
	sleep 2;
	my $recorder = record($pid, '');
	my (%w, $paused);
	for my $i (1 .. $pairs) {
		for my $how ($i % 2 ? qw(without with) : qw(with without)) {
			my $pause = $how eq 'without';
			kill('USR1', $recorder) if $pause != ($paused // 0);
			$paused = $pause;
			sleep 0.3;
			push @{ $w{$how} }, window($port, $recorder);
		}
	}
	stop($recorder);
	end($_) for $load, $pid;
	my @pairs = map { [ $w{without}[$_], $w{with}[$_] ] } 0 .. $pairs - 1;
	my @s = grep { !$_->{whole} } snapshots();
	printf "%d goroutines wait, %d connections: %s requests/s without snapshots, %s collections/s; %d pairs of %g s\n",
		$parked, $connections, spread('%.0f', map { $_->{rate} } @{ $w{without} }),
		spread('%.1f', map { $_->{collected} } @{ $w{without} }), $pairs, $seconds;
	printf "  slow-down, 95 %% confidence: of requests a second %s; of CPU for a request %s\n",
		slower(map { $_->[0]{rate} / $_->[1]{rate} } @pairs), slower(map { $_->[1]{cpu} / $_->[0]{cpu} } @pairs);
	printf "  recorder: %.2f %% of a core, %.2f while it pauses; a snapshot takes %s ms, tells %s goroutines anew\n",
		average(map { $_->{own} } @{ $w{with} }), average(map { $_->{own} } @{ $w{without} }),
		spread('%.1f', map { $_->{took_ns} / 1e6 } @s), spread('%.0f', map { $_->{changed} } @s);
}

# --- without load ---

sub bytes_after {
	my ($server_pid, $for, $options) = @_;
	my $pid = record($server_pid, "-d ${for}s $options");
	waitpid($pid, 0);
	return size_of("$work/t.tape");
}

sub measure_idle {
	my ($server_pid, $port) = serve($parked, '');
	my $pid = record($server_pid, '');
	my $before = cpu_ns($pid);
	sleep 20;
	my $own = (cpu_ns($pid) - $before) / 1e9 / 20;
	stop($pid);
	my @s = snapshots();
	printf "%d goroutines wait, no load\n", $parked;
	printf "  recorder: %.2f %% of a core; a snapshot takes %s ms, one that states all %s ms\n", 100 * $own,
		spread('%.1f', map { $_->{took_ns} / 1e6 } grep { !$_->{whole} } @s),
		spread('%.1f', map { $_->{took_ns} / 1e6 } grep { $_->{whole} } @s);
	my @long = map { bytes_after($server_pid, $_, '--epoch 100s') } 5, 25;
	my @short = map { bytes_after($server_pid, $_, '') } 5, 25;
	printf "  bytes a snapshot: %.0f within an epoch; %.0f with what each epoch of 10 s states\n",
		($long[1] - $long[0]) / 20, ($short[1] - $short[0]) / 20;
	end($server_pid);
}

# --- very many ---

sub measure_many {
	my ($server_pid, $port) = serve($many, 'beat');
	sleep 1;
	my (%took, %longest);
	ask($port, '/stats');
	for (1 .. 5) {
		sleep 2;
		push @{ $longest{nothing} }, ask($port, '/stats')->{longest_ns} / 1e6;
		my $pid = record($server_pid, '-d 2s');
		waitpid($pid, 0);
		push @{ $longest{perftape} }, ask($port, '/stats')->{longest_ns} / 1e6;
		my @s = snapshots();
		push @{ $took{perftape} }, map { $_->{took_ns} / 1e6 } grep { $_->{whole} } @s;
		push @{ $took{again} }, map { $_->{took_ns} / 1e6 } grep { !$_->{whole} } @s;
		my $own = ask($port, '/dump');
		push @{ $took{own} }, $own->{took_ns} / 1e6;
		push @{ $longest{own} }, $own->{longest_ns} / 1e6;
	}
	end($server_pid);
	printf "%d goroutines wait\n", $many;
	printf "  a snapshot of all: %s ms, the next %s ms; the runtime's debug=2: %s ms\n",
		map { spread('%.0f', @{ $took{$_} }) } qw(perftape again own);
	printf "  the program stood still for at most: %s ms beside perftape, %s ms for debug=2, %s ms beside nothing\n",
		map { spread('%.1f', @{ $longest{$_} }) } qw(perftape own nothing);
}

system("GOENV=off GOFLAGS= GO111MODULE=off GOTOOLCHAIN=local GOPATH=$work/go GOCACHE=\${GOCACHE:-$work/go/cache} CGO_ENABLED=0 " .
	"$go build -o $server $FindBin::Bin/go_server.go") == 0 or die "go build failed\n";
print 'snapshots of goroutines: ', `$go version`;
measure_pairs() if $parts =~ /pairs/;
measure_idle() if $parts =~ /idle/;
measure_many() if $parts =~ /many/;
