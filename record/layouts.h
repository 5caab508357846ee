/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layouts of all records, read from the BTF of a BPF object: from what the
 * compiler made of the structs that the programs fill, not from what we think
 * of them.
 */
#ifndef RECORD_LAYOUTS_H
#define RECORD_LAYOUTS_H

#include <stddef.h>

#include <bpf/btf.h>

#include <tape/error.h>
#include <tape/events.h>

struct layouts {
	struct ev_info *infos;
	size_t n;
	struct ev_field *fields; /* of all; the names are lent by the BTF */
};

/*
 * Finds struct ev_NAME for every record type that this version knows. The
 * object's BTF must live as long as *ret.
 */
int layouts_of_btf(const struct btf *btf, struct layouts *ret, struct tape_error *err);

void layouts_done(struct layouts *l);

#endif
