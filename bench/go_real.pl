#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Go programs that nobody here wrote, as they are, under load: Debian's caddy, prometheus
# and etcd, npm's esbuild (stripped, without build info). All are recorded at once, by
# one "record --probes go", for RECORD_SECONDS (300). Of each: how many of all goroutines
# that were seen have a name for where they began, who made them and each frame of each of
# their stacks, from the tape alone; the snapshots; and what "analyze leaks" says
# of it. None of them is known to leak.
#
#   bench/go_real.pl [--update] DIR    DIR: where bench/go_programs.sh has put them
#
# --update writes the tables into docs/go_real.md. GO: which go builds the load.
# KEEP: where the tape is left. WHY=1 shows what has no name.
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits
use FindBin;
use lib $FindBin::Bin;
use Cwd qw(abs_path);
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(sleep time);
require 'lib.pl';
our ($build, $work);

my $seconds = $ENV{RECORD_SECONDS} || 300;
my $go = $ENV{GO} || 'go';
my $update = @ARGV && $ARGV[0] eq '--update' ? shift : '';
my $dir = abs_path(shift // die "usage: bench/go_real.pl [--update] DIR\n");
my $root = "$FindBin::Bin/..";
my $tape = $ENV{KEEP} || "$work/t.tape";
my $client = "$work/go_server";

sub note { print STDERR "go_real: @_\n" }

my @started;
END {
	local $?;
	kill('KILL', $_) for @started;
}

sub slurp {
	my ($path) = @_;
	open(my $f, '<', $path) or return '';
	local $/;
	return scalar <$f>;
}

sub spill {
	my ($path, $text) = @_;
	open(my $f, '>', $path) or die "$path: $!\n";
	print $f $text;
	close $f;
}

# --- the programs and what is asked of them ---

sub free_port {
	my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "port: $!\n";
	return $s->sockport;
}

my %port = map { $_ => free_port() } qw(caddy behind admin prometheus etcd peer esbuild);
my %url = map { $_ => "http://127.0.0.1:$port{$_}" } keys %port;

sub make_inputs {
	mkdir "$work/$_" for qw(www home app app/www prometheus);
	spill("$work/www/index.html", '<p>' . 'hello ' x 1000);
	spill("$work/Caddyfile", "{\n admin 127.0.0.1:$port{admin}\n auto_https off\n}\n" .
		":$port{caddy} {\n bind 127.0.0.1\n reverse_proxy 127.0.0.1:$port{behind}\n}\n" .
		":$port{behind} {\n bind 127.0.0.1\n root * $work/www\n encode gzip\n templates\n file_server\n}\n");
	spill("$work/prometheus.yml", "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: all\n    static_configs:\n" .
		"      - targets: ['127.0.0.1:$port{prometheus}', '127.0.0.1:$port{admin}', '127.0.0.1:$port{etcd}']\n");
	spill("$work/app/part$_.ts", "export const f$_ = (a: number): number => { const b = a * $_; return b > 3 ? b + 1 : b }\n")
		for 1 .. 200;
	spill("$work/app/main.ts", join('', map { "import { f$_ } from './part$_'\nconsole.log(f$_(1))\n" } 1 .. 200));
}

# base64 of "key" and "value"; etcd's JSON takes nothing else.
my ($key, $value) = ('a2V5', 'dmFsdWU=');

# Each load: how many connections, how long each waits, what it asks for, what it posts.
my @programs = (
	{
		name => 'caddy', command => "env HOME=$work/home $dir/usr/bin/caddy run --config $work/Caddyfile --adapter caddyfile",
		loads => [ [ 8, '10ms', "$url{caddy}/index.html" ] ],
	},
	{
		name => 'prometheus',
		command => "$dir/usr/bin/prometheus --config.file=$work/prometheus.yml --storage.tsdb.path=$work/prometheus" .
			" --web.listen-address=127.0.0.1:$port{prometheus}",
		loads => [
			[ 4, '20ms', "$url{prometheus}/api/v1/query?query=sum(rate(http_requests_total[1m]))by(handler)" ],
			[ 1, '100ms', "$url{prometheus}/metrics" ],
		],
	},
	{
		name => 'etcd',
		command => "$dir/usr/bin/etcd --data-dir $work/etcd --listen-client-urls $url{etcd} --advertise-client-urls $url{etcd}" .
			" --listen-peer-urls $url{peer} --initial-advertise-peer-urls $url{peer} --initial-cluster default=$url{peer}",
		loads => [
			[ 4, '20ms', "$url{etcd}/v3/kv/put", "{\"key\":\"$key\",\"value\":\"$value\"}" ],
			[ 4, '20ms', "$url{etcd}/v3/kv/range", "{\"key\":\"$key\"}" ],
			# These wait for an answer all the time: nobody changes that key.
			[ 3, '1s', "$url{etcd}/v3/watch", "{\"create_request\":{\"key\":\"$value\"}}" ],
		],
	},
	{
		name => 'esbuild',
		command => "$dir/package/bin/esbuild $work/app/main.ts --bundle --minify --outdir=$work/app/www --servedir=$work/app/www" .
			" --serve=127.0.0.1:$port{esbuild} --watch=forever",
		loads => [
			[ 2, '50ms', "$url{esbuild}/main.js" ],
			# Browsers that wait for news of changes.
			[ 3, '1s', "$url{esbuild}/esbuild" ],
		],
	},
);

sub is_listening {
	my ($n) = @_;
	return defined IO::Socket::INET->new(PeerAddr => "127.0.0.1:$n");
}

sub launch {
	my ($p) = @_;
	return note("$p->{name}: left out: bench/go_programs.sh has not fetched it") if !grep { -x } $p->{command} =~ m{($dir\S+)};
	$p->{pid} = start("$p->{command} 2>$work/$p->{name}.err");
	push @started, $p->{pid};
	for (1 .. 100) {
		last if is_listening($port{ $p->{name} });
		sleep 0.1;
	}
	die "$p->{name} does not listen: " . slurp("$work/$p->{name}.err") if !is_listening($port{ $p->{name} });
	$p->{began} = time;
	my $i = 0;
	for my $l (@{ $p->{loads} }) {
		my ($n, $pause, $url, $body) = @$l;
		my $out = "$work/$p->{name}." . $i++;
		my $pid = start("env PAUSE=$pause $client load '$url' $n " . ($body ? "'$body'" : ''), $out);
		push @started, $pid;
		push @{ $p->{clients} }, [ $pid, $out ];
	}
	return 1;
}

# Requests a second since it began; ends the loads.
sub answered {
	my ($p) = @_;
	my $n = 0;
	for my $c (@{ $p->{clients} }) {
		kill('TERM', $c->[0]);
		waitpid($c->[0], 0);
		$n += slurp($c->[1]) || 0;
	}
	return $n / (time - $p->{began});
}

# --- names, from the tape alone ---

sub fields {
	my %f = $_[0] =~ /(\w+)=("[^"]*"|\S+)/g;
	s/^"|"$//g for values %f;
	return \%f;
}

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text; }

my (%mappings, %symbols, %stacks, %named);

sub is_named {
	my ($pid, $ip) = @_;
	return $named{$pid}{$ip} //= do {
		my ($m) = grep { $ip >= $_->{start} && $ip < $_->{end} } @{ $mappings{$pid} };
		my $at = $m ? $ip - $m->{start} + $m->{file_offset} : 0;
		my ($s) = $m ? grep { $at >= $_->[0] && $at < $_->[1] } @{ $symbols{ $m->{module} } } : ();
		note(sprintf('process %d: no name for %x', $pid, $ip)) if !$s && $ENV{WHY};
		$s ? 1 : 0;
	};
}

sub has_all_names {
	my ($pid, $g) = @_;
	my @ips = map { number($_) } split /[ ,]+/, $stacks{ $g->{ustack} } // '';
	my @at = map { $_ ? $ips[$_] - 1 : $ips[0] } 0 .. $#ips;
	push @at, number($g->{start});
	push @at, number($g->{created_at}) - 1 if number($g->{created_at});
	return !grep { !is_named($pid, $_) } @at;
}

# { pid => { goid => named in all that was seen of it } }
sub read_names {
	my (%seen, %told);
	my @later;
	open(my $in, '-|', "$build/analyze dump $tape 2>/dev/null") or die "analyze: $!\n";
	while (<$in>) {
		my ($pid, $type) = /pid=(\d+) tid=\d+ (mapping|symbol|stack|go_goroutine) / or next;
		my $f = fields($_);
		if ($type eq 'mapping') {
			push @{ $mappings{$pid} }, { %$f, map { $_ => number($f->{$_}) } qw(start end file_offset) };
		} elsif ($type eq 'symbol') {
			push @{ $symbols{ $f->{module} } }, [ $f->{start}, $f->{start} + $f->{size} ];
		} elsif ($type eq 'stack') {
			($stacks{ $f->{id} }) = /ip=\[([^\]]*)\]/;
		} elsif (!$told{ join ' ', $pid, @$f{qw(goid ustack start created_at)} }++) {
			push @later, [ $pid, $f ];
		}
	}
	close $in;
	for (@later) {
		my ($pid, $g) = @$_;
		$seen{$pid}{ $g->{goid} } = ($seen{$pid}{ $g->{goid} } // 1) && has_all_names($pid, $g);
	}
	return \%seen;
}

# --- what the views say ---

sub table_of {
	my ($view, $name) = @_;
	my $all = decode_json(scalar `$build/analyze $view -f json $tape`);
	my ($t) = grep { ($_->{name} // '') eq $name } @{ $all->{items} };
	my @columns = map { $_->{name} } @{ $t->{columns} };
	return map { my $row = $_; my %h; @h{@columns} = @$row; \%h } @{ $t->{rows} || [] };
}

sub percent {
	my ($part, $all) = @_;
	return $all ? sprintf('%.1f', 100 * $part / $all) : '-';
}

sub by_program {
	my ($programs) = @_;
	my $seen = read_names();
	my %told = map { $_->{pid} => $_ } table_of('goroutines', 'programs');
	my @leaks = table_of('leaks', 'leaks');
	my @rows = ([ 'program', 'Go', 'requests/s', 'goroutines at the end', 'seen', 'named, %', 'snapshots', 'longest, ms',
		'torn, %', 'unread', 'leaks: stuck or above', 'old' ]);
	for my $p (@$programs) {
		my ($all, $t) = ($seen->{ $p->{pid} } || {}, $told{ $p->{pid} });
		die "$p->{name}: nothing was read of it: " . slurp("$work/record.err") . "\n" if !$t;
		my @own = grep { $_->{pid} == $p->{pid} } @leaks;
		my @old = grep { $_->{grade} eq 'old' } @own;
		push @rows, [ $p->{name}, $t->{version}, sprintf('%.0f', $p->{answered}), $t->{goroutines},
			scalar keys %$all, percent(scalar(grep { $_ } values %$all), scalar keys %$all), $t->{snapshots},
			sprintf('%.1f', $t->{longest} / 1e6), percent($t->{torn}, $t->{changed}), $t->{unread}, @own - @old, scalar @old ];
	}
	return \@rows;
}

my @grades = qw(reported growing stuck old young pool peer timer network main runtime);

# What the goroutines are at the end: leaks by grade, and what is meant to wait.
sub by_grade {
	my ($programs) = @_;
	my %n;
	$n{ $_->{pid} }{ $_->{grade} } += $_->{goroutines} for table_of('leaks --all', 'leaks'), table_of('leaks --all', 'meant');
	return [ [ 'program', @grades ], map { my $p = $_; [ $p->{name}, map { $n{ $p->{pid} }{$_} // 0 } @grades ] } @$programs ];
}

# Rows that should not be there.
sub show_leaks {
	my ($programs) = @_;
	my %name = map { $_->{pid} => $_->{name} } @$programs;
	for (grep { $_->{grade} ne 'old' } table_of('leaks', 'leaks')) {
		print "$name{ $_->{pid} }: $_->{grade}: $_->{goroutines} wait for $_->{'waiting for'}: $_->{because}; made by $_->{'created by'}; in ",
			join(' < ', @{ $_->{'waits in'} || [] }), "\n";
	}
}

# Markdown; numbers to the right.
sub table {
	my ($rows) = @_;
	my @right = map { my $i = $_; $i && !grep { $_->[$i] !~ /^[\d.]+$|^-$/ } @$rows[1 .. $#$rows] } 0 .. $#{ $rows->[0] };
	my @width = map { my $i = $_; (sort { $b <=> $a } map { length $_->[$i] } @$rows)[0] } 0 .. $#{ $rows->[0] };
	my @lines = map { my $row = $_; '| ' . join(' | ', map { sprintf($right[$_] ? '%*s' : '%-*s', $width[$_], $row->[$_]) } 0 .. $#width) . " |\n" } @$rows;
	splice(@lines, 1, 0, '| ' . join(' | ', map { '-' x $_ } @width) . " |\n");
	return join('', @lines);
}

sub update {
	my (%text) = @_;
	my $page = slurp("$root/docs/go_real.md") or die "docs/go_real.md: $!\n";
	$page =~ s/(<!-- $_ -->\n).*?(<!-- end -->)/$1$text{$_}$2/s for keys %text;
	spill("$root/docs/go_real.md", $page);
}

# --- the run ---

system("GOENV=off GOFLAGS= GO111MODULE=off GOTOOLCHAIN=local GOPATH=$work/go GOCACHE=\${GOCACHE:-$work/go/cache} CGO_ENABLED=0 " .
	"$go build -o $client $FindBin::Bin/go_server.go") == 0 or die "go build failed\n";
make_inputs();
my @running = grep { launch($_) } @programs;
sleep 5;
my $recorder = start("$build/record --probes go -d ${seconds}s -o $tape " . join(' ', map { "-p $_->{pid}" } @running) . " 2>$work/record.err");
push @started, $recorder;
my @before = times;
waitpid($recorder, 0);
my @after = times;
die 'record: ' . slurp("$work/record.err") if $?;
$_->{answered} = answered($_) for @running;
my %text = (programs => table(by_program(\@running)), grades => table(by_grade(\@running)));
print "$text{programs}\n$text{grades}\n";
show_leaks(\@running);
printf "recorder: %.2f %% of a core for all; %d bytes of tape a second\n",
	100 * ($after[2] + $after[3] - $before[2] - $before[3]) / $seconds, size_of($tape) / $seconds;
update(%text) if $update;
