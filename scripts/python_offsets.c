// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints one row of record/python_offsets.inc: where the parts of a CPython's
 * structs stand. Compiled against the headers of that CPython by
 * scripts/python-offsets, so that its own compiler says it and nobody's eye.
 */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#include <stddef.h>
#include <stdio.h>

#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#else
#include <code.h>
#endif
#if PY_VERSION_HEX >= 0x03090000
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#else
#include <internal/pycore_pystate.h>
#endif

#define NONE 0xffff

#if PY_VERSION_HEX >= 0x030b0000
#define THREADS threads.head
#define FRAME	_PyInterpreterFrame
#define BACK	previous
#define NAME	co_qualname
#define LINES	co_linetable
#else
#define THREADS tstate_head
#define FRAME	struct _frame
#define BACK	f_back
#define NAME	co_name
#endif

#if PY_VERSION_HEX >= 0x030d0000
#define TOP current_frame
#define EXE f_executable
#define AT  instr_ptr
#elif PY_VERSION_HEX >= 0x030b0000
#define TOP cframe
#define EXE f_code
#define AT  prev_instr
#else
#define TOP frame
#define EXE f_code
#define AT  f_lasti
#endif

#if PY_VERSION_HEX < 0x030a0000
#define LINES co_lnotab
#elif PY_VERSION_HEX < 0x030b0000
#define LINES co_linetable
#endif

static void print(const char *name, size_t value)
{
	printf("\t.%s = %zu,\n", name, value);
}

/* Which bits of the word behind a text's length say that it is ASCII, and its width. */
static void print_unicode(void)
{
	PyASCIIObject text;
	unsigned int word;

	memset(&text, 0, sizeof(text));
	text.state.ascii = 1;
	memcpy(&word, (char *)&text + offsetof(PyASCIIObject, hash) + sizeof(Py_hash_t), 4);
	print("unicode_ascii_bit", (size_t)__builtin_ctz(word));
	text.state.ascii = 0;
	text.state.kind = 1;
	memcpy(&word, (char *)&text + offsetof(PyASCIIObject, hash) + sizeof(Py_hash_t), 4);
	print("unicode_kind_bit", (size_t)__builtin_ctz(word));
	print("unicode_length", offsetof(PyASCIIObject, length));
	print("unicode_state", offsetof(PyASCIIObject, hash) + sizeof(Py_hash_t));
	print("unicode_ascii", sizeof(PyASCIIObject));
	print("unicode_other", sizeof(PyCompactUnicodeObject));
}

static void print_frame(void)
{
	print("thread_top", offsetof(PyThreadState, TOP));
#if PY_VERSION_HEX >= 0x030b0000 && PY_VERSION_HEX < 0x030d0000
	print("cframe_frame", offsetof(_PyCFrame, current_frame));
#else
	print("cframe_frame", NONE);
#endif
	print("frame_back", offsetof(FRAME, BACK));
	print("frame_code", offsetof(FRAME, EXE));
	print("frame_at", offsetof(FRAME, AT));
#if PY_VERSION_HEX >= 0x030b0000
	print("frame_owner", offsetof(FRAME, owner));
#else
	print("frame_owner", NONE);
#endif
#if PY_VERSION_HEX >= 0x030b0000 && PY_VERSION_HEX < 0x030c0000
	print("frame_is_entry", offsetof(FRAME, is_entry));
#else
	print("frame_is_entry", NONE);
#endif
}

static void print_code(void)
{
	print("code_first_line", offsetof(PyCodeObject, co_firstlineno));
	print("code_file", offsetof(PyCodeObject, co_filename));
	print("code_name", offsetof(PyCodeObject, NAME));
	print("code_lines", offsetof(PyCodeObject, LINES));
#if PY_VERSION_HEX >= 0x030b0000
	print("code_instructions", offsetof(PyCodeObject, co_code_adaptive));
	print("code_first_traceable", offsetof(PyCodeObject, _co_firsttraceable));
#else
	print("code_instructions", NONE);
	print("code_first_traceable", NONE);
#endif
}

int main(void)
{
	printf("{ /* %s */\n", PY_VERSION);
	print("version", PY_MAJOR_VERSION * 100 + PY_MINOR_VERSION);
	print("runtime_interpreters", offsetof(_PyRuntimeState, interpreters.head));
	print("interpreter_next", offsetof(struct _is, next));
	print("interpreter_threads", offsetof(struct _is, THREADS));
	print("thread_next", offsetof(PyThreadState, next));
	print("thread_id", offsetof(PyThreadState, thread_id));
	print_frame();
	print_code();
	print_unicode();
	print("bytes_size", offsetof(PyVarObject, ob_size));
	print("bytes_data", offsetof(PyBytesObject, ob_sval));
	printf("},\n");
	return 0;
}
