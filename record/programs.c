// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names are put together as the kernel does it: bpf_get_prog_name() in
 * kernel/bpf/core.c. A program with functions of its own has as many pieces of
 * code, each with a tag, but the first goes by the tag of the whole; the BTF that
 * came with it names them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <tape/cleanup.h>

#include "record/programs.h"

#define MAX_FUNCTIONS 256 /* BPF_MAX_SUBPROGS of the kernel */

struct pieces {
	uint64_t starts[MAX_FUNCTIONS];
	uint32_t sizes[MAX_FUNCTIONS];
	uint8_t tags[MAX_FUNCTIONS][BPF_TAG_SIZE];
	struct bpf_func_info functions[MAX_FUNCTIONS];
};

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

static int ask(int fd, struct pieces *p, struct bpf_prog_info *ret)
{
	struct bpf_prog_info info = {
		.jited_ksyms = (uintptr_t)p->starts,
		.nr_jited_ksyms = MAX_FUNCTIONS,
		.jited_func_lens = (uintptr_t)p->sizes,
		.nr_jited_func_lens = MAX_FUNCTIONS,
		.prog_tags = (uintptr_t)p->tags,
		.nr_prog_tags = MAX_FUNCTIONS,
		.func_info = (uintptr_t)p->functions,
		.nr_func_info = MAX_FUNCTIONS,
		.func_info_rec_size = sizeof(p->functions[0]),
	};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	*ret = info;
	return 0;
}

static const char *name_of(const struct bpf_prog_info *info, const struct pieces *p,
			   const struct btf *btf, uint32_t index)
{
	const struct btf_type *t = btf && index < info->nr_func_info
					   ? btf__type_by_id(btf, p->functions[index].type_id)
					   : NULL;
	const char *name = t ? btf__name_by_offset(btf, t->name_off) : NULL;

	return name ? name : info->name;
}

static void make_name(const uint8_t *tag, const char *name, char *ret, size_t size)
{
	size_t used = (size_t)snprintf(ret, size, "bpf_prog_");

	for (size_t i = 0; i < BPF_TAG_SIZE; i++)
		used += (size_t)snprintf(ret + used, size - used, "%02x", tag[i]);
	if (name[0])
		snprintf(ret + used, size - used, "_%s", name);
}

static int each_function(int fd, int (*fn)(void *context, const struct program_code *code),
			 void *context, bool *trampolines)
{
	CLEANUP(freep) struct pieces *p = calloc(1, sizeof(*p));
	CLEANUP(btf_freep) struct btf *btf = NULL;
	struct bpf_prog_info info;
	int rc = p ? ask(fd, p, &info) : -ENOMEM;

	if (rc < 0)
		return rc;
	*trampolines |= info.type == BPF_PROG_TYPE_TRACING || info.type == BPF_PROG_TYPE_LSM ||
			info.type == BPF_PROG_TYPE_EXT || info.type == BPF_PROG_TYPE_STRUCT_OPS;
	if (info.btf_id && info.nr_func_info)
		btf = btf__load_from_kernel_by_id(info.btf_id);
	for (uint32_t i = 0; rc == 0 && i < info.nr_jited_ksyms && i < MAX_FUNCTIONS; i++) {
		char name[512];
		const struct program_code code = { p->starts[i], p->starts[i] + p->sizes[i], name };

		if (!p->sizes[i])
			continue; /* it is interpreted */
		if (!code.start)
			return -EPERM;
		make_name(i && i < info.nr_prog_tags ? p->tags[i] : info.tag,
			  name_of(&info, p, btf, i), name, sizeof(name));
		rc = fn(context, &code);
	}
	return rc;
}

int programs_each(int (*fn)(void *context, const struct program_code *code), void *context,
		  bool *trampolines)
{
	uint32_t id = 0;
	int rc = 0;

	*trampolines = false;
	while (rc == 0) {
		CLEANUP(closep) int fd = -1;

		if (bpf_prog_get_next_id(id, &id) < 0)
			return errno == ENOENT ? 0 : -errno;
		fd = bpf_prog_get_fd_by_id(id);
		if (fd >= 0)
			rc = each_function(fd, fn, context, trampolines);
		else if (errno != ENOENT) /* it was unloaded meanwhile */
			rc = -errno;
	}
	return rc;
}
