// SPDX-License-Identifier: BSD-2-Clause
/*
 * A raw tracepoint NAME stands in the kernel's BTF as typedef btf_trace_NAME: a
 * pointer to a function whose first argument is the tracer's own
 * (include/trace/bpf_probe.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record/features.h"

int features_open(const struct core *core, struct btf **ret, struct tape_error *err)
{
	const char *path = core_open_opts(core)->btf_custom_path;
	struct btf *btf = path ? btf__parse(path, NULL) : btf__load_vmlinux_btf();

	if (!btf)
		return tape_fail(err, -errno, "cannot read the kernel's type information: %s",
				 strerror(errno));
	*ret = btf;
	return 0;
}

int features_tracepoint(const struct btf *btf, const char *name)
{
	const struct btf_type *type;
	char text[128];
	int id;

	snprintf(text, sizeof(text), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, text, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -1;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type);
	if (!type || !btf_is_ptr(type))
		return -1;
	type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_func_proto(type) || btf_vlen(type) < 1)
		return -1;
	return btf_vlen(type) - 1;
}

bool features_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}
