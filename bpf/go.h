/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What bpf/go.bpf.h must know of a process that runs Go: the recorder finds it out. */
#ifndef BPF_GO_H
#define BPF_GO_H

#ifndef __VMLINUX_H__
#include <stdint.h>
#endif

#define GO_MAX_PROCESSES 4096
#define GO_SLOTS	 32768 /* a power of two */
#define GO_DOUBTS	 64    /* reads in a row that made no sense: it is to be left alone */

/* Where the bounds of a goroutine's stack stand in its g: the first fields, in all versions. */
#define GO_STACK_LO 0
#define GO_STACK_HI 8

/* Where things stand, in bytes: of the process' version of Go (symbols/go_offsets.h). */
struct go_layout {
	int64_t tls;	  /* of the thread's g (a pointer), from its FS base: -8 in most programs */
	uint64_t program; /* its tgid, above it a number that tells it from others of that tgid */
	uint16_t g_m, g_sp, g_pc, g_bp, g_status, g_goid;
	uint16_t m_procid, m_curg;
	uint32_t doubts; /* reads that made no sense since the last that did */
	uint32_t reserved;
};

#endif
