// SPDX-License-Identifier: BSD-2-Clause
/* BTF: Documentation/bpf/btf.rst of the kernel. Units and helps come from our own lists. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/layouts.h"

/* The kind of an integer type, or -EINVAL. */
static int kind_of(const struct btf_type *t)
{
	bool is_signed = btf_int_encoding(t) & BTF_INT_SIGNED;

	switch (t->size) {
	case 1:
		/* uint8_t is no char: BPF's char is signed, its bytes are not. */
		return is_signed ? EV_CHAR : EV_U8;
	case 2:
		return is_signed ? -EINVAL : EV_U16;
	case 4:
		return is_signed ? EV_S32 : EV_U32;
	case 8:
		return is_signed ? EV_S64 : EV_U64;
	default:
		return -EINVAL;
	}
}

static int read_field(const struct btf *btf, const struct btf_type *record, uint16_t index,
		      struct ev_field *ret)
{
	const struct btf_member *m = btf_members(record) + index;
	const struct btf_type *t = btf__type_by_id(btf, (uint32_t)btf__resolve_type(btf, m->type));
	uint32_t count = 1;
	int kind;

	*ret = (struct ev_field){ .name = btf__name_by_offset(btf, m->name_off),
				  .offset = btf_member_bit_offset(record, index) / 8 };
	if (btf_is_array(t)) {
		ret->array = 1;
		count = btf_array(t)->nelems;
		t = btf__type_by_id(btf, (uint32_t)btf__resolve_type(btf, btf_array(t)->type));
	}
	kind = btf_is_int(t) ? kind_of(t) : -EINVAL;
	if (kind < 0)
		return kind;
	ret->kind = (uint8_t)kind;
	ret->size = count * t->size;
	return 0;
}

/* The unit that our list gives to the field of this name. */
static const char *unit_of(const struct ev_info *known, const char *field)
{
	for (uint32_t i = 0; i < known->n_fields; i++) {
		if (strcmp(known->fields[i].name, field) == 0)
			return known->fields[i].unit;
	}
	return "none";
}

static int read_record(const struct btf *btf, const struct ev_info *known, struct layouts *l,
		       struct tape_error *err)
{
	struct ev_info *info = &l->infos[l->n];
	struct ev_field *fields =
		l->n ? (struct ev_field *)info[-1].fields + info[-1].n_fields : l->fields;
	const struct btf_type *t;
	char name[64];
	int id;

	snprintf(name, sizeof(name), "ev_%s", known->name);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	if (id < 0)
		return tape_fail(err, id, "the BPF object does not know struct %s", name);
	t = btf__type_by_id(btf, (uint32_t)id);
	*info = *known;
	info->fixed_size = t->size;
	info->fields = fields;
	info->n_fields = btf_vlen(t) - 1u;
	/* The first member is the header, which is the same in all. */
	for (uint16_t i = 0; i < info->n_fields; i++) {
		int rc = read_field(btf, t, i + 1, &fields[i]);

		if (rc < 0)
			return tape_fail(err, rc, "struct %s: a field has no layout", name);
		fields[i].unit = unit_of(known, fields[i].name);
	}
	l->n++;
	return 0;
}

static size_t count_fields(const struct ev_info *all, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += all[i].n_fields +
			 16; /* more than we know of would be a bug, not an overrun */
	return total;
}

int layouts_of_btf(const struct btf *btf, struct layouts *ret, struct tape_error *err)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);
	struct layouts l = { 0 };
	int rc = 0;

	l.infos = calloc(n, sizeof(*l.infos));
	l.fields = calloc(count_fields(all, n), sizeof(*l.fields));
	if (!l.infos || !l.fields)
		rc = tape_fail(err, -ENOMEM, "out of memory");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_record(btf, &all[i], &l, err);
	if (rc < 0) {
		layouts_done(&l);
		return rc;
	}
	*ret = l;
	return 0;
}

void layouts_done(struct layouts *l)
{
	free(l->infos);
	free(l->fields);
	*l = (struct layouts){ 0 };
}
