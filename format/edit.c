// SPDX-License-Identifier: BSD-2-Clause
/*
 * Blocks of which a part goes are left out where they stood, and what stays of
 * them is written behind all others. So they are read twice, each time behind the
 * layouts that hold for them.
 */
#include <errno.h>
#include <string.h>

#include <tape/cleanup.h>
#include <tape/edit.h>

#include "format/block.h"
#include "format/copy.h"
#include "format/modules.h"
#include "format/reader.h"

DEFINE_CLEANUP(tape_block_free, struct tape_block);

struct editing {
	struct tape_copy copy;
	const struct tape_edit *edit;
	struct tape_modules modules; /* of the block that is looked at; block: its number in it */
};

static void editing_done(struct editing *e)
{
	tape_copy_done(&e->copy);
	tape_modules_done(&e->modules);
}

static int refuse(const struct editing *e, const char *what, struct tape_error *err)
{
	return tape_fail(err, -EBADMSG,
			 "%s: %s; repair it first: analyze repair -o NEW.tape, then this with "
			 "NEW.tape",
			 e->copy.from->scan->in.name, what);
}

/* Returns 1 with the block of a slot, 0 if this version does not know its kind, or -errno. */
static int read_slot(struct editing *e, size_t i, struct tape_block **ret, struct tape_error *err)
{
	struct tape_reader *r = e->copy.from;
	int rc;

	if (!tape_block_is_known(&r->scan->slots[i].header))
		return 0;
	r->next = i;
	rc = tape_reader_next(r, ret, err);
	if (rc < 0)
		return rc;
	/* The reader steps over blocks that do not hold. */
	if (rc == 0 || r->next != i + 1)
		return refuse(e, "is damaged", err);
	return 1;
}

static bool stays(const struct editing *e, const struct ev_header *record)
{
	return !e->edit->keep || record->type == EV_MODULE ||
	       e->edit->keep(e->edit->context, record);
}

static bool is_touched(const struct editing *e, const struct tape_block *b)
{
	if (b->header.kind != TAPE_BLOCK_SYMBOLS)
		return false;
	tape_block_for_each (b, record) {
		if (!stays(e, record))
			return true;
	}
	return false;
}

/* The module that a record of a SYMBOLS block names stands at the same place in all of them. */
static uint32_t module_of(const struct ev_header *record)
{
	_Static_assert(offsetof(struct ev_line, module) == offsetof(struct ev_symbol, module) &&
			       offsetof(struct ev_cfi, module) ==
				       offsetof(struct ev_symbol, module),
		       "one function for all");
	return ((const struct ev_symbol *)record)->module;
}

static int put_kept(struct editing *e, const struct ev_header *record, uint64_t number,
		    struct tape_error *err)
{
	struct tape_module *m = tape_modules_find(&e->modules, module_of(record));
	int rc = 0;

	if (m && m->block != number) {
		m->block = number;
		rc = tape_writer_put_symbol(e->copy.to, m->record, err);
	}
	return rc < 0 ? rc : tape_writer_put_symbol(e->copy.to, record, err);
}

/* Records of types that this version does not know may be names: they go. */
static bool is_of_symbols(const struct ev_header *record)
{
	return record->type == EV_SYMBOL || record->type == EV_LINE || record->type == EV_CFI;
}

/* What stays of a block; number is unlike that of any other. */
static int put_rest(struct editing *e, const struct tape_block *b, uint64_t number,
		    struct tape_error *err)
{
	int rc = 0;

	tape_block_for_each (b, record) {
		if (record->type == EV_MODULE)
			rc = tape_modules_keep(&e->modules, (const struct ev_module *)record);
		else if (is_of_symbols(record) && stays(e, record))
			rc = put_kept(e, record, number, err);
		if (rc == -ENOMEM)
			return tape_fail(err, rc, "%s: out of memory", e->copy.from->scan->in.name);
		if (rc < 0 && record->type != EV_MODULE)
			return rc;
	}
	return 0;
}

static bool same_layout(const struct ev_info *a, const struct ev_info *b)
{
	if (!a || a->fixed_size != b->fixed_size || a->n_fields != b->n_fields)
		return false;
	for (uint32_t i = 0; i < a->n_fields; i++) {
		const struct ev_field *x = &a->fields[i], *y = &b->fields[i];

		if (strcmp(x->name, y->name) != 0 || x->offset != y->offset || x->size != y->size ||
		    x->kind != y->kind || x->array != y->array)
			return false;
	}
	return true;
}

/* Of what is written here: the tape may be of another version. */
static int put_layouts(struct editing *e, struct tape_error *err)
{
	static const uint16_t types[] = { EV_MODULE, EV_SYMBOL, EV_LINE, EV_CFI, EV_INDEX, EV_END };
	int rc = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && rc == 0; i++) {
		if (!same_layout(tape_reader_layout(e->copy.from, types[i]), ev_info(types[i])))
			rc = tape_copy_put_layout(&e->copy, types[i], err);
	}
	return rc < 0 ? rc : tape_writer_flush(e->copy.to, err);
}

static int check_health(struct editing *e, struct tape_health *health, struct tape_error *err)
{
	tape_reader_health(e->copy.from, health);
	for (size_t i = 0; i < health->n_places; i++) {
		if (health->places[i].kind != TAPE_DAMAGE_UNKNOWN)
			return refuse(e, "is damaged", err);
	}
	if (health->bad_records)
		return refuse(e, "is damaged", err);
	if (!health->complete)
		return refuse(e, "has no end", err);
	return 0;
}

/* Copies what is not touched; touched says by slot what is. */
static int copy_blocks(struct editing *e, bool *touched, struct tape_error *err)
{
	struct tape_scan *s = e->copy.from->scan;
	int rc = 0;

	for (size_t i = 0; i < s->n_slots && rc >= 0; i++) {
		CLEANUP(tape_block_freep) struct tape_block *b = NULL;

		rc = read_slot(e, i, &b, err);
		if (rc < 0)
			break;
		touched[i] = rc == 1 && is_touched(e, b);
		if (!touched[i])
			rc = tape_copy_slot(&e->copy, &s->slots[i], err);
	}
	tape_copy_adopt(&e->copy);
	return rc < 0 ? rc : 0;
}

static int put_rests(struct editing *e, const bool *touched, struct tape_error *err)
{
	struct tape_scan *s = e->copy.from->scan;
	int rc = 0;

	for (size_t i = 0; i < s->n_slots && rc >= 0; i++) {
		CLEANUP(tape_block_freep) struct tape_block *b = NULL;

		rc = read_slot(e, i, &b, err);
		if (rc == 1 && touched[i])
			rc = put_rest(e, b, i + 1, err);
		tape_modules_done(&e->modules);
		e->modules = (struct tape_modules){ 0 };
	}
	return rc < 0 ? rc : 0;
}

int tape_edit(const char *from, const char *to, const struct tape_edit *edit,
	      struct tape_error *err)
{
	CLEANUP(editing_done) struct editing e = { .edit = edit };
	CLEANUP(freep) bool *touched = NULL;
	struct tape_health health;
	int rc = tape_copy_open(from, 0, to, &e.copy, err);

	if (rc < 0)
		return rc;
	touched = calloc(e.copy.from->scan->n_slots + 1, sizeof(*touched));
	if (!touched)
		return tape_fail(err, -ENOMEM, "%s: out of memory", from);
	rc = copy_blocks(&e, touched, err);
	if (rc == 0)
		rc = check_health(&e, &health, err);
	if (rc == 0)
		rc = put_layouts(&e, err);
	if (rc == 0 && edit->keep)
		rc = put_rests(&e, touched, err);
	if (rc == 0 && edit->add)
		rc = edit->add(edit->context, e.copy.to, err);
	if (rc == 0)
		rc = tape_writer_finish(e.copy.to, health.reason, err);
	return rc;
}
