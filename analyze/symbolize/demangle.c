// SPDX-License-Identifier: BSD-2-Clause
/* See demangle.h. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/demangle.h"

#define NAME_MAX_BYTES 4096
#define TEXT_MAX_BYTES (32u * 1024)

/* D writes back-references as Q. Each can double the text, and libiberty has no bound of its own. */
#define D_MAX_REFERENCES 10

#define ENTRY "@plt"

/* RET_DROP: the name begins with the function's name, not with what it returns. */
#define STYLE (DMGL_PARAMS | DMGL_ANSI | DMGL_RET_DROP)

struct sink {
	char *text;
	size_t size;
	bool full;
	bool at_punctuation; /* leave only there */
	jmp_buf stop;
};

/*
 * Takes a piece of text. libiberty's callback cannot say "enough", and what it
 * would go on to write may take for ever, so we leave by a jump. Its C++ half
 * holds no memory then. Its Rust half gives an identifier that is not plain
 * ASCII while it holds that one's buffer; but such a piece never begins with
 * punctuation, and without punctuation no text grows long.
 */
static void put(const char *piece, size_t size, void *arg)
{
	struct sink *s = arg;

	if (size == 0) /* then piece may be NULL */
		return;
	if (size > TEXT_MAX_BYTES - s->size)
		s->full = true;
	if (!s->full) {
		memcpy(s->text + s->size, piece, size);
		s->size += size;
	} else if (!s->at_punctuation || strchr(" <>(),:[]{}&*;=+", piece[0])) {
		longjmp(s->stop, 1);
	}
}

static int rust(const char *name, struct sink *s)
{
	s->at_punctuation = true;
	return rust_demangle_callback(name, STYLE, put, s);
}

static int cxx(const char *name, struct sink *s)
{
	return cplus_demangle_v3_callback(name, STYLE, put, s);
}

static char *by_callback(const char *name, int (*demangler)(const char *, struct sink *))
{
	struct sink *s = memory_alloc(sizeof(*s));
	char *text = NULL;

	s->text = memory_alloc(TEXT_MAX_BYTES + 1);
	if (setjmp(s->stop) == 0 && demangler(name, s) && !s->full && s->size) {
		s->text[s->size] = '\0';
		text = memory_copy_text(s->text);
	}
	free(s->text);
	free(s);
	return text;
}

static char *dlang(const char *name)
{
	size_t references = 0;

	for (const char *p = name; (p = strchr(p, 'Q')); p++)
		references++;
	return references > D_MAX_REFERENCES ? NULL : cplus_demangle(name, DMGL_DLANG | STYLE);
}

static char *demangle(const char *name)
{
	char *text = NULL;

	if (name[0] == '_' && strnlen(name, NAME_MAX_BYTES + 1) <= NAME_MAX_BYTES) {
		if (name[1] == 'R' || name[1] == 'Z')
			text = by_callback(name, rust);
		if (!text && name[1] == 'Z')
			text = by_callback(name, cxx);
		if (name[1] == 'D')
			text = dlang(name);
	}
	return text;
}

/* An entry of a procedure linkage table: the demanglers take no suffix of this kind. */
static char *demangle_entry(const char *name, size_t size)
{
	char *plain = memory_alloc(size + 1), *text, *whole = NULL;
	size_t length;

	memcpy(plain, name, size);
	plain[size] = '\0';
	text = demangle(plain);
	if (text) {
		length = strlen(text);
		whole = memory_alloc(length + sizeof(ENTRY));
		memcpy(whole, text, length);
		memcpy(whole + length, ENTRY, sizeof(ENTRY));
	}
	free(plain);
	free(text);
	return whole;
}

char *demangle_name(const char *name)
{
	size_t size = strlen(name), suffix = sizeof(ENTRY) - 1;
	char *text;

	if (size > suffix && strcmp(name + size - suffix, ENTRY) == 0)
		text = demangle_entry(name, size - suffix);
	else
		text = demangle(name);
	return text ? text : memory_copy_text(name);
}
