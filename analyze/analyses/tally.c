// SPDX-License-Identifier: BSD-2-Clause
/* See tally.h. */
#include "analyze/analyses/tally.h"
#include "analyze/base/sum.h"

#define US	      1000u
#define MOST_STEP_US  ((uint64_t)1 << 60)
#define FRACTION_BITS 30

typedef unsigned __int128 u128;
typedef __int128 i128;

static const u128 most = (u128)1 << 126;

static u128 add(u128 a, u128 b)
{
	return a > most - b ? most : a + b;
}

/* How much time hangs on a difference of n. */
static uint64_t weigh(uint64_t n, uint64_t step_ns)
{
	uint64_t us = step_ns / US;

	return us && n > MOST_STEP_US / us ? MOST_STEP_US : n * us;
}

static uint64_t root(u128 value)
{
	uint64_t r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t next = r | (uint64_t)1 << bit;

		if ((u128)next * next <= value)
			r = next;
	}
	return r;
}

static int64_t to_ns(uint64_t us)
{
	return us > INT64_MAX / US ? INT64_MAX : (int64_t)(us * US);
}

void tally_clock_step(struct tally_clock *c, uint64_t ns, bool follows, uint64_t from_ns)
{
	uint64_t last = c->last_ns > from_ns ? c->last_ns : from_ns;
	uint64_t step = c->last_ns && ns > last ? ns - last : 0;

	c->last_ns = ns;
	c->step_ns = step;
	c->step_known = follows;
	if (!follows) {
		c->unknown_ns += step;
		return;
	}
	c->known_ns += step;
	c->steps += step > 0;
	c->squares = add(c->squares, (u128)weigh(1, step) * weigh(1, step));
}

static int64_t twice(uint64_t n, uint64_t ns)
{
	return sum_times(n > INT64_MAX / 2 ? INT64_MAX : (int64_t)(2 * n), ns);
}

void tally_settle(struct tally *t, const struct tally_clock *c, int64_t all)
{
	uint64_t known = c->known_ns - (c->step_known ? c->step_ns : 0);
	uint64_t unknown = c->unknown_ns - (c->step_known ? 0 : c->step_ns);
	uint64_t more = t->now > t->before ? t->now - t->before : t->before - t->now;
	uint64_t all_more = all < 0 ? (uint64_t)-all : (uint64_t)all;
	uint64_t size = weigh(more, c->step_ns), all_size = weigh(all_more, c->step_ns);
	int64_t step = sum_times((int64_t)(t->before + t->now), c->step_ns);
	i128 product = (i128)size * all_size;

	t->time2 = sum_add(t->time2, twice(t->before, known - t->known_ns));
	t->unknown2 = sum_add(t->unknown2, twice(t->before, unknown - t->unknown_ns));
	t->known_ns = c->known_ns;
	t->unknown_ns = c->unknown_ns;
	if (!c->step_known) {
		t->unknown2 = sum_add(t->unknown2, step);
	} else {
		t->time2 = sum_add(t->time2, step);
		t->squares = add(t->squares, (u128)size * size);
		if ((t->now > t->before) != (all > 0))
			product = -product;
		if (t->products < (i128)most - product && t->products > -(i128)most - product)
			t->products += product;
	}
	t->before = t->now;
}

void tally_finish(struct tally *t, const struct tally_clock *c)
{
	t->time2 = sum_add(t->time2, twice(t->before, c->known_ns - t->known_ns));
	t->unknown2 = sum_add(t->unknown2, twice(t->before, c->unknown_ns - t->unknown_ns));
	t->known_ns = c->known_ns;
	t->unknown_ns = c->unknown_ns;
}

int64_t tally_ns(const struct tally *t)
{
	return t->time2 / 2;
}

int64_t tally_unknown_ns(const struct tally *t)
{
	return t->unknown2 / 2;
}

/* --- errors --- */

/* Twice the variance of what was met or missed once, in us. */
static u128 least(const struct tally_clock *c)
{
	return c->steps ? c->squares / c->steps : 0;
}

int64_t tally_error_ns(const struct tally *t, const struct tally_clock *c)
{
	return to_ns(root(add(t->squares, least(c)) / 2));
}

static unsigned int bits_of(u128 value)
{
	unsigned int n = 0;

	for (; value; value >>= 1)
		n++;
	return n;
}

/*
 * Squares of what a group's number went up or down by beyond its share of what all did:
 * (d - p a)^2 summed up, of which d^2, d a and a^2 are known. In whole numbers of
 * 2^-30, with as many bits of the sums as fit.
 */
static u128 unexplained(const struct tally *t, const struct tally *all)
{
	u128 largest = t->squares > all->squares ? t->squares : all->squares;
	unsigned int bits = bits_of(largest), shift = bits > 62 ? bits - 62 : 0;
	i128 share = ((i128)t->time2 << FRACTION_BITS) / all->time2;
	i128 own = (i128)(t->squares >> shift) << (2 * FRACTION_BITS);
	i128 both = 2 * share * (t->products >> shift) * ((i128)1 << FRACTION_BITS);
	i128 rest = own - both + share * share * (i128)(all->squares >> shift);

	return rest > 0 ? (u128)(rest >> (2 * FRACTION_BITS)) << shift : 0;
}

int64_t tally_share_error(const struct tally *t, const struct tally *all,
			  const struct tally_clock *c)
{
	if (all->time2 <= 0 || t->time2 < 0 || t->time2 > all->time2)
		return 0;
	return tally_share(to_ns(root(add(unexplained(t, all), least(c)) / 2)), tally_ns(all));
}

int64_t tally_samples_error_ns(uint64_t n, int64_t period_ns)
{
	uint64_t us = weigh(1, period_ns > 0 ? (uint64_t)period_ns : 0);

	return to_ns(root((u128)(n < MOST_STEP_US ? n : MOST_STEP_US) * us * us));
}

int64_t tally_share(int64_t part, int64_t whole)
{
	i128 share = whole > 0 ? ((i128)part * 100000 + whole / 2) / whole : 0;

	return share > INT64_MAX ? INT64_MAX : (int64_t)share;
}

int64_t tally_both(int64_t a, int64_t b)
{
	uint64_t sum = root((u128)((i128)a * a) + (u128)((i128)b * b));

	return sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
}
