// SPDX-License-Identifier: BSD-2-Clause
/*
 * make_tape [--sched] COUNT FILE: a tape as a busy machine with two rings gives
 * it, for measuring analyze: 50 processes, 5,000 user and 300 kernel stacks about
 * 25 deep, epochs of 10 s. COUNT samples, 2,000 a second, or, with --sched, COUNT
 * switches and wake-ups of 200 threads on two CPUs, 400,000 a second, every 16th
 * wait with its stacks. The same arguments give the same records.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/writer.h>

enum {
	PROCESSES = 50,
	THREADS = 4, /* of each process */
	MODULES = 20,
	FUNCTIONS = 200, /* of each module */
	USER_STACKS = 5000,
	KERNEL_STACKS = 300,
	DEEPEST = 40,
	RINGS = 2,
	EPOCH_SAMPLES = 20000,
	EPOCH_SWITCHES = 4000000,
	ALL_THREADS = PROCESSES * THREADS,
};

#define SAMPLE_GAP_NS	 500000ull
#define SWITCH_GAP_NS	 2500ull
#define START_NS	 1000000000000ull
#define START_WALL_NS	 1767225600000000000ull
#define FUNCTION_BYTES	 256
#define MODULE_BYTES	 (FUNCTIONS * FUNCTION_BYTES)
#define MODULE_BASE	 0x7f0000000000ull
#define KERNEL_BASE	 0xffffffff81000000ull
#define KERNEL_MODULE	 (MODULES + 1)
#define EPOCH_MOST_BYTES ((uint64_t)64 << 20)

struct stack {
	uint32_t tgid;
	uint32_t n;
	uint64_t ip[DEEPEST];
};

/* Thread 0 is the idle task; the others are numbered from 1 on. */
struct machine {
	bool asleep[ALL_THREADS + 1];
	bool wants_stacks[ALL_THREADS + 1]; /* of its wait, which is over */
	uint32_t queue[RINGS][ALL_THREADS]; /* who can run and does not, by CPU */
	uint32_t queued[RINGS];
	uint32_t runs[RINGS];
};

struct maker {
	struct tape_writer *w;
	struct tape_error err;
	uint64_t random;
	struct stack user[USER_STACKS];
	struct stack kernel[KERNEL_STACKS];
	uint8_t seen_user[USER_STACKS], seen_kernel[KERNEL_STACKS];
	uint8_t seen_thread[PROCESSES][THREADS];
	uint32_t epoch;
	uint64_t now_ns;
	struct machine machine;
};

static void check(const struct maker *m, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "make_tape: %s\n", m->err.text);
	exit(1);
}

/* xorshift64*: Vigna 2016. */
static uint64_t next_random(struct maker *m)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return m->random * 2685821657736338717ull;
}

static uint32_t below(struct maker *m, uint32_t n)
{
	return (uint32_t)((next_random(m) >> 32) % n);
}

/* Small numbers come more often: the product of two shares. */
static uint32_t skewed(struct maker *m, uint32_t n)
{
	return (uint32_t)((uint64_t)below(m, n) * below(m, n) / n);
}

static struct ev_header header(const struct maker *m, uint16_t type, uint32_t tgid, uint32_t tid)
{
	return (struct ev_header){ .type = type,
				   .epoch = (uint16_t)m->epoch,
				   .time_ns = m->now_ns,
				   .tid = tid,
				   .tgid = tgid };
}

static void put(struct maker *m, uint32_t ring, struct ev_header *h, size_t size)
{
	h->units = (uint16_t)((size + EV_UNIT - 1) / EV_UNIT);
	check(m, tape_writer_put(m->w, ring, m->epoch, h, &m->err));
}

/* --- what there is --- */

static void make_stack(struct maker *m, struct stack *s, uint32_t tgid)
{
	s->tgid = tgid;
	s->n = 10 + below(m, DEEPEST - 10);
	for (uint32_t i = 0; i < s->n; i++) {
		/* Roots are shared by many stacks, leaves by few. */
		uint32_t choice = 2 + (s->n - i) * 8;
		uint64_t function = below(m, choice < FUNCTIONS ? choice : FUNCTIONS);

		s->ip[i] = function * FUNCTION_BYTES + 16 + below(m, 4) * 8;
		s->ip[i] += tgid ? MODULE_BASE + below(m, MODULES) * (uint64_t)MODULE_BYTES
				 : KERNEL_BASE;
	}
}

static void put_module(struct maker *m, uint32_t number, bool symbol)
{
	_Alignas(8) char room[256] = { 0 };
	struct ev_module *ev = (struct ev_module *)room;
	const bool kernel = number == KERNEL_MODULE;

	ev->h = header(m, EV_MODULE, 0, 0);
	ev->module = number;
	ev->kind = kernel ? EV_MODULE_KERNEL : EV_MODULE_FILE;
	ev->build_id_size = EV_BUILD_ID_SIZE;
	memset(ev->build_id, (int)number, EV_BUILD_ID_SIZE);
	snprintf(ev->path, sizeof(room) - sizeof(*ev), kernel ? "[kernel]" : "/usr/lib/lib%u.so.1",
		 number);
	ev->h.units = (uint16_t)((sizeof(*ev) + strlen(ev->path) + EV_UNIT) / EV_UNIT);
	if (symbol)
		check(m, tape_writer_put_symbol(m->w, &ev->h, &m->err));
	else
		put(m, 0, &ev->h, (size_t)ev->h.units * EV_UNIT);
}

static void put_mapping(struct maker *m, uint32_t tgid, uint32_t module)
{
	uint64_t start = tgid ? MODULE_BASE + (module - 1) * (uint64_t)MODULE_BYTES : KERNEL_BASE;
	struct ev_mapping ev = { .h = header(m, EV_MAPPING, tgid, tgid),
				 .start = start,
				 .end = start + MODULE_BYTES,
				 .module = module };

	put(m, 0, &ev.h, sizeof(ev));
}

static void put_process(struct maker *m, uint32_t tgid)
{
	_Alignas(8) char room[256] = { 0 };
	struct ev_process *ev = (struct ev_process *)room;

	ev->h = header(m, EV_PROCESS, tgid, tgid);
	ev->start_ns = START_NS - tgid * 1000000000ull;
	ev->ppid = 1;
	snprintf(ev->comm, sizeof(ev->comm), "server-%u", tgid % 10);
	snprintf(ev->cmdline, sizeof(room) - sizeof(*ev), "/usr/bin/server --shard %u", tgid);
	put(m, 0, &ev->h, sizeof(*ev) + strlen(ev->cmdline) + 1);
	for (uint32_t module = 1; module <= MODULES; module++)
		put_mapping(m, tgid, module);
}

static void put_task(struct maker *m, uint32_t tgid, uint32_t tid)
{
	struct ev_task ev = { .h = header(m, EV_TASK, tgid, tid) };

	snprintf(ev.comm, sizeof(ev.comm), tid == tgid ? "server-%u" : "worker-%u",
		 tid == tgid ? tgid % 10 : tid - tgid);
	put(m, 0, &ev.h, sizeof(ev));
}

static void put_stack(struct maker *m, uint32_t ring, const struct stack *s, uint64_t id)
{
	_Alignas(8) char room[sizeof(struct ev_stack) + sizeof(s->ip)];
	struct ev_stack *ev = (struct ev_stack *)room;

	*ev = (struct ev_stack){ .h = header(m, EV_STACK, s->tgid, s->tgid),
				 .id = id,
				 .kind = s->tgid ? EV_STACK_USER : EV_STACK_KERNEL };
	memcpy(ev->ip, s->ip, s->n * sizeof(s->ip[0]));
	put(m, ring, &ev->h, sizeof(*ev) + s->n * sizeof(s->ip[0]));
}

/* --- what happens --- */

static void put_constant(struct maker *m, uint16_t type, const char *text)
{
	_Alignas(8) char room[256] = { 0 };
	struct ev_host *ev = (struct ev_host *)room;

	ev->h.type = type;
	snprintf(ev->text, sizeof(room) - sizeof(*ev), "%s", text);
	ev->h.units = (uint16_t)((sizeof(*ev) + strlen(text) + EV_UNIT) / EV_UNIT);
	check(m, tape_writer_add_constant(m->w, &ev->h, &m->err));
}

static void put_watch(struct maker *m, bool on)
{
	_Alignas(8) char room[sizeof(struct ev_watch) + 8] = { 0 };
	struct ev_watch *ev = (struct ev_watch *)room;

	ev->h = header(m, EV_WATCH, 0, 0);
	ev->on = on;
	strcpy(ev->group, "sched");
	put(m, 0, &ev->h, sizeof(room));
}

static void begin_epoch(struct maker *m)
{
	if (m->epoch)
		check(m, tape_writer_close_epoch(m->w, m->epoch, &m->err));
	m->epoch++;
	check(m, tape_writer_begin_epoch(m->w, m->epoch, m->now_ns,
					 START_WALL_NS + m->now_ns - START_NS, &m->err));
	memset(m->seen_user, 0, sizeof(m->seen_user));
	memset(m->seen_kernel, 0, sizeof(m->seen_kernel));
	memset(m->seen_thread, 0, sizeof(m->seen_thread));
	for (uint32_t module = 1; module <= KERNEL_MODULE; module++)
		put_module(m, module, false);
	put_mapping(m, 0, KERNEL_MODULE);
	for (uint32_t i = 0; i < PROCESSES; i++)
		put_process(m, 1000 + i * 10);
}

static void see_thread(struct maker *m, uint32_t tgid, uint32_t thread)
{
	uint8_t *seen = &m->seen_thread[(tgid - 1000) / 10][thread];

	if (!*seen)
		put_task(m, tgid, tgid + thread);
	*seen = 1;
}

static void put_sample(struct maker *m)
{
	uint32_t user = skewed(m, USER_STACKS);
	/* One place in a program makes few kinds of system calls. */
	uint32_t kernel = (user * 7 + below(m, 2)) % KERNEL_STACKS;
	uint32_t ring = below(m, RINGS), thread = below(m, THREADS);
	bool in_kernel = below(m, 10) < 3;
	uint32_t tgid = m->user[user].tgid;
	struct ev_cpu_sample ev = { .ustack = user + 1, .cgroup = 0 };

	m->now_ns += SAMPLE_GAP_NS / 2 + below(m, SAMPLE_GAP_NS);
	see_thread(m, tgid, thread);
	if (!m->seen_user[user])
		put_stack(m, ring, &m->user[user], ev.ustack);
	m->seen_user[user] = 1;
	if (in_kernel) {
		ev.kstack = USER_STACKS + kernel + 1;
		if (!m->seen_kernel[kernel])
			put_stack(m, ring, &m->kernel[kernel], ev.kstack);
		m->seen_kernel[kernel] = 1;
	}
	ev.h = header(m, EV_CPU_SAMPLE, tgid, tgid + thread);
	ev.h.cpu = (uint16_t)ring;
	/* Two CPUs of one ring: what is written later may have begun earlier. */
	ev.h.time_ns -= below(m, 16) ? 0 : SAMPLE_GAP_NS;
	put(m, ring, &ev.h, sizeof(ev));
}

/* A stack of a process, or of the kernel if tgid is 0; written once in an epoch. */
static uint64_t use_stack(struct maker *m, uint32_t ring, uint32_t tgid, uint32_t place)
{
	uint32_t i = tgid ? place * PROCESSES + (tgid - 1000) / 10
			  : (place * 7 + below(m, 2)) % KERNEL_STACKS;
	uint64_t id = tgid ? i + 1 : USER_STACKS + i + 1;
	uint8_t *seen = tgid ? &m->seen_user[i] : &m->seen_kernel[i];

	if (!*seen)
		put_stack(m, ring, tgid ? &m->user[i] : &m->kernel[i], id);
	*seen = 1;
	return id;
}

static uint32_t tgid_of(uint32_t thread)
{
	return thread ? 1000 + (thread - 1) / THREADS * 10 : 0;
}

static uint32_t tid_of(uint32_t thread)
{
	return thread ? tgid_of(thread) + (thread - 1) % THREADS : 0;
}

static struct ev_header thread_header(const struct maker *m, uint16_t type, uint32_t cpu,
				      uint32_t thread)
{
	struct ev_header h = header(m, type, tgid_of(thread), tid_of(thread));

	h.cpu = (uint16_t)cpu;
	return h;
}

static void put_wait(struct maker *m, uint32_t cpu, uint32_t thread, uint64_t until_ns)
{
	struct ev_sched_wait ev = { .until_ns = until_ns, .weight = 1 };
	uint32_t place = skewed(m, USER_STACKS / PROCESSES);

	ev.kstack = use_stack(m, cpu, 0, place);
	ev.ustack = use_stack(m, cpu, tgid_of(thread), place);
	ev.h = thread_header(m, EV_SCHED_WAIT, cpu, thread);
	put(m, cpu, &ev.h, sizeof(ev));
}

static void put_waker(struct maker *m, uint32_t cpu, uint32_t waker, uint32_t woken)
{
	struct ev_sched_waker ev = { .woken_tid = tid_of(woken), .woken_tgid = tgid_of(woken) };

	ev.kstack = use_stack(m, cpu, 0, woken % 5);
	if (waker)
		ev.ustack = use_stack(m, cpu, tgid_of(waker), woken % 5);
	ev.h = thread_header(m, EV_SCHED_WAKER, cpu, waker);
	put(m, cpu, &ev.h, sizeof(ev));
}

static void put_switch(struct maker *m, uint32_t cpu)
{
	struct machine *k = &m->machine;
	uint32_t prev = k->runs[cpu], next = k->queued[cpu] ? k->queue[cpu][0] : 0;
	bool preempted = prev && next && below(m, 16) == 0;
	struct ev_sched_switch ev = { .next_tid = tid_of(next), .next_tgid = tgid_of(next) };

	ev.h = thread_header(m, EV_SCHED_SWITCH, cpu, prev);
	ev.syscall = prev && !preempted ? (int32_t)(prev % 20) : -1;
	ev.state = prev && !preempted ? EV_SCHED_INTERRUPTIBLE : EV_SCHED_RUNNING;
	ev.flags = preempted ? EV_SCHED_PREEMPTED : prev ? EV_SCHED_IN_CALL : 0;
	ev.flags |= (prev ? EV_SCHED_PREV_WATCHED : 0) | (next ? EV_SCHED_NEXT_WATCHED : 0);
	if (next)
		see_thread(m, tgid_of(next), (next - 1) % THREADS);
	put(m, cpu, &ev.h, sizeof(ev));
	if (next)
		memmove(k->queue[cpu], k->queue[cpu] + 1,
			--k->queued[cpu] * sizeof(k->queue[0][0]));
	if (preempted)
		k->queue[cpu][k->queued[cpu]++] = prev;
	k->asleep[prev] = prev && !preempted;
	k->runs[cpu] = next;
	if (k->wants_stacks[next])
		put_wait(m, cpu, next, m->now_ns);
	k->wants_stacks[next] = false;
}

/* What runs on a CPU, or an interrupt in it, wakes one that sleeps. */
static void put_wakeup(struct maker *m, uint32_t cpu, uint32_t woken)
{
	struct machine *k = &m->machine;
	uint32_t waker = k->runs[cpu], target = below(m, RINGS);
	struct ev_sched_wakeup ev = { .waker_tid = tid_of(waker),
				      .waker_tgid = tgid_of(waker),
				      .waking_ns = 500 + below(m, 1000),
				      .target_cpu = (uint16_t)target };

	k->wants_stacks[woken] = below(m, 16) == 0;
	if (k->wants_stacks[woken])
		put_waker(m, cpu, waker, woken);
	ev.h = thread_header(m, EV_SCHED_WAKEUP, cpu, woken);
	put(m, cpu, &ev.h, sizeof(ev));
	k->asleep[woken] = false;
	k->queue[target][k->queued[target]++] = woken;
}

static void put_sched(struct maker *m)
{
	struct machine *k = &m->machine;
	uint32_t cpu = below(m, RINGS), waker = k->runs[cpu], thread = 1;

	/* A thread has few others that it wakes; the idle task is interrupted for any. */
	thread += waker ? (waker * 7 + below(m, 4)) % ALL_THREADS : below(m, ALL_THREADS);
	m->now_ns += SWITCH_GAP_NS / 2 + below(m, SWITCH_GAP_NS);
	if (k->asleep[thread] && (below(m, 2) || (!waker && !k->queued[cpu])))
		put_wakeup(m, cpu, thread);
	else if (waker || k->queued[cpu])
		put_switch(m, cpu);
	else
		put_sched(m);
}

static void put_symbols(struct maker *m, uint32_t module)
{
	put_module(m, module, true);
	for (uint32_t i = 0; i < FUNCTIONS; i++) {
		_Alignas(8) char room[256] = { 0 };
		struct ev_symbol *ev = (struct ev_symbol *)room;

		ev->h = header(m, EV_SYMBOL, 0, 0);
		ev->module = module;
		ev->start = (uint64_t)i * FUNCTION_BYTES;
		ev->size = FUNCTION_BYTES;
		snprintf(ev->name, sizeof(room) - sizeof(*ev), "library%u_function_%u", module, i);
		ev->h.units = (uint16_t)((sizeof(*ev) + strlen(ev->name) + EV_UNIT) / EV_UNIT);
		check(m, tape_writer_put_symbol(m->w, &ev->h, &m->err));
	}
}

/* The recorder's own facts. */
static void put_config(struct maker *m, bool sched)
{
	put_constant(m, EV_HOST, "uname.nodename=bench");
	put_constant(m, EV_HOST, "uname.machine=x86_64");
	put_constant(m, EV_CONFIG, "cpu.period_ns=1001001");
	put_constant(m, EV_CONFIG, "cpu.hz=999");
	put_constant(m, EV_CONFIG, "cpu.event=cpu-clock");
	if (!sched)
		return;
	put_constant(m, EV_CONFIG, "sched.stacks=after-wait");
	put_constant(m, EV_CONFIG, "sched.min_block_ns=20000");
	put_constant(m, EV_CONFIG, "sched.sample_every=128");
}

static void make(struct maker *m, uint64_t count, bool sched)
{
	for (uint32_t i = 0; i < USER_STACKS; i++)
		make_stack(m, &m->user[i], 1000 + i % PROCESSES * 10);
	for (uint32_t i = 0; i < KERNEL_STACKS; i++)
		make_stack(m, &m->kernel[i], 0);
	for (uint32_t i = 1; i <= ALL_THREADS; i++)
		m->machine.asleep[i] = true;
	put_config(m, sched);
	for (uint64_t i = 0; i < count; i++) {
		if (i % (sched ? EPOCH_SWITCHES : EPOCH_SAMPLES) == 0 ||
		    tape_writer_epoch_bytes(m->w, m->epoch) > EPOCH_MOST_BYTES)
			begin_epoch(m);
		if (sched && i == 0)
			put_watch(m, true);
		(sched ? put_sched : put_sample)(m);
	}
	if (sched)
		put_watch(m, false);
	for (uint32_t module = 1; module <= KERNEL_MODULE; module++)
		put_symbols(m, module);
	check(m, tape_writer_finish(m->w, EV_END_ASKED, &m->err));
}

int main(int argc, char **argv)
{
	struct tape_writer_options options = { .wall_ns = START_WALL_NS, .mono_ns = START_NS };
	struct maker *m = calloc(1, sizeof(*m));
	bool sched = argc > 1 && strcmp(argv[1], "--sched") == 0;
	char **args = argv + 1 + sched, *end;
	uint64_t count = argc == 3 + sched ? strtoull(args[0], &end, 10) : 0;

	if (!m || !count || *end) {
		fprintf(stderr, "usage: make_tape [--sched] COUNT FILE\n");
		return 2;
	}
	memcpy(options.uuid, "make_tape-bench", 16);
	m->random = 88172645463325252ull;
	m->now_ns = START_NS;
	check(m, tape_writer_open(args[1], &options, &m->w, &m->err));
	make(m, count, sched);
	tape_writer_close(m->w);
	free(m);
	return 0;
}
