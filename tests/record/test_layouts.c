// SPDX-License-Identifier: BSD-2-Clause
/* What record/layouts.h promises: the BPF programs' structs are those that readers expect. */
#include <string.h>

#include "core.skel.h"
#include "record/layouts.h"
#include "tests/support/test.h"

static void the_structs_of_the_bpf_object_are_laid_out_as_the_lists_say(void **state)
{
	struct core_bpf *skel = core_bpf__open();
	struct layouts l;
	size_t n;
	const struct ev_info *all = ev_all(&n);

	(void)state;
	assert_non_null(skel);
	assert_int_equal(layouts_of_btf(bpf_object__btf(skel->obj), &l, NULL), 0);
	assert_int_equal(l.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(l.infos[i].type, all[i].type);
		assert_int_equal(l.infos[i].fixed_size, all[i].fixed_size);
		assert_int_equal(l.infos[i].n_fields, all[i].n_fields);
		for (uint32_t f = 0; f < all[i].n_fields; f++) {
			const struct ev_field *got = &l.infos[i].fields[f],
					      *want = &all[i].fields[f];

			assert_string_equal(got->name, want->name);
			assert_string_equal(got->unit, want->unit);
			assert_int_equal(got->offset, want->offset);
			assert_int_equal(got->size, want->size);
			assert_int_equal(got->kind, want->kind);
			assert_int_equal(got->array, want->array);
		}
	}
	layouts_done(&l);
	core_bpf__destroy(skel);
}

static void btf_without_our_structs_is_refused_by_name(void **state)
{
	struct btf *empty = btf__new_empty();
	struct layouts l;
	struct tape_error err;

	(void)state;
	assert_true(layouts_of_btf(empty, &l, &err) < 0);
	assert_string_equal(err.text, "the BPF object does not know struct ev_layout");
	btf__free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_structs_of_the_bpf_object_are_laid_out_as_the_lists_say),
		cmocka_unit_test(btf_without_our_structs_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
