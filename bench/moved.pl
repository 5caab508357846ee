#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What it costs to take names along: the whole machine is recorded for RECORD_SECONDS (20)
# while several programs run, once with names, once without and once with lines, all
# at once; and the same tape with its names taken out, which is exactly the same load.
# Beside the tapes' sizes that of what perf archive packs so that perf.data can be read
# elsewhere: the programs themselves. perf records only ours (perf 6.1 aborts where others
# are that are gone at its end).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep);
require 'lib.pl';
our ($build, $work);
my $seconds = $ENV{RECORD_SECONDS} || 20;

my @load = (
	'gzip -9 -c /dev/zero',
	'openssl speed -seconds 600 sha256 rsa2048',
	"sqlite3 :memory: 'with recursive n(i) as (select 1 union all select i + 1 from n) select max(printf(\"%d\", i)) from n;'",
	'python3 -c "while True: sorted(str(i) for i in range(100000))"',
	'node -e "for (;;) JSON.parse(JSON.stringify(Array.from({ length: 20000 }, (_, i) => String(i)))).sort()"',
	"$build/samples/shape 600",
);

sub is_here { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

sub show {
	my ($what, $bytes, $than) = @_;
	printf "  %-44s %12d bytes%s\n", $what, $bytes, $than ? sprintf(', %+.1f %%', 100 * ($bytes / $than - 1)) : '';
}

# perf keeps what it packs in a folder of the user's home. Its status says nothing: it
# fails, too, if one of many files is gone.
sub archive {
	system("cd $work && HOME=$work perf archive perf.data >$work/archive 2>&1");
	my $bytes = size_of("$work/perf.data.tar.bz2");
	die 'perf archive failed: ' . `cat $work/archive` unless $bytes;
	return $bytes;
}

my @running = map { start($_) } grep { is_here((split ' ')[0]) } @load;
sleep 1;
my $pids = join(',', @running);
my %tape = map { $_ => "$work/$_.tape" } qw(none names lines);
my @recorders = map { start("$build/record -q -a -d ${seconds}s --symbols=$_ -o $tape{$_}") } sort keys %tape;
push @recorders, start("env HOME=$work perf record -q -p $pids -F 99 -g -o $work/perf.data -- sleep $seconds") if is_here('perf');
waitpid($_, 0) for @recorders;
kill 'KILL', @running;
waitpid($_, 0) for @running;
system("$build/analyze symbols strip -o $work/stripped.tape $tape{names} >/dev/null") == 0 or die "symbols strip failed\n";
printf "%d programs and the machine for %d s at 99 Hz\n", scalar @running, $seconds;
my $none = size_of($tape{none});
my $stripped = size_of("$work/stripped.tape");
show('--symbols=none', $none);
show('--symbols=names', size_of($tape{names}), $none);
show('--symbols=lines', size_of($tape{lines}), $none);
show('names, taken out again', $stripped);
show('against that, with names', size_of($tape{names}), $stripped);
exit 0 unless -s "$work/perf.data";
show('perf.data of these programs, frame pointers', size_of("$work/perf.data"));
show('what perf archive packs beside it', archive());
