// SPDX-License-Identifier: BSD-2-Clause
/* peak FILE COMMAND [ARG...]: runs the command and writes its peak resident memory, KiB, to FILE. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage u;
	int status = 127;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		return 1;
	f = fopen(argv[1], "w");
	if (!f || fprintf(f, "%ld\n", u.ru_maxrss) < 0 || fclose(f))
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
