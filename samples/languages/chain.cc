// SPDX-License-Identifier: BSD-2-Clause
/*
 * The known chain (README.md) in C++: a namespace, templates, a virtual call, a
 * lambda, an inlined function (turn), and leaves that are reached on the way of an
 * exception: cool works in a handler.
 */
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#define KEPT __attribute__((noinline, noclone))

namespace work
{
volatile unsigned int sink = 1;

template <unsigned int Factor> static inline void turn()
{
	sink = sink * Factor + 12345;
}

KEPT long hot(long n)
{
	for (long i = 0; i < n; i++)
		turn<1103515245>();
	return sink;
}

template <typename T> KEPT long warm(T n)
{
	for (T i = 0; i < n; i++)
		turn<1664525>();
	return sink;
}

KEPT long cool(long n)
{
	try {
		if (n)
			throw std::runtime_error("on the way");
	} catch (const std::exception &) {
		for (long i = 0; i < n; i++)
			turn<22695477>();
	}
	return sink;
}

struct base {
	virtual ~base() = default;
	virtual long inner(long n) = 0;
};

struct derived : base {
	KEPT long inner(long n) override
	{
		return hot(6 * n) + warm<long>(3 * n) + cool(n);
	}
};

KEPT long middle(base &b, long n)
{
	return b.inner(n) + 1;
}

template <typename F> KEPT long outer(F f)
{
	return f() + 1;
}

KEPT long deep(int depth, long n)
{
	if (depth == 1)
		return hot(n) + 1;
	return deep(depth - 1, n) + sink;
}

KEPT long root(double seconds)
{
	using clock = std::chrono::steady_clock;
	auto end = clock::now() + std::chrono::duration<double>(seconds);
	derived d;
	long sum = 0;

	while (clock::now() < end)
		sum += outer([&] { return middle(d, 200000) + 1; }) + deep(20, 400000);
	return sum;
}
} // namespace work

int main(int argc, char **argv)
{
	std::puts("ready");
	std::fflush(stdout);
	return work::root(argc > 1 ? std::atof(argv[1]) : 3) == 1;
}
