# SPDX-License-Identifier: BSD-2-Clause
"""The known chain (README.md) in Python: a method, a closure, a generator on the way."""
import sys
import time


def hot(n):
    x = 1
    for _ in range(n):
        x = (x * 1103515245 + 12345) & 0xffffffff
    return x


def warm(n):
    x = 1
    for _ in range(n):
        x = (x * 1664525 + 1013904223) & 0xffffffff
    return x


def cool(n):
    x = 1
    for _ in range(n):
        x = (x * 22695477 + 1) & 0xffffffff
    return x


class Worker:
    def inner(self, n):
        return hot(6 * n) + warm(3 * n) + cool(n)


def middle(worker, n):
    return worker.inner(n) + 1


def outer(call):
    return call() + 1


def deep(depth, n):
    if depth == 1:
        return hot(n)
    return deep(depth - 1, n) + 1


def root(seconds):
    end = time.monotonic() + seconds
    worker = Worker()
    while time.monotonic() < end:
        outer(lambda: middle(worker, 20000))
        deep(20, 40000)


print("ready", flush=True)
root(float(sys.argv[1]) if len(sys.argv) > 1 else 3)
