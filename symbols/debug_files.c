// SPDX-License-Identifier: BSD-2-Clause
/*
 * See debug_files.h. The places are those of gdb's manual, "Separate Debug Files".
 * Names in a program are not trusted: a debuglink names a file and no path, and only
 * regular files are opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include <tape/cleanup.h>

#include "symbols/debug_files.h"
#include "symbols/sections.h"

#define DEBUG_FOLDER "/usr/lib/debug"

/* Only a file without a build-id is summed up; those are small or old. */
#define CRC_MAX_BYTES (1ll << 31)

struct debuglink {
	const char *name;
	uint32_t crc;
};

struct id_text {
	char text[2 * BUILD_ID_MAX + 1];
};

static struct id_text show_id(const struct build_id *id)
{
	struct id_text t = { "" };

	for (size_t i = 0; i < id->size; i++)
		snprintf(t.text + 2 * i, 3, "%02x", id->bytes[i]);
	return t;
}

/* Only once: the first refusal is the one of the likeliest place. */
static void refuse(struct tape_error *note, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void refuse(struct tape_error *note, const char *format, ...)
{
	char text[sizeof(note->text)];
	va_list args;

	if (note->code)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tape_fail(note, -EKEYREJECTED, "%s; skipped", text);
}

/* A FIFO would block, and opening some devices does something. Returns the file or -1. */
static int open_regular(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Whether the file at path has the build-id; *note says if it has another. */
static bool has_id(int fd, const char *path, const struct build_id *id, struct tape_error *note)
{
	struct build_id here = { 0 };
	int rc = build_id_of_fd(fd, &here);

	if (rc == 0 && here.size == id->size && memcmp(here.bytes, id->bytes, id->size) == 0)
		return true;
	refuse(note, "debug file of another build: %s (its build-id is %s, and %s is wanted)", path,
	       rc == 0 ? show_id(&here).text : "missing", show_id(id).text);
	return false;
}

/* Whether the bytes of a file have this sum. */
static bool has_crc(int fd, const char *path, uint32_t wanted, struct tape_error *note)
{
	CLEANUP(freep) uint8_t *bytes = malloc(1u << 20);
	uLong crc = crc32(0, NULL, 0);
	struct stat st;
	off_t at = 0;
	ssize_t n;

	if (!bytes || fstat(fd, &st) < 0)
		return false;
	if (st.st_size > CRC_MAX_BYTES) {
		refuse(note, "debug file without a build-id, too large to be checked: %s", path);
		return false;
	}
	while ((n = pread(fd, bytes, 1u << 20, at)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		crc = crc32(crc, bytes, (uInt)n);
		at += n;
		if (at > CRC_MAX_BYTES)
			return false;
	}
	if (n == 0 && crc == wanted)
		return true;
	refuse(note, "debug file of another build: %s (its CRC is %08lx, and %08x is wanted)", path,
	       crc, wanted);
	return false;
}

/* Takes the file at path if it is the one, and path with it then. */
static int try(const struct debug_search *s, char **path, const struct debuglink *link,
	       struct debug_file *ret, struct tape_error *note)
{
	CLEANUP(closep) int fd = *path ? open_regular(*path) : -1;

	/* A link may lead back to the program. */
	if (fd < 0 || (s->fd >= 0 && same_file(fd, s->fd)))
		return -ENOENT;
	if (s->id && s->id->size ? !has_id(fd, *path, s->id, note)
				 : !link || !has_crc(fd, *path, link->crc, note))
		return -ENOENT;
	*ret = (struct debug_file){ fd, TAKE(*path) };
	fd = -1;
	return 0;
}

static char *join(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *join(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

static int try_id(const struct debug_search *s, const char *ending, struct debug_file *ret,
		  struct tape_error *note)
{
	struct id_text id = show_id(s->id);
	CLEANUP(freep) char *path = NULL;

	if (s->id->size < 2)
		return -ENOENT;
	path = join("%s" DEBUG_FOLDER "/.build-id/%.2s/%s%s", s->root ? s->root : "", id.text,
		    id.text + 2, ending);
	return try(s, &path, NULL, ret, note);
}

/* The name and the sum in .gnu_debuglink: 1, or 0 if there is no good one. */
static int read_debuglink(const struct debug_search *s, struct debuglink *ret)
{
	Elf_Data *data = sections_data(s->elf, ".gnu_debuglink", 8192);
	size_t length = data ? strnlen(data->d_buf, data->d_size) : 0;
	size_t at = (length + 4) & ~(size_t)3;
	Elf_Data file, memory = { .d_buf = &ret->crc, .d_size = 4, .d_version = EV_CURRENT };
	GElf_Ehdr head;

	if (!data || length == 0 || at > data->d_size || data->d_size - at < 4 ||
	    memchr(data->d_buf, '/', length) || !gelf_getehdr(s->elf, &head))
		return 0;
	ret->name = data->d_buf;
	if (strcmp(ret->name, ".") == 0 || strcmp(ret->name, "..") == 0)
		return 0;
	file = (Elf_Data){ .d_buf = (char *)data->d_buf + at,
			   .d_type = ELF_T_WORD,
			   .d_size = 4,
			   .d_version = EV_CURRENT };
	return gelf_xlatetom(s->elf, &memory, &file, head.e_ident[EI_DATA]) != NULL;
}

static int try_link(const struct debug_search *s, const struct debuglink *link,
		    struct debug_file *ret, struct tape_error *note)
{
	const char *root = s->root ? s->root : "";
	const char *slash = strrchr(s->path, '/');
	int folder = slash ? (int)(slash - s->path) : 0;
	size_t length = strlen(root);
	/* The program's folder as it was where it ran. */
	int skipped =
		strncmp(s->path, root, length) == 0 && (int)length <= folder ? (int)length : 0;
	int rc = -ENOENT;

	if (!slash)
		return rc;
	for (int i = 0; rc < 0 && i < 3; i++) {
		CLEANUP(freep) char *path = NULL;

		if (i == 0)
			path = join("%.*s/%s", folder, s->path, link->name);
		else if (i == 1)
			path = join("%.*s/.debug/%s", folder, s->path, link->name);
		else
			path = join("%s" DEBUG_FOLDER "%.*s/%s", root, folder - skipped,
				    s->path + skipped, link->name);
		rc = try(s, &path, link, ret, note);
	}
	return rc;
}

int debug_files_find(const struct debug_search *s, struct debug_file *ret, struct tape_error *note)
{
	struct tape_error refused = { 0 };
	struct debuglink link;
	int rc = -ENOENT;

	if (s->id && s->id->size)
		rc = try_id(s, ".debug", ret, &refused);
	if (rc < 0 && read_debuglink(s, &link))
		rc = try_link(s, &link, ret, &refused);
	if (rc < 0 && refused.code && note)
		*note = refused;
	return rc;
}

/* The place that an altlink names is one where the file was installed. */
static int try_alt_path(const struct debug_search *s, const char *name, struct debug_file *ret,
			struct tape_error *note)
{
	const char *slash = strrchr(s->path, '/');
	CLEANUP(freep) char *path = NULL;

	if (name[0] == '/')
		path = join("%s%s", s->root ? s->root : "", name);
	else
		path = join("%.*s%s", slash ? (int)(slash + 1 - s->path) : 0, s->path, name);
	return try(s, &path, NULL, ret, note);
}

int debug_files_find_alt(const struct debug_search *s, struct debug_file *ret,
			 struct tape_error *note)
{
	Elf_Data *data = sections_data(s->elf, ".gnu_debugaltlink", 8192);
	size_t length = data ? strnlen(data->d_buf, data->d_size) : 0;
	struct debug_search alt = *s;
	struct tape_error refused = { 0 };
	struct build_id id = { 0 };
	int rc;

	if (!data || length == 0 || data->d_size - length < 3 ||
	    data->d_size - length - 1 > BUILD_ID_MAX)
		return -ENOENT;
	id.size = (uint8_t)(data->d_size - length - 1);
	memcpy(id.bytes, (char *)data->d_buf + length + 1, id.size);
	alt.id = &id;
	rc = try_id(&alt, ".debug", ret, &refused);
	if (rc < 0)
		rc = try_alt_path(&alt, data->d_buf, ret, &refused);
	if (rc < 0 && refused.code && note && !note->code)
		*note = refused;
	return rc;
}

int debug_files_by_id(const char *root, const struct build_id *id, bool program,
		      struct debug_file *ret, struct tape_error *note)
{
	const struct debug_search s = { .root = root, .path = "", .fd = -1, .id = id };
	struct tape_error refused = { 0 };
	int rc = try_id(&s, program ? "" : ".debug", ret, &refused);

	if (rc < 0 && refused.code && note)
		*note = refused;
	return rc;
}

/* The program's name with .dwp behind it, once without .debug. */
static char *package_path(const struct debug_search *s, unsigned int place)
{
	size_t n = strlen(s->path);
	bool debug = n > 6 && strcmp(s->path + n - 6, ".debug") == 0;

	if (place == 0)
		return join("%s.dwp", s->path);
	return place == 1 && debug ? join("%.*s.dwp", (int)n - 6, s->path) : NULL;
}

static char *split_path(const struct debug_search *s, unsigned int place, const char *folder,
			const char *name)
{
	const char *slash = strrchr(s->path, '/'), *last = strrchr(name, '/');
	int beside = slash ? (int)(slash + 1 - s->path) : 0;

	if (place == 0 && name[0] == '/')
		return join("%s%s", s->root ? s->root : "", name);
	if (place == 0)
		return join("%s%s/%s", s->root ? s->root : "", folder, name);
	if (place == 1 && name[0] != '/')
		return join("%.*s%s", beside, s->path, name);
	return place == 2 && last ? join("%.*s%s", beside, s->path, last + 1) : NULL;
}

int debug_files_open_split(const struct debug_search *s, unsigned int place, const char *folder,
			   const char *name)
{
	CLEANUP(freep)
	char *path = name ? split_path(s, place, folder, name) : package_path(s, place);
	int fd = path ? open_regular(path) : -1;

	return fd < 0 ? -ENOENT : fd;
}

void debug_file_done(struct debug_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct debug_file){ .fd = -1 };
}
