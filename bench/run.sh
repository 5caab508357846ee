#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# All figures of the README, beside the peers, in one run: make bench.
set -u
cd "$(dirname "$0")/.." || exit 1
perl bench/recorder.pl && perl bench/analyzer.pl && sh bench/damage.sh &&
	perl bench/sched.pl && perl bench/peers_sched.pl &&
	perl bench/symbolize.pl && perl bench/unwind.pl &&
	perl bench/real.pl && perl bench/moved.pl &&
	perl bench/go_server.pl
