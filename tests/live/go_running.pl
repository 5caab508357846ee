#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# go_running.pl PROFILE SAID: of a profile by goid (json) and what spinners said, how
# many samples of each of its functions carry the number of its goroutine. Those that
# are in the scheduler on behalf of nobody any more, or of the next one already, are
# told apart: what is below it on their stack is where the last one was left.
use strict;
use warnings;
use JSON::PP;

my ($profile, $said) = @ARGV;
my (%goid, %right, %wrong, $scheduler);

open(my $in, '<', $said) or die "$said: $!";
while (<$in>) {
	$goid{"main.$1"} = $2 if /^(\w+) (\d+)$/;
}
close($in);

open($in, '<', $profile) or die "$profile: $!";
my $report = decode_json(do { local $/; <$in> });
my ($p) = grep { $_->{shape} eq 'profile' } @{ $report->{items} };
for my $sample (@{ $p->{samples} }) {
	my $labels = $p->{label_sets}[$sample->{labels}];
	my (@names, $found);
	for (my $i = $sample->{stack}; $i; $i = $p->{stacks}[$i]{parent}) {
		my $frame = $p->{frames}[$p->{stacks}[$i]{frame}];
		push @names, $frame->{system_name} // $p->{functions}[$frame->{function}] // '';
	}
	($found) = grep { exists $goid{$_} } @names;
	next unless $found;
	if (grep { $_ eq 'runtime.mcall' } @names) {
		$scheduler += $sample->{values}[0];
	} elsif (($labels->{goid} // 0) == $goid{$found}) {
		$right{$found} += $sample->{values}[0];
	} else {
		$wrong{$found} += $sample->{values}[0];
		printf "wrong: %d of %s is goid %d: %s\n", $sample->{values}[0], $found,
			$labels->{goid} // 0, join(' < ', @names);
	}
}
my ($all, $bad) = (0, 0);
for my $name (sort keys %goid) {
	printf "%s (%d): %d right, %d wrong\n", $name, $goid{$name}, $right{$name} // 0,
		$wrong{$name} // 0;
	$all += ($right{$name} // 0) + ($wrong{$name} // 0);
	$bad += $wrong{$name} // 0;
	$all = -1e9 unless $right{$name};
}
printf "right %d wrong %d scheduler %d\n", $all - $bad, $bad, $scheduler // 0;
exit($all > 0 && $bad * 100 <= $all ? 0 : 1);
