#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every source names its licence in its first line, or in the second below "#!";
# BPF programs are dual, as the kernel lets only GPL programs call some helpers.
. "$(dirname "$0")/lib.sh"

{
	c_sources
	scripts
	find tests scripts -name '*.sh' ! -path 'tests/check/bad/*' 2>/dev/null
	[ -f Makefile ] && echo Makefile
} | sort -u | while read -r file; do
	case $file in
	bpf/*) licence='GPL-2.0 OR BSD-2-Clause' ;;
	*) licence='BSD-2-Clause' ;;
	esac
	head -n 2 "$file" | grep -qE "SPDX-License-Identifier: $licence( \*/)?\$" ||
		echo "$file:1: no \"SPDX-License-Identifier: $licence\" at its head"
done | faults
