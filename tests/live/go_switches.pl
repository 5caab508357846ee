#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# go_switches.pl KIND <FOLDED: of the samples of samples/programs/go/{stacks,cstacks} how
# many show the whole stack, from runtime.goexit to the leaf, each function where its
# callers are; percent, and then the number of samples that there were. Samples are not
# counted where no goroutine runs: threads that begin, that look for work, or collect.
# WHY=1 shows on standard error what is wrong.
use strict;
use warnings;

my $begin = 'runtime.goexit runtime.main main.main main.root';
my $into_c = 'runtime.cgocall runtime.asmcgocall';
my $back = 'crosscall2 runtime.cgocallback runtime.cgocallbackg runtime.cgocallbackg1';

# What calls what, in each goroutine that there is. A name may stand for itself and its
# wrapper behind it.
my %chains = (
	collect => ["$begin main.collects"],
	measure => ["$begin main.measures"],
	park => ["$begin main.parks"],
	grow => [ "$begin main.grows", 'runtime.goexit main.grower' . ' main.deep' x 81 ],
	c => ["$begin main.calls main._Cfunc_c_outer $into_c _Cfunc_c_outer c_outer c_inner c_hot"],
	back => ["$begin main.isCalled main._Cfunc_c_calls_back $into_c _Cfunc_c_calls_back "
		. "c_calls_back c_between goCalled $back goCalled main.hot"],
	again => ["$begin main.callsAgain main._Cfunc_c_calls_back $into_c _Cfunc_c_calls_back "
		. "c_calls_back c_between goCallsAgain $back goCallsAgain main._Cfunc_c_outer $into_c "
		. '_Cfunc_c_outer c_outer c_inner c_hot'],
	# A thread of C, which has no goroutine until it calls Go; the C library may have no names.
	thread => ["c_thread c_between goCalled $back goCalled main.hot"],
);

# Of Go's ABIs, of closures and wrappers the function that is meant.
sub plain {
	my ($frame) = @_;
	$frame =~ s/\.abi0$//;
	$frame =~ s/^_cgoexp_[0-9a-f]+_//;
	$frame =~ s/^_cgo_[0-9a-f]+_(?=Cfunc)/_/;
	$frame =~ s/^main\.(goCalled|goCallsAgain)$/$1/;
	return $frame;
}

# Wrappers: the compiler's, and what reflection calls by.
sub is_wrapper {
	my ($frame) = @_;
	return $frame =~ /\.(gowrap|func|deferwrap)\d+$|^runtime\.(reflectcall|call\d+)$/;
}

# What the chain may not have besides itself, above the last of its functions.
sub is_foreign {
	my ($frame) = @_;
	return $frame =~ /^(\[|main\.|c_|_Cfunc_|go[A-Z]|crosscall2$|runtime\.(cgocallback|goexit$|main$))/;
}

sub is_whole {
	my ($chain, @frames) = @_;
	my @functions = split(' ', $chain);
	my $last = '';
	while (@frames) {
		my $frame = plain($frames[0]);
		if (@functions && $frame eq $functions[0]) {
			$last = shift @functions;
		} elsif ($frame ne $last && !is_wrapper($frame)) {
			last;
		}
		shift @frames;
	}
	return $last && !grep { is_foreign(plain($_)) } @frames;
}

# Whether no goroutine of the program's runs.
sub is_idle {
	my (@frames) = map { plain($_) } @_;
	return 1 if !@frames || $frames[0] =~ /^runtime\.(mcall|rt0_go)$|^(__)?clone3?$/;
	return 1 if grep { $_ eq 'runtime.mstart' } @frames;
	return 1 if $frames[0] eq 'runtime.morestack' && grep { /^runtime\.(goschedImpl|preemptPark)$/ } @frames;
	return @frames > 1 && $frames[1] =~ /^runtime\.(gcBgMarkWorker|bgsweep|bgscavenge|forcegchelper|runfinq|gcenable)/;
}

my $kind = $ARGV[0] || '';
my $chains = $chains{$kind} or die "usage: go_switches.pl KIND <FOLDED\n";
my ($all, $whole, %wrong) = (0, 0);
while (my $line = <STDIN>) {
	my ($stack, $value) = $line =~ /^(.*) (\d+)$/ or next;
	my (undef, @frames) = split(/;/, $stack);
	@frames = grep { !/_\[k\]$/ } @frames;
	shift @frames while $kind eq 'thread' && @frames && $frames[0] =~ /^((__)?clone3?|start_thread|\[libc\..*\])$/;
	next if is_idle(@frames) || ($kind eq 'thread' && $frames[0] eq 'runtime.goexit');
	$all += $value;
	if (grep { is_whole($_, @frames) } @$chains) {
		$whole += $value;
	} else {
		$wrong{ join(';', @frames) } += $value;
	}
}
if ($ENV{WHY}) {
	my @worst = sort { $wrong{$b} <=> $wrong{$a} } keys %wrong;
	for my $stack (@worst[0 .. ($#worst < 5 ? $#worst : 5)]) {
		(my $shown = $stack) =~ s/(;main\.deep)+/;main.deep+/;
		printf STDERR "    %.2f%% %s\n", 100 * $wrong{$stack} / $all, $shown;
	}
}
printf "%.2f %.0f\n", $all ? 100 * $whole / $all : 0, $all / 1e9 * 499;
