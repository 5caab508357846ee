// SPDX-License-Identifier: BSD-2-Clause
/* See core.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <tape/cleanup.h>

#include "core.skel.h"
#include "record/core.h"

struct rings {
	uint64_t bytes; /* of each */
	unsigned int n;
	int fds[CONTROL_MAX_RINGS + 1];
};

struct core {
	struct bpf_object_open_opts open_opts;
	struct core_bpf *skel;
	struct control *control;
	const char *without;
	struct rings *rings;
};

DEFINE_CLEANUP(core_close, struct core);

static const char *const shared_maps[] = {
	"control",     "rings",	  "losses",  "targets", "cgroup",
	"stacks_seen", "pythons", "unwinds", "gos",	"go_told"
};

/* What stands behind the error numbers that loading gives. */
static int fail_load(int rc, const char *name, struct tape_error *err)
{
	if (rc == -EPERM || rc == -EACCES)
		return tape_fail(
			err, rc,
			"%s: the kernel does not let us load BPF programs; run as root or grant CAP_BPF and CAP_PERFMON",
			name);
	if (rc == -ESRCH || rc == -ENOENT)
		return tape_fail(
			err, rc,
			"%s: the kernel brings no type information (/sys/kernel/btf/vmlinux); give it with --btf FILE or use a kernel with CONFIG_DEBUG_INFO_BTF",
			name);
	if (rc == -EINVAL || rc == -ENOTSUP)
		return tape_fail(
			err, rc,
			"%s: this kernel cannot run the BPF program; 5.10 or later is needed (-v shows why)",
			name);
	return tape_fail(err, rc, "%s: cannot load the BPF program: %s", name, strerror(-rc));
}

/* The ring becomes number index of the programs' map. */
static int add_ring(const struct core *c, uint32_t index, struct tape_error *err)
{
	int fd =
		bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, (uint32_t)c->rings->bytes, NULL);

	if (fd < 0)
		return tape_fail(err, -errno,
				 "cannot make a ring buffer: %s; try a smaller --ring-size",
				 strerror(errno));
	c->rings->fds[c->rings->n++] = fd;
	if (bpf_map_update_elem(bpf_map__fd(c->skel->maps.rings), &index, &fd, BPF_ANY) < 0)
		return tape_fail(err, -errno, "cannot use a ring buffer: %s", strerror(errno));
	return 0;
}

static int make_rings(struct core *c, const struct core_options *options, struct tape_error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned int shift = 2, max = options->rings ? options->rings : CONTROL_MAX_RINGS, n;
	int rc = 0;

	if (options->rings)
		shift = 0;
	while ((((unsigned long)cpus - 1) >> shift) >= max)
		shift++;
	n = (unsigned int)(((unsigned long)cpus - 1) >> shift) + 1;
	for (unsigned int i = 0; rc == 0 && i < n; i++)
		rc = add_ring(c, i, err);
	c->control->ring_shift = shift;
	c->control->wake_bytes = options->ring_bytes / 2;
	return rc;
}

static int map_control(struct core *c, struct tape_error *err)
{
	void *p = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_map__fd(c->skel->maps.control), 0);

	if (p == MAP_FAILED)
		return tape_fail(err, -errno, "cannot map the control block: %s", strerror(errno));
	c->control = p;
	return 0;
}

int core_open(const struct core_options *options, struct core **ret, struct tape_error *err)
{
	CLEANUP(core_closep) struct core *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return tape_fail(err, -ENOMEM, "out of memory");
	c->rings = calloc(1, sizeof(*c->rings));
	if (!c->rings)
		return tape_fail(err, -ENOMEM, "out of memory");
	c->rings->bytes = options->ring_bytes;
	c->open_opts.sz = sizeof(c->open_opts);
	c->open_opts.btf_custom_path = options->btf;
	c->without = options->without ? options->without : "";
	c->skel = core_bpf__open_opts(&c->open_opts);
	if (!c->skel)
		return fail_load(-errno, "core", err);
	rc = core_bpf__load(c->skel);
	if (rc < 0)
		return fail_load(rc, "core", err);
	rc = map_control(c, err);
	if (rc == 0)
		rc = make_rings(c, options, err);
	if (rc < 0)
		return rc;
	c->control->filter = options->filter;
	c->control->unwind = options->unwind;
	if (core_is_without(c, "bpf_task_pt_regs"))
		c->control->without |= CONTROL_WITHOUT_PT_REGS;
	*ret = TAKE(c);
	return 0;
}

void core_close(struct core *c)
{
	if (!c)
		return;
	if (c->control)
		munmap(c->control, (size_t)sysconf(_SC_PAGESIZE));
	for (size_t i = 0; c->rings && i < c->rings->n; i++)
		close(c->rings->fds[i]);
	free(c->rings);
	core_bpf__destroy(c->skel);
	free(c);
}

const struct bpf_object_open_opts *core_open_opts(const struct core *c)
{
	return &c->open_opts;
}

int core_load(const struct core *c, struct bpf_object *object, const char *name,
	      struct tape_error *err)
{
	int rc;

	for (size_t i = 0; i < sizeof(shared_maps) / sizeof(*shared_maps); i++) {
		struct bpf_map *own = bpf_object__find_map_by_name(object, shared_maps[i]);
		const struct bpf_map *shared =
			bpf_object__find_map_by_name(c->skel->obj, shared_maps[i]);

		rc = own ? bpf_map__reuse_fd(own, bpf_map__fd(shared)) : 0;
		if (rc < 0)
			return tape_fail(err, rc, "%s: cannot share the map %s: %s", name,
					 shared_maps[i], strerror(-rc));
	}
	rc = bpf_object__load(object);
	return rc < 0 ? fail_load(rc, name, err) : 0;
}

bool core_is_without(const struct core *c, const char *feature)
{
	size_t length = strlen(feature);

	for (const char *p = c->without; *p; p += strspn(p, ",")) {
		size_t n = strcspn(p, ",");

		if (n == length && strncmp(p, feature, n) == 0)
			return true;
		p += n;
	}
	return false;
}

int core_attach(struct core *c, struct tape_error *err)
{
	int rc = core_bpf__attach(c->skel);

	if (rc < 0)
		return tape_fail(err, rc, "cannot follow forks: %s", strerror(-rc));
	return 0;
}

int core_add_target(const struct core *c, pid_t tgid)
{
	uint32_t key = (uint32_t)tgid;
	uint64_t named = 0;

	return bpf_map__update_elem(c->skel->maps.targets, &key, sizeof(key), &named, sizeof(named),
				    BPF_ANY);
}

bool core_is_target(const struct core *c, pid_t tgid)
{
	uint32_t key = (uint32_t)tgid;
	uint64_t start;

	return bpf_map__lookup_elem(c->skel->maps.targets, &key, sizeof(key), &start, sizeof(start),
				    0) == 0;
}

int core_remove_target(const struct core *c, pid_t tgid)
{
	uint32_t key = (uint32_t)tgid;
	uint64_t start;
	int rc = bpf_map__lookup_elem(c->skel->maps.targets, &key, sizeof(key), &start,
				      sizeof(start), 0);

	/* A child's end is seen by the program on_free, in time; ours may be the next one's. */
	if (rc < 0 || start)
		return rc;
	return bpf_map__delete_elem(c->skel->maps.targets, &key, sizeof(key), 0);
}

int core_set_python(const struct core *c, pid_t tgid, const struct python_process *python)
{
	uint32_t key = (uint32_t)tgid;

	return bpf_map__update_elem(c->skel->maps.pythons, &key, sizeof(key), python,
				    sizeof(*python), BPF_ANY);
}

int core_remove_python(const struct core *c, pid_t tgid)
{
	uint32_t key = (uint32_t)tgid;

	return bpf_map__delete_elem(c->skel->maps.pythons, &key, sizeof(key), 0);
}

int core_set_go(const struct core *c, pid_t tgid, const struct go_layout *layout)
{
	uint32_t key = (uint32_t)tgid;

	if (!layout)
		return bpf_map__delete_elem(c->skel->maps.gos, &key, sizeof(key), 0);
	return bpf_map__update_elem(c->skel->maps.gos, &key, sizeof(key), layout, sizeof(*layout),
				    BPF_ANY);
}

bool core_doubts_go(const struct core *c, pid_t tgid)
{
	uint32_t key = (uint32_t)tgid;
	struct go_layout layout;

	return bpf_map__lookup_elem(c->skel->maps.gos, &key, sizeof(key), &layout, sizeof(layout),
				    0) == 0 &&
	       layout.doubts >= GO_DOUBTS;
}

int core_set_unwind(const struct core *c, pid_t tgid, enum control_unwind how)
{
	uint32_t key = (uint32_t)tgid, value = how;

	if (how == CONTROL_UNWIND_COPY)
		return bpf_map__delete_elem(c->skel->maps.unwinds, &key, sizeof(key), 0);
	return bpf_map__update_elem(c->skel->maps.unwinds, &key, sizeof(key), &value, sizeof(value),
				    BPF_ANY);
}

/*
 * An entry goes with its process (on_free of core.bpf.c). One was seen to stay, once in
 * many runs, and a recorder that waits for nobody never ends: so it is asked too.
 */
bool core_has_targets(const struct core *c)
{
	uint32_t key, *before = NULL, last;

	while (bpf_map__get_next_key(c->skel->maps.targets, before, &key, sizeof(key)) == 0) {
		if (kill((pid_t)key, 0) == 0 || errno != ESRCH)
			return true;
		last = key;
		before = &last;
	}
	return false;
}

int core_set_cgroup(const struct core *c, int fd)
{
	uint32_t zero = 0;
	struct stat st;

	if (fstat(fd, &st) < 0 ||
	    bpf_map_update_elem(bpf_map__fd(c->skel->maps.cgroup), &zero, &fd, BPF_ANY) < 0)
		return -errno;
	/* Its id is the inode number (kernfs, since 5.5: 67c0496e87d1). */
	c->control->cgroup_id = st.st_ino;
	return 0;
}

struct control *core_control(const struct core *c)
{
	return c->control;
}

int core_add_ring(const struct core *c, struct tape_error *err)
{
	return add_ring(c, CONTROL_RING_APART, err);
}

unsigned int core_n_rings(const struct core *c)
{
	return c->rings->n;
}

int core_ring_fd(const struct core *c, unsigned int ring)
{
	return c->rings->fds[ring];
}

int core_losses(const struct core *c, struct control_loss **ret, size_t *n)
{
	int cpus = libbpf_num_possible_cpus();
	struct control_loss *losses;
	uint32_t zero = 0;

	if (cpus < 0)
		return cpus;
	losses = calloc((size_t)cpus, sizeof(*losses));
	if (!losses)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(c->skel->maps.losses), &zero, losses) < 0) {
		free(losses);
		return -errno;
	}
	*ret = losses;
	*n = (size_t)cpus;
	return 0;
}

struct bpf_object *core_object(const struct core *c)
{
	return c->skel->obj;
}
