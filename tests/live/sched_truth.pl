#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# sched_truth.pl [--lossy] ANALYZE TAPE TRUTH...: holds a tape of samples/programs
# against the JSON that they printed, one TRUTH a program. Prints "ok TEXT" or
# "not ok TEXT", what was wrong moved in below. With --lossy the tape lacks
# records: what is known must be no more than the truth, and what is known and
# what is unknown together no less. With FORGIVE=1 that is asked of programs whose
# switches the kernel kept to itself, and "kept PROGRAM" printed.
#
# Each life is looked at from its own start to its own end, by --from and --to:
# then times and counts are of the same window as the program's own.
use strict;
use warnings;
use JSON::PP;

my $lossy = @ARGV && $ARGV[0] eq '--lossy' ? shift : '';
my ($analyze, $tape, @truths) = @ARGV;
my $json = JSON::PP->new;
# Times are held to a percent where they come in pieces of this length; waits that
# a program timed itself from 1 ms on, CPU time from 2 ms on: the kernel accounts
# that from where its scheduler begins, the tape from where it switches, and between
# them are some microseconds, in a virtual machine up to 20.
my ($worth_ns, $worth_wait_ns) = (2e6, 1e6);

sub view {
	my ($name, @options) = @_;
	open(my $f, '-|', $analyze, $name, '-f', 'json', '--top', 1000000, @options, $tape) or die;
	local $/;
	my $text = <$f>;
	close $f or die "analyze $name failed\n";
	return $json->decode($text);
}

sub item {
	my ($view, $name) = @_;
	my ($item) = grep { $_->{name} eq $name } @{ $view->{items} };
	return $item;
}

# The rows of a table, each by the names of its columns.
sub rows {
	my ($table) = @_;
	my @names = map { $_->{name} } @{ $table->{columns} };
	return map { my %row; @row{@names} = @$_; \%row } @{ $table->{rows} };
}

# A claim: ok if no fault is given.
sub claim {
	my ($text, @faults) = @_;
	print @faults ? "not ok $text\n" : "ok $text\n";
	print "    $_\n" for @faults;
}

my ($clock) = `'$analyze' dump '$tape'` =~ /epoch number=\d+ mono_ns=(\d+) ns wall_ns=(\d+)/ ? $2 - $1 : 0;

# A point of CLOCK_MONOTONIC, as --from and --to take it.
sub point {
	my ($ns) = @_;
	my $wall = $ns + $clock;
	my @t = gmtime(int($wall / 1000000000));
	return sprintf('%04d-%02d-%02dT%02d:%02d:%02d.%09dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0],
		$wall % 1000000000);
}

sub window {
	my ($life) = @_;
	return ('-p', $life->{pid}, '-t', $life->{tid}, '--from', point($life->{start_ns}),
		'--to', point($life->{end_ns}));
}

# Those of a program that counted their own time.
sub lives {
	my ($t) = @_;
	my @all = ($t, $t->{holder}, $t->{ping}, $t->{pong});
	push @all, @{ $t->{$_} || [] } for qw(threads waiters lives);
	return grep { $_ && defined $_->{cpu_ns} } @all;
}

# A life's row of the view sched, and what waits it had, by stack.
sub look {
	my ($life) = @_;
	my @rows = rows(item(view('sched', window($life)), 'threads'));
	my $p = item(view('offcpu', window($life)), 'offcpu');
	my @waits;

	$life->{rows} = \@rows;
	$life->{row} = $rows[0] || { map { $_ => 0 } qw(running waited blocked unknown switches preempted) };
	$life->{wall_ns} = $life->{end_ns} - $life->{start_ns};
	for my $s (@{ $p->{samples} }) {
		my %wait = %{ $p->{label_sets}[$s->{labels}] };
		@wait{ 'count', 'ns' } = @{ $s->{values} };
		$wait{stack} = '';
		for (my $n = $s->{stack}; defined $p->{stacks}[$n]{frame}; $n = $p->{stacks}[$n]{parent}) {
			$wait{stack} .= ';' . $p->{functions}[$p->{frames}[$p->{stacks}[$n]{frame}]{function}];
		}
		$wait{stack} .= ';';
		push @waits, \%wait;
	}
	$life->{waits} = \@waits;
}

# Count and time of the waits that a test is true of.
sub sum_waits {
	my ($life, $test) = @_;
	my ($count, $ns) = (0, 0);
	for (@{ $life->{waits} }) {
		next unless $test->();
		$ns += $_->{ns};
		$count += $_->{count} if ($_->{state} || '') ne 'preempted';
	}
	return ($count, $ns);
}

sub is_near {
	my ($wanted, $got) = @_;
	return abs($wanted - $got) <= 0.01 * $wanted;
}

# A time that is made of so many pieces.
sub time_fault {
	my ($life, $what, $pieces, $wanted, $got) = @_;
	return () if !$pieces || $wanted / $pieces < $worth_ns;
	return far_fault($life, $what, $wanted, $got);
}

sub far_fault {
	my ($life, $what, $wanted, $got) = @_;
	return () if is_near($wanted, $got);
	return sprintf('%s: %s should be %d ns, is %d (%+.2f %%)', $life->{name}, $what, $wanted, $got,
		100 * ($got / $wanted - 1));
}

# The same of waits. A program sees a wait begin before it leaves its CPU and end when it
# has it again: the truth lies between the time that passed and that less the CPU
# time of it ($cpu), and the view's is with or without the time until it had the CPU.
sub wait_fault {
	my ($life, $what, $pieces, $wanted, $cpu, $got) = @_;
	my $most = $got + $life->{row}{waited};
	return () if !$pieces || $wanted / $pieces < $worth_wait_ns;
	return far_fault($life, $what, $wanted, $most) if $most < $wanted - $cpu;
	return far_fault($life, $what, $wanted, $got > $wanted ? $got : $wanted);
}

# Every switch ends a piece of running and begins one of waiting.
sub pieces {
	my ($life) = @_;
	return $life->{voluntary} + $life->{forced} + 1;
}

sub count_fault {
	my ($life, $what, $wanted, $got) = @_;
	return $wanted == $got ? () : "$life->{name}: $what should be $wanted, is $got";
}

# --- what is true of every life ---

sub check_sums {
	my ($name, @lives) = @_;
	claim("$name: each life has a row of its own", map {
		my @r = map { "$_->{tid} $_->{pid} $_->{thread}" } @{ $_->{rows} };
		"@r" eq "$_->{tid} $_->{pid} $_->{name}" ? () : "$_->{name}: rows: @r"
	} @lives);
	claim("$name: running, runnable, blocked and unknown are the life's length, to the ns", map {
		my $r = $_->{row};
		count_fault($_, 'the sum', $_->{wall_ns},
			$r->{running} + $r->{waited} + $r->{blocked} + $r->{unknown})
	} @lives);
}

sub check_exact {
	my ($name, @lives) = @_;
	claim("$name: nothing is unknown", map { count_fault($_, 'unknown', 0, $_->{row}{unknown}) } @lives);
	claim("$name: running is the CPU time", map {
		time_fault($_, 'running', pieces($_), $_->{cpu_ns}, $_->{row}{running})
	} @lives);
	claim("$name: runnable and blocked are the life without its CPU time", map {
		time_fault($_, 'not running', pieces($_), $_->{wall_ns} - $_->{cpu_ns}, $_->{row}{waited} + $_->{row}{blocked})
	} @lives);
	claim("$name: runnable is what the kernel counts", map {
		time_fault($_, 'runnable', pieces($_), $_->{runnable_ns}, $_->{row}{waited})
	} @lives);
	claim("$name: the number of switches is the kernel's", map {
		count_fault($_, 'switches', $_->{voluntary} + $_->{forced}, $_->{row}{switches})
	} @lives);
	claim("$name: the number of preemptions is the kernel's", map {
		count_fault($_, 'preemptions', $_->{forced}, $_->{row}{preempted})
	} @lives);
	claim("$name: the number of waits is the kernel's", map {
		count_fault($_, 'waits', $_->{voluntary}, (sum_waits($_, sub { 1 }))[0])
	} @lives);
}

# How far the two may be apart: a percent, and the microseconds of each switch, which
# are more where the CPU was idle before.
sub room {
	my ($life, $truth) = @_;
	my $switches = $life->{voluntary} + $life->{forced};
	my $idle = ($life->{wall_ns} - $life->{cpu_ns}) / ($switches + 1) > $worth_ns;
	return 0.01 * $truth + 100000 + $switches * ($idle ? 20000 : 1000);
}

# Of what is known nothing is too much, and what is missing is unknown.
sub bounds_fault {
	my ($life, $what, $truth, $known) = @_;
	my $room = room($life, $truth);
	return sprintf('%s: %s is %d ns in truth, %d known, %d unknown', $life->{name}, $what, $truth, $known,
		$life->{row}{unknown}) if $known > $truth + $room || $known + $life->{row}{unknown} < $truth - $room;
	return ();
}

sub check_lossy {
	my ($name, @lives) = @_;
	claim("$name: known running time is true, and the rest is unknown", map {
		bounds_fault($_, 'running', $_->{cpu_ns}, $_->{row}{running})
	} @lives);
	claim("$name: known waiting time is true, and the rest is unknown", map {
		bounds_fault($_, 'not running', $_->{wall_ns} - $_->{cpu_ns}, $_->{row}{waited} + $_->{row}{blocked})
	} @lives);
	claim("$name: known runnable time is no more than the kernel counts", map {
		my $most = $_->{runnable_ns} + room($_, $_->{runnable_ns});
		$_->{row}{waited} > $most ? "$_->{name}: $_->{row}{waited} of $_->{runnable_ns}" : ()
	} @lives);
	claim("$name: no more switches are told of than there were", map {
		my $most = $_->{voluntary} + $_->{forced};
		$_->{row}{switches} > $most ? "$_->{name}: $_->{row}{switches} of $most" : ()
	} @lives);
}

# --- and of each program ---

# The waits in a call have this stack, all of them, and last as long as was measured.
sub check_stack {
	my ($text, $life, $stack, $waits, $ns, $cpu) = @_;
	my ($count, $time) = sum_waits($life, sub { index($_->{stack}, ";$stack;") >= 0 });
	claim($text, count_fault($life, "waits in $stack", $waits, $count),
		wait_fault($life, "time in $stack", $waits, $ns, $cpu || 0, $time));
}

sub check_napper {
	my ($t) = @_;
	check_stack("napper: $_->{name} waits in nap_in_here as often as it left the CPU there", $_,
		'nap_in_here;nap_outer;napper_main', $_->{left_cpu}, $_->{slept_ns}, $_->{slept_cpu_ns})
		for @{ $t->{threads} };
}

sub check_locker {
	my ($t) = @_;
	check_stack("locker: $_->{name} waits for the lock in each round", $_, 'wait_for_lock;waiter_main',
		$t->{rounds}, $_->{waited_ns}) for @{ $t->{waiters} };
	check_stack('locker: the holder sleeps in hold_the_lock', $t->{holder}, 'hold_the_lock;holder_main',
		$t->{rounds}, $t->{holder}{held_ns}) if $t->{how} eq 'sleep';
}

# Who woke whom, in the window of one that was woken: the number of waits that this thread ended.
sub ended_by {
	my ($life, $waker) = @_;
	my @rows = grep { $_->{'waker tid'} == $waker->{tid} && $_->{'woken tid'} == $life->{tid} }
		rows(item(view('wakeups', window($life)), 'wakers'));
	my $n = 0;
	$n += $_->{waits} for @rows;
	return $n;
}

sub check_pingpong {
	my ($t) = @_;
	my ($ping, $pong) = ($t->{ping}, $t->{pong});
	claim('pingpong: each is woken by the other, as often as it waits',
		count_fault($ping, 'woken by pong', $ping->{voluntary}, ended_by($ping, $pong)),
		count_fault($pong, 'woken by ping', $pong->{voluntary}, ended_by($pong, $ping)));
	for my $life ($ping, $pong) {
		my ($count) = sum_waits($life, sub { ($_->{syscall} || '') eq 'read' });
		claim("pingpong: all waits of $life->{name} are in read", count_fault($life, 'waits in read',
			$life->{voluntary}, $count));
	}
}

sub check_crowd {
	my ($t) = @_;
	claim('crowd: runnable is the life without its CPU time', map {
		time_fault($_, 'runnable', pieces($_), $_->{off_cpu_ns}, $_->{row}{waited})
	} @{ $t->{threads} });
}

sub check_diskread {
	my ($t) = @_;
	return if !$t->{disk_bytes}; # a file in memory
	my ($all) = sum_waits($t, sub { ($_->{syscall} || '') eq 'read' });
	my ($disk) = sum_waits($t, sub { $_->{state} eq 'disk' && $_->{stack} =~ /;(read_from_disk;read_all;main);/ });
	claim('diskread: its reads wait for the disk, all in read_from_disk', count_fault($t, 'waits', $all, $disk),
		$all > 0 ? () : 'no wait at all');
}

# Threads and processes that come and go, some with an id that was another's.
sub check_churn {
	my ($t) = @_;
	claim('churn: each life sleeps once, in short_sleep', map {
		my ($count, $ns) = sum_waits($_, sub { index($_->{stack}, ';short_sleep;live;') >= 0 });
		(count_fault($_, 'waits in short_sleep', 1, $count),
			wait_fault($_, 'time in short_sleep', 1, $_->{slept_ns}, $_->{slept_cpu_ns}, $ns))
	} grep { defined $_->{slept_ns} } @{ $t->{lives} });
	my @all = rows(item(view('sched'), 'threads'));
	claim('churn: an id that is used again is another thread', map {
		my $life = $_;
		my $n = grep { $_->{tid} == $life->{tid} && $_->{pid} == $life->{pid} && $_->{thread} eq $life->{name} } @all;
		count_fault($life, 'rows in the whole tape', 1, $n)
	} @{ $t->{lives} });
}

# The kernel did not tell of all switches: a tape without a loss says so. Such are
# those from threads of some virtual machines' own agents.
sub keeps_back {
	return scalar grep { /no loss explains it/ } @{ view('sched')->{notes} };
}

my %check = (
	napper => \&check_napper,
	locker => \&check_locker,
	pingpong => \&check_pingpong,
	crowd => \&check_crowd,
	diskread => \&check_diskread,
	churn => \&check_churn,
);

for my $file (@truths) {
	open(my $f, '<', $file) or die "$file: $!\n";
	local $/;
	my $t = $json->decode(<$f>);
	my @lives = lives($t);
	look($_) for @lives;
	check_sums($t->{program}, @lives);
	my $kept = $ENV{FORGIVE} && keeps_back() && grep { $_->{row}{unknown} } @lives;
	print "kept $t->{program}\n" if $kept;
	if ($lossy || $kept) {
		check_lossy($t->{program}, @lives);
	} else {
		check_exact($t->{program}, @lives);
		$check{ $t->{program} }->($t) if $check{ $t->{program} };
	}
}
