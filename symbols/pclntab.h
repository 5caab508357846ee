/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a Go program knows of itself: functions, files, lines, inlined calls and the
 * depth of the stack, of .gopclntab or of where it is found without section headers.
 * Stripping does not remove it. Go 1.12 and later (runtime/symtab.go, cmd/link/
 * internal/ld/pcln.go of each version). The file is not trusted.
 */
#ifndef SYMBOLS_PCLNTAB_H
#define SYMBOLS_PCLNTAB_H

#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

#include <tape/error.h>

#include "symbols/lines.h"
#include "symbols/symbol.h"

struct pclntab;

/*
 * elf: borrowed until free. Returns -ENODATA if it is no Go program. Offsets are of
 * the file. The caller owns *ret.
 */
int pclntab_open(Elf *elf, const char *label, struct pclntab **ret, struct tape_error *err);

/* Return 1 with *ret (lent until the next question), or 0. */
int pclntab_find(struct pclntab *p, uint64_t offset, struct symbol *ret);
int pclntab_lines(struct pclntab *p, uint64_t offset, struct lines *ret);

/* The first function of this name: 1 with *ret, or 0. All of them are gone through. */
int pclntab_named(struct pclntab *p, const char *name, struct symbol *ret);

/*
 * How deep the stack is between two offsets of one function: bytes between sp and
 * the place of the return address. Where that is in a register (arm64, s390x), sp's
 * distance from the caller's sp; it is saved at sp if that is not 0.
 */
struct pclntab_depth {
	uint64_t start;
	uint64_t end;
	int32_t depth;
};

/*
 * The depths of the function at an offset, in order. Returns how many there are,
 * at most n are written; 0 if nothing is known.
 */
size_t pclntab_depths(struct pclntab *p, uint64_t offset, struct pclntab_depth *ret, size_t n);

/*
 * The same as a debugger's rules, for x86-64 and arm64 (elsewhere 0 is returned).
 * The CFA is cfa bytes above sp; the return address and the caller's frame pointer
 * are at these distances from the CFA (they are below it, so negative). 0: still in
 * the register.
 */
struct pclntab_frame {
	uint64_t start;
	uint64_t end;
	int32_t cfa;
	int32_t return_at;
	int32_t pointer_at;
};

size_t pclntab_frames(struct pclntab *p, uint64_t offset, struct pclntab_frame *ret, size_t n);

/*
 * Between which offsets the function at an offset, one of the runtime's that change
 * stacks, stands on another stack than its caller, so that what is said of its frame
 * is not true: from the instruction behind the one that loads the stack pointer to
 * behind the next that does, or to the function's end. 1, or 0: it loads none.
 */
int pclntab_switch(struct pclntab *p, uint64_t offset, uint64_t *from, uint64_t *to);

/* Accepts NULL. */
void pclntab_free(struct pclntab *p);

#endif
