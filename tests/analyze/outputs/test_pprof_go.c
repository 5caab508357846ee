// SPDX-License-Identifier: BSD-2-Clause
/*
 * go tool pprof, where there is one, must print the figures that the profile
 * has by the definition of flat and cum, and our names.
 */
#include <unistd.h>

#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

struct row {
	char name[256];
	int64_t flat;
	int64_t cum;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* What pprof's -top prints, sorted by name. Returns how many rows; -1 without pprof. */
static int run_pprof(const char *path, const char *index, struct row *rows, int most)
{
	char command[512], line[1024];
	int n = -1;
	FILE *out;

	snprintf(command, sizeof(command),
		 "HOME=${HOME:-/tmp} go tool pprof -top -nodecount=1000 -nodefraction=0 -unit=ns "
		 "-sample_index=%s %s 2>/dev/null",
		 index, path);
	out = popen(command, "r");
	while (out && fgets(line, sizeof(line), out)) {
		char flat[64], cum[64];
		int name;

		if (strstr(line, "flat%")) {
			n = 0;
		} else if (n >= 0 && n < most &&
			   sscanf(line, "%63s %*s %*s %63s %*s %n", flat, cum, &name) == 2) {
			rows[n].flat = strtoll(flat, NULL, 10);
			rows[n].cum = strtoll(cum, NULL, 10);
			snprintf(rows[n].name, sizeof(rows[n].name), "%.*s",
				 (int)strcspn(line + name, "\n"), line + name);
			n++;
		}
	}
	if (out)
		pclose(out);
	if (n > 0)
		qsort(rows, (size_t)n, sizeof(*rows), by_name);
	return n;
}

/* The same from the profile itself, by the definition of flat and cum. */
static int count_rows(const struct maker *m, size_t value, struct row *rows)
{
	int n = 0;

	for (size_t i = 0; i < profile_n_samples(m->profile); i++) {
		const struct profile_sample *s = profile_get_sample(m->profile, i);
		char seen[64][256];
		int n_seen = 0;

		for (uint32_t at = s->stack; at; at = profile_get_stack(m->profile, at)->parent) {
			uint32_t frame = profile_get_stack(m->profile, at)->frame;
			const struct profile_frame *f = profile_get_frame(m->profile, frame);
			struct frame_name name;
			int r = 0, k = 0;

			symbolizer_find(m->symbolizer, profile_get_module(m->profile, f->module),
					f->offset, &name);
			while (r < n && strcmp(rows[r].name, name.name) != 0)
				r++;
			if (r == n)
				snprintf(rows[n++].name, sizeof(rows[0].name), "%s", name.name);
			rows[r].flat += at == s->stack ? s->values[value] : 0;
			while (k < n_seen && strcmp(seen[k], name.name) != 0)
				k++;
			if (k < n_seen)
				continue;
			strcpy(seen[n_seen++], rows[r].name);
			rows[r].cum += s->values[value];
		}
	}
	qsort(rows, (size_t)n, sizeof(*rows), by_name);
	return n;
}

static void add_names_that_pprof_likes_to_change(struct maker *m)
{
	maker_add(m, "app", "std::map<int, int>::at(int);void f<int>(int (*)(int))", 3);
	maker_add(m, "app", "main.Map[go.shape.int];main.(*T[...]).Do.func1", 4);
	maker_add(m, "app", "<alloc::vec::Vec<T> as core::ops::Drop>::drop;_Zbroken", 5);
	maker_add(m, "app", "_ZNSt6vectorIiSaIiEE9push_backEOi;operator()", 6);
}

/* A file that is there, but not the one that ran: this program, with another build-id. */
static void add_code_of_another_build(struct maker *m)
{
	static char path[512];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct module other = { .path = path, .build_id = { 7 }, .build_id_size = 20 };

	assert_true(size > 0);
	other.start = 0x555000000000;
	other.end = other.start + 0x100000;
	for (uint64_t offset = 0x10000; offset < 0x20000; offset += 0x1000) {
		uint32_t module = profile_module(m->profile, &other);
		uint32_t frame = profile_frame(m->profile, module, offset);

		maker_add_stack(m, maker_labels(m, "app", 1, 1),
				profile_stack(m->profile, PROFILE_ROOT, frame), 1);
	}
}

static void compare_with_pprof(struct maker *m, const char *path, const char *index, size_t value)
{
	static struct row theirs[100], ours[100];
	int n;

	memset(ours, 0, sizeof(ours));
	n = run_pprof(path, index, theirs, 100);
	if (n < 0)
		skip();
	assert_int_equal(n, count_rows(m, value, ours));
	for (int i = 0; i < n; i++) {
		assert_string_equal(theirs[i].name, ours[i].name);
		assert_int_equal(theirs[i].flat, ours[i].flat);
		assert_int_equal(theirs[i].cum, ours[i].cum);
	}
}

static void go_tool_pprof_counts_as_we_do(void **state)
{
	char path[] = "/tmp/test_pprof.XXXXXX", *data = NULL;
	struct maker m;
	size_t size;
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	maker_demo(&m);
	add_names_that_pprof_likes_to_change(&m);
	add_code_of_another_build(&m);
	maker_write_with(&m, "pprof", (struct output_options){ 0 }, &data, &size);
	fwrite(data, 1, size, file);
	fclose(file);
	free(data);
	if (system("go tool -n pprof >/dev/null 2>&1") != 0) {
		print_message("SKIPPED: there is no go tool pprof on this machine\n");
		unlink(path);
		maker_done(&m);
		skip();
	}
	compare_with_pprof(&m, path, "cpu", 1);
	compare_with_pprof(&m, path, "samples", 0);
	unlink(path);
	maker_done(&m);
}

/* --- profile-guided optimization --- */

static void put_file(const char *folder, const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, size, out), size);
	fclose(out);
}

static const char program[] = "package p\n"
			      "\n"
			      "type shape interface{ area(x int) int }\n"
			      "type square struct{ k int }\n"
			      "\n"
			      "func (s square) area(x int) int { return x*x + s.k }\n"
			      "\n"
			      "func hot(s shape, n int) int {\n"
			      "\tsum := 0\n"
			      "\tfor i := 0; i < n; i++ {\n"
			      "\t\tsum += s.area(i)\n"
			      "\t}\n"
			      "\treturn sum\n"
			      "}\n"
			      "\n"
			      "var Answer = hot(square{3}, 10)\n";

/* Go's compiler finds a call in a profile by names, and by lines counted from a function's first. */
static void gos_compiler_takes_the_profile(void **state)
{
	char folder[] = "/tmp/pgo.XXXXXX", command[512], line[1024];
	bool used = false;
	char *data = NULL;
	struct maker m;
	size_t size;
	FILE *out;

	(void)state;
	/* It makes direct calls of a profile's calls by an interface since 1.22. */
	if (system("go version 2>/dev/null | grep -qE 'go1\\.(2[2-9]|[3-9][0-9])'") != 0)
		skip();
	maker_init(&m);
	maker_add(&m, "app", "p.hot;p.square.area", 100);
	maker_lines(&m, "p.hot", "app", "p.hot\t/src/p.go\t11\t8\n");
	maker_lines(&m, "p.square.area", "app", "p.square.area\t/src/p.go\t6\t6\n");
	assert_int_equal(maker_write_with(&m, "pprof", (struct output_options){ 0 }, &data, &size),
			 0);
	assert_non_null(mkdtemp(folder));
	put_file(folder, "p.pb.gz", data, size);
	put_file(folder, "p.go", program, sizeof(program) - 1);
	snprintf(command, sizeof(command),
		 "cd %s && HOME=${HOME:-/tmp} go tool compile -p p -pgoprofile=p.pb.gz "
		 "-d=pgodebug=1 -m -o p.o p.go 2>&1",
		 folder);
	out = popen(command, "r");
	while (out && fgets(line, sizeof(line), out))
		used = used || strstr(line, "p.go:11:16: PGO devirtualizing interface call s.area");
	assert_int_equal(pclose(out), 0);
	assert_true(used);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	free(data);
	maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_tool_pprof_counts_as_we_do),
		cmocka_unit_test(gos_compiler_takes_the_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
