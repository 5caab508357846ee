#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# sched_lives.pl ANALYZE TAPE: works out from the tape's own records how long each
# thread lived in it, and holds the views sched and wall against that, to the
# nanosecond. Prints "ok TEXT" or "not ok TEXT". Only for tapes that lost nothing.
#
# A thread lives from the wake-up that says that it is new, or if there is none
# from the start of the recording, to the switch that says that it is dead, or to
# the end of the recording. Ids are used again: what is compared is the sum of all
# lives of a (pid, tid), and that no life is longer than the recording.
use strict;
use warnings;
use JSON::PP;

my ($analyze, $tape) = @ARGV;
my $json = JSON::PP->new;
my ($from, $to);	      # of the recording
my (%alive, %lived, %lives);  # start of the present life, sum and number of all, by "pid tid"
my %thread;		      # the pid of a tid that lives

sub ns {
	my ($seconds) = @_;
	return $1 * 1000000000 + $2 if $seconds =~ /^(\d+)\.(\d{9})$/;
	die "$seconds is no time\n";
}

sub begin {
	my ($who, $ns) = @_;
	$alive{$who} = $ns;
	$lives{$who}++;
}

sub end {
	my ($who, $ns) = @_;
	$lived{$who} += $ns - $alive{$who};
	delete $alive{$who};
}

# At any record about a thread: it lives, if not new then since the recording began.
sub see {
	my ($pid, $tid, $new_ns) = @_;
	my $who = "$pid $tid";
	return if !$tid || exists $alive{$who} && !$new_ns;
	end($who, $new_ns) if exists $alive{$who};
	begin($who, $new_ns || $from);
}

# Records in order of time; those of the same instant as they stand in the tape.
sub records {
	open(my $f, '-|', $analyze, 'dump', $tape) or die;
	my @all;
	while (<$f>) {
		$from = ns($1) if /^(\S+) .* watch on=1 .*group="sched"/;
		$to = ns($1) if /^(\S+) .* watch on=0 .*group="sched"/;
		push @all, [ns($1), $_] if /^(\S+) cpu=\d+ pid=\d+ tid=\d+ sched_(switch|wakeup) /;
	}
	close $f or die "dump failed\n";
	return sort { $a->[0] <=> $b->[0] } @all;
}

sub follow {
	my ($ns, $text) = @_;
	my ($pid, $tid) = $text =~ / pid=(\d+) tid=(\d+) /;
	if ($text =~ / sched_wakeup .*flags=0x([0-9a-f]+)/) {
		see($pid, $tid, hex($1) & 1 ? $ns : 0);
		return;
	}
	my ($next, $next_pid, $state, $flags) =
		$text =~ / next_tid=(\d+) next_tgid=(\d+) state=0x([0-9a-f]+) flags=0x([0-9a-f]+)/ or die $text;
	if (hex($flags) & 8) {
		see($pid, $tid, 0);
		end("$pid $tid", $ns) if $tid && hex($state) & 0x90;
	}
	see($next_pid, $next, 0) if hex($flags) & 16;
}

sub view {
	my ($name) = @_;
	open(my $f, '-|', $analyze, $name, '-f', 'json', '--top', 1000000, '--no-files', $tape) or die;
	local $/;
	my $text = <$f>;
	close $f or die "analyze $name failed\n";
	return $json->decode($text);
}

sub compare {
	my ($view, $got) = @_;
	my @faults;
	for my $who (sort keys %lived) {
		my $ns = $got->{$who} || 0;
		push @faults, "$who: lived $lived{$who} ns in $lives{$who} lives, the view says $ns"
			if $ns != $lived{$who};
	}
	push @faults, map { "$_: the view says $got->{$_}, no record tells of it" }
		grep { !exists $lived{$_} } sort keys %$got;
	my $n = keys %lived;
	print @faults ? 'not ok' : 'ok', " $view: the times of each thread are the time that it lived\n";
	splice(@faults, 20);
	print "    $_\n" for @faults;
}

my @records = records();
die "no recording\n" unless defined $from && defined $to;
follow(@$_) for grep { $_->[0] >= $from && $_->[0] <= $to } @records;
end($_, $to) for keys %alive;

my (%sched, %wall);
for my $table (grep { $_->{name} eq 'threads' } @{ view('sched')->{items} }) {
	my @names = map { $_->{name} } @{ $table->{columns} };
	for my $cells (@{ $table->{rows} }) {
		my %row;
		@row{@names} = @$cells;
		$sched{"$row{pid} $row{tid}"} += $row{waited} + $row{running} + $row{blocked} + $row{unknown};
	}
}
for my $p (grep { $_->{shape} eq 'profile' } @{ view('wall')->{items} }) {
	for (@{ $p->{samples} }) {
		my $who = $p->{label_sets}[$_->{labels}];
		$wall{"$who->{pid} $who->{tid}"} += $_->{values}[1];
	}
}
compare('sched', \%sched);
compare('wall', \%wall);
my $reused = grep { $_ > 1 } values %lives;
printf "ok %d threads, %d records, ids used again: %d\n", scalar keys %lived, scalar @records, $reused;
