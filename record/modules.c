// SPDX-License-Identifier: BSD-2-Clause
/*
 * Modules are found again by their key: kind, build-id and path. A mapping
 * whose build-id is not told (the first pass over /proc, kernels before 5.12)
 * costs an open; the file's device and inode then save reading it again.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/grow.h"
#include "record/modules.h"

#define KEY_MAX	  (PATH_KEEP + 32)
#define PATH_KEEP 4096

struct entry {
	struct module module;
	UT_hash_handle hh;
	unsigned int key_size;
	char key[]; /* kind, build-id, path with its NUL, which module.path points at */
};

struct inode_key {
	uint64_t device, inode, mtime_ns;
};

/* A file that was read already: what its build-id is. */
struct inode {
	struct inode_key key;
	struct build_id build_id;
	UT_hash_handle hh;
};

struct modules {
	bool keep;
	struct entry *by_key;
	struct inode *inodes;
	struct entry **by_number;
	size_t n, room;
};

int modules_new(bool keep, struct modules **ret)
{
	struct modules *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->keep = keep;
	*ret = m;
	return 0;
}

void modules_free(struct modules *m)
{
	struct entry *e, *next;
	struct inode *i, *after;

	if (!m)
		return;
	HASH_ITER(hh, m->by_key, e, next)
	{
		HASH_DEL(m->by_key, e);
		if (e->module.fd >= 0)
			close(e->module.fd);
		hits_done(&e->module.hits);
		free(e->module.python);
		free(e);
	}
	HASH_ITER(hh, m->inodes, i, after)
	{
		HASH_DEL(m->inodes, i);
		free(i);
	}
	free(m->by_number);
	free(m);
}

/* Without a build-id it is device and inode that tell two files of one path apart. */
static size_t make_key(char *key, enum ev_module_kind kind, const struct build_id *id,
		       const struct module_place *at)
{
	const char *path = at->path;
	size_t length = strnlen(path, PATH_KEEP - 1);

	key[0] = (char)kind;
	key[1] = (char)id->size;
	memcpy(key + 2, id->bytes, BUILD_ID_MAX);
	if (!id->size) {
		memcpy(key + 2, &at->file.device, sizeof(at->file.device));
		memcpy(key + 10, &at->file.inode, sizeof(at->file.inode));
	}
	memcpy(key + 2 + BUILD_ID_MAX, path, length);
	key[2 + BUILD_ID_MAX + length] = 0;
	return 2 + BUILD_ID_MAX + length + 1;
}

static bool remember(struct modules *m, struct entry *e)
{
	struct entry **grown = grow(m->by_number, m->n + 1, &m->room, sizeof(*grown));

	if (!grown)
		return false;
	m->by_number = grown;
	HASH_ADD_KEYPTR(hh, m->by_key, e->key, e->key_size, e);
	if (!e->hh.tbl)
		return false;
	m->by_number[m->n++] = e;
	e->module.number = (uint32_t)m->n;
	return true;
}

/* The entry of a key, made if need be; *fd goes to a new one. NULL without memory. */
static struct entry *find_or_add(struct modules *m, enum ev_module_kind kind,
				 const struct build_id *id, const struct module_place *at, int *fd)
{
	char key[KEY_MAX];
	size_t size = make_key(key, kind, id, at);
	struct entry *e;

	HASH_FIND(hh, m->by_key, key, size, e);
	if (e)
		return e;
	e = calloc(1, sizeof(*e) + size);
	if (!e)
		return NULL;
	memcpy(e->key, key, size);
	e->key_size = (unsigned int)size;
	e->module.kind = kind;
	e->module.build_id = *id;
	e->module.path = e->key + 2 + BUILD_ID_MAX;
	e->module.fd = -1;
	if (!remember(m, e)) {
		free(e);
		return NULL;
	}
	if (fd && m->keep) {
		e->module.fd = *fd;
		*fd = -1;
	}
	return e;
}

static bool same_build_id(const struct build_id *a, const struct build_id *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* The build-id of an open file, read only once for each version of the file. */
static struct build_id read_build_id(struct modules *m, int fd)
{
	struct inode_key key = { 0 };
	struct build_id id = { 0 };
	struct inode *i;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return id;
	key.device = st.st_dev;
	key.inode = st.st_ino;
	key.mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	HASH_FIND(hh, m->inodes, &key, sizeof(key), i);
	if (i)
		return i->build_id;
	if (build_id_of_fd(fd, &id) < 0)
		id.size = 0;
	i = calloc(1, sizeof(*i));
	if (!i)
		return id;
	i->key = key;
	i->build_id = id;
	HASH_ADD(hh, m->inodes, key, sizeof(key), i);
	if (!i->hh.tbl)
		free(i);
	return id;
}

/* Whether an open file is the one that was mapped, by what the mapping told of it. */
static bool is_told(int fd, const struct module_file *told)
{
	unsigned int generation;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_dev != told->device || st.st_ino != told->inode)
		return false;
	/* Not all file systems tell it. */
	return !told->generation || !S_ISREG(st.st_mode) ||
	       ioctl(fd, FS_IOC_GETVERSION, &generation) < 0 || generation == told->generation;
}

/*
 * Opens a file if it is the one that is mapped: another one may stand at the
 * path by now, and its names would be wrong. *id is the build-id that is known,
 * and the file's own if none is; told: what else is known; NULL: the name leads
 * to no other file. O_NONBLOCK: it may be a FIFO by now.
 */
static int open_if_same(struct modules *m, const char *path, const struct module_file *told,
			struct build_id *id)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct build_id of_file = { 0 };
	bool same;

	if (fd < 0)
		return -1;
	same = !told || id->size || is_told(fd, told);
	if (same)
		of_file = read_build_id(m, fd);
	if (!same || (id->size && !same_build_id(id, &of_file))) {
		close(fd);
		return -1;
	}
	*id = of_file;
	return fd;
}

/*
 * The mapped file: through the mapping itself, which has it even when an upgrade
 * put another at its path; as the process sees it; or, the process gone, as we
 * see it. -1 if there is no way to it.
 */
static int open_file(struct modules *m, const struct module_place *at, struct build_id *id)
{
	char name[PATH_KEEP + 64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/map_files/%llx-%llx", at->tgid,
		 (unsigned long long)at->start, (unsigned long long)at->end);
	fd = open_if_same(m, name, NULL, id);
	if (fd >= 0)
		return fd;
	snprintf(name, sizeof(name), "/proc/%u/root%s", at->tgid, at->path);
	fd = open_if_same(m, name, &at->file, id);
	return fd >= 0 ? fd : open_if_same(m, at->path, &at->file, id);
}

/* Memory that no file backs, by the names that the kernel gives it. */
static bool is_anonymous(const char *path)
{
	static const char *const prefixes[] = { "//",	 "[",		"/memfd:", "/dev/zero",
						"/SYSV", "anon_inode:", "socket:" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return path[0] != '/';
}

static uint32_t add_memory(struct modules *m, const char *path)
{
	static const struct build_id none;
	bool vdso = strcmp(path, "[vdso]") == 0;
	const struct module_place at = { .path = path[0] && path[0] != '/' ? path : "[anon]" };
	struct entry *e = find_or_add(m, vdso ? EV_MODULE_VDSO : EV_MODULE_ANON, &none, &at, NULL);

	return e ? e->module.number : 0;
}

bool modules_is_memory(const struct module *m)
{
	/* As prctl(PR_SET_VMA_ANON_NAME) names it: "[anon:name]". */
	return m->kind == EV_MODULE_ANON &&
	       (strncmp(m->path, "[anon", 5) == 0 || strcmp(m->path, "[heap]") == 0 ||
		strncmp(m->path, "[stack", 6) == 0);
}

uint32_t modules_of_memory(struct modules *m, uint32_t tgid)
{
	static const struct build_id none;
	size_t before = m->n;
	struct entry *e;
	char path[64];

	/* The id of a process that ended, or became another program, is not its own. */
	snprintf(path, sizeof(path), "[anon %u]", tgid);
	for (unsigned int i = 2;; i++) {
		const struct module_place at = { .path = path };

		e = find_or_add(m, EV_MODULE_ANON, &none, &at, NULL);
		if (!e || m->n > before)
			return e ? e->module.number : 0;
		snprintf(path, sizeof(path), "[anon %u, %u]", tgid, i);
	}
}

static void look_for_python(struct module *m, int fd)
{
	struct python_file found;

	if (fd < 0 || !python_is_name(m->path) || !python_read(fd, &found))
		return;
	m->python = malloc(sizeof(found));
	if (m->python)
		*m->python = found;
}

uint32_t modules_of_mapping(struct modules *m, const struct module_place *at,
			    const struct build_id *build_id)
{
	static const struct build_id none;
	struct build_id id = build_id ? *build_id : none;
	char key[KEY_MAX];
	struct entry *e = NULL;
	size_t size, before;
	int fd;

	if (is_anonymous(at->path))
		return add_memory(m, at->path);
	size = make_key(key, EV_MODULE_FILE, &id, at);
	if (id.size)
		HASH_FIND(hh, m->by_key, key, size, e);
	if (e)
		return e->module.number;
	fd = open_file(m, at, &id);
	before = m->n;
	e = find_or_add(m, EV_MODULE_FILE, &id, at, &fd);
	if (e && m->n > before)
		look_for_python(&e->module, e->module.fd >= 0 ? e->module.fd : fd);
	if (fd >= 0)
		close(fd);
	return e ? e->module.number : 0;
}

uint32_t modules_of_kernel(struct modules *m, enum ev_module_kind kind, const char *name,
			   uint64_t base, const struct build_id *build_id)
{
	static const struct build_id none;
	const struct module_place at = { .path = name };
	struct entry *e = find_or_add(m, kind, build_id ? build_id : &none, &at, NULL);

	if (!e)
		return 0;
	e->module.base = base;
	return e->module.number;
}

struct module *modules_get(struct modules *m, uint32_t number)
{
	return number >= 1 && number <= m->n ? &m->by_number[number - 1]->module : NULL;
}

size_t modules_count(const struct modules *m)
{
	return m->n;
}

struct ev_header *modules_record(const struct module *m, struct records *records, uint64_t time_ns)
{
	struct ev_module *ev = records_begin(records, EV_MODULE, time_ns);

	ev->module = m->number;
	ev->kind = (uint16_t)m->kind;
	ev->build_id_size = m->build_id.size;
	memcpy(ev->build_id, m->build_id.bytes, m->build_id.size);
	return records_end_text(records, m->path);
}

int modules_define(struct modules *m, uint32_t number, struct records *records, uint32_t epoch,
		   struct tape_error *err)
{
	struct module *module = modules_get(m, number);
	int rc;

	if (!module || seen_in(&module->defined, epoch))
		return 0;
	modules_record(module, records, 0);
	seen_set(&module->defined, epoch);
	rc = records_put(records, epoch, err);
	if (rc < 0 || !module->python)
		return rc;
	python_record(module->python, number, records);
	return records_put(records, epoch, err);
}

void modules_hit(struct modules *m, uint32_t number, uint64_t offset)
{
	struct module *module = m->keep ? modules_get(m, number) : NULL;

	if (module)
		hits_add(&module->hits, offset);
}
