#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The table of truth: programs of samples/languages, each built in the ways that
# matter, recorded while they run, and for how many of their samples analyze shows
# just the stack that the program has, root to leaf, with names; how many go on from
# main to where the thread began; and how many have the right file with a line.
#
#   bench/frames.pl [--update] [NAME...]   all, or those whose name has NAME in it
#
# FULL=1 does more builds of each, and Go by the releases in GO_RELEASES (their
# GOROOTs; bench/go_releases.sh fetches them). PYTHONS are the interpreters to take.
# --update writes the table into docs/frames.md. What is not installed is told of and
# left out. Exit status 1 if a row has less than AIM (99) percent. WHY=1 shows the
# stacks that are wrong. Names and lines are those of the tape alone (--no-files).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep time);
use JSON::PP;
use POSIX ();
require 'lib.pl';
our ($build, $work);

my $hz = 499;
my $full = $ENV{FULL};
my $aim = $ENV{AIM} || 99;
my $seconds = $ENV{RECORD_SECONDS} || ($full ? 10 : 6);
my $batch = $full ? 6 : 12;
my $unwind = `$build/record --help` =~ /--unwind/ ? '--unwind=auto' : '';
my $update = @ARGV && $ARGV[0] eq '--update' ? shift : '';
my @wanted = @ARGV;
my $root = "$FindBin::Bin/..";
my $from = "$root/samples/languages";
my $to = "$work/languages";
mkdir $to;
# Without PYTHONS the machine's own, unless it is stripped, as Debian's is: the functions of
# the interpreter itself have no names then, and tests/live/python.sh looks at the script's.
chomp(my $own_python = `python3 -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null`);
my $is_stripped = $own_python && `readelf -SW '$own_python' 2>/dev/null` !~ /\.symtab/;
print STDERR "Python is left out: $own_python is stripped\n" if $is_stripped && !$ENV{PYTHONS};
my @pythons = split(' ', $ENV{PYTHONS} || ($is_stripped ? '' : 'python3'));

my $fp = '-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer';
my $rust = 'rustc --edition 2021 -C opt-level=2 -C codegen-units=1';
my $node = "node --interpreted-frames-native-stack --no-logfile-per-isolate --logfile=$work/v8.log";

# What is built and how; run: the command, %s is where build put it. lines: whether
# debug information is there. main: only the first thread does the work, or the second
# of that name. nameless: its names were stripped, no aim holds. full: only with FULL.
my @kinds = (
	{ name => 'C', kind => 'gcc -O2', build => "gcc -g -O2 $from/chain.c -o %s", lines => 1 },
	{ name => 'C', kind => 'gcc -O2, frame pointers', build => "gcc -g -O2 $fp $from/chain.c -o %s", lines => 1 },
	{ name => 'C', kind => 'gcc -O2, no unwind tables', build => "gcc -g -O2 $fp -fno-asynchronous-unwind-tables $from/chain.c -o %s", lines => 1, full => 1 },
	{ name => 'C', kind => 'gcc -O3, static', build => "gcc -g -O3 -static $from/chain.c -o %s", lines => 1, full => 1 },
	{ name => 'C', kind => 'clang -O2', build => "clang -g -O2 $from/chain.c -o %s", lines => 1, full => 1 },
	{ name => 'C', kind => 'clang -O2, frame pointers', build => "clang -g -O2 $fp $from/chain.c -o %s", lines => 1, full => 1 },
	{ name => 'C++', kind => 'g++ -O2', build => "g++ -g -O2 $from/chain.cc -o %s", lines => 1 },
	{ name => 'C++', kind => 'g++ -O2, frame pointers', build => "g++ -g -O2 $fp $from/chain.cc -o %s", lines => 1, full => 1 },
	{ name => 'C++', kind => 'clang++ -O2', build => "clang++ -g -O2 $from/chain.cc -o %s", lines => 1, full => 1 },
	{ name => 'Rust', kind => 'rustc -O', build => "$rust -g $from/chain.rs -o %s", lines => 1 },
	{ name => 'Rust', kind => 'rustc -O, v0 names', build => "$rust -g -C symbol-mangling-version=v0 $from/chain.rs -o %s", lines => 1, full => 1 },
	{ name => 'Rust', kind => 'rustc -O, frame pointers', build => "$rust -g -C force-frame-pointers=yes $from/chain.rs -o %s", lines => 1, full => 1 },
	go_kinds('', 'go'),
	(map { { name => 'Python', kind => python_version($_), run => "$_ $from/chain.py", main => 1, lines => 1 } } @pythons),
	{ name => 'Node', kind => '--perf-basic-prof', run => "$node --perf-basic-prof --no-turbo-inlining $from/chain.js", main => 1 },
	{ name => 'Node', kind => '--perf-prof', run => "$node --perf-prof --no-turbo-inlining $from/chain.js", main => 1, full => 1, in => $work },
	{ name => 'Java', kind => 'jcmd Compiler.perfmap', build => "javac -d $to $from/Chain.java", main => 'java', java => 1,
		run => "java -cp $to -XX:+PreserveFramePointer -XX:-Inline -Xcomp -XX:CompileOnly=Chain Chain" },
);

sub python_version {
	my ($command) = @_;
	chomp(my $version = `$command -c 'import platform; print(platform.python_version())' 2>/dev/null`);
	return $version || 'none';
}

# The builds of one release of Go; its command.
sub go_kinds {
	my ($where, $go) = @_;
	my $module = "$where GO111MODULE=off GOTOOLCHAIN=local";
	my $plain = "$module CGO_ENABLED=0 $go build -o %s";
	my $cgo = "$module CGO_ENABLED=1 $go build -o %s";
	my $version = `$where $go version 2>/dev/null` =~ /go(1\.[0-9.]+)/ ? $1 : '';

	return { name => 'Go', kind => 'none', needs => 'go' } unless $version;
	return (
		{ name => "Go $version", kind => 'plain', build => "$plain $from/go/chain.go", lines => 1 },
		{ name => "Go $version", kind => '-s -w', build => "$plain -ldflags='-s -w' $from/go/chain.go", lines => 1 },
		{ name => "Go $version", kind => 'pie', build => "$plain -buildmode=pie $from/go/chain.go", lines => 1, full => 1 },
		{ name => "Go $version", kind => 'pie, -s -w', build => "$plain -buildmode=pie -ldflags='-s -w' $from/go/chain.go", lines => 1, full => 1 },
		{ name => "Go $version", kind => 'cgo', build => "$cgo $from/gocgo/chain.go", lines => 1 },
		{ name => "Go $version", kind => 'cgo, -s -w', build => "$cgo -ldflags='-s -w' $from/gocgo/chain.go", nameless => 1, full => 1 },
	);
}

sub note { print STDERR "frames: @_\n" }

# --- building and running ---

sub make {
	my ($k, $number) = @_;
	$k->{path} = "$to/$number";
	if ($k->{build}) {
		(my $command = $k->{build}) =~ s/%s/$k->{path}/;
		my $tool = first_tool($command);
		if (system("command -v $tool >/dev/null 2>&1")) {
			note("$k->{name}, $k->{kind}: left out: no $tool here");
			return 0;
		}
		if (system("$command 2>$work/build")) {
			note("$k->{name}, $k->{kind}: cannot be built: " . `head -n 3 $work/build`);
			return 0;
		}
	}
	$k->{run} ||= $k->{path};
	my $tool = first_tool($k->{run});
	return 1 unless system("command -v $tool >/dev/null 2>&1");
	note("$k->{name}, $k->{kind}: left out: no $tool here");
	return 0;
}

sub first_tool {
	my ($command) = @_;
	my @words = grep { !/^[A-Z0-9_]+=/ } split(' ', $command);
	return $words[0];
}

sub launch {
	my ($k) = @_;
	my $command = "$k->{run} 600";
	pipe(my $out, my $in) or die "pipe: $!\n";
	my $pid = fork();
	die "fork: $!\n" unless defined $pid;
	if (!$pid) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>&', $in);
		open(STDERR, '>', "$work/stderr");
		chdir($k->{in}) if $k->{in};
		exec(split(' ', $command)) or POSIX::_exit(127); # exit would run END
	}
	close $in;
	my $line = '';
	while ($line ne "ready\n") { # others may have something to say before
		$line = <$out>;
		last unless defined $line;
	}
	$k->{out} = $out;
	$k->{pid} = $pid;
	return 1 if defined $line;
	note("$k->{name}, $k->{kind}: does not run");
	stop($k);
	return 0;
}

sub stop {
	my ($k) = @_;
	kill 'KILL', $k->{pid};
	waitpid($k->{pid}, 0);
}

# Records what runs, all at once. Java writes its map when it is asked to: -Xcomp has
# compiled everything by now.
sub record_all {
	my ($tape, @running) = @_;
	my $pids = join(',', map { $_->{pid} } @running);
	system("jcmd $_->{pid} Compiler.perfmap >/dev/null 2>&1") for grep { $_->{java} } @running;
	waitpid(start("$build/record -q -F $hz $unwind --symbols=lines -d ${seconds}s -p $pids -o $tape"), 0);
	die 'record failed: ' . `cat $work/stderr` if $?;
	$_->{tid} = main_thread($_) for @running;
	stop($_) for @running;
	unlink "/tmp/perf-$_->{pid}.map" for @running;
}

# The thread that does the work: the first, or the second of that name.
sub main_thread {
	my ($k) = @_;
	return 0 unless $k->{main};
	return $k->{pid} if $k->{main} eq '1';
	for my $task (sort { $a <=> $b } map { m{/(\d+)$} } glob("/proc/$k->{pid}/task/*")) {
		open(my $f, '<', "/proc/$k->{pid}/task/$task/comm") or next;
		chomp(my $comm = <$f>);
		return $task if $comm eq $k->{main} && $task != $k->{pid};
	}
	return $k->{pid};
}

# --- judging ---

my $words = join('|', qw(root outer middle inner hot warm cool deep));
my $begins = qr/^(_start|__clone3?|clone3?|start_thread|thread_start|runtime\.goexit(\.abi0)?|runtime\.rt0_go(\.abi0)?|_rt0_.*)$/;

# Whether names, the words of the chain in a stack, are a stack of the program.
sub is_possible {
	my ($deep) = (scalar grep { $_ eq 'deep' } @_);
	my $chain = join(' ', @_);
	return 1 if $chain =~ /^root( outer( middle( inner( (hot|warm|cool))?)?)?)?$/;
	return 0 unless $chain =~ /^root( deep)+( hot)?$/;
	return $deep <= 20 && ($chain !~ /hot$/ || $deep == 20);
}

# From which line of a source to which each function of the chain reaches: each is
# defined before it is called, in all of them.
sub lines_of {
	my ($path) = @_;
	my (%first, %range);
	open(my $f, '<', $path) or die "$path: $!\n";
	while (my $line = <$f>) {
		while ($line =~ /(?<![A-Za-z0-9_])($words|main)\s*[<(]/g) {
			$first{$1} ||= $.;
		}
	}
	my $end = $.;
	for my $word (keys %first) {
		my ($next) = sort { $a <=> $b } grep { $_ > $first{$word} } values %first;
		$range{$word} = [ $first{$word}, $next ? $next - 1 : $end ];
	}
	return \%range;
}

# Takes " file:line" off a frame. Whether it is right for a word of the chain.
sub take_line {
	my ($k, $frame, $word) = @_;
	my ($file, $line) = $frame =~ m{ \(?(?:\S*/)?([^/ ]+):(\d+)\)?$} or return 0;
	my $range = $k->{ranges}{$word} or return 1;
	return $file eq $k->{file} && $line >= $range->[0] && $line <= $range->[1];
}

# One stack, root first: is it whole, does it go on to where the thread began, are the lines right.
sub judge {
	my ($k, @frames) = @_;
	my (@chain, $unnamed);
	my $right = 1;
	my $begun = name_of($frames[0]) =~ $begins;
	for my $text (@frames) {
		my $frame = bare($text);
		my ($word) = $frame =~ /(?<![A-Za-z0-9_])($words)(?![A-Za-z0-9_])/;
		$unnamed = 1 if @chain && $frame =~ /^\[.*\]$/;
		next if !$word || $frame =~ /_\[k\]$/;
		$right = 0 if $k->{lines} && !take_line($k, $text, $word);
		# A lambda or a wrapper of a function, and the function, are one.
		next if @chain && $word ne 'deep' && $chain[-1] eq $word;
		push @chain, $word if !($frame =~ /(lambda|closure|\.func\d+|operator\(\)|vtable|Fn>?::call)/);
	}
	my $whole = !$unnamed && is_possible(@chain);
	return ($whole, $begun, $whole && $right);
}

# A function's name alone: arguments of it, of a template, of a generic may have any name.
sub bare {
	my ($frame) = @_;
	$frame = name_of($frame);
	$frame =~ s/(?<=[\w:])(<(?:[^<>]++|(?1))*>)//g;
	$frame =~ s/(\((?:[^()]++|(?1))*\))//g;
	return $frame;
}

# A frame without its line. Node's names have one of their own, and two numbers.
sub name_of {
	my ($frame) = @_;
	$frame =~ s/ \S+:\d+\)?$// unless $frame =~ /:\d+:\d+$/;
	return $frame;
}

sub measure {
	my ($k, $tape) = @_;
	my $only = $k->{tid} ? "-t $k->{tid}" : "-p $k->{pid}";
	my %wrong;
	$k->{sum} = $k->{whole} = $k->{begun} = $k->{right} = 0;
	if ($k->{lines}) {
		my ($path) = (($k->{build} || '') . " $k->{run}") =~ /(\Q$from\E\S+)/;
		$k->{ranges} = lines_of($path);
		($k->{file} = $path) =~ s{.*/}{};
	}
	open(my $f, '-|', "$build/analyze cpu -f folded --lines --no-files $only $tape") or die "analyze: $!\n";
	while (my $line = <$f>) {
		chomp $line;
		my ($stack, $value) = $line =~ /^(.*) (\d+)$/ or next;
		my (undef, @frames) = split(/;/, $stack);
		next if $stack =~ /;runtime\.(sysmon|gcBgMarkWorker|bgsweep|bgscavenge)\b/; # not the program's
		next if $stack =~ /^[^;]*;runtime\.(mcall|mstart)\b/; # the scheduler's, between goroutines
		next if $stack =~ /^[^;]*;runtime\.morestack[^;]*;runtime\.newstack[^;]*;runtime\.(goschedImpl|preemptPark)\b/;
		my ($whole, $begun, $right) = @frames ? judge($k, @frames) : (0, 0, 0);
		$k->{sum} += $value;
		$k->{whole} += $value if $whole;
		$k->{begun} += $value if $begun;
		$k->{right} += $value if $right;
		$wrong{$stack} += $value unless $k->{lines} ? $right : $whole;
	}
	close $f;
	return unless $ENV{WHY};
	my @worst = sort { $wrong{$b} <=> $wrong{$a} } keys %wrong;
	for my $stack (@worst[0 .. ($#worst < 4 ? $#worst : 4)]) {
		(my $shown = $stack) =~ s/([^;]{60})[^;]*/$1/g;
		$shown =~ s/^.*?;(?=[^;]*\broot\b)/... / unless $ENV{WHY} eq 'all';
		printf STDERR "%s, %s: %.1f%% %s\n", $k->{name}, $k->{kind}, 100 * $wrong{$stack} / $k->{sum}, $shown;
	}
}

# --- the table ---

sub percent {
	my ($part, $all) = @_;
	return $all ? sprintf('%.1f', 100 * $part / $all) : '-';
}

sub table {
	my @rows = map { [ $_->{name}, $_->{kind}, sprintf('%.0f', $_->{sum} * $hz / 1e9),
		percent($_->{whole}, $_->{sum}), percent($_->{begun}, $_->{sum}),
		$_->{lines} ? percent($_->{right}, $_->{sum}) : '-' ] } @_;
	return markdown([ [ 'language', 'build', 'samples', 'whole, %', 'to the thread\'s begin, %', 'lines, %' ], @rows ]);
}

sub is_wanted {
	my ($k) = @_;
	return 0 if $k->{full} && !$full && !@wanted;
	return 0 if $k->{needs};
	return !@wanted || grep { index(lc "$k->{name}, $k->{kind}", lc $_) >= 0 } @wanted;
}

if ($full) {
	my @releases = glob('/usr/lib/go-1.*');
	push @releases, split(' ', $ENV{GO_RELEASES}) if $ENV{GO_RELEASES};
	push @kinds, map { go_kinds("GOROOT=$_", "$_/bin/go") } @releases;
}
my @done;
my $number = 0;
my @left = grep { is_wanted($_) && make($_, ++$number) } @kinds;
while (@left) {
	my @running = grep { launch($_) } splice(@left, 0, $batch);
	next unless @running;
	my $tape = "$work/t.tape";
	sleep 1; # JIT compilers settle
	record_all($tape, @running);
	measure($_, $tape) for @running;
	push @done, @running;
}
my $text = table(@done);
print $text;
update_page("$root/docs/frames.md", table => $text) if $update;
exit((grep { !$_->{nameless} && (!$_->{sum} || 100 * $_->{whole} / $_->{sum} < $aim) } @done) ? 1 : 0);
