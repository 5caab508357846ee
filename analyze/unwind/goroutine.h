/* SPDX-License-Identifier: BSD-2-Clause */
/* Stacks of goroutines whose threads stand on another stack (EV_STACK_GO). Private to this room. */
#ifndef ANALYZE_UNWIND_GOROUTINE_H
#define ANALYZE_UNWIND_GOROUTINE_H

#include "analyze/unwind/walk.h"

/* Puts the frames of stack, whose go is there, into k->ret. copied: k stands at its copy's leaf. */
void goroutine_run(struct walk *k, const struct unwind_stack *stack, bool copied);

#endif
