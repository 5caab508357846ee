// SPDX-License-Identifier: BSD-2-Clause
/*
 * pingpong [--processes] [--cpu CPU] COUNT: "ping" sends "pong" a byte through a
 * pipe and waits for one back, COUNT times; two threads, or two processes. Each
 * send wakes the other if it already waits. On one CPU it always does: then
 * each wait is one switch, and the count of switches is COUNT, give or take the
 * first. Prints what each waited and how often it left the CPU.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "life.h"

struct player {
	struct life life;
	int in;
	int out;
	uint64_t waited_ns;
};

/* In memory that both processes see. */
struct game {
	int count;
	struct player ping;
	struct player pong;
};

static void send_ping(const struct player *p)
{
	direct_write(p->out, "i", 1);
}

static void send_pong(const struct player *p)
{
	direct_write(p->out, "o", 1);
}

static void wait_for_ping(struct player *p)
{
	const uint64_t start = wall_ns();
	char byte;

	direct_read(p->in, &byte, 1);
	p->waited_ns += wall_ns() - start;
}

static void wait_for_pong(struct player *p)
{
	const uint64_t start = wall_ns();
	char byte;

	direct_read(p->in, &byte, 1);
	p->waited_ns += wall_ns() - start;
}

static void *ping_main(void *p)
{
	struct game *g = p;

	life_begin(&g->ping.life, "ping", -1);
	for (int i = 0; i < g->count; i++) {
		send_ping(&g->ping);
		wait_for_pong(&g->ping);
	}
	life_end(&g->ping.life);
	return NULL;
}

static void *pong_main(void *p)
{
	struct game *g = p;

	life_begin(&g->pong.life, "pong", -1);
	for (int i = 0; i < g->count; i++) {
		wait_for_ping(&g->pong);
		send_pong(&g->pong);
	}
	life_end(&g->pong.life);
	return NULL;
}

static void play_as_threads(struct game *g)
{
	pthread_t ping, pong;

	start_thread_or_die(&pong, pong_main, g);
	start_thread_or_die(&ping, ping_main, g);
	pthread_join(ping, NULL);
	pthread_join(pong, NULL);
}

/* This process is ping. */
static void play_as_processes(struct game *g)
{
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork", -errno);
	if (pid == 0) {
		pong_main(g);
		_exit(0);
	}
	ping_main(g);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		die("waitpid", -ECHILD);
}

static void print_player(const struct player *p, int count)
{
	print_life(&p->life);
	print_ns("sends", (uint64_t)count);
	print_ns("waits", (uint64_t)count);
	print_ns("waited_ns", p->waited_ns);
}

int main(int argc, char **argv)
{
	struct game *g =
		mmap(NULL, sizeof(*g), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool processes = false;
	int cpu = -1, i = 1, to_pong[2], to_ping[2];

	if (g == MAP_FAILED || pipe(to_pong) < 0 || pipe(to_ping) < 0)
		die("mmap or pipe", -errno);
	for (; i < argc - 1; i++) {
		if (strcmp(argv[i], "--processes") == 0)
			processes = true;
		else if (strcmp(argv[i], "--cpu") == 0 && i + 1 < argc - 1)
			cpu = atoi(argv[++i]);
		else
			break;
	}
	g->count = i == argc - 1 ? count_argument(argv[i], 100000000) : 0;
	if (g->count == 0) {
		fprintf(stderr, "usage: pingpong [--processes] [--cpu CPU] COUNT\n");
		return 2;
	}
	if (cpu >= 0)
		pin_to(cpu);
	g->ping = (struct player){ .in = to_ping[0], .out = to_pong[1] };
	g->pong = (struct player){ .in = to_pong[0], .out = to_ping[1] };
	(processes ? play_as_processes : play_as_threads)(g);
	printf("{\"program\":\"pingpong\",\"pid\":%d,\"how\":\"%s\",\"cpu\":%d,\"exchanges\":%d,"
	       "\"ping\":{",
	       (int)getpid(), processes ? "processes" : "threads", cpu, g->count);
	print_player(&g->ping, g->count);
	printf("},\"pong\":{");
	print_player(&g->pong, g->count);
	printf("}}\n");
	return 0;
}
