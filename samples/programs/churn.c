// SPDX-License-Identifier: BSD-2-Clause
/*
 * churn [--reuse] ROUNDS SLEEP BURN: in each round a thread churn-N sleeps SLEEP
 * in short_sleep, burns BURN of CPU time in short_burn and ends; then a child is
 * forked that executes /bin/true. With --reuse (as root) two children more, one
 * after the other, do what the thread did, as reborn-N and again-N, both with
 * the id that the thread had. Prints all of these lives in their order.
 */
#include <signal.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "life.h"

#define MAX_ROUNDS  100000
#define REUSE_TRIES 2000

struct short_life {
	struct life life;
	const char *kind; /* "thread", "exec" or "reuse" */
	struct nap nap;
	uint64_t burnt_ns;
};

/* Lives are in memory that children share. */
struct churn {
	uint64_t sleep_ns;
	uint64_t burn_ns;
	bool reuse;
	struct short_life *lives;
	int n;
};

struct job {
	const struct churn *churn;
	struct short_life *out;
	const char *name;
	int number;
};

static struct nap short_sleep(uint64_t ns)
{
	return nap(ns);
}

static uint64_t short_burn(uint64_t ns)
{
	return burn(ns);
}

static void *live(void *p)
{
	const struct job *j = p;

	life_begin(&j->out->life, j->name, j->number);
	j->out->nap = short_sleep(j->churn->sleep_ns);
	j->out->burnt_ns = short_burn(j->churn->burn_ns);
	life_end(&j->out->life);
	return NULL;
}

static struct short_life *next_life(struct churn *c, const char *kind)
{
	struct short_life *s = &c->lives[c->n++];

	s->kind = kind;
	return s;
}

static void live_as_thread(struct churn *c, int number)
{
	struct job j = { c, next_life(c, "thread"), "churn", number };
	pthread_t thread;

	start_thread_or_die(&thread, live, &j);
	pthread_join(thread, NULL);
}

/* As fork(), but with this id, which the kernel may still be clearing away. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD,
				   .set_tid = (uint64_t)(uintptr_t)&pid,
				   .set_tid_size = 1 };

	for (int i = 0; i < REUSE_TRIES; i++) {
		const long result = syscall(SYS_clone3, &args, sizeof(args));

		if (result >= 0)
			return (pid_t)result;
		if (errno != EEXIST)
			break;
		sleep_ns(MS_NS / 2);
	}
	die("clone3 with an id of choice", -errno);
}

static void wait_for_child(pid_t pid)
{
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("fork or waitpid", -errno);
	if (status != 0)
		die("child", -ECHILD);
}

static void live_again_as(struct churn *c, pid_t pid, const char *name, int number)
{
	struct job j = { c, next_life(c, "reuse"), name, number };
	const pid_t child = fork_as(pid);

	if (child == 0) {
		live(&j);
		_exit(0);
	}
	wait_for_child(child);
}

static void execute_true(struct churn *c)
{
	struct life *l = &next_life(c, "exec")->life;

	l->start_ns = wall_ns();
	const pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	wait_for_child(pid);
	l->end_ns = wall_ns();
	l->pid = pid;
	l->tid = pid;
	strcpy(l->name, "true");
}

static void run_round(struct churn *c, int number)
{
	live_as_thread(c, number);

	const pid_t id = c->lives[c->n - 1].life.tid;

	execute_true(c);
	if (c->reuse) {
		live_again_as(c, id, "reborn", number);
		live_again_as(c, id, "again", number);
	}
}

static void print_truth(const struct churn *c, int rounds)
{
	printf("{\"program\":\"churn\",\"pid\":%d,\"rounds\":%d,\"reuse\":%s,\"lives\":[",
	       (int)getpid(), rounds, c->reuse ? "true" : "false");
	for (int i = 0; i < c->n; i++) {
		const struct short_life *s = &c->lives[i];

		printf("%s{\"kind\":\"%s\",", i > 0 ? "," : "", s->kind);
		if (strcmp(s->kind, "exec") == 0) {
			print_who(&s->life);
		} else {
			print_life(&s->life);
			print_ns("slept_ns", s->nap.slept_ns);
			print_ns("slept_cpu_ns", s->nap.cpu_ns);
			print_ns("burnt_ns", s->burnt_ns);
		}
		printf("}");
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	const bool reuse = argc > 1 && strcmp(argv[1], "--reuse") == 0;
	char **args = argv + 1 + reuse;
	const bool complete = argc == 4 + reuse;
	const int rounds = complete ? count_argument(args[0], MAX_ROUNDS) : 0;
	struct churn c = { .sleep_ns = complete ? time_argument(args[1]) : 0,
			   .burn_ns = complete ? time_argument(args[2]) : 0,
			   .reuse = reuse };

	if (rounds == 0 || c.sleep_ns == 0 || c.burn_ns == 0) {
		fprintf(stderr, "usage: churn [--reuse] ROUNDS SLEEP BURN\n");
		return 2;
	}
	c.lives = mmap(NULL, (size_t)rounds * 4 * sizeof(*c.lives), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c.lives == MAP_FAILED)
		die("mmap", -errno);
	for (int i = 0; i < rounds; i++)
		run_round(&c, i);
	print_truth(&c, rounds);
	return 0;
}
