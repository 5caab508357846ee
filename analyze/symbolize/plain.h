/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes names safe to show: names come from files that are not trusted, and go
 * to terminals, JSON and protobuf, which want UTF-8 without control characters.
 */
#ifndef ANALYZE_SYMBOLIZE_PLAIN_H
#define ANALYZE_SYMBOLIZE_PLAIN_H

/* Replaces each byte that is a control character or no UTF-8 by '?', in place. Returns text. */
char *plain_text(char *text);

#endif
