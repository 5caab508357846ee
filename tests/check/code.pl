#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Prints C sources without what is not code: comments and the text of strings
# become spaces, so that words, braces and commas in them mislead no check.
# Lines keep their numbers: "path:line:code".
use strict;
use warnings;

for my $path (@ARGV) {
	open(my $file, '<', $path) or die "$path: $!\n";
	my $text = do { local $/; <$file> };
	my $blank = sub { my $s = shift; $s =~ s/[^\n]/ /g; $s };
	$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
		{ defined $1 ? $blank->($1) : substr($2, 0, 1) . $blank->(substr($2, 1, -1)) . substr($2, -1) }gse;
	my $n = 0;
	print "$path:", ++$n, ":$_\n" for split(/\n/, $text);
}
