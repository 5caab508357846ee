// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads the kernel's perf buffers. Layouts: enum perf_event_type in
 * include/uapi/linux/perf_event.h; every record ends with struct sample_id,
 * because sample_id_all is set.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <tape/cleanup.h>

#include "record/grow.h"
#include "record/perf.h"
#include "record/records.h"
#include "record/sideband.h"

/*
 * Of each CPU's buffer; a power of two. With the page before them the most that
 * a user without CAP_IPC_LOCK may have (kernel.perf_event_mlock_kb is 516): what
 * is lost here is the name of a process.
 */
#define DATA_PAGES 128

struct sample_id {
	uint32_t pid, tid;
	uint64_t time;
	uint32_t cpu, reserved;
};

struct mmap2_record {
	struct perf_event_header h;
	uint32_t pid, tid;
	uint64_t address, length, file_offset;
	union {
		struct {
			uint8_t build_id_size, reserved[3];
			uint8_t build_id[BUILD_ID_MAX];
		};
		struct {
			uint32_t maj, min;
			uint64_t inode, inode_generation;
		};
	};
	uint32_t prot, flags;
	char path[];
};

struct comm_record {
	struct perf_event_header h;
	uint32_t pid, tid;
	char comm[];
};

struct task_record {
	struct perf_event_header h;
	uint32_t pid, ppid, tid, ptid;
	uint64_t time;
};

struct ksymbol_record {
	struct perf_event_header h;
	uint64_t address;
	uint32_t length;
	uint16_t type, flags;
	char name[];
};

struct lost_record {
	struct perf_event_header h;
	uint64_t id, lost;
};

struct buffer {
	int fd;
	void *map;
	size_t size;
	uint64_t drained_ns;
};

struct sideband {
	struct buffer *buffers;
	size_t n_buffers;
	struct sideband_event *events;
	size_t n_events, n_given, room;
	char *pool; /* copies of the records that events point into */
	size_t pool_used, pool_room;
};

DEFINE_CLEANUP(sideband_close, struct sideband);

static struct perf_event_attr make_attr(bool build_ids)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.ksymbol = 1,
		.build_id = build_ids,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
	};

	attr.wakeup_watermark = (uint32_t)(DATA_PAGES * sysconf(_SC_PAGESIZE) / 2);
	return attr;
}

static int map_buffer(struct buffer *b)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	b->size = DATA_PAGES * page;
	b->map = mmap(NULL, page + b->size, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
	if (b->map == MAP_FAILED) {
		b->map = NULL;
		return -errno;
	}
	b->drained_ns = records_now();
	return 0;
}

static int open_cpu(struct sideband *s, int cpu, bool *build_ids, struct tape_error *err)
{
	struct buffer *b = &s->buffers[s->n_buffers];
	struct perf_event_attr attr = make_attr(*build_ids);
	int rc;

	b->fd = perf_open_cpu(&attr, cpu);
	if (b->fd == -EINVAL && *build_ids) {
		*build_ids = false;
		attr = make_attr(false);
		b->fd = perf_open_cpu(&attr, cpu);
	}
	if (b->fd == -ENODEV)
		return 0; /* the CPU is offline */
	if (b->fd < 0)
		return tape_fail(err, b->fd,
				 "cannot watch processes: %s; run as root or grant CAP_PERFMON",
				 strerror(-b->fd));
	s->n_buffers++;
	rc = map_buffer(b);
	if (rc < 0)
		return tape_fail(err, rc,
				 "cannot map a perf buffer: %s; raise kernel.perf_event_mlock_kb",
				 strerror(-rc));
	return 0;
}

int sideband_open(struct sideband **ret, bool *build_ids, struct tape_error *err)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);
	CLEANUP(sideband_closep) struct sideband *s = calloc(1, sizeof(*s));

	if (!s || !(s->buffers = calloc((size_t)n, sizeof(*s->buffers))))
		return tape_fail(err, -ENOMEM, "out of memory");
	*build_ids = true;
	for (int cpu = 0; cpu < n; cpu++) {
		int rc = open_cpu(s, cpu, build_ids, err);

		if (rc < 0)
			return rc;
	}
	*ret = TAKE(s);
	return 0;
}

/*
 * Decodes one record; *text is where in it its text stands, 0 if it has none.
 * Returns false for records that are of no use.
 */
static bool decode(const struct perf_event_header *h, struct sideband_event *ev, size_t *text)
{
	const struct sample_id *id = (const void *)((const char *)h + h->size - sizeof(*id));
	const struct mmap2_record *m = (const void *)h;
	const struct task_record *t = (const void *)h;
	const struct ksymbol_record *k = (const void *)h;

	*ev = (struct sideband_event){
		.time_ns = id->time, .cpu = id->cpu, .tid = id->tid, .tgid = id->pid
	};
	*text = 0;
	switch (h->type) {
	case PERF_RECORD_MMAP2:
		ev->kind = SIDEBAND_MMAP;
		ev->start = m->address;
		ev->end = m->address + m->length;
		ev->file_offset = m->file_offset;
		if (!(h->misc & PERF_RECORD_MISC_MMAP_BUILD_ID)) {
			ev->device = makedev(m->maj, m->min);
			ev->inode = m->inode;
			ev->inode_generation = (uint32_t)m->inode_generation;
		} else if (m->build_id_size <= BUILD_ID_MAX) {
			ev->build_id.size = m->build_id_size;
			memcpy(ev->build_id.bytes, m->build_id, BUILD_ID_MAX);
		}
		*text = offsetof(struct mmap2_record, path);
		return true;
	case PERF_RECORD_COMM:
		ev->kind = h->misc & PERF_RECORD_MISC_COMM_EXEC ? SIDEBAND_EXEC : SIDEBAND_COMM;
		*text = offsetof(struct comm_record, comm);
		return true;
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		ev->kind = h->type == PERF_RECORD_FORK ? SIDEBAND_FORK : SIDEBAND_EXIT;
		ev->tid = t->tid;
		ev->tgid = t->pid;
		ev->parent_tid = t->ptid;
		ev->parent_tgid = t->ppid;
		return true;
	case PERF_RECORD_KSYMBOL:
		ev->kind = SIDEBAND_KSYMBOL;
		ev->start = k->address;
		ev->end = k->address + k->length;
		ev->gone = k->flags & PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER;
		*text = offsetof(struct ksymbol_record, name);
		return true;
	case PERF_RECORD_LOST:
		ev->kind = SIDEBAND_LOST;
		ev->lost = ((const struct lost_record *)h)->lost;
		return true;
	default:
		return false;
	}
}

/* Copies a record, which may wrap around the buffer's end, to the pool's end. */
static struct perf_event_header *copy_record(struct sideband *s, const struct buffer *b,
					     uint64_t at)
{
	const char *data = (const char *)b->map + sysconf(_SC_PAGESIZE);
	const struct perf_event_header *h = (const void *)(data + (at & (b->size - 1)));
	size_t size = h->size, first = b->size - (at & (b->size - 1));
	char *pool = grow(s->pool, s->pool_used + size, &s->pool_room, 1);

	if (!pool)
		return NULL;
	s->pool = pool;
	pool += s->pool_used;
	if (first > size)
		first = size;
	memcpy(pool, h, first);
	memcpy(pool + first, data, size - first);
	return (struct perf_event_header *)pool;
}

static int drain_buffer(struct sideband *s, struct buffer *b)
{
	struct perf_event_mmap_page *page = b->map;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = page->data_tail, now = records_now();

	while (tail < head) {
		struct perf_event_header *h = copy_record(s, b, tail);
		struct sideband_event *ev;
		size_t text;

		if (!h)
			return -ENOMEM;
		ev = grow(s->events, s->n_events + 1, &s->room, sizeof(*s->events));
		if (!ev)
			return -ENOMEM;
		s->events = ev;
		tail += h->size;
		if (h->size < sizeof(*h) + sizeof(struct sample_id) ||
		    !decode(h, &ev[s->n_events], &text))
			continue;
		ev += s->n_events;
		ev->lost_since_ns = b->drained_ns;
		ev->text_at = s->pool_used + text;
		ev->has_text = text > 0;
		ev->order = s->n_events;
		s->pool_used += (h->size + 7u) & ~7u;
		s->n_events++;
	}
	b->drained_ns = now;
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct sideband_event *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static int by_time(const void *a, const void *b)
{
	const struct sideband_event *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return by_order(a, b);
}

/*
 * Drops the events that were given, and the records behind the others: a held
 * event keeps its text at the pool's beginning. Texts move towards the front
 * only if they are moved in the order in which they stand there.
 */
static void keep_held(struct sideband *s)
{
	size_t used = 0;

	s->n_events -= s->n_given;
	if (s->n_events)
		memmove(s->events, s->events + s->n_given, s->n_events * sizeof(*s->events));
	s->n_given = 0;
	if (s->n_events)
		qsort(s->events, s->n_events, sizeof(*s->events), by_order);
	for (size_t i = 0; i < s->n_events; i++) {
		struct sideband_event *ev = &s->events[i];
		size_t size = ev->text ? strlen(ev->text) + 1 : 0;

		ev->order = i;
		if (!ev->text)
			continue;
		memmove(s->pool + used, s->pool + ev->text_at, size);
		ev->text_at = used;
		used += size;
	}
	s->pool_used = (used + 7u) & ~(size_t)7;
}

int sideband_drain(struct sideband *s, uint64_t until_ns, const struct sideband_event **ret,
		   size_t *n, struct tape_error *err)
{
	keep_held(s);
	for (size_t i = 0; i < s->n_buffers; i++) {
		if (drain_buffer(s, &s->buffers[i]) < 0)
			return tape_fail(err, -ENOMEM, "out of memory");
	}
	if (s->n_events)
		qsort(s->events, s->n_events, sizeof(*s->events), by_time);
	for (size_t i = 0; i < s->n_events; i++) {
		if (s->events[i].has_text)
			s->events[i].text = s->pool + s->events[i].text_at;
	}
	while (s->n_given < s->n_events && s->events[s->n_given].time_ns < until_ns)
		s->n_given++;
	*ret = s->events;
	*n = s->n_given;
	return 0;
}

bool sideband_has_news(const struct sideband *s)
{
	for (size_t i = 0; i < s->n_buffers; i++) {
		const struct perf_event_mmap_page *page = s->buffers[i].map;

		if (__atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE) != page->data_tail)
			return true;
	}
	return s->n_events > s->n_given;
}

size_t sideband_n_fds(const struct sideband *s)
{
	return s->n_buffers;
}

int sideband_fd(const struct sideband *s, size_t index)
{
	return s->buffers[index].fd;
}

void sideband_close(struct sideband *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_buffers; i++) {
		if (s->buffers[i].map)
			munmap(s->buffers[i].map,
			       (size_t)sysconf(_SC_PAGESIZE) + s->buffers[i].size);
		if (s->buffers[i].fd >= 0)
			close(s->buffers[i].fd);
	}
	free(s->buffers);
	free(s->events);
	free(s->pool);
	free(s);
}
