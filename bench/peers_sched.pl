#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Totals beside those of other tools, each together with perftape on the same load:
# offcputime, runqlat and wakeuptime of libbpf-tools, perf sched latency, perf
# trace -s. The load is programs of samples. Prints one table: the threads of each
# program together, perftape's figure, the peer's, the difference. docs/peers.md
# says what each tool measures, and why some differ. About 40 seconds.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use JSON::PP;
use Time::HiRes qw(sleep);
require 'lib.pl';
our ($build, $work);
$ENV{PATH} .= ':/usr/sbin:/sbin';

chomp(my $cpus = `getconf _NPROCESSORS_ONLN`);
my $last = $cpus - 1;
my %load = (
	napper => '2 100,400 20ms,5ms',
	locker => '3 100 10ms',
	crowd => "--cpu $last 3 1500ms",
	pingpong => '30000',
);
my @programs = sort keys %load;
# perf sched record takes sched_waking where there is one, and perf sched latency
# then counts no wake-up at all: it is given what it understands.
my @latency_events = map { "-e sched:sched_$_" }
	qw(switch stat_runtime wakeup wakeup_new migrate_task process_fork);
my %peer = (
	offcputime => 'offcputime',
	runqlat => 'runqlat -P',
	wakeuptime => 'wakeuptime',
	sched => "perf record -q -a -B -N -R -c 1 -m 1024 @latency_events -o $work/sched.data",
	trace => "perf trace -a -s -o $work/trace.out",
);

sub slurp {
	my ($file) = @_;
	open(my $f, '<', $file) or return '';
	local $/;
	return scalar <$f>;
}

# A peer and perftape, then the load, then their ends.
sub record_both {
	my ($name) = @_;
	my $ours = start("$build/record -q --probes sched,syscall -a -o $work/t.tape");
	my $peer = start($peer{$name}, "$work/$name.out.txt");
	sleep 3;
	my @running = map { start("$build/samples/$_ $load{$_}", "$work/$_.json") } @programs;
	finish($_) for @running;
	sleep 0.5;
	kill('INT', $ours, $peer);
	finish($_) for $ours, $peer;
}

sub table_of {
	my ($view, $name) = @_;
	my $text = `$build/analyze $view -f json --top 1000000 $work/t.tape`;
	my $result = decode_json($text);
	my ($t) = grep { $_->{name} eq $name } @{ $result->{items} };
	my @names = map { $_->{name} } @{ $t->{columns} };
	return map { my %row; @row{@names} = @$_; \%row } @{ $t->{rows} };
}

# The threads that a program told of, by tid.
sub threads_of {
	my ($program) = @_;
	my $t = decode_json(slurp("$work/$program.json"));
	my %name;
	$name{ $_->{tid} } = $_->{name}
		for grep { $_ && $_->{tid} } $t->{holder}, $t->{ping}, $t->{pong}, @{ $t->{threads} || [] },
			@{ $t->{waiters} || [] };
	return ($t->{pid}, \%name);
}

# --- figures of a program, ours and theirs; times in ns ---

my (@rows, %sched, %process, %calls);

sub add {
	my ($tool, $what, $program, $ours, $theirs) = @_;
	push @rows, [$tool, $what, $program, $ours, $theirs];
}

sub sum {
	my $n = 0;
	$n += $_ || 0 for @_;
	return $n;
}

sub read_ours {
	(%sched, %process, %calls) = ();
	$sched{ $_->{tid} } = $_ for table_of('sched', 'threads');
	$process{ $_->{pid} } = $_ for table_of('sched', 'processes');
	push @{ $calls{ $_->{tid} } }, $_ for table_of('syscalls', 'threads');
}

sub compare_offcputime {
	my ($program, undef, $names) = @_;
	my $text = slurp("$work/offcputime.out.txt");
	my %us;
	$us{$1} += $2 while $text =~ /^ +- +\S.* \((\d+)\)\n +(\d+)$/mg;
	add('offcputime', 'time off CPU', $program, sum(map { $sched{$_}{waited} + $sched{$_}{blocked} } keys %$names),
		1000 * sum(map { $us{$_} } keys %$names));
}

sub compare_runqlat {
	my ($program, $pid) = @_;
	my ($text) = slurp("$work/runqlat.out.txt") =~ /^pid = $pid .*\n((?:.+\n)+)/m;
	my $n = 0;
	$n += $1 while ($text || '') =~ /-> \d+ +: (\d+) /g;
	add('runqlat', 'waits for a CPU', $program, $process{$pid}{waits}, $n);
}

sub compare_wakeuptime {
	my ($program, undef, $names) = @_;
	my $text = slurp("$work/wakeuptime.out.txt");
	my %us;
	$us{$1} += $2 while $text =~ /target: +(\S+)\n(?:(?!\ttarget:).*\n)*?.*waker: .*\n\t(\d+)\n/g;
	add('wakeuptime', 'time blocked', $program, sum(map { $sched{$_}{blocked} } keys %$names),
		1000 * sum(map { $us{$_} } values %$names));
}

my $latency;

sub compare_latency {
	my ($program, undef, $names) = @_;
	$latency ||= `perf sched latency -p -i $work/sched.data 2>/dev/null </dev/null`;
	my (%ran, %n, %delay);
	while ($latency =~ /^ +\S.*?:(\d+) +\| +([\d.]+) ms \| +(\d+) \| avg: +([\d.]+) ms/mg) {
		($ran{$1}, $n{$1}, $delay{$1}) = ($2 * 1e6, $3, $3 * $4 * 1e6);
	}
	my @tids = keys %$names;
	add('perf sched latency', 'running', $program, sum(map { $sched{$_}{running} } @tids), sum(@ran{@tids}));
	add('perf sched latency', 'waits for a CPU', $program, sum(map { $sched{$_}{waits} } @tids), sum(@n{@tids}));
	add('perf sched latency', 'time without a CPU', $program, sum(map { $sched{$_}{waited} } @tids),
		sum(@delay{@tids}));
}

sub compare_trace {
	my ($program, undef, $names) = @_;
	my $text = slurp("$work/trace.out");
	my (%count, %ms);
	for my $tid (keys %$names) {
		my ($part) = $text =~ /^ \S.* \($tid\), \d+ events.*\n((?:\n?(?: {3}.*)\n)+)/m or next;
		while ($part =~ /^ +([a-z]\w*) +(\d+) +(\d+) +([\d.]+) /mg) {
			$count{$1} += $2;
			$ms{$1} += $4;
		}
	}
	for my $call (qw(clock_nanosleep futex read write)) {
		my @ours = grep { $_->{call} eq $call } map { @{ $calls{$_} || [] } } keys %$names;
		my $n = sum(map { $_->{calls} } @ours);
		next if $n < 100;
		add('perf trace -s', "$call, calls", $program, $n, $count{$call});
		add('perf trace -s', "$call, time", $program, sum(map { $_->{total} } @ours), 1e6 * ($ms{$call} || 0));
	}
}

sub show {
	printf "%-18s  %-20s  %-8s  %14s  %14s  %s\n", 'tool', 'what', 'program', 'perftape', 'tool', 'difference';
	for (@rows) {
		my ($tool, $what, $program, $ours, $theirs) = @$_;
		my $time = $what !~ /waits|calls/;
		my @shown = map { $time ? sprintf('%.3f ms', ($_ || 0) / 1e6) : $_ || 0 } $ours, $theirs;
		my $difference = !$theirs ? 'nothing' : $ours ? sprintf('%+.2f %%', 100 * ($theirs / $ours - 1)) : '';
		printf "%-18s  %-20s  %-8s  %14s  %14s  %s\n", $tool, $what, $program, @shown, $difference;
	}
}

mkdir '/sys/kernel/tracing' unless -d '/sys/kernel/tracing';
system('mount -t tracefs none /sys/kernel/tracing') unless -d '/sys/kernel/tracing/events';
my %compare = (
	offcputime => \&compare_offcputime,
	runqlat => \&compare_runqlat,
	wakeuptime => \&compare_wakeuptime,
	sched => \&compare_latency,
	trace => \&compare_trace,
);
my $lost = 0;
for my $name (qw(offcputime runqlat wakeuptime sched trace)) {
	# perf 6.1 may die of a mapping that it is told of (docs/peers.md): again, if it left no figure.
	for (1 .. 3) {
		my $before = @rows;
		record_both($name);
		read_ours();
		$latency = '';
		$compare{$name}->($_, threads_of($_)) for @programs;
		last if grep { $_->[4] } @rows[$before .. $#rows];
		splice(@rows, $before) if $_ < 3;
	}
	$lost += $1 if `$build/analyze info $work/t.tape` =~ /lost_count\s+(\d+)/;
}
show();
print "lost by perftape: $lost\n";
