// SPDX-License-Identifier: BSD-2-Clause
/* See identity.h. */
#include <errno.h>
#include <string.h>

#include "analyze/base/hex.h"
#include "analyze/symbolize/identity.h"

struct hex {
	char text[2 * BUILD_ID_MAX + 1];
};

static struct hex to_hex(const uint8_t *bytes, size_t size)
{
	struct hex h;

	hex_bytes(h.text, sizeof(h.text), bytes, size);
	return h;
}

bool identity_holds(const struct module *m, const struct build_id *here, const char *label,
		    struct tape_error *note)
{
	struct hex tape = to_hex(m->build_id, m->build_id_size);

	if (!m->build_id_size) {
		tape_fail(note, -EKEYREJECTED,
			  "%s: no build-id in the tape, so it cannot be checked; skipped", label);
		return false;
	}
	if (!here) {
		tape_fail(note, -EKEYREJECTED, "%s: no build-id here, %s in the tape; skipped",
			  label, tape.text);
		return false;
	}
	if (here->size != m->build_id_size || memcmp(here->bytes, m->build_id, here->size) != 0) {
		tape_fail(note, -EKEYREJECTED,
			  "%s: its build-id is %s here and %s in the tape; skipped", label,
			  to_hex(here->bytes, here->size).text, tape.text);
		return false;
	}
	return true;
}
