// SPDX-License-Identifier: BSD-2-Clause
/*
 * The pprof output, read by a decoder of its own that knows only the wire format
 * and the numbers of pprof's fields.
 */
#include <zlib.h>

#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

#define MOST 64

/* --- protobuf's wire format --- */

struct span {
	const uint8_t *at;
	const uint8_t *end;
};

static uint64_t read_varint(struct span *s)
{
	uint64_t value = 0;

	for (int shift = 0; s->at < s->end; shift += 7) {
		value |= (uint64_t)(*s->at & 127) << shift;
		if (!(*s->at++ & 128))
			return value;
	}
	fail_msg("a number is cut");
	return 0;
}

/* The next field: its number, and its content as a number or as bytes. 0 at the end. */
static unsigned int read_field(struct span *s, uint64_t *number, struct span *bytes)
{
	uint64_t key, size;

	if (s->at == s->end)
		return 0;
	key = read_varint(s);
	if ((key & 7) == 0) {
		*number = read_varint(s);
		*bytes = (struct span){ 0 };
		return (unsigned int)(key >> 3);
	}
	assert_int_equal(key & 7, 2);
	size = read_varint(s);
	assert_true(size <= (uint64_t)(s->end - s->at));
	*bytes = (struct span){ s->at, s->at + size };
	s->at += size;
	return (unsigned int)(key >> 3);
}

/* --- a Profile, as far as these tests look at it --- */

struct message {
	uint64_t field[16];  /* the last number of each field */
	uint64_t list[MOST]; /* of field 1 of a sample, packed */
	size_t n_list;
	uint64_t list2[MOST];
	size_t n_list2;
	struct span inner[MOST]; /* messages in it: lines, labels */
	size_t n_inner;
};

struct decoded {
	char *data; /* what the spans point into */
	char *strings[MOST * 4];
	size_t n_strings;
	struct message of[16][MOST]; /* by field of Profile */
	size_t n[16];
	uint64_t number[16];
	uint64_t comments[MOST];
};

static void decode_message(struct span s, unsigned int field, struct message *m)
{
	struct span bytes;
	uint64_t number;
	unsigned int f;

	while ((f = read_field(&s, &number, &bytes))) {
		bool packed = field == 2 && f < 3; /* Sample: location_id, value */

		assert_true(f < 16);
		if (!bytes.at)
			m->field[f] = number;
		while (packed && bytes.at < bytes.end) {
			if (f == 1)
				m->list[m->n_list++ % MOST] = read_varint(&bytes);
			else
				m->list2[m->n_list2++] = read_varint(&bytes);
		}
		if (bytes.at && !packed)
			m->inner[m->n_inner++] = bytes;
	}
}

static struct decoded *decode(const void *data, size_t size)
{
	struct decoded *d = calloc(1, sizeof(*d));
	struct span s = { data, (const uint8_t *)data + size }, bytes;
	uint64_t number;
	unsigned int f;

	while ((f = read_field(&s, &number, &bytes))) {
		assert_true(f < 16 && d->n[f] < MOST);
		if (f == 6) {
			d->strings[d->n_strings++] =
				strndup((const char *)bytes.at, (size_t)(bytes.end - bytes.at));
		} else if (f == 13) { /* packed */
			while (bytes.at < bytes.end)
				d->comments[d->n[f]++] = read_varint(&bytes);
		} else if (bytes.at) {
			decode_message(bytes, f, &d->of[f][d->n[f]++]);
		} else {
			d->number[f] = number;
		}
	}
	return d;
}

static void free_decoded(struct decoded *d)
{
	for (size_t i = 0; i < d->n_strings; i++)
		free(d->strings[i]);
	free(d->data);
	free(d);
}

static struct decoded *written(struct maker *m)
{
	char *data = NULL;
	size_t size;
	struct decoded *d;

	maker_write_with(m, "pprof", (struct output_options){ .no_compression = true }, &data,
			 &size);
	d = decode(data, size);
	d->data = data;
	return d;
}

enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION };

static void first_string_is_empty(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	assert_string_equal(d->strings[0], "");
	free_decoded(d);
	maker_done(&m);
}

static void types_time_and_period_are_there(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	assert_int_equal(d->n[SAMPLE_TYPE], 2);
	assert_string_equal(d->strings[d->of[SAMPLE_TYPE][0].field[1]], "samples");
	assert_string_equal(d->strings[d->of[SAMPLE_TYPE][1].field[2]], "nanoseconds");
	assert_string_equal(d->strings[d->number[14]], "cpu");
	assert_true(d->number[9] == 1767225600000000000);
	assert_true(d->number[10] == 10000000000);
	assert_int_equal(d->number[12], MAKER_PERIOD_NS);
	free_decoded(d);
	maker_done(&m);
}

static void sample_has_its_stack_leaf_first_and_all_values(void **state)
{
	struct maker m;
	struct decoded *d;
	char names[128] = "";

	(void)state;
	maker_demo(&m);
	d = written(&m);
	for (size_t i = 0; i < d->of[SAMPLE][3].n_list; i++) {
		const struct message *location = &d->of[LOCATION][d->of[SAMPLE][3].list[i] - 1];
		struct message line = { 0 };

		decode_message(location->inner[0], 0, &line);
		strcat(names, d->strings[d->of[FUNCTION][line.field[1] - 1].field[2]]);
		strcat(names, ";");
	}
	assert_string_equal(names, "vfs_read;read;foo::bar(int);main;_start;");
	assert_int_equal(d->of[SAMPLE][3].n_list2, 2);
	assert_int_equal(d->of[SAMPLE][3].list2[0], 8);
	assert_int_equal(d->of[SAMPLE][3].list2[1], 80000000);
	free_decoded(d);
	maker_done(&m);
}

static void labels_are_texts_and_numbers(void **state)
{
	struct maker m;
	struct decoded *d;
	struct message pid = { 0 }, comm = { 0 };

	(void)state;
	maker_demo(&m);
	d = written(&m);
	decode_message(d->of[SAMPLE][0].inner[0], 0, &pid);
	decode_message(d->of[SAMPLE][0].inner[2], 0, &comm);
	assert_string_equal(d->strings[pid.field[1]], "pid");
	assert_int_equal(pid.field[3], 'a');
	assert_int_equal(pid.field[2], 0);
	assert_string_equal(d->strings[comm.field[1]], "comm");
	assert_string_equal(d->strings[comm.field[2]], "app");
	free_decoded(d);
	maker_done(&m);
}

static void ids_are_unique_and_not_zero(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	for (unsigned int f = MAPPING; f <= FUNCTION; f++) {
		assert_true(d->n[f] > 4);
		for (size_t i = 0; i < d->n[f]; i++)
			assert_int_equal(d->of[f][i].field[1], i + 1);
	}
	free_decoded(d);
	maker_done(&m);
}

static void addresses_lie_in_their_mappings(void **state)
{
	struct maker m;
	struct decoded *d;
	struct module far;

	(void)state;
	maker_demo(&m);
	/* Frames before and behind the mapping that was seen first, and beyond all reason. */
	far = maker_module("far.so");
	far.file_offset = 0x5000;
	for (uint64_t offset = 1; offset; offset *= 1 << 8)
		maker_add_stack(&m, maker_labels(&m, "app", 1, 1),
				profile_stack(m.profile, PROFILE_ROOT,
					      profile_frame(m.profile,
							    profile_module(m.profile, &far),
							    offset)),
				1);
	d = written(&m);
	for (size_t i = 0; i < d->n[LOCATION]; i++) {
		const struct message *l = &d->of[LOCATION][i], *mapping;

		if (!l->field[2])
			continue;
		mapping = &d->of[MAPPING][l->field[2] - 1];
		assert_in_range(l->field[3], mapping->field[2], mapping->field[3] - 1);
	}
	free_decoded(d);
	maker_done(&m);
}

static void address_is_start_plus_distance_in_the_file(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	/* main: the second function of app, at offset 0x1104; app: 0x1000 stands at 'a' << 32. */
	assert_true(d->of[LOCATION][1].field[3] == ((uint64_t)'a' << 32) + 0x104);
	assert_true(d->of[MAPPING][0].field[2] == (uint64_t)'a' << 32);
	assert_int_equal(d->of[MAPPING][0].field[4], 0x1000);
	free_decoded(d);
	maker_done(&m);
}

static void mapping_grows_towards_what_lies_before_it(void **state)
{
	const struct module low = {
		.path = "/usr/lib/low.so",
		.start = 0x10000,
		.end = 0x11000,
		.file_offset = 0x5000,
	};
	struct maker m;
	struct decoded *d;
	uint32_t frame;

	(void)state;
	maker_init(&m);
	frame = profile_frame(m.profile, profile_module(m.profile, &low), 0x4000);
	maker_add_stack(&m, maker_labels(&m, "app", 1, 1),
			profile_stack(m.profile, PROFILE_ROOT, frame), 1);
	d = written(&m);
	assert_int_equal(d->of[LOCATION][0].field[3], 0xf000);
	assert_int_equal(d->of[MAPPING][0].field[2], 0xf000);
	assert_int_equal(d->of[MAPPING][0].field[3], 0x11000);
	assert_int_equal(d->of[MAPPING][0].field[4], 0x4000);
	free_decoded(d);
	maker_done(&m);
}

static void first_mapping_is_the_program_that_took_most(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_init(&m);
	maker_add(&m, "small", "f@small", 5);
	maker_add(&m, "big", "work@libwork.so;g@kernel", 50);
	maker_add(&m, "big", "f@big", 10);
	d = written(&m);
	assert_string_equal(d->strings[d->of[MAPPING][0].field[5]], "/usr/lib/big");
	assert_int_equal(d->n[MAPPING], 4);
	free_decoded(d);
	maker_done(&m);
}

static void name_of_a_program_may_be_longer_than_comm(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_init(&m);
	maker_add(&m, "0123456789abcde", "f@other;g@0123456789abcdefgh", 5);
	d = written(&m);
	assert_string_equal(d->strings[d->of[MAPPING][0].field[5]], "/usr/lib/0123456789abcdefgh");
	free_decoded(d);
	maker_done(&m);
}

static void every_mapping_says_that_it_has_functions(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	for (size_t i = 0; i < d->n[MAPPING]; i++)
		assert_int_equal(d->of[MAPPING][i].field[7], 1);
	free_decoded(d);
	maker_done(&m);
}

static void kernel_has_the_name_that_pprof_knows(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	d = written(&m);
	assert_string_equal(d->strings[d->of[MAPPING][2].field[5]], "[kernel.kallsyms]");
	free_decoded(d);
	maker_done(&m);
}

static void comments_name_tape_and_coverage(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_demo(&m);
	result_add_note(m.result, "slow");
	d = written(&m);
	assert_int_equal(d->n[13], 4);
	assert_string_equal(d->strings[d->comments[0]], "tape: demo.tape");
	assert_string_equal(d->strings[d->comments[1]], "view: cpu");
	assert_non_null(strstr(d->strings[d->comments[2]], "coverage: complete: "));
	assert_string_equal(d->strings[d->comments[3]], "note: slow");
	free_decoded(d);
	maker_done(&m);
}

static void gzip_holds_the_same_bytes(void **state)
{
	struct maker m;
	char *plain = NULL, *packed = NULL, unpacked[65536];
	size_t plain_size, packed_size;
	z_stream z = { 0 };

	(void)state;
	maker_demo(&m);
	maker_write_with(&m, "pprof", (struct output_options){ .no_compression = true }, &plain,
			 &plain_size);
	maker_write_with(&m, "pprof", (struct output_options){ 0 }, &packed, &packed_size);
	inflateInit2(&z, 15 + 16);
	z.next_in = (unsigned char *)packed;
	z.avail_in = (unsigned int)packed_size;
	z.next_out = (unsigned char *)unpacked;
	z.avail_out = sizeof(unpacked);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, plain_size);
	assert_memory_equal(unpacked, plain, plain_size);
	/* RFC 1952: no time, no system. */
	assert_memory_equal(packed + 4, "\0\0\0\0", 4);
	assert_int_equal((uint8_t)packed[9], 255);
	inflateEnd(&z);
	free(plain);
	free(packed);
	maker_done(&m);
}

static void empty_profile_has_its_types(void **state)
{
	struct maker m;
	struct decoded *d;

	(void)state;
	maker_init(&m);
	d = written(&m);
	assert_int_equal(d->n[SAMPLE_TYPE], 2);
	assert_int_equal(d->n[SAMPLE], 0);
	free_decoded(d);
	maker_done(&m);
}

/* --- lines and inlined calls --- */

/* One stack, main of app and work, into which step was inlined; libfoo.so has no lines. */
static struct decoded *written_inlined(struct maker *m)
{
	maker_init(m);
	maker_add(m, "app", "main;work;run@libfoo.so", 1);
	maker_lines(m, "work", "app", "step\t/src/step.h\t20\t10\nwork\t/src/work.c\t70\t60\n");
	return written(m);
}

/* The line of a location by index: its function and number in it. */
static struct message line_of(const struct decoded *d, size_t location, size_t index)
{
	struct message line = { 0 };

	assert_true(index < d->of[LOCATION][location].n_inner);
	decode_message(d->of[LOCATION][location].inner[index], 0, &line);
	return line;
}

static const struct message *function_of_id(const struct decoded *d, uint64_t id)
{
	for (size_t i = 0; i < d->n[FUNCTION]; i++) {
		if (d->of[FUNCTION][i].field[1] == id)
			return &d->of[FUNCTION][i];
	}
	fail_msg("there is no function %llu", (unsigned long long)id);
	return NULL;
}

static void a_location_has_its_inlined_calls_innermost_first(void **state)
{
	struct maker m;
	struct decoded *d = written_inlined(&m);
	struct message inner = line_of(d, 1, 0), outer = line_of(d, 1, 1);

	(void)state;
	assert_int_equal(d->of[LOCATION][1].n_inner, 2);
	assert_string_equal(d->strings[function_of_id(d, inner.field[1])->field[2]], "step");
	assert_int_equal(inner.field[2], 20);
	assert_string_equal(d->strings[function_of_id(d, outer.field[1])->field[2]], "work");
	assert_int_equal(outer.field[2], 70);
	free_decoded(d);
	maker_done(&m);
}

static void a_function_has_its_file_and_first_line(void **state)
{
	struct maker m;
	struct decoded *d = written_inlined(&m);
	const struct message *f = function_of_id(d, line_of(d, 1, 0).field[1]);

	(void)state;
	assert_string_equal(d->strings[f->field[4]], "/src/step.h");
	assert_int_equal(f->field[5], 10);
	free_decoded(d);
	maker_done(&m);
}

static void a_mapping_says_what_its_locations_have(void **state)
{
	struct maker m;
	struct decoded *d = written_inlined(&m);

	(void)state;
	for (unsigned int field = 7; field <= 10; field++) {
		assert_int_equal(d->of[MAPPING][0].field[field], 1);
		assert_int_equal(d->of[MAPPING][1].field[field], field == 7);
	}
	free_decoded(d);
	maker_done(&m);
}

static void ids_of_inlined_functions_are_their_own(void **state)
{
	struct maker m;
	struct decoded *d = written_inlined(&m);

	(void)state;
	assert_int_equal(d->n[FUNCTION], 4);
	for (size_t i = 0; i < d->n[FUNCTION]; i++) {
		assert_true(d->of[FUNCTION][i].field[1] >= 1);
		assert_true(d->of[FUNCTION][i].field[1] <= 4);
		for (size_t k = 0; k < i; k++)
			assert_true(d->of[FUNCTION][i].field[1] != d->of[FUNCTION][k].field[1]);
	}
	free_decoded(d);
	maker_done(&m);
}

/* The functions of the first sample, the leaf first. */
static void stack_of(const struct decoded *d, char *names)
{
	*names = '\0';
	for (size_t i = 0; i < d->of[SAMPLE][0].n_list; i++) {
		for (size_t k = 0; k < d->n[LOCATION]; k++) {
			if (d->of[LOCATION][k].field[1] != d->of[SAMPLE][0].list[i])
				continue;
			strcat(names,
			       d->strings[function_of_id(d, line_of(d, k, 0).field[1])->field[2]]);
			strcat(names, ";");
		}
	}
}

static void a_profile_that_go_has_too_lacks_what_go_leaves_out(void **state)
{
	char names[128];

	(void)state;
	for (int as_go = 0; as_go < 2; as_go++) {
		struct maker m;
		struct decoded *d;

		maker_init_with(&m, NULL, as_go);
		maker_add(&m, "app", "runtime.goexit;main.work.gowrap1;main.wait;runtime.gopark",
			  1);
		maker_lines(&m, "main.work.gowrap1", "app",
			    "main.work.gowrap1\t/src/main.go\t7\t7\n");
		d = written(&m);
		stack_of(d, names);
		assert_string_equal(
			names,
			as_go ? "runtime.gopark;main.wait;"
			      : "runtime.gopark;main.wait;main.work.gowrap1;runtime.goexit;");
		free_decoded(d);
		maker_done(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_string_is_empty),
		cmocka_unit_test(types_time_and_period_are_there),
		cmocka_unit_test(sample_has_its_stack_leaf_first_and_all_values),
		cmocka_unit_test(labels_are_texts_and_numbers),
		cmocka_unit_test(ids_are_unique_and_not_zero),
		cmocka_unit_test(addresses_lie_in_their_mappings),
		cmocka_unit_test(address_is_start_plus_distance_in_the_file),
		cmocka_unit_test(mapping_grows_towards_what_lies_before_it),
		cmocka_unit_test(first_mapping_is_the_program_that_took_most),
		cmocka_unit_test(name_of_a_program_may_be_longer_than_comm),
		cmocka_unit_test(every_mapping_says_that_it_has_functions),
		cmocka_unit_test(kernel_has_the_name_that_pprof_knows),
		cmocka_unit_test(comments_name_tape_and_coverage),
		cmocka_unit_test(gzip_holds_the_same_bytes),
		cmocka_unit_test(empty_profile_has_its_types),
		cmocka_unit_test(a_location_has_its_inlined_calls_innermost_first),
		cmocka_unit_test(a_function_has_its_file_and_first_line),
		cmocka_unit_test(a_mapping_says_what_its_locations_have),
		cmocka_unit_test(ids_of_inlined_functions_are_their_own),
		cmocka_unit_test(a_profile_that_go_has_too_lacks_what_go_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
