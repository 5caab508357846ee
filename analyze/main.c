// SPDX-License-Identifier: BSD-2-Clause
/* The program: the only place of analyze that prints errors and decides how it exits. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analyze/options.h"
#include "analyze/run.h"

/* Returns 0, or -errno with *err. */
static int say(const struct options *options, struct tape_error *err)
{
	errno = 0;
	if (options->help)
		options_help(stdout);
	else
		printf("analyze (perftape) %s\n", PERFTAPE_VERSION);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return tape_fail(err, -(errno ? errno : EIO), "cannot write: %s",
			 strerror(errno ? errno : EIO));
}

int main(int argc, char **argv)
{
	struct tape_error err = { 0 };
	struct options options;
	int rc;

	if (options_parse(argc, argv, &options, &err) < 0) {
		fprintf(stderr, "analyze: %s\n", err.text);
		return 2;
	}
	if (options.help || options.version)
		rc = say(&options, &err);
	else
		rc = run(&options, stdout, &err);
	if (rc >= 0)
		return rc;
	if (rc != -EPIPE) /* whoever read our output has seen enough */
		fprintf(stderr, "analyze: %s\n", err.text);
	return 1;
}
