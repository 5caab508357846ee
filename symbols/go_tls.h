/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a thread of a Go program keeps the address of its g: in its own storage, at a
 * fixed distance from its FS base (x86-64). It is -8 in programs that Go links alone;
 * beside storage of C that is linked in it is another one, and a stripped file has no
 * symbol that tells it (runtime.tlsg). The code does: Go reads nothing else from there.
 */
#ifndef SYMBOLS_GO_TLS_H
#define SYMBOLS_GO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/go_program.h"

/* 0 with *ret; -ENOENT: the code does not tell; -ENOMEM. */
int go_tls_find(struct go_program *p, int32_t *ret);

/* Whether code begins with an access of 64 bits below the FS base, and at which distance. */
bool go_tls_access(const uint8_t *code, size_t size, int32_t *ret);

#define GO_TLS_ACCESS_MAX 16 /* bytes that an access takes at most */

#endif
