/* SPDX-License-Identifier: BSD-2-Clause */
/* Times and sizes as people write and read them. */
#ifndef RECORD_QUANTITY_H
#define RECORD_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

/* "30s", "500ms", "1.5m", "20us"; a bare number is seconds. Returns 0 or -EINVAL. */
int quantity_ns(const char *text, uint64_t *ret);

/* "100M", "1G", "512K"; a bare number is bytes. Powers of 1024. Returns 0 or -EINVAL. */
int quantity_bytes(const char *text, uint64_t *ret);

/* "8.8 MiB", "412 bytes". Returns buf. */
const char *quantity_show_bytes(uint64_t bytes, char *buf, size_t size);

#endif
