/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls made in the function that asks for them, and not through libc:
 * libc keeps no frame pointers, so a stack taken within it lacks the caller, or
 * is no stack at all. With these the innermost user frame of a wait is the
 * function in the source that waits.
 *
 * Each ends the program if the call fails, except direct_call(), which returns
 * what the kernel returned: -errno, or the result.
 */
#ifndef SAMPLES_DIRECT_H
#define SAMPLES_DIRECT_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "burn.h"

ALWAYS_INLINE long direct_call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
#else
	const long result = syscall(number, a, b, c, d);

	return result < 0 ? -errno : result;
#endif
}

static inline __attribute__((noreturn)) void die(const char *what, long result)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror((int)-result));
	exit(1);
}

ALWAYS_INLINE void direct_sleep(uint64_t ns)
{
	const struct timespec t = { .tv_sec = (time_t)(ns / S_NS), .tv_nsec = (long)(ns % S_NS) };
	const long result = direct_call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&t, 0);

	if (result < 0)
		die("clock_nanosleep", result);
}

ALWAYS_INLINE void direct_read(int fd, void *to, size_t size)
{
	const long result = direct_call(SYS_read, fd, (long)to, (long)size, 0);

	if (result != (long)size)
		die("read", result < 0 ? result : -EIO);
}

ALWAYS_INLINE void direct_write(int fd, const void *from, size_t size)
{
	const long result = direct_call(SYS_write, fd, (long)from, (long)size, 0);

	if (result != (long)size)
		die("write", result < 0 ? result : -EIO);
}

/* Waits until *word is no longer 0, and makes it 0 again: a condition of two threads. */
ALWAYS_INLINE void direct_wait(int *word)
{
	while (__atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE) == 0) {
		const long result =
			direct_call(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, 0, 0 /* for ever */);

		if (result < 0 && result != -EAGAIN && result != -EINTR)
			die("futex", result);
	}
}

ALWAYS_INLINE void direct_wake(int *word)
{
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	direct_call(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, 1, 0);
}

#endif
