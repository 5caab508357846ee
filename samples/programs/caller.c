// SPDX-License-Identifier: BSD-2-Clause
/*
 * caller COUNT TIME: the thread "caller-0" makes COUNT each of four system calls:
 * getppid, read of 4096 bytes of /dev/zero, openat of a file that is not there,
 * and nanosleep of TIME; each in a function of its own. Prints how often, how
 * long and with how many errors. The thread makes no other call of these four.
 */
#include <fcntl.h>

#include "life.h"

#define READ_SIZE 4096

struct caller;

struct calls {
	const char *name;
	long (*call)(const struct caller *c);
	uint64_t count;
	uint64_t errors;
	int error; /* the last errno, 0 if none */
	uint64_t ns;
	uint64_t longest_ns;
};

enum { KINDS = 4 };

struct caller {
	struct life life;
	int zero; /* /dev/zero */
	uint64_t sleep_ns;
	struct calls calls[KINDS];
};

static long call_getppid(const struct caller *c)
{
	(void)c;
	return direct_call(SYS_getppid, 0, 0, 0, 0);
}

static long call_read(const struct caller *c)
{
	char to[READ_SIZE];

	return direct_call(SYS_read, c->zero, (long)to, sizeof(to), 0);
}

static long call_openat(const struct caller *c)
{
	(void)c;
	return direct_call(SYS_openat, AT_FDCWD, (long)"/no/such/file", O_RDONLY, 0);
}

static long call_nanosleep(const struct caller *c)
{
	const struct timespec t = { .tv_sec = (time_t)(c->sleep_ns / S_NS),
				    .tv_nsec = (long)(c->sleep_ns % S_NS) };

	return direct_call(SYS_nanosleep, (long)&t, 0, 0, 0);
}

static void make_calls(const struct caller *c, struct calls *calls)
{
	for (uint64_t i = 0; i < calls->count; i++) {
		const uint64_t start = wall_ns();
		const long result = calls->call(c);
		const uint64_t ns = wall_ns() - start;

		calls->ns += ns;
		if (ns > calls->longest_ns)
			calls->longest_ns = ns;
		if (result < 0) {
			calls->errors++;
			calls->error = (int)-result;
		}
	}
}

static void *caller_main(void *p)
{
	struct caller *c = p;

	life_name(&c->life, "caller", 0);
	for (int i = 0; i < KINDS; i++)
		make_calls(c, &c->calls[i]);
	c->life.end_ns = wall_ns();
	return NULL;
}

static void print_truth(const struct caller *c)
{
	printf("{\"program\":\"caller\",");
	print_who(&c->life);
	printf(",\"calls\":[");
	for (int i = 0; i < KINDS; i++) {
		const struct calls *k = &c->calls[i];

		printf("%s{\"name\":\"%s\",\"count\":%" PRIu64 ",\"errors\":%" PRIu64
		       ",\"errno\":%d",
		       i > 0 ? "," : "", k->name, k->count, k->errors, k->error);
		print_ns("ns", k->ns);
		print_ns("longest_ns", k->longest_ns);
		printf("}");
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	const uint64_t n = argc == 3 ? (uint64_t)count_argument(argv[1], 1000000000) : 0;
	struct caller c = { .sleep_ns = argc == 3 ? time_argument(argv[2]) : 0,
			    .calls = {
				    { .name = "getppid", .call = call_getppid, .count = n },
				    { .name = "read", .call = call_read, .count = n },
				    { .name = "openat", .call = call_openat, .count = n },
				    { .name = "nanosleep", .call = call_nanosleep, .count = n } } };
	pthread_t thread;

	if (n == 0 || c.sleep_ns == 0) {
		fprintf(stderr, "usage: caller COUNT TIME\n");
		return 2;
	}
	c.zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (c.zero < 0)
		die("/dev/zero", -errno);
	start_thread_or_die(&thread, caller_main, &c);
	pthread_join(thread, NULL);
	print_truth(&c);
	return 0;
}
