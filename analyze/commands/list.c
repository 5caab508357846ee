// SPDX-License-Identifier: BSD-2-Clause
/* All commands. A new one is one line in COMMANDS. */
#include <string.h>

#include "analyze/commands/command.h"

#define COMMANDS(X)                                                                                \
	X(verify)                                                                                  \
	X(repair)                                                                                  \
	X(symbols_list)                                                                            \
	X(symbols_add)                                                                             \
	X(symbols_strip)                                                                           \
	X(dump)

#define DECLARE(name) extern const struct command command_##name;
COMMANDS(DECLARE)

#define LIST(name) &command_##name,
static const struct command *const commands[] = { COMMANDS(LIST) };

const struct command *const *command_list(size_t *n)
{
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}

const struct command *command_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

const struct command *command_by_words(const char *first, const char *second)
{
	size_t length = strlen(first);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *name = commands[i]->name;

		if (strncmp(name, first, length) == 0 && name[length] == ' ' &&
		    strcmp(name + length + 1, second) == 0)
			return commands[i];
	}
	return NULL;
}
