/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns the names that compilers make into those that programmers wrote: C++,
 * Rust and D. The work is libiberty's; what is added are bounds, since names
 * come from files that are not trusted and short ones may stand for gigabytes.
 */
#ifndef ANALYZE_SYMBOLIZE_DEMANGLE_H
#define ANALYZE_SYMBOLIZE_DEMANGLE_H

/* Never fails: a name that means nothing to it comes back as it is. The caller frees it. */
char *demangle_name(const char *name);

#endif
