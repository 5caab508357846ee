// SPDX-License-Identifier: BSD-2-Clause
/*
 * forker CHILDREN MS: forks CHILDREN short-lived children one after the other;
 * each executes this program anew and burns about MS of CPU in child_red,
 * child_green or child_blue, in turn, then exits. Prints how many there were and
 * the CPU time that each of the functions truly used, in ns, and first the pids.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "burn.h"

struct job {
	const char *name;
	uint64_t (*work)(uint64_t ns);
	uint64_t used_ns;
};

static uint64_t child_red(uint64_t ns)
{
	return burn(ns);
}

static uint64_t child_green(uint64_t ns)
{
	return burn(ns);
}

static uint64_t child_blue(uint64_t ns)
{
	return burn(ns);
}

/* The other side of run_child(): tells what it used through its standard output. */
static int child_main(const struct job *jobs, size_t n_jobs, const char *name, uint64_t ns)
{
	for (size_t i = 0; i < n_jobs; i++) {
		if (strcmp(jobs[i].name, name) == 0) {
			const uint64_t used = jobs[i].work(ns);

			return write(STDOUT_FILENO, &used, sizeof(used)) == sizeof(used) ? 0 : 1;
		}
	}
	return 2;
}

static void exec_self(const char *name, const char *ms, int out)
{
	char path[4096];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(1);
	path[n] = '\0';
	execl(path, path, "--child", name, ms, (char *)NULL);
	_exit(1);
}

/* Returns the child's pid, and what it burned; 0, and says why, if it failed. */
static pid_t run_child(const struct job *job, const char *ms, uint64_t *used)
{
	int fds[2], status = -1;
	ssize_t n = -1;
	pid_t pid;

	if (pipe(fds) < 0)
		return perror("forker: pipe"), 0;
	pid = fork();
	if (pid == 0)
		exec_self(job->name, ms, fds[1]);
	close(fds[1]);
	if (pid > 0)
		n = read(fds[0], used, sizeof(*used));
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0 || n != sizeof(*used)) {
		fprintf(stderr, "forker: child %d: status %#x, %zd bytes: %s\n", (int)pid, status,
			n, strerror(errno));
		return 0;
	}
	return pid;
}

int main(int argc, char **argv)
{
	struct job jobs[] = { { "child_red", child_red, 0 },
			      { "child_green", child_green, 0 },
			      { "child_blue", child_blue, 0 } };
	const int children = argc == 3 ? atoi(argv[1]) : 0;
	uint64_t total = 0;

	if (argc == 4 && strcmp(argv[1], "--child") == 0)
		return child_main(jobs, 3, argv[2], (uint64_t)(atof(argv[3]) * (double)MS_NS));
	if (children <= 0) {
		fprintf(stderr, "usage: forker CHILDREN MS\n");
		return 2;
	}
	for (int i = 0; i < children; i++) {
		uint64_t used = 0;
		const pid_t pid = run_child(&jobs[i % 3], argv[2], &used);

		if (pid == 0)
			return 1;
		jobs[i % 3].used_ns += used;
		total += used;
		printf("pid %d\n", (int)pid);
	}
	printf("children %d\n", children);
	for (size_t i = 0; i < 3; i++)
		printf("%s %" PRIu64 "\n", jobs[i].name, jobs[i].used_ns);
	printf("total %" PRIu64 "\n", total);
	return 0;
}
