#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that nobody here wrote: of their samples in user mode, how many frames
# have a name, and how many stacks reach where their thread began; by module, what
# is not named. Beside perf record --call-graph dwarf and fp on the same run of the
# program, all at the same rate.
#
#   bench/real.pl [NAME...]    all, or those whose name has NAME in it
#
# Each program runs RECORD_SECONDS (8) while all three record it; a second time for the
# numbers of each alone would be another run. What is not installed is left out,
# loudly. ESBUILD: the program from npm's esbuild, if it is not on the PATH.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use POSIX ();
use Time::HiRes qw(sleep time);
require 'lib.pl';
our ($build, $work);

my $seconds = $ENV{RECORD_SECONDS} || 8;
my $hz = 99;
my @wanted = @ARGV;
my $esbuild = $ENV{ESBUILD} || 'esbuild';
my $unwind = `$build/record --help` =~ /--unwind/ ? '--unwind=auto' : '';

# What each is made to do; longer than it is recorded.
my @programs = (
	[ 'python3', 'python3 -c "import json,re
while True: re.findall(r\'[a-z]+\', json.dumps({str(i): \'x\' * i for i in range(500)}))"' ],
	[ 'node', "node --no-logfile-per-isolate --logfile=$work/v8.log --perf-basic-prof" . ' -e "
function work(n) { const a = []; for (let i = 0; i < n; i++) a.push({ k: i, s: String(i) }); return JSON.parse(JSON.stringify(a)).sort((x, y) => x.s < y.s ? -1 : 1).length }
for (;;) work(20000)"' ],
	[ 'openssl', 'openssl speed -seconds 60 sha256 rsa2048' ],
	[ 'gzip', "gzip -9 -c $work/input -c $work/input -c $work/input" ],
	[ 'sqlite3', "sqlite3 :memory: 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) select count(*), sum(i * i % 7), max(printf(\"%d\", i)) from n;'" ],
	[ 'esbuild', "$esbuild $work/input.js --minify --outfile=$work/out.js" ],
	[ 'java', "java -XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -cp $work/java Real" ],
);

sub note { print STDERR "real: @_\n" }

sub is_here {
	my ($command) = @_;
	return system("command -v $command >/dev/null 2>&1") == 0;
}

# What the programs read.
sub make_inputs {
	open(my $f, '>', "$work/input") or die "input: $!\n";
	srand(1);
	print $f join('', map { chr(97 + int(rand(16))) } 1 .. 4096), "\n" for 1 .. 24000;
	close $f;
	open($f, '>', "$work/input.js") or die "input.js: $!\n";
	print $f "export function f$_(a, b) { const c = a + b * $_; if (c > 3) { return [c, a].map(x => x + 1) } return { c, a } }\n"
		for 1 .. 400000;
	close $f;
	mkdir "$work/java";
	open($f, '>', "$work/java/Real.java") or die "Real.java: $!\n";
	print $f <<'JAVA';
import java.util.*;
public class Real {
    public static void main(String[] a) {
        for (long n = 0;; n++) {
            Map<String, Integer> m = new TreeMap<>();
            for (int i = 0; i < 20000; i++)
                m.merge(Integer.toString(i * 31 % 5000), 1, Integer::sum);
            if (m.size() == 1) System.out.println(n);
        }
    }
}
JAVA
	close $f;
	system("javac -d $work/java $work/java/Real.java 2>/dev/null") if is_here('javac');
}

sub launch {
	my ($command) = @_;
	my $pid = fork();
	die "fork: $!\n" unless defined $pid;
	return $pid if $pid;
	open(STDIN, '<', '/dev/null');
	open(STDOUT, '>', '/dev/null');
	open(STDERR, '>', '/dev/null');
	exec('sh', '-c', "exec $command") or POSIX::_exit(127);
}

# --- perftape's side ---

my $begins = qr/^(_start|__clone3?|clone3?|start_thread|thread_start|runtime\.goexit(\.abi0)?|runtime\.mstart|runtime\.rt0_go(\.abi0)?|_rt0_.*|runtime\.mcall)$/;

# Frames of user code: (samples, frames, named, stacks that reach their root, { what is not named => frames }).
sub perftape {
	my ($tape, $pid) = @_;
	my ($n, $frames, $named, $rooted, %unnamed) = (0, 0, 0, 0);
	open(my $f, '-|', "$build/analyze cpu -f folded -p $pid $tape") or die "analyze: $!\n";
	while (<$f>) {
		chomp;
		my ($stack, $value) = /^(.*) (\d+)$/ or next;
		my (undef, @all) = split(/;/, $stack);
		@all = grep { !/_\[k\]$/ } @all;
		my $marked = grep { $_ eq '[incomplete]' } @all;
		@all = grep { $_ ne '[incomplete]' } @all or next;
		$n += $value;
		$rooted += $value if !$marked && $all[0] =~ $begins;
		for my $frame (@all) {
			$frames += $value;
			if ($frame =~ /^\[.*\]$/) {
				$unnamed{$frame} += $value;
			} else {
				$named += $value;
			}
		}
	}
	close $f;
	return ($n * $hz / 1e9, $frames, $named, $rooted * $hz / 1e9, \%unnamed);
}

# --- perf's ---

sub perf {
	my ($data, $pid) = @_;
	my ($n, $frames, $named, $rooted, @stack) = (0, 0, 0, 0);
	open(my $f, '-|', "perf script -i $data --no-inline -F comm,pid,tid,ip,sym,dso 2>/dev/null") or die "perf: $!\n";
	while (my $line = <$f>) {
		chomp $line;
		if ($line =~ /^\s+[0-9a-f]+ (.*) \((.*)\)$/) {
			push @stack, [ $1, $2 ];
			next;
		}
		next unless $line eq '' && @stack;
		my @user = grep { $_->[1] !~ /^\[(kernel|guest)|\.ko/ && $_->[1] ne '[unknown]' || $_->[0] ne '[unknown]' } @stack;
		@user = grep { $_->[1] !~ /kernel\.kallsyms|\]\.text$|^\[k/ } @user;
		@stack = ();
		next unless @user;
		$n++;
		$rooted++ if $user[-1][0] =~ $begins;
		$frames += @user;
		$named += grep { $_->[0] ne '[unknown]' } @user;
	}
	close $f;
	return ($n, $frames, $named, $rooted);
}

sub percent {
	my ($part, $all) = @_;
	return $all ? sprintf('%5.1f', 100 * $part / $all) : '    -';
}

sub row {
	my ($name, $who, $bytes, $n, $frames, $named, $rooted) = @_;
	printf "%-10s %-22s %8.0f %12s %14s %12.0f\n", $name, $who, $n, percent($named, $frames), percent($rooted, $n), $n ? $bytes / $n : 0;
}

sub measure {
	my ($name, $command) = @_;
	my $pid = launch($command);
	sleep 1.5;
	if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
		note("$name: left out: it does not run, or ends at once");
		return;
	}
	my @recorders = (start("$build/record -q -F $hz $unwind -d ${seconds}s -p $pid -o $work/t.tape"));
	if (is_here('perf')) {
		push @recorders, start("perf record -q -F $hz -g --call-graph dwarf -p $pid -o $work/dwarf.data -- sleep $seconds");
		push @recorders, start("perf record -q -F $hz -g --call-graph fp -p $pid -o $work/fp.data -- sleep $seconds");
	}
	sleep $seconds - 2;
	system("jcmd $pid Compiler.perfmap >/dev/null 2>&1") if $name eq 'java';
	waitpid($_, 0) for @recorders;
	kill 'KILL', $pid;
	waitpid($pid, 0);
	my @ours = perftape("$work/t.tape", $pid);
	row($name, 'perftape', size_of("$work/t.tape"), @ours[0 .. 3]);
	row('', 'perf, dwarf', size_of("$work/dwarf.data"), perf("$work/dwarf.data", $pid)) if @recorders > 1;
	row('', 'perf, fp', size_of("$work/fp.data"), perf("$work/fp.data", $pid)) if @recorders > 1;
	unlink "/tmp/perf-$pid.map";
	my $unnamed = $ours[4];
	for my $what ((sort { $unnamed->{$b} <=> $unnamed->{$a} } keys %$unnamed)[0 .. 2]) {
		printf "%-10s   not named: %s%% of frames in %s\n", '', percent($unnamed->{$what}, $ours[1]), $what if defined $what;
	}
}

make_inputs();
printf "%-10s %-22s %8s %12s %14s %12s\n", 'program', 'recorder', 'samples', 'named, %', 'to the root, %', 'bytes/sample';
for my $p (@programs) {
	my ($name, $command) = @$p;
	next if @wanted && !grep { index($name, $_) >= 0 } @wanted;
	my $tool = $name eq 'esbuild' ? $esbuild : $name;
	if (!is_here($tool)) {
		note("$name: left out: no $tool here");
		next;
	}
	measure($name, $command);
}
