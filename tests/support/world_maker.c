// SPDX-License-Identifier: BSD-2-Clause
/* See world_maker.h. */
#include <stdlib.h>
#include <string.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/layout.h"
#include "tests/support/world_maker.h"

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

static void put_file_header(struct made_world *w, uint64_t mono_ns)
{
	struct tape_file_header h = { .major = TAPE_MAJOR,
				      .minor = TAPE_MINOR,
				      .wall_ns = MADE_WORLD_WALL_NS,
				      .mono_ns = mono_ns };
	uint8_t bytes[sizeof(h)];

	bytes_put64(h.uuid, MADE_TAPE_ID);
	tape_file_header_encode(&h, bytes);
	made_tape_append(&w->tape, bytes, sizeof(bytes));
}

struct made_world made_world_begin(uint64_t mono_ns)
{
	struct made_world w = { .mono_ns = mono_ns };

	put_file_header(&w, mono_ns);
	return w;
}

void made_world_free(struct made_world *w)
{
	made_tape_free(&w->tape);
	free(w->records);
}

void made_world_close(struct made_world *w)
{
	if (w->size)
		made_tape_add(&w->tape, w->header, w->records, w->size);
	w->size = 0;
	w->header = (struct tape_block_header){ 0 };
}

void made_world_block(struct made_world *w, uint32_t epoch, uint32_t ring)
{
	made_world_close(w);
	w->header.kind = TAPE_BLOCK_EVENTS;
	w->header.epoch = epoch;
	w->header.ring = ring;
}

void made_world_block_of(struct made_world *w, enum tape_block_kind kind, uint32_t epoch)
{
	made_world_close(w);
	w->header.kind = (uint16_t)kind;
	w->header.epoch = epoch;
}

void made_world_end(struct made_world *w)
{
	struct ev_end end = { .h = { .type = EV_END }, .reason = EV_END_ASKED };
	uint32_t epoch = w->header.epoch;

	made_world_block_of(w, TAPE_BLOCK_END, epoch);
	end.blocks = w->tape.sequence;
	end.bytes = w->tape.size;
	made_world_put(w, &end.h, sizeof(end), NULL, 0);
	made_world_close(w);
}

void made_world_put(struct made_world *w, struct ev_header *record, size_t fixed_size,
		    const void *tail, size_t tail_size)
{
	size_t size = (fixed_size + tail_size + EV_UNIT - 1) / EV_UNIT * EV_UNIT;
	uint64_t time = record->time_ns;

	record->units = (uint16_t)(size / EV_UNIT);
	if (w->size + size > w->room) {
		w->room = (w->size + size) * 2;
		w->records = checked(realloc(w->records, w->room));
	}
	memset(w->records + w->size, 0, size);
	memcpy(w->records + w->size, record, fixed_size);
	if (tail_size)
		memcpy(w->records + w->size + fixed_size, tail, tail_size);
	tape_layout_to_disk(w->records + w->size, size, ev_info(record->type));
	w->size += size;
	w->header.records++;
	if (time && (!w->header.first_ns || time < w->header.first_ns))
		w->header.first_ns = time;
	if (time > w->header.last_ns)
		w->header.last_ns = time;
}

static struct ev_header header(uint16_t type, uint64_t time_ns, uint32_t pid, uint32_t tid)
{
	return (struct ev_header){ .type = type, .time_ns = time_ns, .tgid = pid, .tid = tid };
}

void made_world_text(struct made_world *w, uint16_t type, const char *text)
{
	struct ev_host ev = { .h = header(type, 0, 0, 0) };

	made_world_put(w, &ev.h, sizeof(ev), text, strlen(text) + 1);
}

void made_world_epoch(struct made_world *w, uint32_t number, uint64_t mono_ns, uint64_t wall_ns)
{
	struct ev_epoch ev = { .h = header(EV_EPOCH, mono_ns, 0, 0),
			       .number = number,
			       .mono_ns = mono_ns,
			       .wall_ns = wall_ns };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_process(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm)
{
	struct ev_process ev = { .h = header(EV_PROCESS, time_ns, pid, pid) };

	strncpy(ev.comm, comm, sizeof(ev.comm) - 1);
	made_world_put(w, &ev.h, sizeof(ev), comm, strlen(comm) + 1);
}

static void put_name(struct made_world *w, struct ev_header h, const char *comm)
{
	struct ev_comm ev = { .h = h };

	strncpy(ev.comm, comm, sizeof(ev.comm) - 1);
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_task(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid,
		     const char *comm)
{
	put_name(w, header(EV_TASK, time_ns, pid, tid), comm);
}

void made_world_fork(struct made_world *w, uint64_t time_ns, uint32_t parent, uint32_t child)
{
	struct ev_fork ev = { .h = header(EV_FORK, time_ns, child, child),
			      .parent_tid = parent,
			      .parent_tgid = parent };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_clone(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid)
{
	struct ev_fork ev = { .h = header(EV_FORK, time_ns, pid, tid),
			      .parent_tid = pid,
			      .parent_tgid = pid };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_exec(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm)
{
	put_name(w, header(EV_EXEC, time_ns, pid, pid), comm);
}

void made_world_comm(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm)
{
	put_name(w, header(EV_COMM, time_ns, pid, pid), comm);
}

void made_world_exit(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid)
{
	struct ev_exit ev = { .h = header(EV_EXIT, time_ns, pid, tid) };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_module(struct made_world *w, uint32_t number, const char *path)
{
	struct ev_module ev = { .h = header(EV_MODULE, 0, 0, 0), .module = number };

	made_world_put(w, &ev.h, sizeof(ev), path, strlen(path) + 1);
}

void made_world_map(struct made_world *w, uint64_t time_ns, struct made_mapping m)
{
	struct ev_mapping ev = { .h = header(EV_MAPPING, time_ns, m.pid, m.pid),
				 .start = m.start,
				 .end = m.end,
				 .file_offset = m.file_offset,
				 .module = m.module };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_stack(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t id,
		      const uint64_t ip[2])
{
	struct ev_stack ev = { .h = header(EV_STACK, time_ns, pid, pid),
			       .id = id,
			       .kind = pid ? EV_STACK_USER : EV_STACK_KERNEL };

	made_world_put(w, &ev.h, sizeof(ev), ip, 2 * sizeof(*ip));
}

void made_world_cgroup(struct made_world *w, uint64_t id, const char *path)
{
	struct ev_cgroup ev = { .h = header(EV_CGROUP, 0, 0, 0), .cgroup = id };

	made_world_put(w, &ev.h, sizeof(ev), path, strlen(path) + 1);
}

void made_world_symbol(struct made_world *w, uint32_t module, uint64_t start, const char *name)
{
	struct ev_symbol ev = {
		.h = header(EV_SYMBOL, 0, 0, 0), .start = start, .size = 256, .module = module
	};

	made_world_put(w, &ev.h, sizeof(ev), name, strlen(name) + 1);
}

void made_world_sample(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t ustack)
{
	made_world_put_sample(w, (struct ev_cpu_sample){ .h = header(0, time_ns, pid, pid),
							 .ustack = ustack });
}

void made_world_put_sample(struct made_world *w, struct ev_cpu_sample sample)
{
	sample.h.type = EV_CPU_SAMPLE;
	made_world_put(w, &sample.h, sizeof(sample), NULL, 0);
}

void made_world_loss(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint64_t count)
{
	struct ev_loss ev = { .h = header(EV_LOSS, to_ns, 0, 0),
			      .count = count,
			      .from_ns = from_ns,
			      .to_ns = to_ns,
			      .of_type = EV_CPU_SAMPLE };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_pause(struct made_world *w, uint64_t time_ns, uint32_t paused)
{
	struct ev_pause ev = { .h = header(EV_PAUSE, time_ns, 0, 0), .paused = paused };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

void made_world_usual(struct made_world *w, uint64_t time_ns)
{
	made_world_module(w, 1, "/bin/one");
	made_world_module(w, 2, "/bin/two");
	made_world_process(w, time_ns, 7, "seven");
	made_world_map(w, time_ns, (struct made_mapping){ 7, 1, 0x1000, 0x2000, 0 });
	made_world_process(w, time_ns, 8, "eight");
	made_world_map(w, time_ns, (struct made_mapping){ 8, 2, 0x1000, 0x2000, 0x500 });
	made_world_stack(w, time_ns, 7, 70, (uint64_t[]){ 0x1010, 0x1101 });
	made_world_stack(w, time_ns, 8, 80, (uint64_t[]){ 0x1020, 0x1201 });
}

void made_world_usual_epoch(struct made_world *w, uint32_t epoch, uint64_t time_ns)
{
	made_world_block_of(w, TAPE_BLOCK_EPOCH, epoch);
	made_world_text(w, EV_CONFIG, "cpu.period_ns=100");
	made_world_epoch(w, epoch, time_ns, MADE_WORLD_WALL_NS + time_ns - w->mono_ns);
	made_world_block(w, epoch, 1);
	made_world_usual(w, time_ns);
}
