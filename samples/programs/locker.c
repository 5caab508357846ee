// SPDX-License-Identifier: BSD-2-Clause
/*
 * locker [--burn] WAITERS ROUNDS TIME: in each round the thread "holder" takes a
 * mutex and keeps it for TIME in hold_the_lock, asleep or, with --burn, at work;
 * the threads waiter-0, waiter-1 and so on ask for it in wait_for_lock, and only
 * once it is taken. Prints how long the one held it and the others waited.
 *
 * The mutex is libc's, which has no frame pointers and so hides its caller: take
 * and give are there to be hidden. A wait at the barrier has no stack at all.
 */
#include "life.h"

#define MAX_WAITERS 32

struct locker {
	pthread_mutex_t mutex;
	pthread_barrier_t barrier; /* of the holder and the waiters */
	int rounds;
	uint64_t hold_ns;
	bool burn;
};

struct member {
	struct locker *locker;
	struct life life;
	pthread_t thread;
	int number;
	uint64_t held_ns;
	uint64_t waited_ns;
	uint64_t shortest_ns; /* wait */
	uint64_t longest_ns;
};

static void take(struct locker *l)
{
	pthread_mutex_lock(&l->mutex);
}

static void give(struct locker *l)
{
	pthread_mutex_unlock(&l->mutex);
}

static void meet(struct locker *l)
{
	pthread_barrier_wait(&l->barrier);
}

static void hold_the_lock(struct member *m)
{
	struct locker *l = m->locker;
	const uint64_t start = wall_ns();

	if (l->burn)
		burn(l->hold_ns);
	else
		direct_sleep(l->hold_ns);
	m->held_ns += wall_ns() - start;
	give(l);
}

static void wait_for_lock(struct member *m)
{
	const uint64_t start = wall_ns();

	take(m->locker);
	const uint64_t waited = wall_ns() - start;

	give(m->locker);
	m->waited_ns += waited;
	if (waited > m->longest_ns)
		m->longest_ns = waited;
	if (waited < m->shortest_ns || m->shortest_ns == 0)
		m->shortest_ns = waited;
}

static void *holder_main(void *p)
{
	struct member *m = p;

	life_begin(&m->life, "holder", -1);
	for (int i = 0; i < m->locker->rounds; i++) {
		take(m->locker);
		meet(m->locker);
		hold_the_lock(m);
		meet(m->locker);
	}
	life_end(&m->life);
	return NULL;
}

static void *waiter_main(void *p)
{
	struct member *m = p;

	life_begin(&m->life, "waiter", m->number);
	for (int i = 0; i < m->locker->rounds; i++) {
		meet(m->locker);
		wait_for_lock(m);
		meet(m->locker);
	}
	life_end(&m->life);
	return NULL;
}

static void print_truth(const struct locker *l, const struct member *holder, int n_waiters)
{
	printf("{\"program\":\"locker\",\"pid\":%d,\"how\":\"%s\",\"mutex\":\"%#" PRIxPTR
	       "\",\"barrier\":\"%#" PRIxPTR "\",\"rounds\":%d",
	       (int)getpid(), l->burn ? "burn" : "sleep", (uintptr_t)&l->mutex,
	       (uintptr_t)&l->barrier, l->rounds);
	print_ns("hold_ns", l->hold_ns);
	printf(",\"holder\":{");
	print_life(&holder->life);
	print_ns("held_ns", holder->held_ns);
	printf("},\"waiters\":[");
	for (int i = 1; i <= n_waiters; i++) {
		printf(i > 1 ? ",{" : "{");
		print_life(&holder[i].life);
		print_ns("waits", (uint64_t)l->rounds);
		print_ns("waited_ns", holder[i].waited_ns);
		print_ns("shortest_ns", holder[i].shortest_ns);
		print_ns("longest_ns", holder[i].longest_ns);
		printf("}");
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	const bool burning = argc > 1 && strcmp(argv[1], "--burn") == 0;
	char **args = argv + 1 + burning;
	const bool complete = argc == 4 + burning;
	const int waiters = complete ? count_argument(args[0], MAX_WAITERS) : 0;
	static struct locker l = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct member members[1 + MAX_WAITERS] = { 0 };

	l.burn = burning;
	l.rounds = complete ? count_argument(args[1], 1000000) : 0;
	l.hold_ns = complete ? time_argument(args[2]) : 0;
	if (waiters == 0 || l.rounds == 0 || l.hold_ns == 0) {
		fprintf(stderr, "usage: locker [--burn] WAITERS ROUNDS TIME\n");
		return 2;
	}
	pthread_barrier_init(&l.barrier, NULL, 1 + (unsigned int)waiters);
	for (int i = 0; i <= waiters; i++) {
		members[i].locker = &l;
		members[i].number = i - 1;
		start_thread_or_die(&members[i].thread, i == 0 ? holder_main : waiter_main,
				    &members[i]);
	}
	for (int i = 0; i <= waiters; i++)
		pthread_join(members[i].thread, NULL);
	print_truth(&l, members, waiters);
	return 0;
}
