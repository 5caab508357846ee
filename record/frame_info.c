// SPDX-License-Identifier: BSD-2-Clause
/* See frame_info.h. Modules are opened one after the other, as for names. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/frame_info.h"
#include "symbols/cfi.h"
#include "symbols/vdso.h"

DEFINE_CLEANUP(cfi_free, struct cfi);

/* The record of an entry, or NULL if its instructions are longer than any compiler's. */
static struct ev_header *make(const struct module *m, const struct cfi_entry *e,
			      struct records *records)
{
	struct ev_cfi *ev = records_begin(records, EV_CFI, 0);

	if (e->cie_bytes > RECORDS_TAIL_MAX || e->fde_bytes > RECORDS_TAIL_MAX - e->cie_bytes)
		return NULL;
	ev->start = e->start;
	ev->size = e->size;
	ev->module = m->number;
	ev->flags = e->flags;
	ev->code_align = e->code_align;
	ev->data_align = e->data_align;
	ev->return_register = e->return_register;
	ev->cie_bytes = (uint32_t)e->cie_bytes;
	ev->fde_bytes = (uint32_t)e->fde_bytes;
	if (e->cie_bytes)
		memcpy(ev->instructions, e->cie, e->cie_bytes);
	if (e->fde_bytes)
		memcpy(ev->instructions + e->cie_bytes, e->fde, e->fde_bytes);
	return records_end_bytes(records, e->cie_bytes + e->fde_bytes);
}

static int put(const struct module *m, const struct cfi_entry *e, bool first,
	       struct records *records, struct tape_error *err)
{
	struct ev_header *record;
	int rc = 0;

	if (first)
		rc = tape_writer_put_symbol(records->writer, modules_record(m, records, 0), err);
	record = rc == 0 ? make(m, e, records) : NULL;
	return record ? tape_writer_put_symbol(records->writer, record, err) : rc;
}

static int write_module(struct module *m, struct records *records, struct tape_error *err)
{
	CLEANUP(cfi_freep) struct cfi *cfi = NULL;
	uint64_t told_to = 0;
	bool begun = false;
	struct vdso vdso;
	int rc = -ENOENT;

	if (m->kind == EV_MODULE_VDSO && vdso_get(&vdso) == 0)
		rc = cfi_open_memory(vdso.image, vdso.size, m->path, &cfi, NULL);
	else if (m->kind == EV_MODULE_FILE && m->fd >= 0)
		rc = cfi_open(m->fd, m->path, &cfi, NULL);
	if (rc < 0)
		return 0;
	hits_settle(&m->hits);
	for (size_t i = 0; rc == 0 && i < m->hits.n; i++) {
		struct cfi_entry e;

		/* Hits are in order, so those of one function follow each other. */
		if ((begun && m->hits.offsets[i] < told_to) ||
		    !cfi_find(cfi, m->hits.offsets[i], &e))
			continue;
		rc = put(m, &e, !begun, records, err);
		begun = true;
		told_to = e.start + e.size;
	}
	return rc;
}

int frame_info_write(struct modules *m, struct records *records, struct tape_error *err)
{
	int rc = 0;

	for (uint32_t i = 1; rc == 0 && i <= modules_count(m); i++) {
		struct module *module = modules_get(m, i);

		if (module->hits.n)
			rc = write_module(module, records, err);
	}
	return rc;
}
