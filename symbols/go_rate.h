/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where runtime.MemProfileRate is in a program without symbols: functions that ask for
 * it are named by Go's own table, and it is the one variable that all of them read.
 */
#ifndef SYMBOLS_GO_RATE_H
#define SYMBOLS_GO_RATE_H

#include "symbols/go_program.h"

#define GO_RATE_READS 32

/*
 * The variables that x86-64 code at an address reads by their distance, each once, as
 * far as they stand where p can write. Returns how many; more than GO_RATE_READS are left out.
 */
size_t go_rate_reads(const struct go_program *p, const uint8_t *code, size_t size, uint64_t address,
		     uint64_t ret[GO_RATE_READS]);

/* Its address in the file; 0: not sure. */
uint64_t go_rate_find(struct go_program *p);

/* Whether anything in the program may ask for the heap profile: if not, the linker turns it off. */
bool go_rate_is_linked(struct go_program *p);

#endif
