/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records about who ran and from which files: processes, threads, mappings,
 * modules, control groups, and their changes. Numbers 16 to 31.
 *
 * PROCESS begins a full statement of a process: its mappings and threads follow
 * with the same time, and replace all that was known of that tgid. It is
 * written once in each epoch that uses the process, and gives its state at the
 * epoch's beginning; or at its first sight, if that was later. FORK, EXEC,
 * COMM, MAPPING and EXIT give the changes, each at its own time (from the
 * kernel's perf side band: perf_event_open(2), PERF_RECORD_*).
 *
 * The header's tid and tgid say whom a record is about. tgid 0 is the kernel:
 * its MAPPINGs hold for every process.
 */
#ifndef TAPE_EVENTS_PROCESS_H
#define TAPE_EVENTS_PROCESS_H

#include <tape/events/event.h>

#define EV_COMM_SIZE	 16 /* TASK_COMM_LEN of the kernel, with the NUL */
#define EV_BUILD_ID_SIZE 20 /* BUILD_ID_SIZE_MAX of the kernel (linux/buildid.h) */

enum ev_process_flags {
	EV_PROCESS_KERNEL = 1, /* a kernel thread: no user memory */
	EV_PROCESS_LATE = 2,   /* found after it had begun to run: earlier changes are not known */
};

#define EV_PROCESS_FIELDS(F, A, T)                                                                 \
	F(uint64_t, start_ns, "ns", "CLOCK_BOOTTIME when it was started; 0: not known")            \
	F(uint64_t, cgroup, "cgroup", "id of its control group (v2); 0: not known")                \
	F(uint32_t, ppid, "pid", "its parent")                                                     \
	F(uint32_t, ns_pid, "pid", "its pid in its own namespace; 0: not known")                   \
	F(uint32_t, flags, "flags", "enum ev_process_flags")                                       \
	F(uint32_t, reserved, "none", "0")                                                         \
	A(char, comm, EV_COMM_SIZE, "text", "its name")                                            \
	T(char, cmdline, "text", "its arguments, one space between two")
EV_STRUCT(process, EV_PROCESS_FIELDS);

#define EV_TASK_FIELDS(F, A, T) A(char, comm, EV_COMM_SIZE, "text", "the thread's name")
EV_STRUCT(task, EV_TASK_FIELDS);

#define EV_MAPPING_FIELDS(F, A, T)                                                                 \
	F(uint64_t, start, "address", "first address")                                             \
	F(uint64_t, end, "address", "the address after the last")                                  \
	F(uint64_t, file_offset, "bytes", "the module's byte that stands at start")                \
	F(uint32_t, module, "module", "whose bytes these are: a MODULE record")                    \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(mapping, EV_MAPPING_FIELDS);

/*
 * An offset in a module means: of FILE and VDSO, the offset in the file; of
 * KERNEL, the distance from the symbol _text, so that it is the same after each
 * boot; of KMOD, the distance from the module's base in /proc/modules; of
 * BPF, the distance from the program's first byte; of ANON, the address itself.
 */
enum ev_module_kind {
	EV_MODULE_FILE = 0,
	EV_MODULE_KERNEL = 1,
	EV_MODULE_KMOD = 2,
	EV_MODULE_VDSO = 3,
	EV_MODULE_BPF = 4,
	EV_MODULE_ANON = 5, /* memory without a file: JIT code, and others */
};

#define EV_MODULE_FIELDS(F, A, T)                                                                  \
	F(uint32_t, module, "module", "its number in this tape, from 1 on")                        \
	F(uint16_t, kind, "enum", "enum ev_module_kind")                                           \
	F(uint16_t, build_id_size, "bytes", "0: it has no build-id, or it could not be read")      \
	A(uint8_t, build_id, EV_BUILD_ID_SIZE, "hex", "the GNU build-id")                          \
	F(uint32_t, reserved, "none", "0")                                                         \
	T(char, path, "text", "as the process saw it, or [kernel], [vdso], [anon], a module's name")
EV_STRUCT(module, EV_MODULE_FIELDS);

/* The header names the child. A thread has the tgid of its parent. */
#define EV_FORK_FIELDS(F, A, T)                                                                    \
	F(uint32_t, parent_tid, "pid", "the thread that called fork or clone")                     \
	F(uint32_t, parent_tgid, "pid", "its process: the child begins with its name and mappings")
EV_STRUCT(fork, EV_FORK_FIELDS);

/* All mappings are gone; those of the new program follow. */
#define EV_EXEC_FIELDS(F, A, T) A(char, comm, EV_COMM_SIZE, "text", "the new program's name")
EV_STRUCT(exec, EV_EXEC_FIELDS);

#define EV_COMM_FIELDS(F, A, T) A(char, comm, EV_COMM_SIZE, "text", "the thread's new name")
EV_STRUCT(comm, EV_COMM_FIELDS);

#define EV_EXIT_FIELDS(F, A, T) F(uint64_t, reserved, "none", "0")
EV_STRUCT(exit, EV_EXIT_FIELDS);

#define EV_CGROUP_FIELDS(F, A, T)                                                                  \
	F(uint64_t, cgroup, "cgroup", "the id: the inode number of its folder")                    \
	T(char, path, "text", "its path below the cgroup2 mount")
EV_STRUCT(cgroup, EV_CGROUP_FIELDS);

#define EV_PROCESS_EVENTS(X)                                                                       \
	X(PROCESS, 16, process, EV_PROCESS_FIELDS, "a process, stated in full from here on")       \
	X(TASK, 17, task, EV_TASK_FIELDS, "a thread and its name")                                 \
	X(MAPPING, 18, mapping, EV_MAPPING_FIELDS, "a module's bytes in a process's memory")       \
	X(MODULE, 19, module, EV_MODULE_FIELDS, "a file that code ran from")                       \
	X(FORK, 20, fork, EV_FORK_FIELDS, "a process or thread was created")                       \
	X(EXEC, 21, exec, EV_EXEC_FIELDS, "a process began a new program")                         \
	X(COMM, 22, comm, EV_COMM_FIELDS, "a thread got a new name")                               \
	X(EXIT, 23, exit, EV_EXIT_FIELDS, "a thread ended; its process, if it is the last")        \
	X(CGROUP, 24, cgroup, EV_CGROUP_FIELDS, "a control group's path")

#endif
