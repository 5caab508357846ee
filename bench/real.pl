#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that nobody here wrote: of their samples in user mode, how many frames
# have a name, and how many stacks reach where their thread began, by the module of
# their leaf; and which modules are not named, with the reason. Beside perf record
# --call-graph dwarf and fp on the same run of the program, all at the same rate.
#
#   bench/real.pl [--update] [NAME...]    all, or those whose name has NAME in it
#
# --update writes the tables into docs/real.md. Each program runs RECORD_SECONDS (8)
# while all three record it; a second time for the numbers of each alone would be
# another run. What is not installed is left out, loudly. ESBUILD: the program from
# npm's esbuild, if it is not on the PATH. WHY=1 shows stacks of ours without a root.
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits
use FindBin;
use lib $FindBin::Bin;
use JSON::PP;
use POSIX ();
use Time::HiRes qw(sleep time);
require 'lib.pl';
our ($build, $work);

my $seconds = $ENV{RECORD_SECONDS} || 8;
my $hz = 99;
my $update = @ARGV && $ARGV[0] eq '--update' ? shift : '';
my @wanted = @ARGV;
my $root = "$FindBin::Bin/..";
my $esbuild = $ENV{ESBUILD} || 'esbuild';
my @recorders = ('perftape', 'perf, dwarf', 'perf, fp');

# What each is made to do; longer than it is recorded.
my @programs = (
	[ 'python3', '/usr/bin/python3 -c "import json,re
while True: re.findall(r\'[a-z]+\', json.dumps({str(i): \'x\' * i for i in range(500)}))"' ],
	[ 'python3, built here', 'python3 -c "import json,re
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

# --- what is known of a program while it runs ---

sub slurp {
	my ($path) = @_;
	open(my $f, '<:raw', $path) or return '';
	local $/;
	return scalar <$f>;
}

# { exe, entry: the address at which it begins, maps: [ from, to, offset, path ]... }
sub look_at {
	my ($pid) = @_;
	my %auxv = unpack('Q<*', slurp("/proc/$pid/auxv"));
	my @maps;
	for (split(/\n/, slurp("/proc/$pid/maps"))) {
		push @maps, [ hex($1), hex($2), hex($3), $4 ] if /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ \S+ *(.*)$/;
	}
	return { pid => $pid, exe => readlink("/proc/$pid/exe"), entry => $auxv{9}, maps => \@maps };
}

# The module of an address and its offset there.
sub place_of {
	my ($program, $address) = @_;
	for my $m (@{ $program->{maps} }) {
		return ($m->[3], $address - $m->[0] + $m->[2]) if $address >= $m->[0] && $address < $m->[1];
	}
	return ('', $address);
}

# Modules as they are told: code that no file has is one.
sub module_name {
	my ($path) = @_;
	return 'compiled at run time' if $path =~ m{^(//anon|\[anon|\[heap\]|memfd:|/memfd:|/tmp/(perf|jitted)-)} || $path eq '';
	(my $name = $path) =~ s{.*/}{};
	return $name;
}

# Whether the file has more than .dynsym, or a debug file is installed for it.
my %ships;
sub ships_symbols {
	my ($path) = @_;
	return 1 unless $path =~ m{^/(?!tmp/perf-)} && -e $path;
	return $ships{$path} //= do {
		my $elf = `readelf -SnW '$path' 2>/dev/null`;
		my $debug = $elf =~ /Build ID: (..)(\w+)/ ? "/usr/lib/debug/.build-id/$1/$2.debug" : '';
		$elf =~ /\] \.(symtab|gopclntab|gnu_debugdata) / || -e $debug ? 1 : 0;
	};
}

# --- stacks, of whichever recorder: frames are { module, offset, name (or undef) }, leaf first ---

my $begins = qr/^(_start|__clone3?|clone3?|start_thread|thread_start|runtime\.goexit(\.abi0)?|runtime\.mstart(\.abi0)?|runtime\.rt0_go(\.abi0)?|_rt0_.*|runtime\.(mcall|morestack)(\.abi0)?)$/;

sub is_root {
	my ($program, $frame) = @_;
	return 1 if defined $frame->{name} && $frame->{name} =~ $begins;
	my ($module, $entry) = place_of($program, $program->{entry});
	return 1 if $frame->{module} eq $module && $frame->{offset} >= $entry && $frame->{offset} < $entry + 64;
	# Where ours begin, by whatever name: perf has none for some. Callers are one byte back.
	return grep { $program->{roots}{"$frame->{module} " . ($frame->{offset} - $_)} } 0, 1;
}

sub new_sum { return { n => 0, frames => 0, named => 0, could => 0, named_could => 0, rooted => 0, leaf => {}, unnamed => {} } }

# Adds a stack that was seen so many times. marked: it is known not to be whole.
sub add_stack {
	my ($sum, $program, $n, $marked, @frames) = @_;
	return unless @frames;
	my $rooted = !$marked && is_root($program, $frames[-1]) ? $n : 0;
	$program->{roots}{"$frames[-1]{module} $frames[-1]{offset}"} = 1 if $rooted;
	my $leaf = $sum->{leaf}{ module_name($frames[0]{module}) } ||= { n => 0, rooted => 0 };
	for my $s ($sum, $leaf) {
		$s->{n} += $n;
		$s->{rooted} += $rooted;
	}
	for my $frame (@frames) {
		my $named = defined $frame->{name} ? $n : 0;
		my $could = ships_symbols($frame->{module}) ? 1 : 0;
		$sum->{frames} += $n;
		$sum->{named} += $named;
		$sum->{could} += $n * $could;
		$sum->{named_could} += $named * $could;
		$sum->{unnamed}{ $frame->{module} } += $n unless $named;
	}
}

# --- perftape's side ---

sub read_json {
	my ($command) = @_;
	my $text = `$command`;
	die "$command: failed\n" if $?;
	return decode_json($text);
}

# The profile's stacks, each leaf first, without what is the kernel's or the interpreter's:
# native frames alone can be compared.
sub perftape {
	my ($tape, $program) = @_;
	my ($p) = grep { $_->{shape} eq 'profile' } @{ read_json("$build/analyze cpu -f json -p $program->{pid} $tape")->{items} };
	my $sum = new_sum();
	for my $sample (@{ $p->{samples} }) {
		my ($marked, @frames) = (0);
		for (my $at = $sample->{stack}; $at; $at = $p->{stacks}[$at]{parent}) {
			my $f = $p->{frames}[ $p->{stacks}[$at]{frame} ];
			my $m = $p->{modules}[ $f->{module} ];
			my $name = $f->{named} ? $f->{system_name} || $p->{functions}[ $f->{function} ] : undef;
			$marked = 1 if $m->{kind} eq 'mark';
			push @frames, { module => $m->{kind} eq 'anon' ? '' : $m->{path}, offset => hex($f->{offset}), name => $name }
				if $m->{kind} =~ /^(file|vdso|anon|unknown)$/;
		}
		my $before = $sum->{rooted};
		add_stack($sum, $program, $sample->{values}[0], $marked, @frames);
		show($program, $sample->{values}[0], $marked, @frames) if $ENV{WHY} && @frames && $before == $sum->{rooted};
	}
	return $sum;
}

sub show {
	my ($program, $n, $marked, @frames) = @_;
	print STDERR "$program->{name}: no root: $n ", $marked ? '(marked) ' : '',
		join(' < ', map { $_->{name} // sprintf('[%s+%x]', module_name($_->{module}), $_->{offset}) } @frames), "\n";
}

# --- perf's: its addresses in call chains are offsets in the file, as ours ---

sub perf {
	my ($data, $program) = @_;
	my ($sum, @frames) = (new_sum());
	open(my $f, '-|', "perf script -i $data --pid=$program->{pid} --no-inline -F comm,pid,tid,ip,sym,dso 2>/dev/null") or die "perf: $!\n";
	while (my $line = <$f>) {
		chomp $line;
		if ($line =~ /^\s+([0-9a-f]+) (.*) \((.*)\)$/) {
			next if length($1) == 16; # the kernel's
			push @frames, { module => $3 eq '[unknown]' ? '' : $3, offset => hex($1), name => $2 eq '[unknown]' ? undef : $2 };
			next;
		}
		next if $line ne '';
		add_stack($sum, $program, 1, 0, @frames);
		@frames = ();
	}
	close $f;
	return $sum;
}

# --- the run ---

sub recorders_of {
	my ($pid) = @_;
	my $perf = "perf record -q -F $hz -g -p $pid";
	my @all = (start("$build/record -q -F $hz -d ${seconds}s -p $pid -o $work/t.tape"));
	return @all unless is_here('perf');
	return (@all, start("$perf --call-graph dwarf -o $work/dwarf.data -- sleep $seconds"),
		start("$perf --call-graph fp -o $work/fp.data -- sleep $seconds"));
}

# { name, sums: [ perftape, perf dwarf, perf fp ], bytes: [ ... ], advice: { module => why not named } }
sub measure {
	my ($name, $command) = @_;
	my $pid = launch($command);
	sleep 1.5;
	if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
		note("$name: left out: it does not run, or ends at once");
		return;
	}
	my @pids = recorders_of($pid);
	sleep $seconds - 2;
	my $program = look_at($pid);
	$program->{name} = $name;
	system("jcmd $pid Compiler.perfmap >/dev/null 2>&1") if $name eq 'java';
	waitpid($_, 0) for @pids;
	kill 'KILL', $pid;
	waitpid($pid, 0);
	my @sums = (perftape("$work/t.tape", $program));
	push @sums, map { perf("$work/$_.data", $program) } qw(dwarf fp) if @pids > 1;
	unlink "/tmp/perf-$pid.map";
	my %advice = map { $_->{module} => $_->{advice} } @{ read_json("$build/analyze symbols list -f json $work/t.tape")->{modules} };
	return { name => $name, sums => \@sums, advice => \%advice, bytes => [ map { size_of("$work/$_") } qw(t.tape dwarf.data fp.data) ] };
}

# --- the tables ---

sub percent {
	my ($part, $all) = @_;
	return $all ? sprintf('%.1f', 100 * $part / $all) : '-';
}

sub by_program {
	my @rows = ([ 'program', 'recorder', 'samples', 'named, %', 'of those with symbols, %', 'to the root, %', 'bytes a sample' ]);
	for my $r (@_) {
		for my $i (0 .. $#{ $r->{sums} }) {
			my $s = $r->{sums}[$i];
			push @rows, [ $i ? '' : $r->{name}, $recorders[$i], $s->{n}, percent($s->{named}, $s->{frames}),
				percent($s->{named_could}, $s->{could}), percent($s->{rooted}, $s->{n}), $s->{n} ? int($r->{bytes}[$i] / $s->{n}) : '-' ];
		}
	}
	return \@rows;
}

sub by_leaf {
	my @rows = ([ 'program', 'module of the leaf', 'samples', map { "$_, %" } @recorders ]);
	for my $r (@_) {
		my $ours = $r->{sums}[0]{leaf};
		for my $module (sort { $ours->{$b}{n} <=> $ours->{$a}{n} || $a cmp $b } keys %$ours) {
			my @shares = map { my $l = $r->{sums}[$_] && $r->{sums}[$_]{leaf}{$module}; $l ? percent($l->{rooted}, $l->{n}) : '-' } 0 .. $#recorders;
			push @rows, [ $r->{name}, $module, $ours->{$module}{n}, @shares ];
		}
	}
	return \@rows;
}

sub unnamed {
	my @rows = ([ 'program', 'module', 'of its frames, %', 'why' ]);
	for my $r (@_) {
		my $s = $r->{sums}[0];
		for my $path (sort { $s->{unnamed}{$b} <=> $s->{unnamed}{$a} || $a cmp $b } keys %{ $s->{unnamed} }) {
			(my $why = $r->{advice}{$path} || '') =~ s/ of build-id \w+//;
			$why =~ s/: install its.*//;
			$why .= ' (a file without .symtab)' if !ships_symbols($path);
			push @rows, [ $r->{name}, module_name($path), percent($s->{unnamed}{$path}, $s->{frames}), $why ];
		}
	}
	return \@rows;
}

make_inputs();
my @results;
for my $p (@programs) {
	my ($name, $command) = @$p;
	next if @wanted && !grep { index($name, $_) >= 0 } @wanted;
	my ($tool) = split(' ', $command);
	if (!is_here($tool)) {
		note("$name: left out: no $tool here");
		next;
	}
	push @results, measure($name, $command);
}
my %text = (programs => markdown(by_program(@results)), leaves => markdown(by_leaf(@results)), unnamed => markdown(unnamed(@results)));
print "$text{programs}\n$text{leaves}\n$text{unnamed}";
update_page("$root/docs/real.md", %text) if $update;
