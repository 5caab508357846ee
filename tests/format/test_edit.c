// SPDX-License-Identifier: BSD-2-Clause
/* What <tape/edit.h> promises. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tape/edit.h>
#include <tape/reader.h>

#include "tests/support/test.h"
#include "tests/support/world_maker.h"

struct bench {
	struct made_tape tape;
	struct made_tape edited; /* data NULL: there is none */
	struct tape_error err;
};

static void put_cfi(struct made_world *w, uint32_t module)
{
	struct ev_cfi cfi = { .h = { .type = EV_CFI }, .start = 64, .size = 64, .module = module };

	made_world_put(w, &cfi.h, sizeof(cfi), NULL, 0);
}

/* Events, then symbols of two modules, of which the second has call frame information too. */
static struct made_world with_names(void)
{
	struct made_world w = made_world_begin(1000);

	made_world_usual_epoch(&w, 1, 1000);
	made_world_sample(&w, 1100, 7, 70);
	made_world_block_of(&w, TAPE_BLOCK_SYMBOLS, 1);
	made_world_module(&w, 1, "/bin/one");
	made_world_symbol(&w, 1, 0, "main_of_one");
	made_world_module(&w, 2, "/bin/two");
	made_world_symbol(&w, 2, 0, "main_of_two");
	put_cfi(&w, 2);
	return w;
}

/* Takes the world. Returns what tape_edit() does. */
static int edit(struct bench *b, struct made_world *w, const struct tape_edit *how)
{
	char *from, *to = made_tape_name();
	int rc;

	made_world_close(w);
	from = made_tape_save(&w->tape);
	b->tape = made_tape_copy(&w->tape);
	rc = tape_edit(from, to, how, &b->err);
	if (rc == 0)
		b->edited = made_tape_load(to);
	unlink(from);
	unlink(to);
	free(from);
	free(to);
	made_world_free(w);
	return rc;
}

static void end(struct bench *b)
{
	made_tape_free(&b->tape);
	if (b->edited.data)
		made_tape_free(&b->edited);
}

/* How many records of a type the edited tape has; it must verify clean. */
static size_t count(const struct bench *b, uint16_t type)
{
	struct tape_health health;
	struct tape_block *block;
	struct tape_reader *r;
	size_t n = 0;

	assert_int_equal(tape_reader_open_memory(b->edited.data, b->edited.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		tape_block_for_each (block, record)
			n += record->type == type;
		tape_block_free(block);
	}
	tape_reader_health(r, &health);
	assert_true(health.complete);
	assert_int_equal(health.n_places, 0);
	assert_int_equal(health.unknown_records + health.bad_records, 0);
	tape_reader_close(r);
	return n;
}

static bool keep_all(void *context, const struct ev_header *record)
{
	(void)context;
	(void)record;
	return true;
}

static bool keep_no_symbol(void *context, const struct ev_header *record)
{
	(void)context;
	return record->type != EV_SYMBOL;
}

static bool keep_nothing(void *context, const struct ev_header *record)
{
	(void)context;
	(void)record;
	return false;
}

static void blocks_that_are_not_touched_keep_their_bytes(void **state)
{
	struct made_world w = with_names();
	struct tape_block_header h;
	struct bench b = { 0 };
	size_t before_end;

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_all }), 0);
	before_end = made_tape_block(&b.tape, made_tape_count(&b.tape) - 1, &h);
	assert_int_equal(h.kind, TAPE_BLOCK_END);
	assert_memory_equal(b.edited.data, b.tape.data, before_end);
	assert_int_equal(count(&b, EV_SYMBOL), 2);
	end(&b);
}

static void what_is_not_kept_is_gone_and_the_rest_stays(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_no_symbol }), 0);
	assert_int_equal(count(&b, EV_SYMBOL), 0);
	assert_int_equal(count(&b, EV_CFI), 1);
	assert_int_equal(count(&b, EV_CPU_SAMPLE), 1);
	end(&b);
}

static void a_module_stays_with_what_names_it(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_no_symbol }), 0);
	assert_int_equal(count(&b, EV_MODULE), 3); /* two of the events */
	end(&b);
}

static void records_outside_of_symbols_blocks_are_not_asked_for(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_nothing }), 0);
	assert_int_equal(count(&b, EV_CPU_SAMPLE), 1);
	assert_int_equal(count(&b, EV_CFI), 0);
	end(&b);
}

static int add_one(void *context, struct tape_writer *w, struct tape_error *err)
{
	union {
		struct ev_symbol symbol;
		char bytes[sizeof(struct ev_symbol) + 8];
	} record = { .symbol = { .h = { .type = EV_SYMBOL, .units = sizeof(record) / EV_UNIT },
				 .start = 0x10,
				 .size = 4,
				 .module = 2 } };
	union {
		struct ev_module module;
		char bytes[sizeof(struct ev_module) + 16];
	} module = { .module = { .h = { .type = EV_MODULE, .units = sizeof(module) / EV_UNIT },
				 .module = 2 } };
	int rc;

	strcpy(record.symbol.name, "added");
	strcpy(module.module.path, "/bin/two");
	rc = tape_writer_put_symbol(w, &module.module.h, err);

	++*(int *)context;
	return rc < 0 ? rc : tape_writer_put_symbol(w, &record.symbol.h, err);
}

static void what_is_added_stands_behind_the_rest(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };
	int times = 0;

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .add = add_one, .context = &times }), 0);
	assert_int_equal(times, 1);
	assert_int_equal(count(&b, EV_SYMBOL), 3);
	end(&b);
}

static int add_badly(void *context, struct tape_writer *w, struct tape_error *err)
{
	(void)context;
	(void)w;
	return tape_fail(err, -ENOSPC, "no more room");
}

static void a_failure_to_add_is_passed_on(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .add = add_badly }), -ENOSPC);
	assert_string_equal(b.err.text, "no more room");
	end(&b);
}

static void a_damaged_tape_is_refused(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	made_world_end(&w);
	made_tape_hit(&w.tape, 1);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_all }), -EBADMSG);
	assert_non_null(strstr(b.err.text, ": is damaged; repair it first: analyze repair -o "));
	end(&b);
}

static void a_tape_without_an_end_is_refused(void **state)
{
	struct made_world w = with_names();
	struct bench b = { 0 };

	(void)state;
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .keep = keep_all }), -EBADMSG);
	assert_non_null(strstr(b.err.text, ": has no end; repair it first: analyze repair -o "));
	end(&b);
}

static void a_layout_of_another_version_is_stated_anew(void **state)
{
	static const char text[] = "symbol\nstart u64 24 8 bytes\nsize u64 32 8 bytes\n"
				   "module u32 40 4 module\nname char[] 44 0 text\n";
	struct ev_layout layout = { .h = { .type = EV_LAYOUT },
				    .of_type = EV_SYMBOL,
				    .fixed_size = 44 };
	struct made_world w = made_world_begin(1000);
	struct bench b = { 0 };
	int times = 0;

	(void)state;
	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_epoch(&w, 1, 1000, 1000);
	made_world_put(&w, &layout.h, sizeof(layout), text, sizeof(text));
	made_world_end(&w);
	assert_int_equal(edit(&b, &w, &(struct tape_edit){ .add = add_one, .context = &times }), 0);
	assert_int_equal(count(&b, EV_SYMBOL), 1);
	assert_true(count(&b, EV_LAYOUT) > 1);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_that_are_not_touched_keep_their_bytes),
		cmocka_unit_test(what_is_not_kept_is_gone_and_the_rest_stays),
		cmocka_unit_test(a_module_stays_with_what_names_it),
		cmocka_unit_test(records_outside_of_symbols_blocks_are_not_asked_for),
		cmocka_unit_test(what_is_added_stands_behind_the_rest),
		cmocka_unit_test(a_failure_to_add_is_passed_on),
		cmocka_unit_test(a_damaged_tape_is_refused),
		cmocka_unit_test(a_tape_without_an_end_is_refused),
		cmocka_unit_test(a_layout_of_another_version_is_stated_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
