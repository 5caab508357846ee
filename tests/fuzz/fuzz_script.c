// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a script's function and its table of lines, of every version's form. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/scripts.h"

#define MOST_BYTES 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void ask_lines(const struct script_code *code)
{
	static const uint32_t versions[] = { 0, 308, 310, 311, 313, UINT32_MAX };

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct script_lines lines = code->lines;

		lines.version = versions[i];
		for (uint64_t place = 0; place < 512; place += 2)
			require(script_lines_find(&lines, place) < 1u << 30);
		require(script_lines_find(&lines, UINT64_MAX) < 1u << 30);
	}
}

/* The bytes are the record from its id on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t head = sizeof(struct ev_header);
	struct scripts s = { 0 };
	struct ev_script_code *record;
	const struct script_code *code;

	if (size < sizeof(*record) - head || size > MOST_BYTES)
		return 0;
	record = calloc(1, head + size + EV_UNIT);
	require(record != NULL);
	memcpy((uint8_t *)record + head, data, size);
	record->h.type = EV_SCRIPT_CODE;
	record->h.units = (uint16_t)((head + size) / EV_UNIT);
	scripts_begin_epoch(&s, 1);
	scripts_define_code(&s, record);
	code = scripts_code(&s, record->id);
	require(code != NULL);
	require(strlen(code->name) + strlen(code->file) <= size);
	ask_lines(code);
	scripts_begin_epoch(&s, 2);
	require(scripts_code(&s, record->id) == code);
	scripts_begin_epoch(&s, 3);
	require(!scripts_code(&s, record->id));
	scripts_done(&s);
	free(record);
	return 0;
}
