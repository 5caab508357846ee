// SPDX-License-Identifier: BSD-2-Clause
/*
 * What tests/symbols/test_dwarf.c knows of the files that make.sh makes of this: which
 * functions are inlined where, and their lines. The marks are labels in the code.
 */
#ifdef __s390x__
#define NOP "bcr 0,%%r0"
#else
#define NOP "nop"
#endif
#define MARK(name, x) __asm__ volatile(#name ": .globl " #name "\n\t" NOP : "+r"(x))
#define INLINE static inline __attribute__((always_inline))

int table[8];

namespace shop
{

struct box {
	int sides;
	int open(int x) const;
};

INLINE int inner(int x)
{
	x += table[x & 7];
	MARK(mark_inner, x);
	return x;
}

INLINE int middle(int x)
{
	MARK(mark_middle, x);
	return inner(x * 3) + 1;
}

int outer(int x)
{
	MARK(mark_outer, x);
	return middle(x + 2) ^ 5;
}

int box::open(int x) const
{
	MARK(mark_open, x);
	return x * sides;
}

/* Nobody calls it, and the linker throws it away. */
__attribute__((visibility("hidden"))) int discarded(int x)
{
	return x * 7;
}

}

extern "C" int plain(int x)
{
	MARK(mark_plain, x);
	return x - 1;
}
