#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
#   go_snapshot.pl DUMP TRUTH
#
# Holds the goroutines of a tape (DUMP: what "analyze dump" says of it), as they were at
# its last snapshot, against the runtime's own word (TRUTH: runtime.Stack of all): the
# same numbers, and of each the state, who made it and where, and the functions on its
# stack. Neither the runtime's own goroutines and frames count nor those of inlined
# calls, which no walk sees. Prints what differs, and "same N" with how many were held
# against each other; exits 1 if anything differs.
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits

my ($dump, $truth) = @ARGV;
my (@mappings, %symbols, %stacks, %alive, %names);
my $left = 0;

sub fields {
	my %f = $_[0] =~ /(\w+)=("[^"]*"|\S+)/g;
	s/^"|"$//g for values %f;
	return \%f;
}

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text; }

open my $in, '<', $dump or die "$dump: $!\n";
while (<$in>) {
	my ($type) = /tid=\d+ (\w+)/ or next;
	next if $type !~ /^(mapping|symbol|stack|go_\w+)$/;
	my $f = fields($_);
	if ($type eq 'mapping') { push @mappings, $f }
	elsif ($type eq 'symbol') { push @{ $symbols{ $f->{module} } }, $f }
	elsif ($type eq 'stack') { my ($ips) = /ip=\[([^\]]*)\]/; $stacks{ $f->{id} } = $ips }
	elsif ($type eq 'go_name') { $names{ $f->{kind} }{ $f->{number} } = $f->{name} }
	elsif ($type eq 'go_snapshot') { $left = $f->{alive} }
	elsif ($type eq 'go_goroutine') { $alive{ $f->{goid} } = $f }
	elsif ($type eq 'go_ended') { my ($ids) = /goids=\[([^\]]*)\]/; delete @alive{ split /[ ,]+/, $ids } }
}
close $in;

my %named;
sub name_of {
	my ($ip) = @_;
	return $named{$ip} //= do {
		my ($m) = grep { $ip >= number($_->{start}) && $ip < number($_->{end}) } @mappings;
		my $at = $m ? $ip - number($m->{start}) + number($m->{file_offset}) : 0;
		my ($s) = $m ? grep { $at >= number($_->{start}) && $at < number($_->{start}) + number($_->{size}) }
			@{ $symbols{ $m->{module} } } : ();
		$s ? $s->{name} : '?';
	};
}

sub state_of {
	my ($g) = @_;
	my $status = $names{1}{ $g->{status} } // '?';
	return $status eq 'waiting' && $g->{wait_reason} ? $names{2}{ $g->{wait_reason} } // '?' : $status;
}

sub frames_of {
	my ($g) = @_;
	my @ips = map { number($_) } split /[ ,]+/, $stacks{ $g->{ustack} } // '';
	my @names = map { name_of($_ ? $ips[$_] - 1 : $ips[0]) } 0 .. $#ips;
	return join ' ', grep { !/^runtime\./ } @names;
}

my ($bad, $same, %seen, $goid, $state) = (0, 0);
my (@frames, $creator, $whole);

sub differ { $bad++; print "goroutine $goid: $_[0]: the runtime says '$_[1]', the tape '$_[2]'\n" if $bad < 10 }

sub compare {
	my $g = $alive{$goid};
	$seen{$goid} = 1;
	# The one that printed this, and those that its signal woke: they ran meanwhile.
	return if $state eq 'running' || $state eq 'runnable';
	if (!$g) { differ('is it there', 'yes', 'no'); return }
	my ($maker) = $creator =~ /^(\S+)/ ? $1 : '';
	my ($by) = $creator =~ /in goroutine (\d+)/ ? $1 : $g->{creator};
	my $before = $bad;
	differ('state', $state, state_of($g)) if $state ne state_of($g);
	differ('made in', $maker, name_of(number($g->{created_at}) - 1))
		if $maker && $maker ne name_of(number($g->{created_at}) - 1);
	differ('made by', $by, $g->{creator}) if $by ne $g->{creator};
	# Of a deep one the runtime prints the first 50 and the last 50; before 1.21 the first 100.
	$whole = 0 if @frames > 90;
	my ($stack, $got) = (join(' ', @frames), frames_of($g));
	# Nor does it print what the compiler wraps around the function of a go statement.
	$got =~ s/ \S+(?:\.func|\.gowrap|·dwrap·)[\d.]+$// if $stack ne $got;
	differ('stack', $stack, $got) if $whole && $stack ne $got;
	$stack = join ' ', @frames[0 .. 40] if !$whole;
	differ('stack', "$stack ...", $got) if !$whole && index($got, $stack) != 0;
	$same++ if $bad == $before;
}

open $in, '<', $truth or die "$truth: $!\n";
while (<$in>) {
	if (/^goroutine (\d+)(?: \S+=\S+)* \[([^,\]]*)/) { ($goid, $state, @frames, $creator) = ($1, $2); @frames = (); $creator = ''; $whole = 1 }
	elsif (/^created by (.*)/) { $creator = $1 }
	elsif (/^\.\.\..* frames elided/) { $whole = 0 }
	elsif (/^(\S.*)\(([^()]*)\)$/) { push @frames, $1 if $2 ne '...' && $1 !~ /^runtime\./ }
	elsif (/^$/ && $goid) { compare(); $goid = 0 }
}
compare() if $goid;
close $in;

for $goid (sort { $a <=> $b } keys %alive) {
	differ('is it there', 'no', 'yes') if !$seen{$goid} && !(hex($alive{$goid}{flags}) & 2); # EV_GO_SYSTEM
}
if (keys %alive != $left) { $bad++; print "the last snapshot has $left goroutines, its records ", scalar keys %alive, "\n" }
print "same $same\n";
exit($bad ? 1 : 0);
