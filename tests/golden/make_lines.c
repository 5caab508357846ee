// SPDX-License-Identifier: BSD-2-Clause
/*
 * make_lines OUT: a small tape with source lines and inlined calls, as a recorder of
 * this version would have written it: main calls work, into which step and tick were
 * inlined, and work calls copy of a library without lines. One function has lines but
 * no symbol, one is called differently by its symbol and its lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/writer.h>

enum { PID = 7, APP = 1, LIBRARY = 2, START = 1000000000 };

struct page {
	struct tape_writer *w;
	_Alignas(8) char record[4096];
};

static void check(int rc, const struct tape_error *err)
{
	if (rc == 0)
		return;
	fprintf(stderr, "make_lines: %s\n", err->text);
	exit(1);
}

/* The record in p with a tail behind its fixed part, as tape or symbol. */
static void put(struct page *p, size_t fixed_size, const void *tail, size_t tail_size)
{
	struct ev_header *h = (struct ev_header *)p->record;
	struct tape_error err = { 0 };
	size_t size = (fixed_size + tail_size + EV_UNIT - 1) / EV_UNIT * EV_UNIT;
	bool is_symbol = h->type == EV_SYMBOL || h->type == EV_LINE;

	memcpy(p->record + fixed_size, tail, tail_size);
	memset(p->record + fixed_size + tail_size, 0, size - fixed_size - tail_size);
	h->units = (uint16_t)(size / EV_UNIT);
	if (is_symbol)
		check(tape_writer_put_symbol(p->w, h, &err), &err);
	else
		check(tape_writer_put(p->w, 1, 1, h, &err), &err);
}

static struct ev_header header(uint16_t type, uint64_t time_ns)
{
	return (struct ev_header){
		.type = type, .epoch = 1, .time_ns = time_ns, .tgid = PID, .tid = PID
	};
}

static void put_module(struct page *p, uint32_t number, const char *path)
{
	struct ev_module ev = { .h = header(EV_MODULE, START), .module = number };
	struct tape_error err = { 0 };

	ev.build_id_size = EV_BUILD_ID_SIZE;
	memset(ev.build_id, (int)(number * 17), sizeof(ev.build_id));
	memcpy(p->record, &ev, sizeof(ev));
	put(p, sizeof(ev), path, strlen(path) + 1);
	check(tape_writer_put_symbol(p->w, (struct ev_header *)p->record, &err), &err);
}

static void put_process(struct page *p)
{
	struct ev_process process = { .h = header(EV_PROCESS, START), .comm = "app" };
	struct ev_task task = { .h = header(EV_TASK, START), .comm = "app" };
	struct ev_mapping app = { .h = header(EV_MAPPING, START),
				  .start = 0x401000,
				  .end = 0x402000,
				  .file_offset = 0x1000,
				  .module = APP };
	struct ev_mapping library = app;

	library.start = 0x7f0000001000;
	library.end = 0x7f0000002000;
	library.module = LIBRARY;
	memcpy(p->record, &process, sizeof(process));
	put(p, sizeof(process), "app --fast", 11);
	memcpy(p->record, &app, sizeof(app));
	put(p, sizeof(app), "", 0);
	memcpy(p->record, &library, sizeof(library));
	put(p, sizeof(library), "", 0);
	memcpy(p->record, &task, sizeof(task));
	put(p, sizeof(task), "", 0);
}

/* A stack of these addresses, leaf first, and as many samples of it. */
static void put_samples(struct page *p, uint64_t id, const uint64_t ip[4], int samples)
{
	struct ev_stack stack = { .h = header(EV_STACK, START), .id = id };
	size_t n = 0;

	while (n < 4 && ip[n])
		n++;
	memcpy(p->record, &stack, sizeof(stack));
	put(p, sizeof(stack), ip, n * sizeof(*ip));
	for (int i = 0; i < samples; i++) {
		struct ev_cpu_sample sample = {
			.h = header(EV_CPU_SAMPLE, START + id * 100000000 + (uint64_t)i * 10000000),
			.ustack = id,
		};

		memcpy(p->record, &sample, sizeof(sample));
		put(p, sizeof(sample), "", 0);
	}
}

static void put_symbol(struct page *p, uint32_t module, uint64_t start, const char *name)
{
	struct ev_symbol ev = { .h = header(EV_SYMBOL, 0),
				.start = start,
				.size = 0x100,
				.module = module,
				.origin = EV_SYMBOL_SYMTAB };

	memcpy(p->record, &ev, sizeof(ev));
	put(p, sizeof(ev), name, strlen(name) + 1);
}

static void put_lines(struct page *p, uint64_t start, uint64_t size, const char *text)
{
	struct ev_line ev = { .h = header(EV_LINE, 0),
			      .start = start,
			      .size = size,
			      .module = APP,
			      .origin = EV_SYMBOL_DWARF };

	memcpy(p->record, &ev, sizeof(ev));
	put(p, sizeof(ev), text, strlen(text) + 1);
}

static void put_names(struct page *p)
{
	put_symbol(p, APP, 0x1000, "main");
	put_symbol(p, APP, 0x1100, "_ZN3app4workEi");
	put_symbol(p, APP, 0x1200, "cold.part.0");
	put_symbol(p, LIBRARY, 0x1000, "copy");
	put_lines(p, 0x1000, 0x100, "main\t/src/main.c\t9\t3\n");
	put_lines(p, 0x1100, 0x10,
		  "_ZN3app4tickEv\t/src/tick.h\t7\t5\n_ZN3app4stepEi\t/src/step.cc\t20\t10\n"
		  "_ZN3app4workEi\t/src/work.cc\t70\t60\n");
	put_lines(p, 0x1110, 0x10, "_ZN3app4workEi\t/src/work.cc\t72\t60\n");
	put_lines(p, 0x1200, 0x10, "cold\t/src/main.c\t30\t28\n");
	put_lines(p, 0x1300, 0x10, "nameless\t/src/main.c\t40\t38\n");
}

int main(int argc, char **argv)
{
	struct tape_writer_options options = { .wall_ns = 1767225600000000000,
					       .mono_ns = START,
					       .uuid = "lines of a tape" };
	struct ev_config config = { .h = header(EV_CONFIG, START) };
	struct tape_error err = { 0 };
	struct page p = { 0 };

	if (argc != 2)
		return 2;
	config.h.units = sizeof(config) / EV_UNIT + 3;
	check(tape_writer_open(argv[1], &options, &p.w, &err), &err);
	memcpy(p.record, &config, sizeof(config));
	strcpy(p.record + sizeof(config), "cpu.period_ns=10000000");
	check(tape_writer_add_constant(p.w, (struct ev_header *)p.record, &err), &err);
	check(tape_writer_begin_epoch(p.w, 1, START, options.wall_ns, &err), &err);
	put_module(&p, APP, "/usr/bin/app");
	put_module(&p, LIBRARY, "/usr/lib/libcopy.so");
	put_process(&p);
	put_samples(&p, 1, (uint64_t[4]){ 0x401104, 0x401021 }, 5);
	put_samples(&p, 2, (uint64_t[4]){ 0x401114, 0x401021 }, 3);
	put_samples(&p, 3, (uint64_t[4]){ 0x7f0000001008, 0x401105, 0x401021 }, 2);
	put_samples(&p, 4, (uint64_t[4]){ 0x401204, 0x401305, 0x401021 }, 1);
	put_names(&p);
	check(tape_writer_finish(p.w, EV_END_ASKED, &err), &err);
	tape_writer_close(p.w);
	return 0;
}
