// SPDX-License-Identifier: BSD-2-Clause
/*
 * crowd [--cpu CPU] SPINNERS TIME: threads spinner-0, spinner-1 and so on share
 * one CPU (the first that is allowed) and never wait: each spins in
 * spin_in_the_crowd until TIME has passed by the clock. What of that was not CPU
 * time it was runnable, and had no CPU. Prints both for each.
 */
#include "life.h"

#define MAX_SPINNERS 64

struct spinner {
	struct life life;
	pthread_t thread;
	int number;
	uint64_t duration_ns;
};

static void spin_in_the_crowd(uint64_t end_ns)
{
	while (wall_ns() < end_ns)
		burn(MS_NS / 10);
}

static void *spinner_main(void *p)
{
	struct spinner *s = p;

	life_begin(&s->life, "spinner", s->number);
	spin_in_the_crowd(s->life.start_ns + s->duration_ns);
	life_end(&s->life);
	return NULL;
}

static int first_allowed_cpu(void)
{
	cpu_set_t set;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		die("sched_getaffinity", -errno);
	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET((size_t)cpu, &set))
		cpu++;
	return cpu;
}

int main(int argc, char **argv)
{
	const bool chosen = argc > 2 && strcmp(argv[1], "--cpu") == 0;
	const int cpu = chosen ? atoi(argv[2]) : first_allowed_cpu();
	char **args = argv + 1 + 2 * chosen;
	const bool complete = argc == 3 + 2 * chosen;
	const int n = complete ? count_argument(args[0], MAX_SPINNERS) : 0;
	const uint64_t ns = complete ? time_argument(args[1]) : 0;
	struct spinner spinners[MAX_SPINNERS] = { 0 };

	if (n == 0 || ns == 0 || cpu < 0 || cpu >= CPU_SETSIZE) {
		fprintf(stderr, "usage: crowd [--cpu CPU] SPINNERS TIME\n");
		return 2;
	}
	pin_to(cpu);
	for (int i = 0; i < n; i++) {
		spinners[i].number = i;
		spinners[i].duration_ns = ns;
		start_thread_or_die(&spinners[i].thread, spinner_main, &spinners[i]);
	}
	for (int i = 0; i < n; i++)
		pthread_join(spinners[i].thread, NULL);
	printf("{\"program\":\"crowd\",\"pid\":%d,\"cpu\":%d,\"threads\":[", (int)getpid(), cpu);
	for (int i = 0; i < n; i++) {
		const struct life *l = &spinners[i].life;

		printf(i > 0 ? ",{" : "{");
		print_life(l);
		print_ns("wall_ns", l->end_ns - l->start_ns);
		print_ns("off_cpu_ns", l->end_ns - l->start_ns - l->cpu_ns);
		printf("}");
	}
	printf("]}\n");
	return 0;
}
