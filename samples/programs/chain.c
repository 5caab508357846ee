// SPDX-License-Identifier: BSD-2-Clause
/*
 * chain ROUNDS SLEEP BURN_C BURN_B: threads chain-a, chain-b and chain-c. In each
 * round A starts C through a pipe and waits for B; C sleeps SLEEP, burns BURN_C
 * of CPU time and wakes B through a pipe; B burns BURN_B and wakes A through a
 * futex. The critical path of A's wait is therefore C's sleep, C's work, B's
 * work. Prints each of these for each round, and their sums.
 */
#include "life.h"

#define MAX_ROUNDS 100000

enum { A, B, C, THREADS };

struct round {
	uint64_t start_ns; /* a point in time; A is about to start C */
	uint64_t a_waited_ns;
	uint64_t b_waited_ns;
	uint64_t b_burnt_cpu_ns;
	uint64_t b_burnt_wall_ns;
	uint64_t c_slept_ns;
	uint64_t c_burnt_cpu_ns;
	uint64_t c_burnt_wall_ns;
};

struct chain {
	int n_rounds;
	uint64_t sleep_ns;
	uint64_t burn_c_ns;
	uint64_t burn_b_ns;
	int to_c[2];
	int to_b[2];
	int a_may_go; /* the futex */
	struct life lives[THREADS];
	struct round *rounds;
};

static void start_c(struct chain *c)
{
	direct_write(c->to_c[1], "c", 1);
}

static uint64_t wait_for_b(struct chain *c)
{
	const uint64_t start = wall_ns();

	direct_wait(&c->a_may_go);
	return wall_ns() - start;
}

static void wake_a(struct chain *c)
{
	direct_wake(&c->a_may_go);
}

static uint64_t wait_for_c(struct chain *c)
{
	const uint64_t start = wall_ns();
	char byte;

	direct_read(c->to_b[0], &byte, 1);
	return wall_ns() - start;
}

static void wake_b(struct chain *c)
{
	direct_write(c->to_b[1], "b", 1);
}

static void wait_for_start(struct chain *c)
{
	char byte;

	direct_read(c->to_c[0], &byte, 1);
}

static uint64_t sleep_in_c(uint64_t ns)
{
	const uint64_t start = wall_ns();

	direct_sleep(ns);
	return wall_ns() - start;
}

static uint64_t burn_in_b(uint64_t ns)
{
	return burn(ns);
}

static uint64_t burn_in_c(uint64_t ns)
{
	return burn(ns);
}

static void *a_main(void *p)
{
	struct chain *c = p;

	life_begin(&c->lives[A], "chain-a", -1);
	for (int i = 0; i < c->n_rounds; i++) {
		c->rounds[i].start_ns = wall_ns();
		start_c(c);
		c->rounds[i].a_waited_ns = wait_for_b(c);
	}
	life_end(&c->lives[A]);
	return NULL;
}

static void *b_main(void *p)
{
	struct chain *c = p;

	life_begin(&c->lives[B], "chain-b", -1);
	for (int i = 0; i < c->n_rounds; i++) {
		struct round *r = &c->rounds[i];

		r->b_waited_ns = wait_for_c(c);
		const uint64_t start = wall_ns();

		r->b_burnt_cpu_ns = burn_in_b(c->burn_b_ns);
		r->b_burnt_wall_ns = wall_ns() - start;
		wake_a(c);
	}
	life_end(&c->lives[B]);
	return NULL;
}

static void *c_main(void *p)
{
	struct chain *c = p;

	life_begin(&c->lives[C], "chain-c", -1);
	for (int i = 0; i < c->n_rounds; i++) {
		struct round *r = &c->rounds[i];

		wait_for_start(c);
		r->c_slept_ns = sleep_in_c(c->sleep_ns);
		const uint64_t start = wall_ns();

		r->c_burnt_cpu_ns = burn_in_c(c->burn_c_ns);
		r->c_burnt_wall_ns = wall_ns() - start;
		wake_b(c);
	}
	life_end(&c->lives[C]);
	return NULL;
}

static void print_times(const struct round *r)
{
	print_ns("a_waited_ns", r->a_waited_ns);
	print_ns("b_waited_ns", r->b_waited_ns);
	print_ns("b_burnt_cpu_ns", r->b_burnt_cpu_ns);
	print_ns("b_burnt_wall_ns", r->b_burnt_wall_ns);
	print_ns("c_slept_ns", r->c_slept_ns);
	print_ns("c_burnt_cpu_ns", r->c_burnt_cpu_ns);
	print_ns("c_burnt_wall_ns", r->c_burnt_wall_ns);
}

static void add_times(struct round *sum, const struct round *r)
{
	sum->a_waited_ns += r->a_waited_ns;
	sum->b_waited_ns += r->b_waited_ns;
	sum->b_burnt_cpu_ns += r->b_burnt_cpu_ns;
	sum->b_burnt_wall_ns += r->b_burnt_wall_ns;
	sum->c_slept_ns += r->c_slept_ns;
	sum->c_burnt_cpu_ns += r->c_burnt_cpu_ns;
	sum->c_burnt_wall_ns += r->c_burnt_wall_ns;
}

static void print_truth(const struct chain *c)
{
	struct round sum = { 0 };

	printf("{\"program\":\"chain\",\"pid\":%d,\"futex\":\"%#" PRIxPTR "\",\"threads\":[",
	       (int)getpid(), (uintptr_t)&c->a_may_go);
	for (int i = 0; i < THREADS; i++) {
		printf(i > 0 ? ",{" : "{");
		print_life(&c->lives[i]);
		printf("}");
	}
	printf("],\"rounds\":[");
	for (int i = 0; i < c->n_rounds; i++) {
		printf("%s{\"start_ns\":%" PRIu64, i > 0 ? "," : "", c->rounds[i].start_ns);
		print_times(&c->rounds[i]);
		printf("}");
		add_times(&sum, &c->rounds[i]);
	}
	printf("],\"sum\":{\"rounds\":%d", c->n_rounds);
	print_times(&sum);
	printf("}}\n");
}

int main(int argc, char **argv)
{
	static void *(*const mains[THREADS])(void *) = { a_main, b_main, c_main };
	struct chain c = { 0 };
	pthread_t threads[THREADS];

	if (argc == 5) {
		c.n_rounds = count_argument(argv[1], MAX_ROUNDS);
		c.sleep_ns = time_argument(argv[2]);
		c.burn_c_ns = time_argument(argv[3]);
		c.burn_b_ns = time_argument(argv[4]);
	}
	if (c.n_rounds == 0 || c.sleep_ns == 0 || c.burn_c_ns == 0 || c.burn_b_ns == 0) {
		fprintf(stderr, "usage: chain ROUNDS SLEEP BURN_C BURN_B\n");
		return 2;
	}
	c.rounds = calloc((size_t)c.n_rounds, sizeof(*c.rounds));
	if (!c.rounds || pipe(c.to_c) < 0 || pipe(c.to_b) < 0)
		die("calloc or pipe", -errno);
	for (int i = 0; i < THREADS; i++)
		start_thread_or_die(&threads[i], mains[i], &c);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	print_truth(&c);
	free(c.rounds);
	return 0;
}
