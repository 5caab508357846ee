// SPDX-License-Identifier: BSD-2-Clause
/*
 * Parses "address type name [module]" lines in place: the text's own memory
 * becomes the buffer of names, since what is kept of a line is never longer
 * than the line. Sizes are not in the file: a symbol ends where the next one
 * begins, be that code or data.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tape/cleanup.h>

#include "symbols/kallsyms.h"

#define FILE_MAX_BYTES (256u << 20)
#define PAGE	       4096u

struct entry {
	uint64_t start;
	uint64_t end;	 /* start: it is not code and never found by address */
	uint32_t name;	 /* in names; NO_NAME: data, whose place alone counts */
	uint32_t module; /* in names */
};

#define NO_NAME UINT32_MAX

struct kallsyms {
	char *names;
	struct entry *entries; /* by address, then code first, then short names */
	size_t n;
	size_t room;
};

/* One line of the text; the pieces are NUL-terminated in place. */
struct line {
	uint64_t address;
	char type;
	char *name;
	char *module;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Cuts a line to pieces. end is its newline, which is writable. Returns 1, or 0 if it is none. */
static int cut_line(char *text, char *end, struct line *ret)
{
	struct line l = { 0 };
	char *p = text, *open;

	while (p < end && p - text < 16 && hex_digit(*p) >= 0)
		l.address = l.address << 4 | (uint64_t)hex_digit(*p++);
	if (p == text || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return 0;
	l.type = p[1];
	l.name = p + 3;
	*end = '\0';
	p = strpbrk(l.name, " \t");
	if (!p)
		p = end;
	if (p == l.name || *l.name == '\0')
		return 0;
	open = p < end ? strchr(p + 1, '[') : NULL;
	*p = '\0';
	l.module = end;
	if (open) {
		l.module = open + 1;
		l.module[strcspn(l.module, "]")] = '\0';
	}
	*ret = l;
	return 1;
}

/* A small letter is local; w is weak, i is chosen at run time. v is weak data. */
static bool is_code(char type)
{
	return strchr("tTwWi", type) != NULL && type != '\0';
}

/* Where the kernel's parts begin and end: wanted by name whatever their type is. */
static bool is_boundary(const char *name)
{
	static const char *const names[] = { "_text", "_stext", "_etext", "_end" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static struct entry *add_entry(struct kallsyms *k)
{
	if (k->n == k->room) {
		size_t room = k->room ? k->room * 2 : 1024;
		struct entry *more = reallocarray(k->entries, room, sizeof(*more));

		if (!more)
			return NULL;
		k->entries = more;
		k->room = room;
	}
	return &k->entries[k->n++];
}

/* Moves a text down to names + *at, and *at behind it. Returns where it stands. */
static uint32_t keep_text(struct kallsyms *k, size_t *at, const char *text)
{
	size_t size = strlen(text) + 1;
	size_t start = *at;

	memmove(k->names + start, text, size);
	*at += size;
	return (uint32_t)start;
}

static int add_line(struct kallsyms *k, const struct line *l, size_t *at, uint32_t *module)
{
	bool code = is_code(l->type);
	struct entry *e = add_entry(k);

	if (!e)
		return -ENOMEM;
	*e = (struct entry){ .start = l->address, .end = code ? UINT64_MAX : l->address };
	e->name = code || is_boundary(l->name) ? keep_text(k, at, l->name) : NO_NAME;
	/* A module's symbols stand together, so its name is kept once. */
	if (strcmp(k->names + *module, l->module) != 0)
		*module = keep_text(k, at, l->module);
	e->module = *module;
	return 0;
}

/* The text begins at names + 1 and has size bytes; names[0] is the empty string. */
static int parse(struct kallsyms *k, size_t size)
{
	char *p = k->names + 1, *end = p + size;
	uint32_t module = 0;
	size_t at = 1;

	k->names[0] = '\0';
	while (p < end) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		struct line l;
		int rc;

		if (!newline)
			newline = end; /* one byte of room is behind it */
		if (cut_line(p, newline, &l)) {
			rc = add_line(k, &l, &at, &module);
			if (rc < 0)
				return rc;
		}
		p = newline + 1;
	}
	return 0;
}

static int compare(const void *a, const void *b, void *names)
{
	const struct entry *x = a, *y = b;
	const char *x_name, *y_name;
	size_t x_size, y_size;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if ((x->end == x->start) != (y->end == y->start))
		return x->end == x->start ? 1 : -1;
	if (x->name == NO_NAME || y->name == NO_NAME)
		return (x->name == NO_NAME) - (y->name == NO_NAME);
	x_name = (const char *)names + x->name;
	y_name = (const char *)names + y->name;
	x_size = strlen(x_name);
	y_size = strlen(y_name);
	if (x_size != y_size)
		return x_size < y_size ? -1 : 1;
	return strcmp(x_name, y_name);
}

/*
 * Where the last symbol of the kernel or of a module ends is not known, for what
 * comes next may be far away. perf takes the rest of the page and, unless it
 * began with that page, one more (symbols__fixup_end), and so do we.
 */
static uint64_t end_of_last(uint64_t start)
{
	return start > UINT64_MAX - 2 * PAGE ? UINT64_MAX
					     : (start + 2 * PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* Sets the ends, and drops data and what stands at 0. */
static void find_ends(struct kallsyms *k)
{
	const struct entry *next = NULL;
	size_t kept = 0;

	for (size_t i = k->n; i-- > 0;) {
		struct entry *e = &k->entries[i];
		uint64_t limit = end_of_last(e->start);

		if (i + 1 < k->n && e[1].start != e->start)
			next = e + 1;
		if (e->end == e->start)
			continue;
		if (next &&
		    (next->start < limit || !strcmp(k->names + next->module, k->names + e->module)))
			limit = next->start;
		e->end = limit;
	}
	for (size_t i = 0; i < k->n; i++) {
		if (k->entries[i].start && k->entries[i].name != NO_NAME)
			k->entries[kept++] = k->entries[i];
	}
	k->n = kept;
}

/* Reads the whole file to names + 1. Returns its size or -errno. */
static int64_t read_text(struct kallsyms *k, int fd)
{
	size_t room = 0, size = 0;

	for (;;) {
		ssize_t n;

		if (room - size < 64 * 1024) {
			char *more;

			room = room ? room * 2 : 128 * 1024;
			/* One byte before the text and one behind it. */
			more = room > FILE_MAX_BYTES ? NULL : realloc(k->names, room + 2);
			if (!more)
				return room > FILE_MAX_BYTES ? -EFBIG : -ENOMEM;
			k->names = more;
		}
		n = read(fd, k->names + 1 + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return (int64_t)size;
		size += (size_t)n;
	}
}

static bool all_zero(const struct kallsyms *k)
{
	for (size_t i = 0; i < k->n; i++) {
		if (k->entries[i].start)
			return false;
	}
	return true;
}

static void shrink(struct kallsyms *k)
{
	size_t used = 1;
	char *names;
	struct entry *entries;

	for (size_t i = 0; i < k->n; i++) {
		const struct entry *e = &k->entries[i];
		size_t name_end = e->name + strlen(k->names + e->name) + 1;
		size_t module_end = e->module + strlen(k->names + e->module) + 1;

		used = name_end > used ? name_end : used;
		used = module_end > used ? module_end : used;
	}
	names = realloc(k->names, used);
	if (names)
		k->names = names;
	entries = realloc(k->entries, (k->n ? k->n : 1) * sizeof(*entries));
	if (entries)
		k->entries = entries;
}

DEFINE_CLEANUP(kallsyms_free, struct kallsyms);

int kallsyms_load(const char *path, struct kallsyms **ret, struct tape_error *err)
{
	CLEANUP(kallsyms_freep) struct kallsyms *k = calloc(1, sizeof(*k));
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t size;
	int rc;

	if (!k)
		return tape_fail(err, -ENOMEM, "%s: out of memory", path);
	if (fd < 0)
		return tape_fail(err, -errno, "%s: %s", path, strerror(errno));
	size = read_text(k, fd);
	if (size < 0)
		return tape_fail(err, (int)size, "%s: %s", path, strerror((int)-size));
	rc = parse(k, (size_t)size);
	if (rc < 0)
		return tape_fail(err, rc, "%s: %s", path, strerror(-rc));
	if (k->n == 0)
		return tape_fail(err, -ENODATA, "%s: no symbols in it", path);
	if (all_zero(k))
		return tape_fail(err, -EPERM,
				 "%s: all addresses are hidden; run as root or set the sysctl "
				 "kernel.kptr_restrict to 0",
				 path);
	qsort_r(k->entries, k->n, sizeof(*k->entries), compare, k->names);
	find_ends(k);
	shrink(k);
	*ret = TAKE(k);
	return 0;
}

/* The first entry at address or behind it. */
static size_t lower_bound(const struct kallsyms *k, uint64_t address)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->entries[middle].start < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int kallsyms_get(const struct kallsyms *k, size_t index, struct symbol *ret, const char **module)
{
	const struct entry *e = &k->entries[index];

	if (index >= k->n)
		return 0;
	*ret = (struct symbol){
		.start = e->start,
		.size = e->end - e->start,
		.name = k->names + e->name,
	};
	if (module)
		*module = k->names + e->module;
	return 1;
}

int kallsyms_find(const struct kallsyms *k, uint64_t address, struct symbol *ret,
		  const char **module)
{
	size_t i = lower_bound(k, address);

	if (i == k->n || k->entries[i].start != address) {
		if (i == 0)
			return 0;
		i = lower_bound(k, k->entries[i - 1].start);
	}
	return address < k->entries[i].end ? kallsyms_get(k, i, ret, module) : 0;
}

uint64_t kallsyms_address(const struct kallsyms *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct entry *e = &k->entries[i];

		if (k->names[e->module] == '\0' && strcmp(k->names + e->name, name) == 0)
			return e->start;
	}
	return 0;
}

uint64_t kallsyms_scan(const char *path, const char *name)
{
	CLEANUP(fclosep) FILE *f = fopen(path, "re");
	CLEANUP(freep) char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while (f && (n = getline(&line, &room, f)) > 0) {
		struct line l;

		if (line[n - 1] == '\n' && cut_line(line, line + n - 1, &l) && !*l.module &&
		    strcmp(l.name, name) == 0)
			return l.address;
	}
	return 0;
}

void kallsyms_free(struct kallsyms *k)
{
	if (!k)
		return;
	free(k->names);
	free(k->entries);
	free(k);
}
