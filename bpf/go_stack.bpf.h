/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Goroutines' frames of threads that stand on another stack: the system's, which the
 * runtime changes to for itself and for C, or back on the goroutine's where C called Go.
 *
 * A thread that leaves a goroutine's stack for the system's keeps where it stood in
 * curg.sched, and begins at g0.sched.sp there. C that calls Go pushes the g0.sched.sp
 * before, and the frame that it was called from is found again by the frame pointers:
 * Go keeps them, so that no memory needs to be copied. Facts: runtime/asm_amd64.s of
 * Go 1.19 to 1.27 (mcall, systemstack, morestack, asmcgocall, cgocallback).
 */
#ifndef BPF_GO_STACK_BPF_H
#define BPF_GO_STACK_BPF_H

#include "copy.bpf.h"
#include "go.bpf.h"

#define GO_STACK_MOST  CONTROL_STACK_DEPTH /* frames; of which C takes as many as words */
#define GO_STACK_WORDS 256		   /* room: a power of two, for the verifier */
#define GO_STACK_SWITCH                                                                            \
	72 /* bytes, at most: what asmcgocall puts on the stack that it changed to */
#define GO_STACK_REST	 160 /* what there is at least between a thread's begin and C that called Go */
#define GO_STACK_BOTTOM	 64 /* below a stack's end no function calls C */
#define GO_STACK_BEGUN	 64 /* cgocallback's frame pointer is within so many bytes of its sp */
#define GO_STACK_LARGEST (1ul << 30)
#define GO_STACK_M	 8192 /* bytes of an m: TLS within it is none of the C library's */
#define GO_STACK_MOVING	 8    /* runtime.g.atomicstatus, in all versions */
#define GO_STACK_CALLER	 48   /* words, at most, that cgocall's frame has */
#define GO_STACK_DUFF	 8    /* the frame pointer in duffzero is so far below sp */
#define GO_STACK_G0	 0    /* m.g0, in all versions */

enum go_stack_kind {
	GO_STACK_UNKNOWN,  /* no goroutine, or not to be told */
	GO_STACK_OWN,	   /* on the goroutine's stack */
	GO_STACK_SWITCHED, /* words is what is below the thread's own stack */
	GO_STACK_CALLED,   /* on the goroutine's stack, above C; words is what is below */
};

/* A STACK_GO record with its tail, and what is needed while it is made. */
struct go_stack {
	uint8_t head[sizeof(struct ev_stack_go)];
	uint64_t words[GO_STACK_WORDS];
	uint64_t lo, hi;    /* the goroutine's stack */
	uint64_t end;	    /* of the thread's own; 0: not known */
	uint64_t first_sp;  /* of the thread's own, where frames above the goroutine's end */
	uint64_t switch_sp; /* the same of those of C below it */
	uint64_t fp;	    /* of the next frame */
	uint64_t low;	    /* it must be above */
	uint64_t back_pc;   /* of who called C, */
	uint64_t back_fp;   /* and the pointer that C gives back to it; 0: not needed */
	uint32_t n;
	uint32_t flags;
	uint32_t n_walked;
	uint32_t
		moving; /* the goroutine's stack is being moved: there are two, half of each is right */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACKS_SCRATCHES);
	__type(key, uint32_t);
	__type(value, struct go_stack);
} go_stacks SEC(".maps");

static __always_inline bool go_stack_put(struct go_stack *s, uint64_t word)
{
	uint32_t n = s->n;

	if (n >= GO_STACK_MOST) {
		s->flags |= EV_STACK_GO_CUT;
		return false;
	}
	s->words[n & (GO_STACK_WORDS - 1)] = word;
	s->n = n + 1;
	return true;
}

/* Whether a pointer is to a frame of the goroutine's stack, above what was read. */
static __always_inline bool go_stack_holds(const struct go_stack *s, uint64_t fp)
{
	return fp >= s->low && fp + 16 <= s->hi;
}

static __always_inline bool go_stack_is_called(const struct go_stack *s, uint64_t fp)
{
	return fp - s->switch_sp <= GO_STACK_BEGUN;
}

/*
 * The frame of cgocall, which called asmcgocall at sp: before Go 1.21 that has none of its
 * own. C gives its pointer back, so that whoever unwinds C can tell whether this is it.
 */
static __always_inline uint64_t go_stack_caller(const struct go_stack *s, uint64_t sp)
{
	uint64_t word[2];

	for (int i = 1; i < GO_STACK_CALLER; i++) {
		uint64_t at = sp + i * sizeof(uint64_t);

		if (bpf_probe_read_user(word, sizeof(word), (void *)at))
			return 0;
		if (word[0] > at && word[0] < s->hi && copy_is_return(word[1]))
			return at;
	}
	return 0;
}

/*
 * Who called C, sp being where it left the goroutine's stack: into back_pc and back_fp.
 * Returns whether there are frames, from s->fp on.
 */
__noinline int go_stack_below(uint32_t which, uint64_t sp)
{
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	uint64_t word[2];

	if (!s || bpf_probe_read_user(word, sizeof(word), (void *)sp))
		return 0;
	s->low = sp + 8;
	s->back_fp = 0;
	s->back_pc = word[1];
	s->fp = word[0];
	if (go_stack_holds(s, word[0]))
		return 1;
	if (!copy_is_return(word[0]))
		return 0;
	s->back_pc = word[0];
	s->back_fp = s->fp = go_stack_caller(s, sp);
	return s->fp != 0;
}

/*
 * Frames of C are next: cgocallback's own frame is at switch_sp, with fp, and looks
 * the same on both stacks. Goes on to who called C. Returns whether there are frames.
 * Global, as all here that is called in loops or more than once: it is verified once.
 */
__noinline int go_stack_called(uint32_t which, uint64_t fp)
{
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	uint64_t outer = 0, from, sp;
	int more = 0;

	if (!s)
		return 0;
	from = s->switch_sp;
	/* The frame below is systemstack_switch's or, at its end, none. */
	sp = s->low + (fp + 16 - from);
	if (sp >= s->lo && sp + GO_STACK_BOTTOM < s->hi && !go_word(from, &outer))
		outer = 0;
	s->back_fp = 0;
	s->back_pc = 0;
	if (outer > from && outer - from <= COPY_FAR)
		more = go_stack_below(which, sp);
	if (!go_stack_put(s, 0) || !go_stack_put(s, from) || !go_stack_put(s, fp) ||
	    !go_stack_put(s, outer) || !go_stack_put(s, s->back_fp) || !outer)
		return 0;
	if (s->back_pc && !go_stack_put(s, s->back_pc))
		return 0;
	if (!more)
		s->flags |= EV_STACK_GO_LOST;
	s->switch_sp = outer;
	return more;
}

/*
 * Where there is no frame of the goroutine's at fp: C's, or that of a stack which is
 * being moved. Returns whether there are frames, from s->fp on.
 */
static __always_inline bool go_stack_leaves(struct go_stack *s, uint32_t which, uint64_t fp)
{
	if (go_stack_is_called(s, fp))
		return go_stack_called(which, fp);
	if (!s->moving) {
		s->flags |= EV_STACK_GO_LOST;
		return false;
	}
	s->low = fp;
	s->hi = fp + GO_STACK_LARGEST;
	return true;
}

/* Takes the frames from s->fp to the goroutine's first. */
__noinline int go_stack_chain(uint32_t which)
{
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	uint64_t frame[2];

	if (!s)
		return 0;
	for (int i = 0; i < GO_STACK_MOST; i++) {
		uint64_t fp = s->fp;

		if (!fp)
			return 0;
		if (!go_stack_holds(s, fp)) {
			if (!go_stack_leaves(s, which, fp))
				return 0;
			continue;
		}
		if (bpf_probe_read_user(frame, sizeof(frame), (void *)fp)) {
			s->flags |= EV_STACK_GO_LOST;
			return 0;
		}
		if (!go_stack_put(s, frame[1]))
			return 0;
		s->fp = frame[0];
		s->low = fp + 16;
	}
	s->flags |= EV_STACK_GO_CUT;
	return 0;
}

/*
 * Counts the frames from s->fp on as long as they lie between s->low and end, which
 * are those of the walk, too. Leaves the pointer behind them in s->fp.
 */
__noinline int go_stack_walk(uint32_t which, uint64_t end)
{
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	uint64_t frame[2];

	if (!s)
		return 0;
	s->n_walked = 1;
	for (int i = 0; i < CONTROL_STACK_DEPTH - 1; i++) {
		uint64_t fp = s->fp;

		if (fp < s->low || fp + 16 > end ||
		    bpf_probe_read_user(frame, sizeof(frame), (void *)fp))
			break;
		s->n_walked++;
		s->fp = frame[0];
		s->low = fp + 16;
	}
	return 0;
}

/* On the goroutine's stack, where C called Go if the thread's own has frames of C. */
static __always_inline uint32_t go_stack_own(struct go_stack *s, uint32_t which, uint64_t g0_hi)
{
	if (g0_hi - s->switch_sp < GO_STACK_REST)
		return GO_STACK_OWN;
	go_stack_walk(which, s->hi);
	if (!s->fp || !go_stack_is_called(s, s->fp))
		return GO_STACK_OWN;
	s->flags = EV_STACK_GO_CALLED;
	if (go_stack_called(which, s->fp))
		go_stack_chain(which);
	return GO_STACK_CALLED;
}

/* Whether frame pointers led to the place of the switch. */
static __always_inline bool go_stack_is_joined(const struct go_stack *s)
{
	return s->switch_sp - s->low <= GO_STACK_SWITCH;
}

/* On the thread's own stack, with no goroutine: one that parked may have left a pointer to it. */
static __always_inline uint32_t go_stack_idle(struct go_stack *s, uint32_t which)
{
	go_stack_walk(which, s->switch_sp);
	if (!go_stack_is_joined(s) || (s->fp >= s->switch_sp && s->fp < s->end))
		return GO_STACK_UNKNOWN;
	s->flags = EV_STACK_GO_IDLE | EV_STACK_GO_JOINED;
	return GO_STACK_SWITCHED;
}

/*
 * On the thread's own stack, which was changed to from curg. systemstack and asmcgocall
 * leave a function behind that was not called, systemstack_switch, and have a frame
 * themselves or not; of mcall it is its caller, of morestack a function without a frame.
 */
static __always_inline uint32_t go_stack_switched(struct go_stack *s, uint32_t which,
						  const struct go_layout *l, uint64_t curg)
{
	uint64_t sp, pc, bp, word = 0, parked = 0;
	uint32_t status;

	if (!go_word(curg + l->g_sp, &sp) || !go_word(curg + l->g_pc, &pc) ||
	    !go_word(curg + l->g_bp, &bp) || sp < s->lo || sp + 16 > s->hi || !go_word(sp, &word))
		return GO_STACK_UNKNOWN;
	go_stack_walk(which, s->switch_sp);
	if (go_stack_is_joined(s) || (s->n_walked == 1 && (s->fp == bp || !s->fp)))
		s->flags |= EV_STACK_GO_JOINED;
	if (copy_is_return(pc)) {
		/* mcall passes the goroutine on the stack that it has changed to. */
		go_word(s->switch_sp - 8, &parked);
		if (parked == curg)
			s->flags |= EV_STACK_GO_PARKS;
		else if (s->n_walked > 1 && s->switch_sp - s->low == 8)
			return GO_STACK_UNKNOWN; /* one that is about to run: another one parked */
		go_stack_put(s, pc);
		if (parked != curg)
			go_stack_put(s, word);
	} else if (word > sp && word < s->hi) {
		bp = sp;
	} else if (!bp) {
		return GO_STACK_UNKNOWN; /* one that has not yet begun */
	} else {
		go_stack_put(s, word);
		/* Go that C called has used sched.bp, which is not restored. */
		if (bp < sp) {
			s->flags |= EV_STACK_GO_LOST;
			return GO_STACK_SWITCHED;
		}
	}
	if (!bpf_probe_read_user(&status, sizeof(status), (void *)(curg + l->g_status)))
		s->moving = (status & ~GO_STATUS_SCAN) == GO_STACK_MOVING;
	s->fp = bp;
	s->low = sp;
	go_stack_chain(which);
	return GO_STACK_SWITCHED;
}

/*
 * Where the current thread stands, whose registers are in the scratch buffer of copies.
 * Fills that of go_stacks.
 */
__noinline uint32_t go_stack_take(uint32_t which)
{
#ifdef __TARGET_ARCH_x86
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	struct copy_scratch *copy = bpf_map_lookup_elem(&copies, &which);
	struct task_struct *task = (void *)bpf_get_current_task();
	struct go_layout *l = go_layout();
	struct go_current now;
	uint64_t sp, g0, g0_hi;

	/* Or the compiler asks what go_layout() asked, which says nothing of l to the verifier. */
	barrier_var(l);
	if (!s || !copy || !l || !go_current(l, &now) || !now.g)
		return GO_STACK_UNKNOWN;
	sp = COPY_SP(&copy->regs);
	s->lo = 0;
	s->hi = 0;
	if (now.curg &&
	    (!go_word(now.curg + GO_STACK_LO, &s->lo) || !go_word(now.curg + GO_STACK_HI, &s->hi)))
		return GO_STACK_UNKNOWN;
	if (!go_word(now.m + GO_STACK_G0, &g0) || !go_word(g0 + GO_STACK_HI, &g0_hi) ||
	    !go_word(g0 + l->g_sp, &s->switch_sp))
		return GO_STACK_UNKNOWN;
	s->first_sp = s->switch_sp;
	s->moving = 0;
	s->n = 0;
	s->flags = 0;
	s->n_walked = 0;
	s->fp = COPY_FP(&copy->regs);
	s->low = sp - GO_STACK_DUFF;
	s->end = copy_end(s->switch_sp);
	if (!s->end || BPF_CORE_READ(task, thread.fsbase) - now.m < GO_STACK_M)
		s->end = g0_hi;
	if (sp >= s->lo && sp < s->hi)
		return go_stack_own(s, which, g0_hi);
	if (now.g != g0 || sp > s->switch_sp || s->switch_sp - sp > COPY_FAR)
		return GO_STACK_UNKNOWN;
	return now.curg ? go_stack_switched(s, which, l, now.curg) : go_stack_idle(s, which);
#else
	return GO_STACK_UNKNOWN;
#endif
}

/* Of the return addresses alone: where C's frames stand is told by their copy. */
__noinline uint64_t go_stack_hash(uint32_t which, uint64_t hash)
{
	struct go_stack *s = bpf_map_lookup_elem(&go_stacks, &which);
	uint32_t skip = 0;

	if (!s)
		return hash;
	hash = seen_mix(hash, (uint64_t)s->flags << 32 | s->n_walked);
	for (uint32_t i = 0; i < GO_STACK_MOST; i++) {
		if (i >= s->n)
			break;
		if (skip) {
			skip--;
			continue;
		}
		skip = s->words[i] ? 0 : 4;
		hash = seen_mix(hash, s->words[i]);
	}
	return seen_finish(hash);
}

static __always_inline bool go_stack_emit(const struct control *c, struct go_stack *s, uint64_t id)
{
	struct ev_stack_go *record = (void *)s->head;

	record->id = id;
	record->switch_sp = s->first_sp;
	record->n_walked = s->n_walked;
	record->flags = s->flags;
	return emit_copy(c, s->head,
			 sizeof(s->head) + (s->n & (GO_STACK_WORDS - 1)) * sizeof(uint64_t),
			 EV_STACK_GO, true);
}

#endif
