// SPDX-License-Identifier: BSD-2-Clause
/*
 * Command "verify": whether a tape is as it was written, and each place that is
 * not. A tape without its end is told apart from a damaged one: its recorder was
 * killed, and lost no more than the block that it was writing.
 */
#include <inttypes.h>

#include <jansson.h>

#include <tape/cleanup.h>
#include <tape/reader.h>

#include "analyze/commands/command.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);

struct verdict {
	const char *tape;
	struct tape_health health;
	uint64_t records;
	uint64_t lost_records; /* that the recorder itself says it lost */
	uint64_t start_ns;
	size_t places;	/* that are not as they were written; blocks of unknown kinds are */
	size_t damaged; /* of them, but for the cut end */
};

/* --- reading --- */

static void look_at_block(struct verdict *v, const struct tape_block *block)
{
	if (!v->start_ns)
		v->start_ns = block->header.first_ns;
	tape_block_for_each (block, record) {
		v->records++;
		if (record->type == EV_LOSS)
			v->lost_records += ((const struct ev_loss *)record)->count;
	}
}

static int look_at_tape(struct verdict *v, struct tape_reader *reader, struct tape_error *err)
{
	bool known;
	const struct tape_file_header *header = tape_reader_header(reader, &known);
	struct tape_block *block;
	int rc;

	if (known)
		v->start_ns = header->mono_ns;
	while ((rc = tape_reader_next(reader, &block, err)) > 0) {
		look_at_block(v, block);
		tape_block_free(block);
	}
	tape_reader_health(reader, &v->health);
	for (size_t i = 0; i < v->health.n_places; i++) {
		enum tape_damage_kind kind = v->health.places[i].kind;

		v->places += kind != TAPE_DAMAGE_UNKNOWN;
		v->damaged += kind != TAPE_DAMAGE_UNKNOWN && kind != TAPE_DAMAGE_CUT;
	}
	return rc;
}

static bool is_damaged(const struct verdict *v)
{
	return v->damaged || v->health.bad_records;
}

static const char *verdict_word(const struct verdict *v)
{
	if (is_damaged(v))
		return "damaged";
	return v->health.complete ? "whole" : "incomplete";
}

/* --- text --- */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Seconds after the tape's start, to the millisecond. */
static void print_moment(FILE *out, const struct verdict *v, uint64_t ns)
{
	uint64_t after = ns > v->start_ns ? ns - v->start_ns : 0;

	if (ns == UINT64_MAX)
		fprintf(out, "the end");
	else
		fprintf(out, "%" PRIu64 ".%03" PRIu64 "s", after / 1000000000,
			after / 1000000 % 1000);
}

static void print_place(FILE *out, const struct verdict *v, const struct tape_damage *d)
{
	fprintf(out, "  %-9s ", tape_damage_name(d->kind));
	if (d->length)
		fprintf(out, "at byte %" PRIu64 ", %" PRIu64 " byte%s", d->offset, d->length,
			plural(d->length));
	else
		fprintf(out, "no bytes");
	if (d->kind == TAPE_DAMAGE_UNKNOWN)
		fprintf(out, ", a block of a kind that this version does not know; not read");
	else
		fprintf(out, ", %" PRIu64 " block%s lost", d->blocks, plural(d->blocks));
	if (!d->from_ns && !d->to_ns) {
		fprintf(out, "\n"); /* it held nothing that has a time */
		return;
	}
	if (d->from_ns == 0 && d->to_ns == UINT64_MAX) {
		fprintf(out, ", at a time that is not known\n");
		return;
	}
	fprintf(out, ", between ");
	print_moment(out, v, d->from_ns);
	fprintf(out, " and ");
	print_moment(out, v, d->to_ns);
	fprintf(out, "\n");
}

static void print_verdict(FILE *out, const struct verdict *v)
{
	const struct tape_health *h = &v->health;
	uint64_t blocks = h->blocks - h->unknown_blocks;

	fprintf(out, "%s: %s: %" PRIu64 " block%s and %" PRIu64 " record%s can be read\n", v->tape,
		verdict_word(v), blocks, plural(blocks), v->records, plural(v->records));
	if (v->places)
		fprintf(out,
			"%zu place%s not as written: %" PRIu64 " block%s lost, %" PRIu64
			" byte%s unreadable; analyze repair writes what is left to a new tape\n",
			v->places, plural(v->places), h->lost_blocks, plural(h->lost_blocks),
			h->lost_bytes, plural(h->lost_bytes));
	for (size_t i = 0; i < h->n_places; i++)
		print_place(out, v, &h->places[i]);
	if (h->bad_records)
		fprintf(out, "%" PRIu64 " block%s end in bytes that are no record\n",
			h->bad_records, plural(h->bad_records));
	if (h->unknown_records)
		fprintf(out, "%" PRIu64 " record%s of types that nobody explains\n",
			h->unknown_records, plural(h->unknown_records));
	if (!h->complete)
		fprintf(out, "no end mark: the recorder did not finish, or the end is lost\n");
	if (v->lost_records)
		fprintf(out, "the tape itself says that %" PRIu64 " record%s were lost\n",
			v->lost_records, plural(v->lost_records));
}

/* --- JSON --- */

static json_t *place_to_json(const struct tape_damage *d)
{
	json_t *place = json_object();

	json_object_set_new(place, "kind", json_string(tape_damage_name(d->kind)));
	json_object_set_new(place, "offset", json_integer((json_int_t)d->offset));
	json_object_set_new(place, "length", json_integer((json_int_t)d->length));
	json_object_set_new(place, "blocks", json_integer((json_int_t)d->blocks));
	if (d->from_ns)
		json_object_set_new(place, "from_ns", json_integer((json_int_t)d->from_ns));
	if (d->to_ns != UINT64_MAX)
		json_object_set_new(place, "to_ns", json_integer((json_int_t)d->to_ns));
	return place;
}

static void print_json(FILE *out, const struct verdict *v)
{
	const struct tape_health *h = &v->health;
	json_t *root = json_object(), *places = json_array();

	for (size_t i = 0; i < h->n_places; i++)
		json_array_append_new(places, place_to_json(&h->places[i]));
	json_object_set_new(root, "verdict", json_string(verdict_word(v)));
	json_object_set_new(root, "complete", json_boolean(h->complete));
	json_object_set_new(root, "blocks", json_integer((json_int_t)h->blocks));
	json_object_set_new(root, "records", json_integer((json_int_t)v->records));
	json_object_set_new(root, "lost_blocks", json_integer((json_int_t)h->lost_blocks));
	json_object_set_new(root, "lost_bytes", json_integer((json_int_t)h->lost_bytes));
	json_object_set_new(root, "lost_records", json_integer((json_int_t)v->lost_records));
	json_object_set_new(root, "unknown_blocks", json_integer((json_int_t)h->unknown_blocks));
	json_object_set_new(root, "unknown_records", json_integer((json_int_t)h->unknown_records));
	json_object_set_new(root, "bad_records", json_integer((json_int_t)h->bad_records));
	json_object_set_new(root, "places", places);
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}

static int verify_run(const struct command_job *job, struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *reader = NULL;
	struct verdict v = { .tape = job->tape };
	int rc = tape_reader_open(job->tape, 0, &reader, err);

	if (rc == 0)
		rc = look_at_tape(&v, reader, err);
	if (rc < 0)
		return rc;
	if (job->json)
		print_json(job->out, &v);
	else
		print_verdict(job->out, &v);
	return is_damaged(&v) || !v.health.complete;
}

extern const struct command command_verify;

const struct command command_verify = {
	.name = "verify",
	.help = "whether the tape is whole, and each place that is not; exit status 1 if not",
	.formats = "text json",
	.run = verify_run,
};
