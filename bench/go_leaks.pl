#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What the view leaks finds of goroutines that leak in known ways, and of sound ones:
# samples/programs/go/kinds, built by each release of Go in the ways that matter, all
# kinds of a build at once, recorded with --probes go alone.
#
#   bench/go_leaks.pl [--update] [KIND...]
#
# GO_RELEASES: their GOROOTs (bench/go_releases.sh fetches them); else those that are
# installed. WAYS: of plain stripped pie cgo. SECONDS: how long is recorded (300).
# TOGETHER: how many builds at once (1). GOCACHE: where Go keeps what it compiles.
# One build at a time, for 12 seconds: 100,000 that wait (parked).
# --update writes the table into docs/leaks.md. WHY=1 tells what is wrong. Exit status 1
# if anything is. A cell is what was found: for a kind that leaks how many are reported
# with the right grade, number, go statement, line, maker and rate, for a sound one the
# strongest grade above old.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep time);
use JSON::PP;
use POSIX ();
require 'lib.pl';
our ($build, $work);

my $seconds = $ENV{SECONDS} || 300;
my $together = $ENV{TOGETHER} || 1;
my $update = @ARGV && $ARGV[0] eq '--update' ? shift : '';
my $root = "$FindBin::Bin/..";
my $from = "$root/samples/programs/go/kinds";
my @leaks = qw(receive send mutex rwmutex select timer group http minute found);
my @sound = qw(pool fan polls server ticker deep parked);
my @wanted = @ARGV ? @ARGV : (@leaks, @sound);
my %is_leak = map { $_ => 1 } @leaks;
my @ways = split(' ', $ENV{WAYS} || 'plain stripped pie cgo');
my @roots = split(' ', $ENV{GO_RELEASES} || '');
@roots = grep { -x "$_/bin/go" } glob('/usr/lib/go-1.*') unless @roots;
my $cache = $ENV{GOCACHE} || "$work/cache";
my %brief = (parked => 1); # much to read, and nothing changes: by itself, for a short time
my $brief_seconds = 12;
my $builds = 0;
# One in a minute needs minutes to be seen.
@wanted = grep { $_ ne 'minute' } @wanted if $seconds < 240;

sub note { print STDERR "go_leaks: @_\n" }

# --- building and running ---

sub make {
	my ($goroot, $way, $experiment) = @_;
	my $b = { goroot => $goroot, way => $way, path => "$work/kinds" . ++$builds };
	my $environment = "GOROOT=$goroot GOTOOLCHAIN=local GO111MODULE=off GOENV=off GOFLAGS= GOPROXY=off GOPATH=$work/go GOCACHE=$cache";
	my $mode = $way eq 'pie' ? 'pie' : 'exe';
	my $flags = $way eq 'stripped' ? '-s -w' : '';
	$environment .= ' CGO_ENABLED=' . ($way eq 'cgo' ? 1 : 0) . ($experiment ? " GOEXPERIMENT=$experiment" : '');
	chomp($b->{version} = `$environment $goroot/bin/go env GOVERSION 2>/dev/null`);
	($b->{minor}) = $b->{version} =~ /^go1\.(\d+)/ or return;
	return $b unless system("cd $root && $environment $goroot/bin/go build -buildmode=$mode -ldflags='$flags' -o $b->{path} ./samples/programs/go/kinds 2>$work/build");
	note("$b->{version}, $way: cannot be built: " . `head -n 3 $work/build`);
	return;
}

# The runtime looks for leaks itself since 1.27; 1.26 does where it was built to, which means
# compiling all of its library again, and is done of one build and the same stripped.
sub binary_of {
	my ($b, $kind) = @_;
	$b->{looks} = 1 if $b->{minor} >= 27;
	return $b->{path} unless $kind eq 'found' && $b->{minor} == 26 && $b->{way} =~ /^(plain|stripped)$/;
	my $other = make($b->{goroot}, $b->{way}, 'goroutineleakprofile') or return $b->{path};
	$b->{looks} = 1;
	return $other->{path};
}

sub launch {
	my ($b, $kind) = @_;
	my $path = binary_of($b, $kind);
	# What is opened one by one at first has to be there long before the end.
	my @n = $seconds < 180 && $kind =~ /^(pool|polls|server)$/ ? ('n=' . int($seconds / 8)) : ();
	pipe(my $out, my $in) or die "pipe: $!\n";
	my $pid = fork();
	die "fork: $!\n" unless defined $pid;
	if (!$pid) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>&', $in);
		open(STDERR, '>>', "$work/programs");
		exec($path, $kind, @n) or POSIX::_exit(127); # exit would run END
	}
	close $in;
	my $line = <$out>;
	die "$b->{version}, $b->{way}: $kind does not run\n" unless defined $line && $line eq "ready\n";
	return { build => $b, kind => $kind, pid => $pid, out => $out };
}

# What they say of themselves. Nobody is left behind.
sub stop {
	my (@running) = @_;
	for my $r (@running) {
		kill 'TERM', $r->{pid};
		my $line = readline($r->{out});
		$r->{truth} = decode_json($line) if $line;
		kill 'KILL', $r->{pid};
		waitpid($r->{pid}, 0);
	}
}

# They leak until just before the last snapshot, so that its count is the truth.
sub record_all {
	my ($tape, $seconds, @running) = @_;
	my $pids = join(',', map { $_->{pid} } @running);
	my $recorder = start("$build/record -q --probes go --symbols=lines -d ${seconds}s -p $pids -o $tape");
	sleep $seconds - 3;
	kill 'USR1', $_->{pid} for @running;
	waitpid($recorder, 0);
	my $status = $?;
	stop(@running);
	die 'record failed: ' . `cat $work/stderr` if $status;
}

# --- judging ---

# The rows of both tables by process, each a hash.
sub rows_of {
	my ($tape, $seconds) = @_;
	my $age = $seconds >= 180 ? 60 : int($seconds / 3);
	my $report = decode_json(scalar `$build/analyze leaks --all --age ${age}s --no-files -f json $tape`);
	my %rows;
	for my $table (grep { $_->{shape} eq 'table' && $_->{name} =~ /^(leaks|meant)$/ } @{$report->{items}}) {
		my @names = map { $_->{name} } @{$table->{columns}};
		for my $cells (@{$table->{rows}}) {
			my %row;
			@row{@names} = @$cells;
			push @{$rows{$row{pid}}}, \%row;
		}
	}
	return \%rows;
}

# "main.f leaks.go:12"
sub place {
	my ($in, $at) = @_;
	$at =~ s{.*/}{};
	return "$in $at";
}

sub is_strong { return $_[0] =~ /^(reported|growing|stuck)$/ }

# What is wrong of the row that is the leak.
sub wrong_of {
	my ($r, $row) = @_;
	my $t = $r->{truth};
	my @wrong;
	my $grade = $r->{kind} eq 'found' && $r->{build}{looks} ? 'reported' : 'growing';
	push @wrong, "grade $row->{grade}" if $row->{grade} ne $grade;
	push @wrong, "$row->{goroutines} of $t->{leaked}" if $row->{goroutines} != $t->{leaked};
	push @wrong, "created by $row->{'created by'}" if $row->{'created by'} ne place($t->{created_in}, $t->{created_at});
	push @wrong, "waits in @{$row->{'waits in'}}" unless grep { $_ eq place($t->{blocked_in}, $t->{blocked_at}) } @{$row->{'waits in'}};
	push @wrong, "made by $row->{'made by'}" if $t->{creator} && $r->{build}{minor} >= 21 && $row->{'made by'} ne "goroutine $t->{creator}";
	# It grows until three seconds before the end, and one in a minute by whole ones. What is reported comes in steps.
	my ($rate, $steps) = (60 * $t->{rate}, 60 / $seconds);
	push @wrong, sprintf('%.1f a minute', $row->{'a minute'})
		if $grade eq 'growing' && abs($row->{'a minute'} - $rate) > $steps + $rate * (0.02 + 4 / $seconds);
	return @wrong;
}

sub judge_leak {
	my ($r, @rows) = @_;
	my ($row, @others) = grep { is_strong($_->{grade}) } @rows;
	my @wrong = $row ? wrong_of($r, $row) : ('not found');
	push @wrong, map { "$_->{grade} too: $_->{'created by'}" } @others;
	$r->{cell} = $row ? $row->{goroutines} : 0;
	return @wrong;
}

sub judge_sound {
	my ($r, @rows) = @_;
	my ($strong) = grep { is_strong($_->{grade}) } @rows;
	my $t = $r->{truth};
	my @wrong = map { "$_->{grade}: $_->{'created by'}, " . ($_->{'waits in'}[-2] || '?') } grep { is_strong($_->{grade}) } @rows;
	$r->{cell} = $strong ? $strong->{grade} : '-';
	if ($r->{kind} eq 'parked') {
		my ($all) = grep { $_->{goroutines} == $t->{parked} } @rows;
		push @wrong, "not $t->{parked} of them" unless $all;
	}
	if ($t->{depth}) {
		my ($deep) = sort { $b <=> $a } map { scalar grep { /^main\.descend / } @{$_->{'waits in'}} } @rows;
		push @wrong, ($deep || 0) . " calls deep instead of $t->{depth}" unless ($deep || 0) == $t->{depth};
	}
	return @wrong;
}

sub judge {
	my ($r, $rows) = @_;
	my @wrong = !$r->{truth} ? ('it ended')
		: $is_leak{$r->{kind}} ? judge_leak($r, @{$rows->{$r->{pid}} || []})
		: judge_sound($r, @{$rows->{$r->{pid}} || []});
	$r->{wrong} = @wrong;
	$r->{cell} = ($r->{cell} // '') . '!' if @wrong;
	note("$r->{build}{version}, $r->{build}{way}, $r->{kind}: " . join('; ', @wrong)) if @wrong && $ENV{WHY};
	$r->{build}{cells}{$r->{kind}} = $r->{cell};
}

# --- the table ---

sub table {
	my @head = ('release', 'build', 's', @wanted);
	my @rows = map { my $b = $_; (my $version = $b->{version}) =~ s/^go//;
		[ $version, $b->{way}, $seconds, map { $b->{cells}{$_} // '' } @wanted ] } @_;
	my @width;
	for my $row (\@head, @rows) {
		for my $i (0 .. $#head) {
			my $n = length $row->[$i];
			$width[$i] = $n if !$width[$i] || $n > $width[$i];
		}
	}
	return join('', map { my $row = $_; '| ' . join(' | ', map {
		sprintf($_ < 2 ? '%-*s' : '%*s', $width[$_], $row->[$_]) } 0 .. $#head) . " |\n" }
		\@head, [ map { '-' x $_ } @width ], @rows);
}

# Records some kinds of some builds at once; how many are not as they should be.
sub measure {
	my ($seconds, $kinds, @some) = @_;
	my @running = map { my $b = $_; map { launch($b, $_) } @$kinds } @some;
	return 0 unless @running;
	my $tape = "$work/t.tape";
	record_all($tape, $seconds, @running);
	system('cp', $tape, "$ENV{KEEP}.$some[0]{way}.$some[0]{minor}.tape") if $ENV{KEEP} && $seconds > $brief_seconds;
	my $rows = rows_of($tape, $seconds);
	judge($_, $rows) for @running;
	return scalar grep { $_->{wrong} } @running;
}

my @long = grep { !$brief{$_} } @wanted;
my @short = grep { $brief{$_} } @wanted;
my @left = map { my $way = $_; map { [ $_, $way ] } @roots } @ways;
my (@builds, $wrong);
while (@left) {
	my @some = map { make(@$_) || () } splice(@left, 0, $together);
	next unless @some;
	$wrong += measure($seconds, \@long, @some);
	$wrong += measure($brief_seconds, \@short, $_) for @some;
	note("$some[0]{version} to $some[-1]{version}, $some[0]{way}: done");
	push @builds, @some;
}
@builds = sort { $a->{minor} <=> $b->{minor} } @builds; # keeps the order of ways
my $text = table(@builds);
print $text;
if ($update) {
	local $/;
	open(my $in, '<', "$root/docs/leaks.md") or die "docs/leaks.md: $!\n";
	my $page = <$in>;
	close $in;
	$page =~ s/(<!-- table -->\n).*(<!-- end -->)/$1$text$2/s;
	open(my $out, '>', "$root/docs/leaks.md") or die "docs/leaks.md: $!\n";
	print $out $page;
}
exit($wrong || !@builds ? 1 : 0);
