// SPDX-License-Identifier: BSD-2-Clause
/* See child.h. Two pipes: one holds the child back, one tells that exec failed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/child.h"

static void run(char **command, int wait_fd, int fail_fd, bool tape_on_stdout)
{
	sigset_t none;
	char byte;
	int e;

	if (tape_on_stdout)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* The recorder closes the other end; one that died before closes it too, and writes nothing. */
	if (read(wait_fd, &byte, 1) != 1)
		_exit(127);
	execvp(command[0], command);
	e = errno;
	if (write(fail_fd, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

int child_start(char **command, bool tape_on_stdout, struct child *ret, struct tape_error *err)
{
	int go[2], fail[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return tape_fail(err, -errno, "cannot start the command: %s", strerror(errno));
	if (pipe2(fail, O_CLOEXEC) < 0) {
		close(go[0]);
		close(go[1]);
		return tape_fail(err, -errno, "cannot start the command: %s", strerror(errno));
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(fail[0]);
		run(command, go[0], fail[1], tape_on_stdout);
	}
	close(go[0]);
	close(fail[1]);
	*ret = (struct child){ .pid = pid, .go_fd = go[1], .fail_fd = fail[0] };
	if (pid > 0)
		return 0;
	child_done(ret);
	return tape_fail(err, -errno, "cannot start the command: %s", strerror(errno));
}

int child_go(struct child *c, const char *name, struct tape_error *err)
{
	int e = 0;
	ssize_t n;

	if (write(c->go_fd, "", 1) != 1)
		return tape_fail(err, -errno, "%s: cannot start it: %s", name, strerror(errno));
	close(c->go_fd);
	c->go_fd = -1;
	do {
		n = read(c->fail_fd, &e, sizeof(e));
	} while (n < 0 && errno == EINTR);
	if (n == sizeof(e))
		return tape_fail(err, -e, "%s: cannot run it: %s", name, strerror(e));
	return 0;
}

bool child_ended(struct child *c)
{
	if (c->pid > 0 && !c->ended && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->ended = true;
	return c->ended;
}

int child_exit_status(struct child *c)
{
	while (!c->ended) {
		if (waitpid(c->pid, &c->status, 0) == c->pid)
			c->ended = true;
		else if (errno != EINTR)
			return 1;
	}
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}

void child_done(struct child *c)
{
	if (c->go_fd >= 0 && c->pid > 0) {
		close(c->go_fd);
		c->go_fd = -1;
		child_exit_status(c);
	}
	if (c->fail_fd >= 0)
		close(c->fail_fd);
	c->fail_fd = -1;
}
