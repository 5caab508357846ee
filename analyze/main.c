// SPDX-License-Identifier: BSD-2-Clause
/* The program: the only place of analyze that prints errors and decides how it exits. */
#include <errno.h>
#include <stdio.h>

#include "analyze/options.h"
#include "analyze/run.h"

int main(int argc, char **argv)
{
	struct tape_error err = { 0 };
	struct options options;
	int rc;

	if (options_parse(argc, argv, &options, &err) < 0) {
		fprintf(stderr, "analyze: %s\n", err.text);
		return 2;
	}
	if (options.help) {
		options_help(stdout);
		return 0;
	}
	if (options.version) {
		printf("analyze (perftape) %s\n", PERFTAPE_VERSION);
		return 0;
	}
	rc = run(&options, stdout, &err);
	if (rc >= 0)
		return rc;
	if (rc != -EPIPE) /* whoever read our output has seen enough */
		fprintf(stderr, "analyze: %s\n", err.text);
	return 1;
}
