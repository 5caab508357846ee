#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# perf_names.pl SYMBOLIZE SCRIPT: holds the names of all sampled addresses in perf
# script's output against those of SYMBOLIZE -n. Prints how many are equal, and of what
# kind the others are; ALL=1: each of them. Fails if some differ in a way that
# is not one of these, or if there are none:
#
#   unnamed  neither has a name
#   version  the same name, to which perf adds that of its version
#   alias    two names for the same code: both stand in the file, at the same address
#   size     the symbol that perf names ends before that address: it takes a symbol without
#            a size as reaching to the next one
#   plt      an entry of the linker's table, which perf does not name, or by what stands before it
#   ours     perf has no name, we do
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits

my ($symbolize, $script) = @ARGV;

# "dso offset" => name, of leaves: the first line behind a sample's head.
sub load {
	my (%all, $head);
	open(my $f, '<', $script) or die "$script: $!\n";
	while (<$f>) {
		if (/^\S/) {
			$head = 1;
		} elsif ($head && /^\s+([0-9a-f]+) (.*) \((.*)\)$/) {
			$head = 0;
			my ($at, $name, $dso) = ($1, $2, $3);
			$dso = '[kernel]' if $dso =~ /^\[kernel\.kallsyms\]/;
			$all{"$dso $at"} = $name if $dso eq '[kernel]' || $dso =~ m{^/} && -f $dso;
		}
	}
	return \%all;
}

# The names that symbolize gives to addresses of one file.
sub ask {
	my ($dso, @addresses) = @_;
	my $list = "$script.addresses";
	open(my $f, '>', $list) or die "$list: $!\n";
	print $f "$_\n" for @addresses;
	close $f;
	my %names;
	open($f, '-|', "$symbolize -n '$dso' <$list") or die "$symbolize: $!\n";
	while (<$f>) {
		$names{ sprintf('%x', hex($1)) } = $2 if /^0x(\S+) (.*)$/;
	}
	close $f;
	return \%names;
}

# All symbols of code of a file, as the tools of the system see them: name => [ [ start, size ]... ],
# starts being offsets in the file.
my %tables;
sub symbols_of {
	my ($dso) = @_;
	return $tables{$dso} ||= do {
		my (%names, @loads);
		my $id = `readelf -n '$dso' 2>/dev/null` =~ /Build ID: (..)(\w+)/ ? "/usr/lib/debug/.build-id/$1/$2.debug" : '';
		for (`readelf -lW '$dso' 2>/dev/null`) {
			push @loads, [ hex($2), hex($1), hex($3) ] if /^\s+LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)/;
		}
		for (map { `readelf -sW '$_' 2>/dev/null` } grep { -e $_ } $dso, $id) {
			/^\s*\d+: ([0-9a-f]+)\s+(\w+) (FUNC|NOTYPE|IFUNC)\s+\S+\s+\S+\s+(?!UND)\S+ ([^\s\@]+)/ or next;
			my ($address, $size, $name) = (hex($1), $2, $4);
			$size = hex($size) if $size =~ /^0x/;
			my ($load) = grep { $address >= $_->[0] && $address < $_->[0] + $_->[2] } @loads;
			push @{ $names{$name} }, [ $address - $load->[0] + $load->[1], $size ] if $load;
		}
		\%names;
	};
}

sub kernel_symbols {
	return $tables{'[kernel]'} ||= do {
		my %names;
		open(my $f, '<', '/proc/kallsyms') or die "kallsyms: $!\n";
		while (<$f>) {
			push @{ $names{$2} }, [ hex($1), 0 ] if /^(\w+) \S (\S+)/;
		}
		\%names;
	};
}

# The last of a name's places that begins at or before the address.
sub place_of {
	my ($dso, $name, $at) = @_;
	my $table = $dso eq '[kernel]' ? kernel_symbols() : symbols_of($dso);
	(my $bare = $name) =~ s/\@.*//;
	my ($place) = sort { $b->[0] <=> $a->[0] } grep { $_->[0] <= $at } @{ $table->{$bare} || [] };
	return $place;
}

sub kind {
	my ($dso, $at, $ours, $theirs) = @_;
	return 'same' if $ours eq $theirs;
	return 'unnamed' if $ours eq '??' && $theirs eq '[unknown]';
	return 'version' if $theirs =~ /^\Q$ours\E\@/;
	return 'plt' if "$ours $theirs" =~ /\@plt/;
	return 'ours' if $theirs eq '[unknown]';
	my $b = place_of($dso, $theirs, $at);
	return 'size' if $b && $b->[1] < $at - $b->[0] + 1 && $dso ne '[kernel]';
	return 'missing' if $ours eq '??';
	my $a = place_of($dso, $ours, $at);
	return $a && $b && $a->[0] == $b->[0] ? 'alias' : 'other';
}

my $theirs = load();
my (%by_dso, %n, %of);
for (sort keys %$theirs) {
	my ($dso, $at) = /^(.*) (\S+)$/;
	push @{ $by_dso{$dso} }, $at;
}
for my $dso (sort keys %by_dso) {
	my $ours = ask($dso, @{ $by_dso{$dso} });
	for my $at (@{ $by_dso{$dso} }) {
		my ($our, $their) = ($ours->{$at} // '??', $theirs->{"$dso $at"});
		my $kind = kind($dso, hex($at), $our, $their);
		$n{$kind}++;
		$of{$kind}{"$dso: ours $our, perf's $their"}++;
	}
}
for my $kind (grep { $_ ne 'same' && $_ ne 'unnamed' } sort keys %of) {
	my @all = sort { $of{$kind}{$b} <=> $of{$kind}{$a} || $a cmp $b } keys %{ $of{$kind} };
	print "$kind: $of{$kind}{$_} x $_\n" for $ENV{ALL} ? @all : @all[0 .. ($#all < 9 ? $#all : 9)];
}
print scalar(keys %$theirs), ' addresses of ', scalar(keys %by_dso), ' files: ', join(', ', map { "$n{$_} $_" } sort keys %n), "\n";
exit($n{other} || $n{missing} || !$n{same} ? 1 : 0);
